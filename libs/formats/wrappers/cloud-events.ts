import { accepted } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { innerPayload, payloadOf } from '../payload.js';
import { textOfValue } from '../record/record.js';
import { timeOfValue } from '../record/time.js';
import { objectIn, within } from './message.js';

/** CloudEvents in their structured mode: the record is `data`, as an object or as text, or `data_base64`; `time` is when it happened. */
export const cloudEventsWrapper: Wrapper = {
  name: 'cloudevents',
  kind: 'json',
  recognises: (payload) => {
    const record = objectIn(payload);
    return typeof record?.['specversion'] === 'string' && (Object.hasOwn(record, 'data') || Object.hasOwn(record, 'data_base64'));
  },
  *unwrap(payload, { zone }) {
    const record = objectIn(payload) ?? {};
    const timeMs = timeOfValue(record['time'], { zone, receivedMs: payload.envelope.receivedMs });
    const application = textOfValue(record['source']);
    const envelope = within(payload.envelope, {
      ...(typeof timeMs === 'number' && { timeMs }),
      ...(application && { application }),
    });
    const packed = record['data_base64'];
    if (typeof packed === 'string') return yield payloadOf(Buffer.from(packed, 'base64'), envelope);
    const { data } = record;
    yield typeof data === 'string' ? innerPayload(data, envelope) : accepted({ kind: 'json', value: data, envelope });
  },
};
