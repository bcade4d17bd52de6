import { accepted } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';

/** A line end, as it is or as a relay writes it, behind which a message with a record of CEF or LEEF begins, perhaps behind a header. */
const lineEnd =
  /(?:\r?\n|#01[25]|\\01[25]|\^[JM]|\\n)\s{0,8}(?=(?:<\d{1,3}>)?(?:[^|\n=]{0,128}?[^\w|\n=])?(?:CEF|LEEF):\s?\d(?:\.\d)?\|)/;

/**
 * Several lines of CEF or LEEF in one message: senders that end no line on TCP, or put several into one datagram. Read as one they would be one
 * access, of the first account, to the patients of all.
 */
export const joinedLinesWrapper: Wrapper = {
  name: 'joined-lines',
  kind: 'text',
  recognises: (payload) => {
    if (payload.kind !== 'text') return false;
    const { text } = payload;
    const first = text.indexOf('EF:');
    return first >= 0 && text.includes('EF:', first + 1) && lineEnd.test(text);
  },
  *unwrap(payload) {
    if (payload.kind !== 'text') return;
    for (const text of payload.text.split(lineEnd))
      if (text.trim()) yield accepted({ kind: 'text', text, envelope: payload.envelope });
  },
};
