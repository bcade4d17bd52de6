import { isUtf8 } from 'node:buffer';
import type { Envelope } from '../payload.js';
import { type OwnLine, ownLineOf } from '../vigie/line.js';

const space = 0x20;
const zero = 0x30;
const nine = 0x39;
const brace = 0x7b;
const minus = 0x2d;

/** Words of a header behind the time: host, application, process, kind of message. */
const words = 4;
const wordBytesMax = 64;

/**
 * The line of a message that is nothing but one, or one behind a header of RFC 5424 without structured data, as nearly all libraries write it:
 * what `syslogWrapper` would find there, without making texts of it. Undefined for every other message, and for one that is no valid UTF-8.
 */
export function ownMessageOf(message: Uint8Array, envelope: Envelope): OwnLine | undefined {
  const bytes = Buffer.isBuffer(message) ? message : Buffer.from(message.buffer, message.byteOffset, message.length);
  if (bytes[0] === brace) return isUtf8(bytes) ? ownLineOf(bytes, 0, bytes.length, envelope) : undefined;
  let at = afterTime(bytes);
  let application: string | undefined;
  for (let word = 0; word < words; word += 1) {
    const end = at < 0 ? -1 : wordEnd(bytes, at);
    if (end < 0) return undefined;
    if (word === 1 && !(bytes[at] === minus && end === at + 1)) application = bytes.toString('latin1', at, end);
    at = end + 1;
  }
  if (bytes[at] !== minus || bytes[at + 1] !== space) return undefined;
  // What follows the structured data is a line only where nothing has to be taken from its beginning or end.
  const start = at + (bytes[at + 2] === 0xef && bytes[at + 3] === 0xbb && bytes[at + 4] === 0xbf ? 5 : 2);
  if (bytes[start] !== brace || !isUtf8(bytes)) return undefined;
  return ownLineOf(bytes, start, bytes.length, application === undefined ? envelope : { ...envelope, application });
}

/** Behind `<85>1 2026-11-28T08:12:03Z `, or -1 where the message begins otherwise. */
function afterTime(bytes: Uint8Array): number {
  if (bytes[0] !== 0x3c) return -1;
  let at = 1;
  while (at < 5 && isDigit(bytes[at])) at += 1;
  if (at === 1 || at === 5 || bytes[at] !== 0x3e || bytes[at + 1] !== 0x31 || bytes[at + 2] !== space) return -1;
  at += 3;
  if (bytes[at] === minus) return bytes[at + 1] === space ? at + 2 : -1;
  const start = at;
  while (at - start < wordBytesMax && isOfTime(bytes[at])) at += 1;
  return bytes[at] === space && hasDate(bytes, start) ? at + 1 : -1;
}

/** Whether `YYYY-MM-DDT` stands at `at`: without it the word is no time, and the message no RFC 5424. */
function hasDate(bytes: Uint8Array, at: number): boolean {
  for (let place = 0; place < 10; place += 1)
    if (place === 4 || place === 7 ? bytes[at + place] !== minus : !isDigit(bytes[at + place])) return false;
  return bytes[at + 10] === 0x54;
}

function isOfTime(byte: number | undefined): boolean {
  return isDigit(byte) || byte === 0x3a || byte === minus || byte === 0x2b || byte === 0x2e || byte === 0x54 || byte === 0x5a;
}

/** The end of a word of letters, digits and signs that stand in names, or -1: none of them begins a message. */
function wordEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at - from < wordBytesMax && isOfName(bytes[at] ?? 0)) at += 1;
  return at > from && bytes[at] === space ? at : -1;
}

/** Letters, digits, `_`, and from `-` to `9` the signs `-`, `.` and `/`. */
function isOfName(byte: number): boolean {
  return (byte >= 0x61 && byte <= 0x7a) || (byte >= minus && byte <= nine) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}
