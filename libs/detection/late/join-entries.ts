import { entryWords, markOf, timeHighBits, timeOf } from '../memory/entry.js';
import type { Marks } from '../memory/marks.js';
import { outside } from '../scan/outside.js';
import type { Milliseconds } from '../scan/kinds.js';

/**
 * The entries of two ledgers over the same account and series as one, by time: what both hold once, with the selections of both. In linear
 * time, but for entries of one and the same time that differ.
 */
export function joinEntries(a: Uint32Array, b: Uint32Array, width: number, marks: Marks): Uint32Array {
  if (a.length === 0 || b.length === 0) return a.length === 0 ? b.slice() : a.slice();
  const joined = new Uint32Array(a.length + b.length);
  let length = 0;
  let i = 0;
  let j = 0;
  const take = (from: Uint32Array, start: number, end: number): void => {
    joined.set(from.subarray(start, end), length);
    length += end - start;
  };
  while (i < a.length || j < b.length) {
    const time = Math.min(i < a.length ? timeOf(a, i) : Infinity, j < b.length ? timeOf(b, j) : Infinity);
    const aEnd = endOf(a, i, width, time);
    const bEnd = endOf(b, j, width, time);
    const start = length;
    take(a, i, aEnd);
    if (!areSame(a, i, aEnd, b, j, bEnd))
      for (let word = j; word < bEnd; word += width)
        if (!merged(joined, { start, end: length, width }, b, word, marks)) take(b, word, word + width);
    i = aEnd;
    j = bEnd;
  }
  return joined.slice(0, length);
}

/** Where the entries of a time end. */
function endOf(entries: Uint32Array, from: number, width: number, time: Milliseconds): number {
  let end = from;
  while (end < entries.length && timeOf(entries, end) === time) end += width;
  return end;
}

function areSame(a: Uint32Array, i: number, aEnd: number, b: Uint32Array, j: number, bEnd: number): boolean {
  if (aEnd - i !== bEnd - j) return false;
  for (let at = 0; at < aEnd - i; at += 1) if (a[i + at] !== b[j + at]) return false;
  return true;
}

/** Whether the entry is one of those of a stretch, which then has the selections of both. */
function merged(
  into: Uint32Array,
  { start, end, width }: { readonly start: number; readonly end: number; readonly width: number },
  from: Uint32Array,
  word: number,
  marks: Marks,
): boolean {
  const mark = markOf(from, word);
  for (let at = start; at < end; at += width) {
    if (!sameValues(into, at, from, word, width) || !marks.sameAccess(markOf(into, at), mark)) continue;
    const both = marks.withSet(markOf(into, at), marks.setOf(mark));
    into[at + 5] = ((into[at + 5] ?? outside()) & (2 ** timeHighBits - 1)) | (both << timeHighBits);
    return true;
  }
  return false;
}

/** The counted value, and the spread value behind it where entries have one of their own. */
function sameValues(a: Uint32Array, i: number, b: Uint32Array, j: number, width: number): boolean {
  for (let at = 0; at < 4; at += 1) if (a[i + at] !== b[j + at]) return false;
  for (let at = entryWords; at < width; at += 1) if (a[i + at] !== b[j + at]) return false;
  return true;
}
