import { rejected } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { isPoisonousKey, type JsonObject } from '../json/parse-item.js';
import { textOfValue } from '../record/record.js';
import { epochMs } from '../record/time.js';
import { isStructured, objectIn, recordOf, within } from './message.js';

/**
 * Graylog's extended log format: a record as text in `full_message` or `short_message`, or where those are sentences, the record that its
 * additional fields are (`_actor_id` is `actor_id`). `timestamp` is in seconds; without it the time of arrival counts, as Graylog takes it.
 */
export const gelfWrapper: Wrapper = {
  name: 'gelf',
  kind: 'json',
  recognises: (payload) => {
    const { version, short_message: message } = objectIn(payload) ?? {};
    return message !== undefined && /^1(?:\.\d)?$/.test(textOfValue(version) ?? '');
  },
  *unwrap(payload) {
    const record = objectIn(payload) ?? {};
    const [long, short] = [textOfValue(record['full_message']), textOfValue(record['short_message'])];
    const text = long && (isStructured(long) || !short || !isStructured(short)) ? long : short;
    if (!text) return yield rejected('missing_field', 'short_message', 'the message holds no text');
    const stamp = textOfValue(record['timestamp']);
    const timeMs = stamp === undefined ? payload.envelope.receivedMs : epochMs(Number(stamp));
    if (timeMs === undefined) return yield rejected('bad_time', 'timestamp', 'timestamp must be seconds since 1970');
    const host = textOfValue(record['host']);
    const fields = additional(record);
    yield recordOf(text, fields, within(payload.envelope, { timeMs, fields, ...(host && { host }) }));
  },
};

function additional(record: JsonObject): JsonObject {
  const named = Object.entries(record).filter(([name]) => /^_[\w.-]+$/.test(name) && !isPoisonousKey(name.slice(1)));
  return Object.fromEntries(named.map(([name, value]) => [name.slice(1), value]));
}
