import { DistinctValues } from './distinct-values.js';
import { EventAmounts } from './event-amounts.js';
import { entryWords } from '../memory/entry-arena.js';
import { hasNoValueAt, hasOwnSpread, type LedgerStore, markOf, timeOf } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import { anySelection } from '../memory/selection-sets.js';
import type { Threshold } from '../compile/series.js';

/** What a window held when it was counted. */
export interface WindowCount {
  value: number;
  spread: number;
  /** Time of the earliest entry in it. */
  first: number;
}

/** Counts distinct values of windows, or sums numbers up, exactly as far as rules need it to be decided, with tables that are reused from count to count. */
export class WindowCounter {
  readonly #values = new DistinctValues();
  readonly #spreads = new DistinctValues();
  /** In the place of `#values` where entries have numbers. */
  readonly #amounts: EventAmounts | undefined;
  /** Of the shared ledgers, whose spread value is the clinic. */
  #clinicStamps = new Uint32Array(256);
  #clinicCounts = new Uint32Array(256);
  #stamp = 0;
  /** Entries looked at so far: what judging costs. */
  looked = 0;

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
  ) {
    this.#amounts = ledgers.amounts ? new EventAmounts(1024) : undefined;
  }

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
      const word = start + index * this.ledgers.width;
      const time = timeOf(words, word);
      if (time <= edge) break;
      this.looked += 1;
      const mark = markOf(words, word);
      if (!this.#takesPart(words, word, mark, threshold.counted)) continue;
      value += this.#add(words, word);
      spread += this.#addSpread(words, word, mark);
      if (value >= threshold.atLeast && spread >= threshold.spreadAtLeast) return time;
    }
    result.value = value;
    result.spread = spread;
    return -1;
  }

  /**
   * Calls `fired` with every time in `[from, until)` of an entry that takes part and at which the threshold is reached, ascending. Entries not above
   * `floor` do not exist. The result is how many more entries may come (or how much more they may say) before it can be reached at another of these
   * times, if none of them brings a spread value that the windows lack.
   */
  sweep(ledger: number, from: number, until: number, floor: number, threshold: Threshold, fired: (time: number) => void): number {
    const end = this.ledgers.firstAfter(ledger, until - 1);
    const oldest = this.ledgers.firstAfter(ledger, Math.max(floor, from - threshold.timespanMs));
    if (!this.#hasAnchor(ledger, from, end, threshold.counted)) return Number.POSITIVE_INFINITY;
    if (!this.#amounts && end - oldest < threshold.atLeast) return threshold.atLeast - (end - oldest);
    let spare = Number.POSITIVE_INFINITY;
    this.#slide(ledger, from, end, oldest, threshold, (time, value, spread) => {
      if (spread < threshold.spreadAtLeast) return;
      if (value >= threshold.atLeast) fired(time);
      else spare = Math.min(spare, threshold.atLeast - value);
    });
    return spare;
  }

  /** Calls `heed` with every time in `[from, until)` of an entry that takes part, ascending, and with how much its window holds. */
  each(
    ledger: number,
    from: number,
    until: number,
    { counted, timespanMs }: Pick<Threshold, 'counted' | 'timespanMs'>,
    heed: (time: number, value: number) => void,
  ): void {
    const end = this.ledgers.firstAfter(ledger, until - 1);
    if (!this.#hasAnchor(ledger, from, end, counted)) return;
    this.#slide(ledger, from, end, this.ledgers.firstAfter(ledger, from - timespanMs), { counted, timespanMs }, heed);
  }

  /** The windows of the anchors from the time `from` on, up to the entry before `end`; `first` is where the first of them begins. */
  #slide(
    ledger: number,
    from: number,
    end: number,
    first: number,
    { counted, timespanMs }: Pick<Threshold, 'counted' | 'timespanMs'>,
    heed: (time: number, value: number, spread: number) => void,
  ): void {
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    this.looked += end - first;
    this.#begin();
    let [oldest, value, spread] = [first, 0, 0];
    // Whether an entry of this time takes part: only then it is an anchor.
    let anchored = false;
    for (let index = oldest; index < end; index += 1) {
      const word = start + index * this.ledgers.width;
      const mark = markOf(words, word);
      if (this.#takesPart(words, word, mark, counted)) {
        value += this.#add(words, word);
        spread += this.#addSpread(words, word, mark);
        anchored = true;
      }
      const time = timeOf(words, word);
      if (index + 1 < end && timeOf(words, word + this.ledgers.width) === time) continue;
      const isAnchor = anchored && time >= from;
      anchored = false;
      if (!isAnchor) continue;
      for (; ; oldest += 1) {
        const old = start + oldest * this.ledgers.width;
        if (timeOf(words, old) > time - timespanMs) break;
        const oldMark = markOf(words, old);
        if (!this.#takesPart(words, old, oldMark, counted)) continue;
        value -= this.#remove(words, old);
        spread -= this.#removeSpread(words, old, oldMark);
      }
      heed(time, value, spread);
    }
  }

  /**
   * Whether the entry at `index`, which has just come in as the newest, has a value (or a spread value) that no other one within the window
   * has that the selection `counted` marks; of numbers, that no other one of its event says as much. Looks back no further than to the first such.
   */
  isNew(what: 'value' | 'spread', ledger: number, index: number, { counted, timespanMs }: Threshold): boolean {
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    const own = start + index * this.ledgers.width;
    const edge = timeOf(words, own) - timespanMs;
    const same = what === 'value' ? this.#sameValue : this.#sameSpread;
    for (let word = own - this.ledgers.width; word >= start; word -= this.ledgers.width) {
      if (timeOf(words, word) <= edge) return true;
      this.looked += 1;
      if (same(words, own, word) && this.#takesPart(words, word, markOf(words, word), counted)) return false;
    }
    return true;
  }

  readonly #sameValue = (words: Uint32Array, own: number, other: number): boolean =>
    sameWords(words, own, other) && (!this.#amounts || this.ledgers.amountAt(words, other) >= this.ledgers.amountAt(words, own));

  readonly #sameSpread = (words: Uint32Array, a: number, b: number): boolean =>
    this.ledgers.spreads
      ? sameWords(words, a + entryWords, b + entryWords)
      : this.marks.clinicOf(markOf(words, a)) === this.marks.clinicOf(markOf(words, b));

  /** Whether an entry of `[from, end)`, a time and an index, takes part: without one there is nothing to anchor a window on. */
  #hasAnchor(ledger: number, from: number, end: number, counted: number): boolean {
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    for (let index = this.ledgers.firstAfter(ledger, from - 1); index < end; index += 1) {
      this.looked += 1;
      const word = start + index * this.ledgers.width;
      if (this.#takesPart(words, word, markOf(words, word), counted)) return true;
    }
    return false;
  }

  /** An entry of the shared ledger takes part in rules whose selection marks it, and when it has a patient. */
  #takesPart(words: Uint32Array, word: number, mark: number, counted: number): boolean {
    if (counted === anySelection) return true;
    if (!this.marks.sets.has(this.marks.setOf(mark), counted)) return false;
    return !hasNoValueAt(words, word);
  }

  #begin(): void {
    if (this.#amounts) this.#amounts.begin();
    else this.#values.begin();
    this.#spreads.begin();
    this.#stamp += 1;
    if (this.#stamp < 0xffffffff) return;
    this.#clinicStamps.fill(0);
    this.#stamp = 1;
  }

  /** By how much the entry raises what is counted. */
  #add(words: Uint32Array, word: number): number {
    const amounts = this.#amounts;
    if (!amounts) return this.#values.add(words, word);
    const before = amounts.sum;
    const amount = this.ledgers.amountAt(words, word);
    amounts.add(words[word] ?? 0, words[word + 1] ?? 0, words[word + 2] ?? 0, words[word + 3] ?? 0, amount);
    return amounts.sum - before;
  }

  /** By how much the entry that was added first of its value lowers what is counted when it goes. */
  #remove(words: Uint32Array, word: number): number {
    const amounts = this.#amounts;
    if (!amounts) return this.#values.remove(words, word);
    const before = amounts.sum;
    amounts.remove(words[word] ?? 0, words[word + 1] ?? 0, words[word + 2] ?? 0, words[word + 3] ?? 0);
    return before - amounts.sum;
  }

  /** 1 when the spread value of the entry is new among those counted and not removed, else 0. */
  #addSpread(words: Uint32Array, word: number, mark: number): number {
    if (this.ledgers.spreads) return hasOwnSpread(words, word) ? this.#spreads.add(words, word + entryWords) : 0;
    const clinic = this.marks.clinicOf(mark);
    if (clinic === 0) return 0;
    if (clinic >= this.#clinicStamps.length) this.#growClinics(clinic);
    if (this.#clinicStamps[clinic] !== this.#stamp) {
      this.#clinicStamps[clinic] = this.#stamp;
      this.#clinicCounts[clinic] = 0;
    }
    const count = this.#clinicCounts[clinic] ?? 0;
    this.#clinicCounts[clinic] = count + 1;
    return count === 0 ? 1 : 0;
  }

  #removeSpread(words: Uint32Array, word: number, mark: number): number {
    if (this.ledgers.spreads) return hasOwnSpread(words, word) ? this.#spreads.remove(words, word + entryWords) : 0;
    const clinic = this.marks.clinicOf(mark);
    if (clinic === 0) return 0;
    const count = (this.#clinicCounts[clinic] ?? 0) - 1;
    this.#clinicCounts[clinic] = count;
    return count === 0 ? 1 : 0;
  }

  #growClinics(clinic: number): void {
    const stamps = new Uint32Array(clinic * 2);
    stamps.set(this.#clinicStamps);
    const counts = new Uint32Array(clinic * 2);
    counts.set(this.#clinicCounts);
    this.#clinicStamps = stamps;
    this.#clinicCounts = counts;
  }
}

/** Whether four words are the same at two places. */
function sameWords(words: Uint32Array, a: number, b: number): boolean {
  return words[a] === words[b] && words[a + 1] === words[b + 1] && words[a + 2] === words[b + 2] && words[a + 3] === words[b + 3];
}
