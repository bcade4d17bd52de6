import { isSpace } from '../json/items.js';
import type { Envelope } from '../payload.js';
import { type OwnLine, ownLineOf } from '../vigie/line.js';
import { saidBy } from './hec.js';

const [quote, backslash, comma, colon, open, close] = [0x22, 0x5c, 0x2c, 0x3a, 0x7b, 0x7d];
const names: readonly string[] = ['event', 'time', 'host', 'source', 'sourcetype', 'index'];
const longestName = 12;
const scalarBytesMax = 256;
const number = /^(?:0|[1-9]\d{0,19})(?:\.\d{1,9})?$/;

/** A line in a body of Splunk HEC, and where the event around it ends. */
export interface OwnHecEvent {
  readonly own: OwnLine;
  readonly end: number;
}

/**
 * The event that begins at `start`, where nothing but an object, and words without escapes and numbers beside it, are in it: most are so, and need not be
 * parsed to know where the line lies and what stands around it. Undefined leaves it to the parser. What is in the object is not looked at but for its end.
 * `body` is valid UTF-8.
 */
export function ownHecEventAt(body: Buffer, start: number, envelope: Envelope): OwnHecEvent | undefined {
  if (body[start] !== open) return undefined;
  const said: Record<string, unknown> = {};
  let [line, lineEnd] = [0, 0];
  for (let at = start + 1; ; at += 1) {
    const name = nameAt(body, (at = behindSpaces(body, at)));
    if (name === undefined || Object.hasOwn(said, name)) return undefined;
    at = behindSpaces(body, at + name.length + 2);
    if (body[at] !== colon) return undefined;
    at = behindSpaces(body, at + 1);
    const end = name === 'event' ? objectEnd(body, at) : scalarEnd(body, at);
    if (end === 0) return undefined;
    if (name === 'event') [line, lineEnd] = [at, end];
    const value = name === 'event' ? true : scalarIn(body, at, end);
    if (value === undefined) return undefined;
    said[name] = value;
    at = behindSpaces(body, end);
    if (body[at] === comma) continue;
    return body[at] === close && lineEnd > 0 ? ownIn(body, { line, lineEnd, end: at + 1 }, said, envelope) : undefined;
  }
}

function ownIn(
  body: Buffer,
  { line, lineEnd, end }: { readonly line: number; readonly lineEnd: number; readonly end: number },
  said: Readonly<Record<string, unknown>>,
  envelope: Envelope,
): OwnHecEvent | undefined {
  const around = saidBy(said, envelope);
  const own = around && ownLineOf(body, line, lineEnd, { ...envelope, ...around });
  return own && { own, end };
}

function behindSpaces(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length && isSpace(body[at])) at += 1;
  return at;
}

function nameAt(body: Buffer, at: number): string | undefined {
  if (body[at] !== quote) return undefined;
  let end = at + 1;
  while (end - at <= longestName && body[end] !== quote) end += 1;
  const name = body.toString('latin1', at + 1, end);
  return names.includes(name) ? name : undefined;
}

/** Behind a text without escapes, or a number; 0 for anything else. */
function scalarEnd(body: Buffer, from: number): number {
  let at = from;
  const last = from + scalarBytesMax;
  if (body[at] === quote) {
    for (at += 1; at < last; at += 1) {
      const byte = body[at] ?? 0;
      if (byte === quote) return at + 1;
      if (byte === backslash || byte < 0x20) return 0;
    }
    return 0;
  }
  while (at < last && isOfNumber(body[at] ?? 0)) at += 1;
  return at > from && at < last ? at : 0;
}

function isOfNumber(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || byte === 0x2e;
}

function scalarIn(body: Buffer, start: number, end: number): string | number | undefined {
  if (body[start] === quote) return body.toString('utf8', start + 1, end - 1);
  const text = body.toString('latin1', start, end);
  return number.test(text) ? Number(text) : undefined;
}

/** Behind an object without objects and escapes in it; 0 for anything else. */
function objectEnd(body: Buffer, from: number): number {
  if (body[from] !== open) return 0;
  let isText = false;
  for (let at = from + 1; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === quote) isText = !isText;
    else if (byte === backslash) return 0;
    else if (!isText && byte === open) return 0;
    else if (!isText && byte === close) return at + 1;
  }
  return 0;
}
