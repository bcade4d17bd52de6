import { accepted } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { objectBehindWords } from '../payload.js';

/** A line of a logger that ends with a record: `INFO [main] audit - {...}`. What has a time or a header of syslog before it is syslog. */
export const behindWordsWrapper: Wrapper = {
  name: 'behind-words',
  kind: 'text',
  recognises: (payload) => payload.kind === 'text' && objectBehindWords(payload.text, payload.envelope) !== undefined,
  *unwrap(payload) {
    const record = payload.kind === 'text' ? objectBehindWords(payload.text, payload.envelope) : undefined;
    if (record) yield accepted(record);
  },
};
