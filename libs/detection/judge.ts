import type { Entry, LedgerStore } from './ledger-store.js';
import { markOf, sameValue, timeOf } from './ledger-store.js';
import { entryWords } from './entry-arena.js';
import type { Marks } from './marks.js';
import type { Series, SeriesRule } from './series.js';
import { type WindowCount, WindowCounter } from './window-count.js';

/** A rule was found to hold at `first`, at `last`, and at times between them that lie closer than quiet. */
export interface Firing {
  readonly series: Series;
  readonly rule: SeriesRule;
  readonly ledger: number;
  readonly first: number;
  readonly last: number;
}

const valueBits = 24;
const valueMax = 2 ** valueBits - 1;
const spreadMax = 255;

/** Entries looked back at to see that a value is a repetition. Missing one costs a recount, never a decision. */
const lookBackEntries = 8;

/**
 * Takes entries into ledgers and says which rules hold because of them.
 *
 * In order, each rule keeps an upper bound of its counts: one more for a value not seen within its window, never less for what expires.
 * Only when a bound reaches the threshold is the window counted, from its end, and no further than needed: that decides exactly, and
 * says until when the rule holds at least. Out of order, every time whose window holds the new entry is looked at again.
 */
export class Judge {
  readonly counter: WindowCounter;
  /** By ledger: until which time, exclusive, each rule holds for accesses in order. */
  readonly #holds = new Map<number, Float64Array>();
  /** By ledger: for each rule the first and the last time of the newest firings known to lie closer than quiet to one another. */
  readonly #fired = new Map<number, Float64Array>();
  readonly #count: WindowCount = { value: 0, spread: 0, first: 0 };

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
    private readonly quietMs: number,
  ) {
    this.counter = new WindowCounter(ledgers, marks);
  }

  /** Entries not above `floor` are as good as gone. */
  take(series: Series, ledger: number, entry: Entry, floor: number, firings: Firing[]): void {
    const length = this.ledgers.length(ledger);
    if (length > 0 && entry.time < this.ledgers.timeAt(ledger, length - 1)) this.#takeLate(series, ledger, entry, floor, firings);
    else this.#takeInOrder(series, ledger, entry, floor, firings);
  }

  /** The windows of `rule` as they are at `time`. The result is valid until the next call. */
  countAt(ledger: number, rule: SeriesRule, time: number, floor: number): WindowCount {
    this.counter.count(ledger, Math.max(floor, time - rule.timespanMs), time, this.#count);
    if (rule.spreadAtLeast === 0) this.#count.spread = 0;
    return this.#count;
  }

  forget(ledger: number): void {
    this.#holds.delete(ledger);
    this.#fired.delete(ledger);
  }

  #takeInOrder(series: Series, ledger: number, entry: Entry, floor: number, firings: Firing[]): void {
    const { ledgers } = this;
    const length = ledgers.length(ledger);
    const lastWord = ledgers.start(ledger) + (length - 1) * entryWords;
    let seenAt = -1;
    let spreads = true;
    if (length > 0) {
      const words = ledgers.words(ledger);
      spreads = this.marks.spreadOf(markOf(words, lastWord)) !== this.marks.spreadOf(entry.mark);
      const end = lastWord - lookBackEntries * entryWords;
      for (let word = lastWord; word > end && word >= ledgers.start(ledger); word -= entryWords) {
        if (!sameValue(words, word, entry)) continue;
        seenAt = timeOf(words, word);
        if (seenAt === entry.time && markOf(words, word) === entry.mark) return;
        break;
      }
    }
    ledgers.noteSpread(ledger, this.marks.spreadOf(entry.mark));
    ledgers.insert(ledger, length, entry, floor);
    for (const rule of series.rules) {
      const reached = this.#raise(ledger, rule, seenAt <= entry.time - rule.timespanMs || seenAt < 0, spreads);
      if (!reached || !this.#holdsInOrder(ledger, rule, entry.time)) continue;
      this.#noteFired(ledger, rule, entry.time, entry.time);
      firings.push({ series, rule, ledger, first: entry.time, last: entry.time });
    }
  }

  /** Raises the bounds by what the entry may add; whether both have reached the rule's minima. */
  #raise(ledger: number, rule: SeriesRule, newValue: boolean, newSpread: boolean): boolean {
    const packed = this.ledgers.bound(ledger, rule.slot);
    let value = packed & valueMax;
    let spread = packed >>> valueBits;
    if (newValue && value < valueMax) value += 1;
    if (newSpread && spread < spreadMax) spread += 1;
    this.ledgers.setBound(ledger, rule.slot, (spread << valueBits) | value);
    return value >= Math.min(rule.atLeast, valueMax) && spread >= Math.min(rule.spreadAtLeast, spreadMax);
  }

  #holdsInOrder(ledger: number, rule: SeriesRule, time: number): boolean {
    const holds = this.#holds.get(ledger);
    if (holds && time < (holds[rule.slot] ?? 0)) return true;
    const reachedAt = this.counter.back(ledger, this.ledgers.length(ledger), time - rule.timespanMs, rule, this.#count);
    if (reachedAt < 0) {
      const { value, spread } = this.#count;
      this.ledgers.setBound(ledger, rule.slot, (Math.min(spread, spreadMax) << valueBits) | Math.min(value, valueMax));
      return false;
    }
    const until = holds ?? new Float64Array(this.ledgers.slots);
    until[rule.slot] = reachedAt + rule.timespanMs;
    this.#holds.set(ledger, until);
    return true;
  }

  #takeLate(series: Series, ledger: number, entry: Entry, floor: number, firings: Firing[]): void {
    const { ledgers } = this;
    const after = ledgers.firstAfter(ledger, entry.time);
    const words = ledgers.words(ledger);
    for (let index = after - 1; index >= 0; index -= 1) {
      const word = ledgers.start(ledger) + index * entryWords;
      if (timeOf(words, word) !== entry.time) break;
      if (sameValue(words, word, entry) && markOf(words, word) === entry.mark) return;
    }
    ledgers.noteSpread(ledger, this.marks.spreadOf(entry.mark));
    ledgers.insert(ledger, after, entry, floor);
    const sole = ledgers.hasSoleSpread(ledger);
    for (const rule of series.rules) {
      this.#raise(ledger, rule, true, !sole);
      if (!(sole && rule.spreadAtLeast > 1)) this.#sweep(series, ledger, rule, entry.time, floor, firings);
    }
  }

  /**
   * Looks again at every time whose window holds an entry at `time`, but not between firings that are known and closer than quiet to one
   * another: to find another one there changes no incident. That keeps an account that is being emptied as cheap late as in order.
   */
  #sweep(series: Series, ledger: number, rule: SeriesRule, time: number, floor: number, firings: Firing[]): void {
    const { ledgers } = this;
    const known = this.#fired.get(ledger);
    const knownFrom = known?.[2 * rule.slot] ?? 0;
    const knownTo = known?.[2 * rule.slot + 1] ?? 0;
    const from = time > knownFrom && time <= knownTo ? knownTo + 1 : time;
    if (ledgers.timeAt(ledger, ledgers.length(ledger) - 1) < from) return;
    let first = -1;
    let last = -1;
    const tell = (): void => {
      if (first < 0) return;
      this.#noteFired(ledger, rule, first, last);
      firings.push({ series, rule, ledger, first, last });
    };
    this.counter.sweep(ledger, from, time + rule.timespanMs, floor, rule, (fired) => {
      if (first >= 0 && fired - last >= this.quietMs) {
        tell();
        first = fired;
      } else if (first < 0) first = fired;
      last = fired;
    });
    tell();
  }

  /** Firings from `first` to `last`, gaps shorter than quiet, join the known ones, or take their place when they are newer. */
  #noteFired(ledger: number, rule: SeriesRule, first: number, last: number): void {
    const from = 2 * rule.slot;
    let known = this.#fired.get(ledger);
    if (!known) {
      known = new Float64Array(2 * this.ledgers.slots);
      this.#fired.set(ledger, known);
    }
    const knownFrom = known[from] ?? 0;
    const knownTo = known[from + 1] ?? 0;
    if (first - knownTo >= this.quietMs) {
      known[from] = first;
      known[from + 1] = last;
    } else if (knownFrom - last < this.quietMs) {
      known[from] = Math.min(knownFrom, first);
      known[from + 1] = Math.max(knownTo, last);
    }
  }
}
