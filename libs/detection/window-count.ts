import { entryWords } from './entry-arena.js';
import { type LedgerStore, markOf, timeOf } from './ledger-store.js';
import { allBits, type Marks } from './marks.js';

/** What a window held when it was counted. */
export interface WindowCount {
  value: number;
  spread: number;
  /** Time of the earliest entry in it. */
  first: number;
}

/** Both minima of a rule; `spread` 0 where it asks for none. `bit` is the selection whose entries count. */
export interface Threshold {
  readonly bit: number;
  readonly timespanMs: number;
  readonly atLeast: number;
  readonly spreadAtLeast: number;
}

/** Counts distinct values in stretches of a ledger exactly, with tables that are reused from count to count. */
export class WindowCounter {
  #size = 1024;
  #stamps = new Uint32Array(this.#size);
  #words = new Uint32Array(this.#size);
  #counts = new Uint32Array(this.#size);
  #spreadStamps = new Uint32Array(256);
  #spreadCounts = new Uint32Array(256);
  #stamp = 0;
  /** Slots in use, values that were removed again included. */
  #held = 0;

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
  ) {}

  /**
   * Counts back from `end` (exclusive) to entries above `edge` and stops as soon as both minima are reached: then the answer is the
   * time of the entry it stopped at (the rule holds until one timespan after it, as long as accesses come in order). Otherwise -1, and
   * `result` has the exact counts of the whole window.
   */
  back(ledger: number, end: number, edge: number, threshold: Threshold, result: WindowCount): number {
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    this.#begin();
    let value = 0;
    let spread = 0;
    for (let index = end - 1; index >= 0; index -= 1) {
      const word = start + index * entryWords;
      const time = timeOf(words, word);
      if (time <= edge) break;
      const mark = markOf(words, word);
      if (!this.#takesPart(words, word, mark, threshold.bit)) continue;
      value += this.#add(words, word);
      spread += this.#addSpread(mark);
      if (value >= threshold.atLeast && spread >= threshold.spreadAtLeast) return time;
    }
    result.value = value;
    result.spread = spread;
    return -1;
  }

  /** The exact counts of the entries in `(edge, time]` that the selection `bit` marks; `result.first` is 0 where there is none. */
  count(ledger: number, edge: number, time: number, bit: number, result: WindowCount): void {
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    this.#begin();
    const from = this.ledgers.firstAfter(ledger, edge);
    const end = this.ledgers.firstAfter(ledger, time);
    result.value = 0;
    result.spread = 0;
    result.first = 0;
    for (let index = from; index < end; index += 1) {
      const word = start + index * entryWords;
      const mark = markOf(words, word);
      if (!this.#takesPart(words, word, mark, bit)) continue;
      if (result.first === 0) result.first = timeOf(words, word);
      result.value += this.#add(words, word);
      result.spread += this.#addSpread(mark);
    }
  }

  /** Calls `fired` with every time in `[from, until)` of an entry that takes part and at which the threshold is reached, ascending. Entries not above `floor` do not exist. */
  sweep(ledger: number, from: number, until: number, floor: number, threshold: Threshold, fired: (time: number) => void): void {
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    const end = this.ledgers.firstAfter(ledger, until - 1);
    let oldest = this.ledgers.firstAfter(ledger, Math.max(floor, from - threshold.timespanMs));
    if (end - oldest < threshold.atLeast) return;
    this.#begin();
    let value = 0;
    let spread = 0;
    // Whether an entry of this time takes part: only then it is an anchor.
    let anchored = false;
    for (let index = oldest; index < end; index += 1) {
      const word = start + index * entryWords;
      const mark = markOf(words, word);
      if (this.#takesPart(words, word, mark, threshold.bit)) {
        value += this.#add(words, word);
        spread += this.#addSpread(mark);
        anchored = true;
      }
      const time = timeOf(words, word);
      if (index + 1 < end && timeOf(words, word + entryWords) === time) continue;
      const isAnchor = anchored && time >= from;
      anchored = false;
      if (!isAnchor) continue;
      for (; ; oldest += 1) {
        const old = start + oldest * entryWords;
        if (timeOf(words, old) > time - threshold.timespanMs) break;
        const oldMark = markOf(words, old);
        if (!this.#takesPart(words, old, oldMark, threshold.bit)) continue;
        value -= this.#remove(words, old);
        spread -= this.#removeSpread(oldMark);
      }
      if (value >= threshold.atLeast && spread >= threshold.spreadAtLeast) fired(time);
    }
  }

  /** An entry of the shared ledger takes part in rules whose selection marks it, and when it has a patient. */
  #takesPart(words: Uint32Array, word: number, mark: number, bit: number): boolean {
    if (bit === allBits) return true;
    if ((this.marks.bitsOf(mark) & bit) === 0) return false;
    return ((words[word] ?? 0) | (words[word + 1] ?? 0) | (words[word + 2] ?? 0) | (words[word + 3] ?? 0)) !== 0;
  }

  #begin(): void {
    this.#held = 0;
    this.#stamp += 1;
    if (this.#stamp < 0xffffffff) return;
    this.#stamps.fill(0);
    this.#spreadStamps.fill(0);
    this.#stamp = 1;
  }

  /** 1 when the value is new among those counted and not removed, else 0. */
  #add(words: Uint32Array, word: number): number {
    if (this.#held * 2 >= this.#size) this.#grow(words);
    const slot = this.#slotOf(words, word);
    if (this.#stamps[slot] !== this.#stamp) {
      this.#stamps[slot] = this.#stamp;
      this.#words[slot] = word;
      this.#counts[slot] = 1;
      this.#held += 1;
      return 1;
    }
    const count = this.#counts[slot] ?? 0;
    this.#counts[slot] = count + 1;
    return count === 0 ? 1 : 0;
  }

  #remove(words: Uint32Array, word: number): number {
    const slot = this.#slotOf(words, word);
    const count = (this.#counts[slot] ?? 0) - 1;
    this.#counts[slot] = count;
    return count === 0 ? 1 : 0;
  }

  #slotOf(words: Uint32Array, word: number): number {
    const v0 = words[word];
    const v1 = words[word + 1];
    const v2 = words[word + 2];
    const v3 = words[word + 3];
    const mask = this.#size - 1;
    for (let slot = Math.imul((v0 ?? 0) ^ (v3 ?? 0), 0x9e3779b1) & mask; ; slot = (slot + 1) & mask) {
      if (this.#stamps[slot] !== this.#stamp) return slot;
      const held = this.#words[slot] ?? 0;
      if (words[held] === v0 && words[held + 1] === v1 && words[held + 2] === v2 && words[held + 3] === v3) return slot;
    }
  }

  #addSpread(mark: number): number {
    const value = this.marks.spreadOf(mark);
    if (value === 0) return 0;
    if (value >= this.#spreadStamps.length) this.#growSpread(value);
    if (this.#spreadStamps[value] !== this.#stamp) {
      this.#spreadStamps[value] = this.#stamp;
      this.#spreadCounts[value] = 0;
    }
    const count = this.#spreadCounts[value] ?? 0;
    this.#spreadCounts[value] = count + 1;
    return count === 0 ? 1 : 0;
  }

  #removeSpread(mark: number): number {
    const value = this.marks.spreadOf(mark);
    if (value === 0) return 0;
    const count = (this.#spreadCounts[value] ?? 0) - 1;
    this.#spreadCounts[value] = count;
    return count === 0 ? 1 : 0;
  }

  /** Doubles the table of values, keeping what is counted. */
  #grow(words: Uint32Array): void {
    const { size, stamps, held, counts } = { size: this.#size, stamps: this.#stamps, held: this.#words, counts: this.#counts };
    this.#size = size * 2;
    this.#stamps = new Uint32Array(this.#size);
    this.#words = new Uint32Array(this.#size);
    this.#counts = new Uint32Array(this.#size);
    for (let old = 0; old < size; old += 1) {
      if (stamps[old] !== this.#stamp) continue;
      const slot = this.#slotOf(words, held[old] ?? 0);
      this.#stamps[slot] = this.#stamp;
      this.#words[slot] = held[old] ?? 0;
      this.#counts[slot] = counts[old] ?? 0;
    }
  }

  #growSpread(value: number): void {
    const stamps = new Uint32Array(value * 2);
    stamps.set(this.#spreadStamps);
    const counts = new Uint32Array(value * 2);
    counts.set(this.#spreadCounts);
    this.#spreadStamps = stamps;
    this.#spreadCounts = counts;
  }
}
