import type { Wrapper } from '../input-format.js';
import { type Envelope, innerPayload } from '../payload.js';
import { rejected } from '#libs/runtime/outcome.js';
import { isSyslog, parseSyslog, syslogTimeMs } from './message.js';
import { withoutRelayedEnds } from './relayed.js';

/** A syslog message: its header is the envelope of what it carries, which may be a record in any format. */
export const syslogWrapper: Wrapper = {
  name: 'syslog',
  kind: 'text',
  recognises: (payload) => payload.kind === 'text' && isSyslog(payload.text),
  *unwrap(payload, { zone }) {
    if (payload.kind !== 'text') return yield rejected('not_text', '', 'a syslog message must be text');
    const parsed = parseSyslog(payload.text);
    const { host, application, fields, message } = parsed;
    const timeMs = syslogTimeMs(parsed, zone, payload.envelope.receivedMs);
    const envelope: Envelope = {
      ...payload.envelope,
      ...(timeMs !== undefined && { timeMs }),
      ...(host && { host }),
      ...(application && { application }),
      fields: { ...payload.envelope.fields, ...fields },
    };
    yield innerPayload(withoutRelayedEnds(message), envelope);
  },
};
