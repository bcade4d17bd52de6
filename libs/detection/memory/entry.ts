import { outside } from '../scan/outside.js';
import type { MarkNumber, Milliseconds } from '../scan/kinds.js';

/**
 * How an entry of a ledger lies in memory: six words, which are the counted value's 128 bits, the low 32 bits of its time, and the high 10 bits of its time below 22
 * bits of mark (clinic, categories, selections). Where rules ask for a spread other than that of clinics over the whole account, four more
 * words hold the 128 bits of its spread value; where they ask for a sum or another figure of numbers, the last word of all is the number.
 */
export const entryWords = 6;
/** Of a spread value of its own, behind the rest. */
export const spreadWords = 4;
export const timeHighBits = 10;
export const markMax = 2 ** 22 - 1;
const timeHighMask = 2 ** timeHighBits - 1;
const word32 = 4_294_967_296;

export interface Entry {
  v0: number;
  v1: number;
  v2: number;
  v3: number;
  time: Milliseconds;
  mark: MarkNumber;
  /** The spread value; all zero for none, and where the mark says it. */
  s0: number;
  s1: number;
  s2: number;
  s3: number;
  /** The number that its event counts with, 32 bits; of series with `amounts` only. */
  amount: number;
}

/** What entries of a store have besides value, time and mark. */
export interface EntryLayout {
  readonly spreads: boolean;
  readonly amounts: boolean;
}

export function noEntry(time = 0): Entry {
  return { v0: 0, v1: 0, v2: 0, v3: 0, time, mark: 0, s0: 0, s1: 0, s2: 0, s3: 0, amount: 0 };
}

export function timeOf(words: Uint32Array, word: number): number {
  return ((words[word + 5] ?? outside()) & timeHighMask) * word32 + (words[word + 4] ?? outside());
}
export function markOf(words: Uint32Array, word: number): MarkNumber {
  return (words[word + 5] ?? outside()) >>> timeHighBits;
}

/** Gives the entry at `word` another time. */
export function setTimeOf(words: Uint32Array, word: number, time: Milliseconds): void {
  words[word + 4] = time; // of which the low 32 bits are kept: a remainder costs more than all else here
  words[word + 5] = Math.floor(time / word32) | ((words[word + 5] ?? outside()) & ~timeHighMask);
}

/** Gives the entry at `word` another mark. */
export function setMarkOf(words: Uint32Array, word: number, mark: MarkNumber): void {
  words[word + 5] = ((words[word + 5] ?? outside()) & timeHighMask) | (mark << timeHighBits);
}

/** Value, time and mark; what more an entry has is written by itself. */
export function writeEntry(words: Uint32Array, word: number, entry: Entry): void {
  words[word] = entry.v0;
  words[word + 1] = entry.v1;
  words[word + 2] = entry.v2;
  words[word + 3] = entry.v3;
  words[word + 4] = entry.time; // the low 32 bits
  words[word + 5] = Math.floor(entry.time / word32) | (entry.mark << timeHighBits);
}

/** The spread value, at the word where that begins. */
export function writeSpread(words: Uint32Array, at: number, { s0, s1, s2, s3 }: Entry): void {
  words[at] = s0;
  words[at + 1] = s1;
  words[at + 2] = s2;
  words[at + 3] = s3;
}
export function hasNoValueAt(words: Uint32Array, word: number): boolean {
  return (
    ((words[word] ?? outside()) |
      (words[word + 1] ?? outside()) |
      (words[word + 2] ?? outside()) |
      (words[word + 3] ?? outside())) ===
    0
  );
}
export function hasOwnSpread(words: Uint32Array, word: number): boolean {
  const at = word + entryWords;
  return (
    ((words[at] ?? outside()) | (words[at + 1] ?? outside()) | (words[at + 2] ?? outside()) | (words[at + 3] ?? outside())) !== 0
  );
}

export function sameValue(words: Uint32Array, word: number, entry: Entry): boolean {
  return words[word] === entry.v0 && words[word + 1] === entry.v1 && words[word + 2] === entry.v2 && words[word + 3] === entry.v3;
}

/** A loop, since most runs are short and a view for `set` costs more than they do. Within one array only towards its beginning. */
export function copyWords(from: Uint32Array, start: number, to: Uint32Array, at: number, count: number): void {
  if (count > 2_048) to.set(from.subarray(start, start + count), at);
  else for (let word = 0; word < count; word += 1) to[at + word] = from[start + word] ?? outside();
}
