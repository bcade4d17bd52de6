/** Where a message lies in what is held, and where the next may begin. */
export interface PlainMessage {
  readonly start: number;
  readonly end: number;
  readonly next: number;
  readonly isCounted: boolean;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const space = 0x20;
const less = 0x3c;
const zero = 0x30;
/** A count of more digits, or of so few bytes, is looked at more closely. */
const countDigitsMax = 6;
const countMin = 8;

/**
 * The message at the beginning of some bytes, where it is a whole one of RFC 5424 that can be told from everything else at one look: behind its
 * PRI and version there is no `<`, so that no document begins in it; a line has an end, no NUL before it, and does not end as a header alone would.
 * Undefined for every other, of which `SyslogFramer` thinks.
 */
export function plainMessageAt(bytes: Uint8Array, from: number, bytesMax: number): PlainMessage | undefined {
  let at = from;
  while (isSeparator(bytes[at])) at += 1;
  let length = -1;
  if (bytes[at] !== less) {
    const start = at;
    length = 0;
    while (at - start < countDigitsMax && isDigit(bytes[at])) {
      length = length * 10 + (bytes[at] ?? 0) - zero;
      at += 1;
    }
    if (bytes[start] === zero || bytes[at] !== space || length < countMin || length > bytesMax) return undefined;
    at += 1;
  }
  const body = afterVersion(bytes, at);
  if (body < 0) return undefined;
  return length < 0 ? plainLine(bytes, at, body, bytesMax) : plainCounted(bytes, at, body, at + length);
}

/** Behind `<85>1 `, or -1. */
function afterVersion(bytes: Uint8Array, from: number): number {
  if (bytes[from] !== less) return -1;
  let at = from + 1;
  while (at < from + 4 && isDigit(bytes[at])) at += 1;
  return at > from + 1 && bytes[at] === 0x3e && bytes[at + 1] === 0x31 && bytes[at + 2] === space ? at + 3 : -1;
}

function plainCounted(bytes: Uint8Array, start: number, body: number, end: number): PlainMessage | undefined {
  if (end > bytes.length) return undefined;
  for (let at = body; at < end; at += 1) if (bytes[at] === less) return undefined;
  return { start, end, next: end, isCounted: true };
}

function plainLine(bytes: Uint8Array, start: number, body: number, bytesMax: number): PlainMessage | undefined {
  let feed = body;
  for (; bytes[feed] !== lineFeed; feed += 1)
    if (feed >= bytes.length || bytes[feed] === less || bytes[feed] === 0) return undefined;
  const end = bytes[feed - 1] === carriageReturn ? feed - 1 : feed;
  if (feed - start > bytesMax || !endsAsMessage(bytes[end - 1] ?? 0)) return undefined;
  return { start, end, next: feed, isCounted: false };
}

/** A header alone ends in `-`, in `]`, in a byte order mark or in nothing that can be seen. */
function endsAsMessage(byte: number): boolean {
  return byte > space && byte < 0x7f && byte !== 0x2d && byte !== 0x5d;
}

function isSeparator(byte: number | undefined): boolean {
  return byte === lineFeed || byte === carriageReturn || byte === 0 || byte === space || byte === 0x09;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= 0x39;
}
