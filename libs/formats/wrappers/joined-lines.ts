import { accepted, type Accepted, type Rejected } from '#libs/runtime/outcome.js';
import type { Wrapper } from '../input-format.js';
import { textBeginsJson } from '../json/items.js';
import { joinedIn, partialLine } from '../json/joined.js';
import { type Envelope, type Payload, payloadOf } from '../payload.js';

const header = String.raw`(?:CEF|LEEF):\s?\d(?:\.\d)?\|`;

/** A line end, as it is or as a relay writes it, behind which a message with a record of CEF or LEEF begins, perhaps behind a header. */
const lineEnd = new RegExp(
  String.raw`(?:\r?\n|#01[25]|\\01[25]|\^[JM]|\\n)\s{0,8}(?=(?:<\d{1,3}>)?(?:[^|\n=]{0,128}?[^\w|\n=])?${header})`,
);
/** Where a whole header stands directly behind a letter or a digit of a value. What holds a line as a value has it behind an equals sign, a blank or a quote. */
const cut = new RegExp(String.raw`(?<=[\p{L}\p{N}])(?=${header}(?:[^|\n]{0,256}\|){4})`, 'u');

/**
 * Several lines in one message. Of CEF or LEEF: senders that end no line on TCP, or put several into one datagram. Read as one they would be one access, of the first account, to the
 * patients of all. Of these and of JSON: what a sender had written of a line when it was killed, and the next line behind it; the part is refused, since half a number would be another patient.
 */
export const joinedLinesWrapper: Wrapper = {
  name: 'joined-lines',
  kind: 'text',
  recognises: (payload) => {
    if (payload.kind !== 'text') return false;
    const { text } = payload;
    const first = text.indexOf('EF:');
    if (first >= 0 && text.includes('EF:', first + 1) && (lineEnd.test(text) || cutAt(text) > 0)) return true;
    if (text.startsWith('<')) return rootAgainAt(text) > 0;
    return textBeginsJson(text) && joinedIn(Buffer.from(text)).length > 0;
  },
  *unwrap(payload) {
    if (payload.kind !== 'text') return;
    if (textBeginsJson(payload.text)) return yield* values(payload.text, payload.envelope);
    const again = payload.text.startsWith('<') ? rootAgainAt(payload.text) : 0;
    if (again > 0) return yield* [partialLine, accepted({ ...payload, text: payload.text.slice(again) })];
    for (const text of payload.text.split(lineEnd)) if (text.trim()) yield* lines(text, payload.envelope);
  },
};

function* values(text: string, envelope: Envelope): Generator<Accepted<Payload> | Rejected> {
  for (const { bytes, isCut } of joinedIn(Buffer.from(text))) yield isCut ? partialLine : payloadOf(bytes, envelope);
}

function* lines(text: string, envelope: Envelope): Generator<Accepted<Payload> | Rejected> {
  let rest = text;
  for (let at = cutAt(rest); at > 0; at = cutAt(rest)) {
    yield partialLine;
    rest = rest.slice(at);
  }
  yield accepted({ kind: 'text', text: rest, envelope });
}

/** Where the next record begins behind the first that is cut; 0 where none does. */
function cutAt(text: string): number {
  const first = /(?:^|[^\w])(?:CEF|LEEF):/.exec(text);
  const from = first ? first.index + first[0].length : text.length;
  const found = cut.exec(text.slice(from));
  return found ? from + found.index : 0;
}

/** Roots of ATNA and of Epic's EventLog, of which none lies inside another. */
const roots = /<(\/?)(?:[A-Za-z][\w.-]{0,40}:)?(?:AuditMessage|EventLog)[\s>]/g;
/** What stands before a root: a header of syslog, a declaration. */
const beforeRoot = /(?:<\d{1,3}>[^<]{0,512})?(?:<\?xml[^<>]{0,256}\?>\s{0,8})?$/;

/** Where the last root of a text begins, with what stands before it, if one is still open there; 0 where none does. */
function rootAgainAt(text: string): number {
  let [last, again] = [-1, 0];
  for (const { index, 1: closing } of text.matchAll(roots)) {
    if (closing) last = -1;
    else if (last < 0) last = index;
    else {
      again = index - (beforeRoot.exec(text.slice(last + 1, index))?.[0].length ?? 0);
      last = index;
    }
  }
  return again;
}
