import { DistinctClinics } from './distinct-clinics.js';
import { DistinctValues } from './distinct-values.js';
import { EventAmounts } from './event-amounts.js';
import { entryWords, hasOwnSpread, markOf, timeOf } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import type { Threshold } from '../compile/series.js';
import type { Counted, Cut, Heeding, Slide } from './slides.js';
import { takesPart } from './same-entries.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber, MarkNumber, Milliseconds } from '../scan/kinds.js';

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
  readonly #clinics = new DistinctClinics();
  /** By entry of a stretch that windows slide over: 1 where its value has come again before it left. */
  #again = new Uint8Array(0);
  /** Entries looked at so far: what judging costs. */
  looked = 0;

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
  ) {
    this.#amounts = ledgers.amounts ? new EventAmounts(16) : undefined;
  }

  /**
   * Counts back from `end` (exclusive) to entries above `edge` and stops as soon as both minima are reached: then the answer is the
   * time of the entry it stopped at (the rule holds until one timespan after it, as long as accesses come in order). Otherwise -1, and
   * `result` has the exact counts of the whole window, no spread where none is asked for.
   */
  back(ledger: LedgerNumber, end: number, edge: number, threshold: Threshold, result: WindowCount): number {
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
      if (!takesPart(this.marks, words, word, mark, threshold.counted)) continue;
      value += this.#add(words, word);
      if (threshold.spreadAtLeast > 0) spread += this.#addSpread(words, word, mark);
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
  sweep(
    ledger: LedgerNumber,
    from: number,
    until: number,
    floor: Milliseconds,
    threshold: Threshold,
    fired: (time: Milliseconds) => void,
  ): number {
    const end = this.ledgers.firstAfter(ledger, until - 1);
    const oldest = this.ledgers.firstAfter(ledger, Math.max(floor, from - threshold.timespanMs));
    if (!this.#hasAnchor(ledger, from, end, threshold.counted)) return Number.POSITIVE_INFINITY;
    if (!this.#amounts && end - oldest < threshold.atLeast) return threshold.atLeast - (end - oldest);
    let spare = Number.POSITIVE_INFINITY;
    const heed = (time: Milliseconds, value: number, spread: number): void => {
      if (spread < threshold.spreadAtLeast) return;
      if (value >= threshold.atLeast) fired(time);
      else spare = Math.min(spare, threshold.atLeast - value);
    };
    this.#slide({ ledger, from, end, first: oldest }, threshold, { heed });
    return spare;
  }

  /**
   * The windows of every entry in `[from, until)` that takes part, as they are heeded, and what those hold that end where each stretch of `widthMs` begins
   * in which an entry lies. `from` is the beginning of one; entries not above `floor` do not exist.
   */
  cut({ ledger, from, until, floor, widthMs }: Cut, threshold: Threshold, heeding: Required<Heeding>): void {
    const end = this.ledgers.firstAfter(ledger, until - 1);
    const first = this.ledgers.firstAfter(ledger, Math.max(floor, from - threshold.timespanMs));
    this.#slide({ ledger, from, end, first }, threshold, heeding, widthMs);
  }

  /** What the entries of the indices say together, one event counted as often as it has entries. */
  amountOf(ledger: LedgerNumber, first: number, end: number): number {
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    this.looked += Math.max(0, end - first);
    let amount = 0;
    for (let index = first; index < end; index += 1) amount += this.ledgers.amountAt(words, start + index * this.ledgers.width);
    return amount;
  }

  /** Calls `heed` with every time in `[from, until)` of an entry that takes part, ascending, and with how much its window holds. */
  each(
    ledger: LedgerNumber,
    from: number,
    until: number,
    { counted, timespanMs }: Counted,
    heed: (time: Milliseconds, value: number) => void,
  ): void {
    const end = this.ledgers.firstAfter(ledger, until - 1);
    if (!this.#hasAnchor(ledger, from, end, counted)) return;
    const first = this.ledgers.firstAfter(ledger, from - timespanMs);
    this.#slide({ ledger, from, end, first }, { counted, timespanMs, spreadAtLeast: 0 }, { heed });
  }

  /** Spreads are 0 where none is asked for. The windows of the anchors from the time `from` on, up to the entry before `end`; `first` is where the first of them begins. */
  #slide(
    { ledger, from, end, first }: Slide,
    { counted, timespanMs, spreadAtLeast }: Omit<Threshold, 'atLeast'>,
    { heed, begins }: Heeding,
    widthMs = Number.POSITIVE_INFINITY,
  ): void {
    const { width } = this.ledgers;
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    this.looked += end - first;
    this.#begin();
    const sums = this.#amounts !== undefined;
    if (!sums) this.#beginMet(end - first);
    const again = this.#again;
    const spreads = spreadAtLeast > 0;
    let [oldest, value, spread] = [first, 0, 0];
    const leave = (edge: number): void => {
      for (; ; oldest += 1) {
        const old = start + oldest * width;
        if (timeOf(words, old) > edge) break;
        const mark = markOf(words, old);
        if (!takesPart(this.marks, words, old, mark, counted)) continue;
        // Whose value came again while it was there is counted there.
        if (sums) value -= this.#remove(words, old);
        else if (again[oldest - first] === 0) value -= 1;
        if (spreads) spread -= this.#removeSpread(words, old, mark);
      }
    };
    let cutAt = begins ? from : Number.POSITIVE_INFINITY;
    // Whether an entry of this time takes part: only then it is an anchor.
    let anchored = false;
    for (let index = first; index < end; index += 1) {
      const word = start + index * width;
      const time = timeOf(words, word);
      if (time >= cutAt) {
        const begun = Math.floor(time / widthMs) * widthMs;
        leave(begun - timespanMs);
        begins?.(begun, value, spread);
        cutAt = begun + widthMs;
      }
      const mark = markOf(words, word);
      if (takesPart(this.marks, words, word, mark, counted)) {
        if (sums) value += this.#add(words, word);
        else {
          const before = this.#values.meet(words, word);
          if (before >= start + oldest * width) again[(before - start) / width - first] = 1;
          else value += 1;
        }
        if (spreads) spread += this.#addSpread(words, word, mark);
        anchored = true;
      }
      if (index + 1 < end && timeOf(words, word + width) === time) continue;
      const isAnchor = anchored && time >= from;
      anchored = false;
      if (!isAnchor) continue;
      leave(time - timespanMs);
      heed(time, value, spread);
    }
  }

  /** Whether an entry of `[from, end)`, a time and an index, takes part: without one there is nothing to anchor a window on. */
  #hasAnchor(ledger: LedgerNumber, from: number, end: number, counted: number): boolean {
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    for (let index = this.ledgers.firstAfter(ledger, from - 1); index < end; index += 1) {
      this.looked += 1;
      const word = start + index * this.ledgers.width;
      if (takesPart(this.marks, words, word, markOf(words, word), counted)) return true;
    }
    return false;
  }

  /** So many entries are to be met. */
  #beginMet(entries: number): void {
    if (entries > this.#again.length) this.#again = new Uint8Array(entries * 2);
    else this.#again.fill(0, 0, entries);
  }

  #begin(): void {
    if (this.#amounts) this.#amounts.begin();
    else this.#values.begin();
    this.#spreads.begin();
    this.#clinics.begin();
  }

  /** By how much the entry raises what is counted. */
  #add(words: Uint32Array, word: number): number {
    const amounts = this.#amounts;
    if (!amounts) return this.#values.add(words, word);
    const before = amounts.sum;
    const amount = this.ledgers.amountAt(words, word);
    amounts.add(
      words[word] ?? outside(),
      words[word + 1] ?? outside(),
      words[word + 2] ?? outside(),
      words[word + 3] ?? outside(),
      amount,
    );
    return amounts.sum - before;
  }

  /** By how much the entry that was added first of its event lowers the sum when it goes. */
  #remove(words: Uint32Array, word: number): number {
    const amounts = this.#amounts;
    if (!amounts) return 0;
    const before = amounts.sum;
    amounts.remove(
      words[word] ?? outside(),
      words[word + 1] ?? outside(),
      words[word + 2] ?? outside(),
      words[word + 3] ?? outside(),
    );
    return before - amounts.sum;
  }

  /** 1 when the spread value of the entry is new among those counted and not removed, else 0. */
  #addSpread(words: Uint32Array, word: number, mark: MarkNumber): number {
    if (this.ledgers.spreads) return hasOwnSpread(words, word) ? this.#spreads.add(words, word + entryWords) : 0;
    return this.#clinics.add(this.marks.clinicOf(mark));
  }

  #removeSpread(words: Uint32Array, word: number, mark: MarkNumber): number {
    if (this.ledgers.spreads) return hasOwnSpread(words, word) ? this.#spreads.remove(words, word + entryWords) : 0;
    return this.#clinics.remove(this.marks.clinicOf(mark));
  }
}
