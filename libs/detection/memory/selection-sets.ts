import { grown } from './grown.js';
import { outside } from '../scan/outside.js';

/** The set without a selection. */
export const noSelections = 0;
/** What entries say that only one series holds: every rule of it counts them. */
export const everySelection = 1;

/** In place of a selection's number: entries of any set but the empty one. */
export const anySelection = -1;

/**
 * Sets of selections as small numbers, given out as they are met: what a row's answers come to, and what of that a patient was touched under.
 * However many selections there are, few sets of them ever occur, so that a number takes the place of a mask as wide as there are selections.
 */
export class SelectionSets {
  /** 32-bit words of a set. */
  readonly #stride: number;
  #words: Int32Array;
  #count = 0;
  readonly #byWords = new Map<string, number>();
  readonly #unions = new Map<number, number>();
  readonly #singles: number[] = [];
  readonly #differences = new Map<number, number>();

  constructor(selections: number) {
    this.#stride = Math.max(1, Math.ceil(selections / 32));
    this.#words = new Int32Array(64 * this.#stride);
    this.#intern(new Int32Array(this.#stride));
    this.#intern(new Int32Array(this.#stride).fill(-1));
  }

  /** Sets met so far. */
  get count(): number {
    return this.#count;
  }

  /** The set of these selections, by number. */
  of(selections: readonly number[]): number {
    const words = new Int32Array(this.#stride);
    for (const selection of selections) words[selection >>> 5] = (words[selection >>> 5] ?? outside()) | (1 << (selection & 31));
    return this.#intern(words);
  }

  /** The set of one selection. */
  single(selection: number): number {
    return (this.#singles[selection] ??= this.of([selection]));
  }

  /** Whether the selection is in the set; any is in all but the empty one. */
  has(set: number, selection: number): boolean {
    if (selection < 0) return set !== noSelections;
    return ((this.#words[set * this.#stride + (selection >>> 5)] ?? outside()) & (1 << (selection & 31))) !== 0;
  }

  /** Whether a selection is in both. */
  meet(a: number, b: number): boolean {
    const stride = this.#stride;
    const words = this.#words;
    for (let word = 0; word < stride; word += 1)
      if (((words[a * stride + word] ?? outside()) & (words[b * stride + word] ?? outside())) !== 0) return true;
    return false;
  }

  union(a: number, b: number): number {
    if (a === b || b === noSelections) return a;
    if (a === noSelections) return b;
    return this.#paired(this.#unions, a, b, (one, other) => one | other);
  }

  /** What is in `a` and not in `b`. */
  without(a: number, b: number): number {
    if (a === b || a === noSelections) return noSelections;
    if (b === noSelections) return a;
    return this.#paired(this.#differences, a, b, (one, other) => one & ~other);
  }

  /** Numbers of the selections in a set; not to be asked of `everySelection`. */
  members(set: number): readonly number[] {
    const members: number[] = [];
    for (let selection = 0; selection < 32 * this.#stride; selection += 1) if (this.has(set, selection)) members.push(selection);
    return members;
  }

  #paired(known: Map<number, number>, a: number, b: number, join: (one: number, other: number) => number): number {
    const key = a * pairs + b;
    const found = known.get(key);
    if (found !== undefined) return found;
    const from = this.#words.subarray(a * this.#stride, (a + 1) * this.#stride);
    const set = this.#intern(from.map((word, at) => join(word, this.#words[b * this.#stride + at] ?? outside())));
    if (known.size >= pairsMax) known.clear();
    known.set(key, set);
    return set;
  }

  #intern(words: Int32Array): number {
    const key = words.join(' ');
    const known = this.#byWords.get(key);
    if (known !== undefined) return known;
    const set = this.#count;
    this.#count += 1;
    while ((set + 1) * this.#stride > this.#words.length) this.#words = grown(this.#words, Int32Array);
    this.#words.set(words, set * this.#stride);
    this.#byWords.set(key, set);
    return set;
  }
}

/** Above every number of a set; two of them fit into a whole number. */
const pairs = 2 ** 26;
const pairsMax = 1 << 16;
