/** Where messages begin in a stream, and how the next one is framed. */

/** How the message at the beginning of some bytes is framed. */
export type Head =
  | { readonly kind: 'counted'; readonly headBytes: number; readonly length: number }
  | { readonly kind: 'line' }
  /** After a counted message: no message can begin here, so its count was wrong. */
  | { readonly kind: 'astray' }
  /** More bytes are needed to tell. */
  | { readonly kind: 'open' };

const space = 0x20;
const less = 0x3c;
/** A count has at most so many digits; a longer number is something else. */
const countDigitsMax = 10;
const priority = /^<\d{1,3}>/;
const priorityBegun = /^(?:<\d{0,3})?$/;
/** Whatever a counted message begins with: its PRI, or without one a record, or a header of RFC 5424. */
const messageStart = /^(?:<(?:\d{1,3}>|[?A-Za-z])|[{[]|CEF:|LEEF:|@cee:|\u00EF\u00BB\u00BF|1 (?:\d{4}-|- ))/;
/** Of these a beginning, which more bytes may complete. */
const messageBegun = /^(?:(?:<\d{0,3})?|C(?:EF?)?|L(?:E(?:EF?)?)?|@(?:c(?:ee?)?)?|\u00EF\u00BB?|1(?: (?:\d{1,4}|-)?)?)$/;
const startBytesMax = 8;
/** Hardly a message is shorter: `1 2027-01-31T…` is one of RFC 5424 whose PRI was lost, and not one of a single byte. */
const lengthMin = 8;

/**
 * RFC 5425 and 6587: `LEN SP MSG`, or a message that ends with its line. Told apart for each message anew, since relays mix them. A number
 * alone is no count: a line may begin with a year, a version or an amount, and would take the messages behind it along. What a message begins
 * with must follow, and of a number that is hardly a count a PRI.
 */
export function headOf(bytes: Uint8Array, lengthMax: number, isAfterCounted: boolean): Head {
  const first = bytes[0] ?? 0;
  if (isDigit(first) && first !== 0x30) return countedHead(bytes, lengthMax, isAfterCounted);
  if (!isAfterCounted) return { kind: 'line' };
  if (first !== less) return { kind: 'astray' };
  if (bytes.length === 1) return { kind: 'open' };
  return { kind: isDigit(bytes[1]) ? 'line' : 'astray' };
}

function countedHead(bytes: Uint8Array, lengthMax: number, isAfterCounted: boolean): Head {
  const other: Head = { kind: isAfterCounted ? 'astray' : 'line' };
  let digits = 1;
  while (digits <= countDigitsMax && isDigit(bytes[digits])) digits += 1;
  if (digits > countDigitsMax) return other;
  if (digits === bytes.length) return { kind: 'open' };
  const length = Number(Buffer.from(bytes.subarray(0, digits)).toString('latin1'));
  if (bytes[digits] !== space) return other;
  const start = Buffer.from(bytes.subarray(digits + 1, digits + 1 + startBytesMax)).toString('latin1');
  const isOdd = length < lengthMin || length > lengthMax;
  const isStart = (isOdd ? priority : messageStart).test(start);
  if (isStart) return { kind: 'counted', headBytes: digits + 1, length };
  return start.length < startBytesMax && (isOdd ? priorityBegun : messageBegun).test(start) ? { kind: 'open' } : other;
}

/** LF, CR, NUL and blanks between messages: what some senders put behind a counted one, and keep-alives. */
export function separatorsBefore(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length && [0x0a, 0x0d, 0x00, space, 0x09].includes(bytes[at] ?? -1)) at += 1;
  return at;
}

/** Where a message can only begin, seen from within what is no message. The number of characters that it may take is bounded. */
const nextHead = /[\n\0][ \r]{0,8}(?=(?:[1-9]\d{0,7} )?<\d{1,3}>)|(?=(?<!\d)[1-9]\d{0,7} <\d{1,3}>1 )/;
/** Longer than whatever `nextHead` looks at. */
export const headBytesMax = 48;

/** The first place in bytes, written as Latin 1, where a message can only begin. */
export function nextHeadIn(text: string): number | undefined {
  const found = nextHead.exec(text);
  return found ? found.index + found[0].length : undefined;
}

/** A PRI with a header and nothing behind it: the message follows in the next line, as OpenEMR sends it and some libraries of ATNA do. */
export function isHeaderOnly(line: Uint8Array): boolean {
  if (line.length > 1024) return false;
  const [, text = ''] = /^(?:<\d{1,3}>)?(.*)$/s.exec(Buffer.from(line).toString('latin1').trim()) ?? [];
  const rest = /^1 (?:\S+ ){5}(.*)$/.exec(text)?.[1];
  if (rest !== undefined)
    return rest === '-' || (rest.startsWith('[') && rest.endsWith(']')) || rest.endsWith('\u00EF\u00BB\u00BF');
  return /^(?:\d{4}-\d\d-\d\dT\S+|[A-Z][a-z]{2} {1,2}\d{1,2} [\d:]{8}) \S+$/.test(text);
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** A whole header directly behind a letter, a digit or the end of an object: a sender that ends its messages with nothing. What a relay or a text holds stands behind a blank, a colon or a quote. */
const bareHead = /[\w}](?=<\d{1,3}>(?:1 \d{4}-\d\d-\d\dT|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d ))/;

/** The first place behind `from` where the next message of such a sender begins. */
export function bareHeadIn(bytes: Buffer, from: number, to: number): number | undefined {
  const begin = Math.max(0, from - headBytesMax);
  if (bytes[0] !== less || bytes.subarray(begin, to).indexOf(less) < 0) return undefined;
  const found = bareHead.exec(bytes.toString('latin1', begin, to));
  return found ? begin + found.index + 1 : undefined;
}
