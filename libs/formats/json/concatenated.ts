import { firstByte, isSpace, type ItemRange } from './items.js';

/** One of several JSON values that lie in a body one behind the other. */
export interface ConcatenatedItem extends ItemRange {
  /** False where the body ends inside of it: it was cut off, or never finished. */
  readonly complete: boolean;
}

const quote = 0x22;
const backslash = 0x5c;
const lineFeed = 0x0a;

/**
 * The items of a body of JSON objects or arrays without anything between them, or with white space: `{"event":1}{"event":2}`, as Splunk's
 * HTTP Event Collector takes them. What lies between and is no object is an item too, up to the next one or the end of its line, so that it
 * gets refused at its place. Nothing is read but brackets and quotes; every byte is looked at once.
 */
export function* concatenatedJson(bytes: Uint8Array): Generator<ConcatenatedItem> {
  for (let start = firstByte(bytes); start < bytes.length;) {
    const item = opens(bytes[start]) ? value(bytes, start) : rubbish(bytes, start);
    yield item;
    start = item.end;
    while (start < bytes.length && isSpace(bytes[start])) start += 1;
  }
}

function value(bytes: Uint8Array, start: number): ConcatenatedItem {
  let depth = 0;
  for (let at = start; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === quote) for (at += 1; at < bytes.length && bytes[at] !== quote; at += 1) at += bytes[at] === backslash ? 1 : 0;
    else if (opens(byte)) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    if (depth === 0) return { start, end: at + 1, complete: true };
  }
  return { start, end: bytes.length, complete: false };
}

function rubbish(bytes: Uint8Array, start: number): ConcatenatedItem {
  let end = start;
  while (end < bytes.length && !opens(bytes[end]) && bytes[end] !== lineFeed) end += 1;
  return { start, end, complete: true };
}

function opens(byte: number | undefined): boolean {
  return byte === 0x7b || byte === 0x5b;
}
