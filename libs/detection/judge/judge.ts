// Longer than the house likes: taking an entry in order and late are two halves of one invariant, and the first is the hot loop (bench/score.ts).
import type { CellKey } from '../memory/cell-table.js';
import type { Dormancy } from './dormancy.js';
import type { Entry, LedgerStore } from '../memory/ledger-store.js';
import { markOf, sameValue, timeOf } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import { OrderedChains } from './ordered-chains.js';
import { noSelections } from '../memory/selection-sets.js';
import type { CompiledRule, Series } from '../compile/series.js';
import type { Settler } from './settler.js';
import { Twins } from './twins.js';
import { type WindowCount, WindowCounter } from './window-count.js';

/** A rule was found to hold at `first`, at `last`, and at times between them that lie closer than quiet. */
export interface Firing {
  readonly rule: CompiledRule;
  readonly ledger: number;
  readonly cell: Uint8Array;
  readonly first: number;
  readonly last: number;
  /** The time of the entry that makes it hold; what entered the window at `first`. */
  readonly by: number;
}

/** The ledger that an entry goes to. */
export interface Place {
  series: Series;
  account: number;
  ledger: number;
  /** Valid until the next row. */
  cell: Readonly<Pick<CellKey, 'bytes' | 'start' | 'end'>>;
  /** Entries not above it are as good as gone. */
  floor: number;
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
 * says until when the rule holds at least. Out of order, every time whose window holds the new entry is looked at again. Rules that more
 * entries could undo are not decided here: their anchors go to the settler.
 */
export class Judge {
  readonly counter: WindowCounter;
  readonly twins: Twins;
  readonly #chains: OrderedChains;
  /** By ledger: until which time, exclusive, each rule holds for accesses in order. */
  readonly #holds = new Map<number, Float64Array>();
  /** By ledger: for each rule the first and the last time of the newest firings known to lie closer than quiet to one another. */
  readonly #fired = new Map<number, Float64Array>();
  readonly #count: WindowCount = { value: 0, spread: 0, first: 0 };
  /** Rules of the last series and selections that were asked for: rows repeat them. */
  #rulesOf: { series: Series; set: number; rules: readonly CompiledRule[] } | undefined;
  readonly #rulesKnown = new Map<Series, Map<number, readonly CompiledRule[]>>();

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
    private readonly settler: Settler,
    private readonly dormancy: Dormancy,
    private readonly quietMs: number,
  ) {
    this.counter = new WindowCounter(ledgers, marks);
    this.twins = new Twins(ledgers);
    this.#chains = new OrderedChains(ledgers);
  }

  /** Entries looked at so far. */
  get looked(): number {
    return this.counter.looked + this.twins.looked + this.#chains.looked;
  }

  take(place: Place, entry: Entry, firings: Firing[]): void {
    const { ledgers } = this;
    const length = ledgers.length(place.ledger);
    if (length > 0 && entry.time < ledgers.timeAt(place.ledger, length - 1)) this.#takeLate(place, entry, firings);
    else this.#takeInOrder(place, entry, firings);
  }

  /** The window of `rule` as it is at `time`. The result is valid until the next call. */
  countAt(ledger: number, rule: CompiledRule, time: number, floor: number): WindowCount {
    this.counter.count(ledger, Math.max(floor, time - rule.timespanMs), time, rule.counted, this.#count);
    if (rule.spreadAtLeast === 0) this.#count.spread = 0;
    return this.#count;
  }

  forget(ledger: number): void {
    this.#holds.delete(ledger);
    this.#fired.delete(ledger);
    this.#chains.forget(ledger);
  }

  #takeInOrder(place: Place, entry: Entry, firings: Firing[]): void {
    const { ledgers, marks } = this;
    const { ledger } = place;
    const length = ledgers.length(ledger);
    const { sets } = marks;
    const { width } = ledgers;
    let set = marks.setOf(entry.mark);
    let seenAt = -1;
    let seenSet = noSelections;
    let lastSet = noSelections;
    let spreads = true;
    let isNew = true;
    if (length > 0) {
      const words = ledgers.words(ledger);
      const start = ledgers.start(ledger);
      const lastWord = start + (length - 1) * width;
      const lastMark = markOf(words, lastWord);
      // One without value took part in no rule.
      lastSet = isBlank(words, lastWord) ? noSelections : marks.setOf(lastMark);
      spreads = marks.clinicOf(lastMark) !== marks.clinicOf(entry.mark) || !ledgers.sameOwnSpread(words, lastWord, entry);
      const end = Math.max(start, lastWord - (Math.max(lookBackEntries, place.series.inputs) - 1) * width);
      for (let word = lastWord; word >= end; word -= width) {
        if (!sameValue(words, word, entry)) continue;
        const mark = markOf(words, word);
        seenAt = timeOf(words, word);
        seenSet = marks.setOf(mark);
        if (seenAt === entry.time && marks.sameAccess(mark, entry.mark) && ledgers.sameOwnSpread(words, word, entry)) {
          set = sets.without(set, seenSet);
          this.#joinMarks(ledger, (word - start) / width, mark, entry.mark);
          if (set === noSelections) return;
          isNew = false;
        }
        break;
      }
    }
    if (isNew) {
      ledgers.noteSpread(ledger, entry, marks.clinicOf(entry.mark));
      ledgers.insert(ledger, length, entry, place.floor);
    }
    if (place.series.kind === 'main' && hasNoValue(entry)) return;
    const rules = this.#rulesFor(place.series, set);
    for (let i = 0; i < rules.length; i += 1) {
      const rule = rules[i];
      if (!rule) continue;
      if (rule.settleMs > 0) {
        this.#settleLater(place, rule, entry.time);
        continue;
      }
      if (place.series.kind === 'ordered') {
        if (this.#chains.newest(ledger, place.series.inputs) > entry.time - rule.timespanMs)
          this.#fire(place, rule, entry.time, firings);
        continue;
      }
      const newValue = seenAt < 0 || !sets.has(seenSet, rule.counted) || seenAt <= entry.time - rule.timespanMs;
      const newSpread = spreads || !sets.has(lastSet, rule.counted);
      if (!this.#raise(ledger, rule, newValue, newSpread)) continue;
      if (rule.dormancy >= 0 && !this.dormancy.isAwake(place.account, rule, entry.time)) continue;
      if (this.#holdsInOrder(ledger, rule, entry.time, isNew && newValue, isNew && newSpread))
        this.#fire(place, rule, entry.time, firings);
    }
  }

  /** An access that comes again says what both say, and came in time when one of them did. */
  #joinMarks(ledger: number, index: number, held: number, again: number): void {
    if (held === again) return;
    const both = this.marks.withSet(held, this.marks.setOf(again));
    const joined = this.marks.lateOf(again) === 0 ? this.marks.inTime(both) : both;
    if (joined !== held) this.ledgers.setMark(ledger, index, joined);
  }

  #fire({ ledger, cell }: Place, rule: CompiledRule, time: number, firings: Firing[]): void {
    this.#noteFired(ledger, rule, time, time);
    firings.push({ rule, ledger, cell: copyOf(cell), first: time, last: time, by: time });
  }

  #settleLater({ account, ledger, cell }: Place, rule: CompiledRule, time: number): void {
    this.settler.add({ rule, account, ledger, cell: copyOf(cell), time });
  }

  /** The rules of the series that look at one of the selections. */
  #rulesFor(series: Series, set: number): readonly CompiledRule[] {
    const last = this.#rulesOf;
    if (last && last.series === series && last.set === set) return last.rules;
    const known = this.#rulesKnown.get(series) ?? new Map<number, readonly CompiledRule[]>();
    this.#rulesKnown.set(series, known);
    const rules = known.get(set) ?? series.rules.filter(({ counted }) => this.marks.sets.has(set, counted));
    known.set(set, rules);
    this.#rulesOf = { series, set, rules };
    return rules;
  }

  /** Raises the bounds by what the entry may add; whether both have reached the rule's minima. */
  #raise(ledger: number, rule: CompiledRule, newValue: boolean, newSpread: boolean): boolean {
    const packed = this.ledgers.bound(ledger, rule.slot);
    let value = packed & valueMax;
    let spread = packed >>> valueBits;
    if (newValue && value < valueMax) value += 1;
    if (newSpread && spread < spreadMax) spread += 1;
    this.ledgers.setBound(ledger, rule.slot, (spread << valueBits) | value);
    return value >= Math.min(rule.atLeast, valueMax) && spread >= Math.min(rule.spreadAtLeast, spreadMax);
  }

  /**
   * Whether the newest entry still makes the bounds reach the rule's minima when it is looked at whether its values are new. Without this
   * a window that lacks one value, and is entered by the same ones again and again, would be counted at every access.
   */
  #reaches(ledger: number, rule: CompiledRule, newValue: boolean, newSpread: boolean): boolean {
    const packed = this.ledgers.bound(ledger, rule.slot);
    const index = this.ledgers.length(ledger) - 1;
    const isShort = (bound: number, least: number, what: 'value' | 'spread'): boolean =>
      bound === least && !this.counter.isNew(what, ledger, index, rule);
    const shortValue = newValue && isShort(packed & valueMax, Math.min(rule.atLeast, valueMax), 'value');
    const shortSpread = newSpread && isShort(packed >>> valueBits, Math.min(rule.spreadAtLeast, spreadMax), 'spread');
    if (!shortValue && !shortSpread) return true;
    this.ledgers.setBound(ledger, rule.slot, packed - (shortValue ? 1 : 0) - (shortSpread ? 2 ** valueBits : 0));
    return false;
  }

  #holdsInOrder(ledger: number, rule: CompiledRule, time: number, newValue: boolean, newSpread: boolean): boolean {
    const holds = this.#holds.get(ledger);
    if (holds && time < (holds[rule.slot] ?? 0)) return true;
    if (!this.#reaches(ledger, rule, newValue, newSpread)) return false;
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

  #takeLate(place: Place, entry: Entry, firings: Firing[]): void {
    const { ledgers, marks } = this;
    const { ledger, series } = place;
    const after = ledgers.firstAfter(ledger, entry.time);
    const words = ledgers.words(ledger);
    const { sets } = marks;
    let set = marks.setOf(entry.mark);
    const twin = this.twins.find(ledger, entry, after, (mark) => marks.sameAccess(mark, entry.mark));
    if (twin >= 0) {
      const mark = markOf(words, ledgers.start(ledger) + twin * ledgers.width);
      set = sets.without(set, marks.setOf(mark));
      this.#joinMarks(ledger, twin, mark, entry.mark);
      if (set === noSelections) return;
    } else {
      ledgers.noteSpread(ledger, entry, marks.clinicOf(entry.mark));
      ledgers.insert(ledger, after, entry, place.floor);
    }
    this.#chains.forget(ledger);
    if (series.kind === 'main' && hasNoValue(entry)) return;
    const sole = ledgers.hasSoleSpread(ledger);
    for (const rule of this.#rulesFor(series, set)) {
      if (rule.settleMs > 0) {
        this.#settleLater(place, rule, entry.time);
        continue;
      }
      if (series.kind !== 'ordered') this.#raise(ledger, rule, true, !sole);
      const cannotHold =
        (sole && rule.spreadAtLeast > 1) || (series.kind === 'count' && rule.atLeast > 1 && ledgers.hasSoleValue(ledger));
      if (!cannotHold) this.#sweep(place, rule, entry.time, firings);
    }
  }

  /**
   * Looks again at every time whose window holds an entry at `time`, but not between firings that are known and closer than quiet to one
   * another: to find another one there changes no incident. That keeps an account that is being emptied as cheap late as in order. Of a
   * rule that feeds others every time is told.
   */
  #sweep(place: Place, rule: CompiledRule, time: number, firings: Firing[]): void {
    const { ledgers } = this;
    const { ledger, cell, floor, series } = place;
    if (rule.dormancy >= 0 && !this.dormancy.mayBeAwake(place.account, rule, time, time + rule.timespanMs)) return;
    const feeds = rule.feeds.length > 0;
    const known = this.#fired.get(ledger);
    const knownFrom = known?.[2 * rule.slot] ?? 0;
    const knownTo = known?.[2 * rule.slot + 1] ?? 0;
    const holdsFirst = !feeds && known !== undefined && rule.dormancy < 0 && time === knownFrom;
    // What enters the window at the first of them is told: that window's figures are shown.
    if (holdsFirst) firings.push({ rule, ledger, cell: copyOf(cell), first: time, last: time, by: time });
    const from = holdsFirst || (!feeds && time > knownFrom && time <= knownTo) ? knownTo + 1 : time;
    if (ledgers.timeAt(ledger, ledgers.length(ledger) - 1) < from) return;
    let first = -1;
    let last = -1;
    const tell = (): void => {
      if (first < 0) return;
      this.#noteFired(ledger, rule, first, last);
      firings.push({ rule, ledger, cell: copyOf(cell), first, last, by: time });
    };
    const fired = (at: number): void => {
      if (rule.dormancy >= 0 && !this.dormancy.isAwake(place.account, rule, at)) return;
      if (first >= 0 && (feeds || at - last >= this.quietMs)) {
        tell();
        first = at;
      } else if (first < 0) first = at;
      last = at;
    };
    const until = time + rule.timespanMs;
    if (series.kind === 'ordered') this.#chains.sweep(ledger, series.inputs, from, until, floor, rule.timespanMs, fired);
    else this.counter.sweep(ledger, from, until, floor, rule, fired);
    tell();
  }

  /** Firings from `first` to `last`, gaps shorter than quiet, join the known ones, or take their place when they are newer. */
  #noteFired(ledger: number, rule: CompiledRule, first: number, last: number): void {
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

function hasNoValue({ v0, v1, v2, v3 }: Entry): boolean {
  return (v0 | v1 | v2 | v3) === 0;
}

function isBlank(words: Uint32Array, word: number): boolean {
  return ((words[word] ?? 0) | (words[word + 1] ?? 0) | (words[word + 2] ?? 0) | (words[word + 3] ?? 0)) === 0;
}

/** The cell may lie in a frame whose memory is used again. */
function copyOf({ bytes, start, end }: Place['cell']): Uint8Array {
  return bytes.slice(start, end);
}
