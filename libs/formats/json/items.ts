/** How the items of a body are laid out. */
export type Layout = 'lines' | 'array' | 'object';

/** Half-open byte range of one item. */
export interface ItemRange {
  readonly start: number;
  readonly end: number;
}

const lineFeed = 0x0a;
const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const recordSeparator = 0x1e;

/**
 * Tells an array, one object over several lines, and lines (NDJSON) apart by the bytes themselves: shippers' content types cannot be
 * trusted. One object over several lines is what begins with `{` and is still open at the end of its first line, unless the next line begins an object where none can stand: the first was cut off then, and is
 * one bad line.
 */
export function layoutOf(bytes: Uint8Array): Layout {
  const start = firstByte(bytes);
  if (!beginsJson(bytes, start)) return 'lines';
  if (bytes[start] === 0x5b) return 'array';
  const lineEnd = bytes.indexOf(lineFeed, start);
  if (lineEnd < 0) return 'lines';
  return closes(bytes, start, lineEnd) || isCut(bytes, start, lineEnd) ? 'lines' : 'object';
}

/** Whether an object begins behind a line that is still open, though JSON has one only behind a bracket, a colon or a comma; or behind one of these, and the body never closes. */
function isCut(bytes: Uint8Array, start: number, lineEnd: number): boolean {
  let next = lineEnd;
  while (next < bytes.length && isSpace(bytes[next])) next += 1;
  if (bytes[next] !== 0x7b) return false;
  const last = bytes[trimEnd(bytes, start, lineEnd) - 1] ?? 0;
  return (last !== 0x5b && last !== 0x3a && last !== comma) || !closes(bytes, start, bytes.length);
}

/** The items of a body, in order, without reading them. An item that is cut off by the end of the body is still an item. */
export function* itemsOf(bytes: Uint8Array, layout: Layout): Generator<ItemRange> {
  const start = firstByte(bytes);
  if (layout === 'lines') yield* linesOf(bytes, start);
  else if (layout === 'array') yield* elementsOf(bytes, start + 1);
  else yield { start, end: trimEnd(bytes, start, bytes.length) };
}

/** Where the first item begins: after white space, a UTF-8 byte order mark, and the separator of a sequence of records (RFC 7464). */
export function firstByte(bytes: Uint8Array): number {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length && (isSpace(bytes[at]) || bytes[at] === recordSeparator)) at += 1;
  return at;
}

const element = String.raw`[{["\]]|(?:null|true|false)\s{0,8}[,\]]|-?\d{1,16}(?:\.\d{1,8})?\s{0,4},`;
const firstElement = new RegExp(`^(?:${element})`);
/** Characters of the first element that are looked at. */
const elementMax = 32;
/** White space has the byte order mark among it. */
const arrayOrObject = new RegExp(String.raw`^\s*(?:\{|\[\s*(?:${element}|$))`);

/** Whether an object or an array of records begins at a place. A bracket alone begins many a line of a logger: `[2026-11-28 08:12:03] INFO`, `[main]`. */
export function beginsJson(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] === 0x7b) return true;
  if (bytes[at] !== 0x5b) return false;
  let next = at + 1;
  while (next < bytes.length && isSpace(bytes[next])) next += 1;
  return next === bytes.length || firstElement.test(Buffer.from(bytes.subarray(next, next + elementMax)).toString('latin1'));
}

/** The same of a text, behind white space and a byte order mark. */
export function textBeginsJson(text: string): boolean {
  return arrayOrObject.test(text);
}

function* linesOf(bytes: Uint8Array, from: number): Generator<ItemRange> {
  for (let start = from; start < bytes.length;) {
    const { item, next } = lineAt(bytes, start);
    if (item) yield item;
    start = next;
  }
}

/** The line that begins at `from` without white space at its ends, nothing for an empty one, and where the next begins. */
export function lineAt(bytes: Uint8Array, from: number): { readonly item: ItemRange | undefined; readonly next: number } {
  const found = bytes.indexOf(lineFeed, from);
  const lineEnd = found < 0 ? bytes.length : found;
  return { item: trimmed(bytes, from, lineEnd), next: lineEnd + 1 };
}

/** Where the next line begins when only white space is left of this one, or -1. */
export function lineEndsAt(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== lineFeed) {
    if (!isSpace(bytes[at])) return -1;
    at += 1;
  }
  return at + 1;
}

/** Elements between commas at the array's own level; what follows the closing bracket is an item too, so that it gets refused. */
function* elementsOf(bytes: Uint8Array, from: number): Generator<ItemRange> {
  let depth = 0;
  let start = from;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = stringEnd(bytes, at);
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (depth > 0 && (byte === 0x7d || byte === 0x5d)) depth -= 1;
    else if (depth === 0 && (byte === comma || byte === 0x5d)) {
      const item = trimmed(bytes, start, at);
      if (item) yield item;
      start = at + 1;
      if (byte === 0x5d) break;
    }
  }
  const rest = trimmed(bytes, start, bytes.length);
  if (rest) yield rest;
}

function trimmed(bytes: Uint8Array, from: number, to: number): ItemRange | undefined {
  let start = from;
  while (start < to && isSpace(bytes[start])) start += 1;
  const end = trimEnd(bytes, start, to);
  return end > start ? { start, end } : undefined;
}

function closes(bytes: Uint8Array, from: number, to: number): boolean {
  let depth = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at];
    if (byte === quote) at = stringEnd(bytes, at);
    else if (byte === 0x7b || byte === 0x5b) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return depth <= 0;
}

/** Index of the closing quote of the string that opens at `at`, or the end of the bytes. */
function stringEnd(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < bytes.length && bytes[end] !== quote) end += bytes[end] === backslash ? 2 : 1;
  return end;
}

function trimEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  while (end > from && isSpace(bytes[end - 1])) end -= 1;
  return end;
}

/** JSON's white space. */
export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
