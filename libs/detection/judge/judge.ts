// Longer than the house likes: what an access does to a ledger is one hot loop, and its parts call one another.
import { Bounds } from './bounds.js';
import type { Dormancy } from './dormancy.js';
import { copyOf, type Firing, firingAt, type Place } from './firing.js';
import { KnownFirings } from './known-firings.js';
import { LateBounds } from './late-bounds.js';
import { LateRuns } from './late-runs.js';
import { type LateEntry, LateSweep } from './late-sweep.js';
import { lookBack, nothingSeen } from './look-back.js';
import { figureOf } from '../count/figure.js';
import { forbids, isAnchor, metBetween } from './meetings.js';
import { GrownCounts } from '../count/grown-counts.js';
import { type Entry, type LedgerStore, markOf } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import { OrderedChains } from './ordered-chains.js';
import type { Stretches } from '../count/stretches.js';
import { noSelections } from '../memory/selection-sets.js';
import type { CompiledRule, Series, Threshold } from '../compile/series.js';
import type { Days } from '../days/days.js';
import type { Settler } from './settler.js';
import { Twins } from './twins.js';
import { SameEntries } from '../count/same-entries.js';
import { type WindowCount, WindowCounter } from '../count/window-count.js';

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
  readonly #fired: KnownFirings;
  readonly #bounds: Bounds;
  readonly #runs: LateRuns;
  readonly #sweep: LateSweep;
  readonly #same: SameEntries;
  readonly #late: LateBounds;
  readonly #seen = nothingSeen();
  readonly #count: WindowCount = { value: 0, spread: 0, first: 0 };
  /** What a rule is told from that asks for habits. */
  readonly #told = { counted: 0, timespanMs: 0, atLeast: 0, spreadAtLeast: 0 };
  /** Rules of the last series and selections that were asked for: rows repeat them. */
  #rulesOf: { series: Series; set: number; rules: readonly CompiledRule[] } | undefined;
  readonly #rulesKnown = new Map<Series, Map<number, readonly CompiledRule[]>>();

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
    private readonly settler: Settler,
    private readonly dormancy: Dormancy,
    quietMs: number,
    /** Where the model of habits is asked; without it rules that ask for habits never hold. */
    private readonly days?: Days,
    readonly counts = new GrownCounts(ledgers, marks),
    /** Entries of a window from which on bounds of it are remembered for those that come late. */
    lateEntriesMin?: number,
  ) {
    this.counter = new WindowCounter(ledgers, marks);
    this.twins = new Twins(ledgers);
    this.#chains = new OrderedChains(ledgers);
    this.#fired = new KnownFirings(ledgers.slots, quietMs);
    this.#same = new SameEntries(ledgers, marks);
    this.#bounds = new Bounds(ledgers, this.#same);
    this.#runs = new LateRuns(ledgers);
    this.#late = new LateBounds(ledgers, this.counter, this.#same, lateEntriesMin);
    this.#sweep = new LateSweep({
      ledgers,
      bounds: this.#late,
      chains: this.#chains,
      known: this.#fired,
      runs: this.#runs,
      dormancy,
      days,
      quietMs,
    });
  }

  get bytes(): number {
    return this.counts.bytes + this.#late.bytes;
  }

  /** Entries looked at so far. */
  get looked(): number {
    return this.counter.looked + this.#same.looked + this.counts.looked + this.twins.looked + this.#chains.looked;
  }

  /**
   * Puts the entry into its ledger and adds what holds because of it to `firings`. False when an anchor that it sets should have been judged
   * before: only the account's history tells now.
   */
  take(place: Place, entry: Entry, firings: Firing[]): boolean {
    const { ledgers } = this;
    const length = ledgers.length(place.ledger);
    if (length > 0 && entry.time < ledgers.timeAt(place.ledger, length - 1)) return this.#takeLate(place, entry, firings);
    return this.#takeInOrder(place, entry, firings);
  }

  /** The window of `rule` as it is at `time`; `again` where it may be asked for when it has grown. */
  countAt(ledger: number, rule: CompiledRule, time: number, floor: number, again: boolean): WindowCount {
    const edge = Math.max(floor, time - rule.timespanMs);
    const count = this.counts.of(ledger, edge, time, this.counts.setOf(rule.counted), again);
    return { value: figureOf(rule.rule, count), spread: rule.spreadAtLeast === 0 ? 0 : count.spread, first: count.first };
  }

  /** The inputs that entries above `after` and up to `until` came by. */
  met(ledger: number, after: number, until: number): ReadonlySet<number> {
    this.counter.looked += this.ledgers.firstAfter(ledger, until) - this.ledgers.firstAfter(ledger, after);
    return metBetween(this.ledgers, ledger, after, until);
  }

  forget(ledger: number): void {
    this.#holds.delete(ledger);
    this.counts.forget(ledger);
    this.#fired.forget(ledger);
    this.#chains.forget(ledger);
    this.#runs.end(ledger);
    this.#late.forget(ledger);
  }

  #takeInOrder(place: Place, entry: Entry, firings: Firing[]): boolean {
    const { ledgers, marks } = this;
    const { sets } = marks;
    const { ledger, series } = place;
    const seen = this.#seen;
    this.#runs.end(ledger);
    lookBack(ledgers, marks, place, entry, seen);
    const isNew = seen.twin < 0;
    let set = marks.setOf(entry.mark);
    if (isNew) {
      ledgers.noteSpread(ledger, entry, marks.clinicOf(entry.mark));
      ledgers.insert(ledger, ledgers.length(ledger), entry, place.floor);
    } else {
      set = sets.without(set, seen.valueSet);
      this.#joinMarks(ledger, seen.twin, seen.twinMark, entry);
      if (set === noSelections) return true;
    }
    if (series.kind === 'main' && hasNoValue(entry)) return true;
    let isInTime = true;
    const late = this.#late.of(ledger);
    const rules = this.#rulesFor(series, set);
    for (let i = 0; i < rules.length; i += 1) {
      const rule = rules[i];
      if (!rule) continue;
      if (rule.settleMs > 0) {
        if (!this.#settleLater(place, rule, entry)) isInTime = false;
        continue;
      }
      if (series.kind === 'ordered') {
        if (this.#chains.newest(ledger, series.inputs) > entry.time - rule.timespanMs)
          this.#fire(place, rule, entry.time, firings);
        continue;
      }
      const stretches = late?.[rule.slot];
      if (stretches) this.#append(place, rule, entry, isNew, firings, stretches);
      else this.#judge(place, rule, entry, isNew, firings);
    }
    return isInTime;
  }

  /** What the newest entry makes hold. */
  #judge(place: Place, rule: CompiledRule, entry: Entry, isNew: boolean, firings: Firing[]): void {
    const { sets } = this.marks;
    const { ledger, account } = place;
    const { time } = entry;
    const seen = this.#seen;
    const newValue = seen.valueAt < 0 || !sets.has(seen.valueSet, rule.counted) || seen.valueAt <= time - rule.timespanMs;
    const newSpread = seen.newSpread || !sets.has(seen.lastSet, rule.counted);
    const gain = newValue ? this.#gainOf(entry) : 0;
    if (rule.habit >= 0) {
      this.#takeHabit(place, rule, time, gain, isNew, firings);
      return;
    }
    if (!this.#bounds.raise(ledger, rule, gain, newSpread)) return;
    if (rule.dormancy >= 0 && !this.dormancy.isAwake(account, rule, time)) return;
    if (rule.days && !this.days?.isUnusual(account, time)) return;
    if (this.#holdsInOrder(ledger, rule, rule, time, isNew ? gain : 0, isNew && newSpread))
      this.#fire(place, rule, time, firings);
  }

  /** The same where bounds are remembered for what comes late. Since the entry before it no window has held more than one of both bounds. */
  #append(place: Place, rule: CompiledRule, entry: Entry, isNew: boolean, firings: Firing[], stretches: Stretches): void {
    const { ledger } = place;
    const bounds = this.#bounds;
    const [value, spread] = [bounds.upper(ledger, rule), bounds.upperSpread(ledger, rule)];
    this.#judge(place, rule, entry, isNew, firings);
    stretches.append(entry.time, Math.max(value, bounds.upper(ledger, rule)), Math.max(spread, bounds.upperSpread(ledger, rule)));
  }

  /** Of a rule that is told from where it is more than usual, each day anew. */
  #takeHabit(place: Place, rule: CompiledRule, time: number, gain: number, isNew: boolean, firings: Firing[]): void {
    const { days } = this;
    if (!days) return;
    const upper = this.#upperOf(place.ledger, rule, time, gain);
    const record = days.at(place.account, time);
    if (record === 0) return;
    // Of a window that is not held as a whole the account's history is asked.
    if (rule.learns && time - rule.timespanMs >= place.floor) days.rise(record, rule.habit, time, upper);
    if (upper < rule.atLeast) return;
    const told = this.#told;
    told.atLeast = days.least(record, rule.habit);
    if (upper < told.atLeast) return;
    told.counted = rule.counted;
    told.timespanMs = rule.timespanMs;
    if (this.#holdsInOrder(place.ledger, rule, told, time, isNew ? gain : 0, false, days.table.end(record)))
      this.#fire(place, rule, time, firings);
  }

  /** What the window of the newest entry holds at most. After a restart that is counted, once. */
  #upperOf(ledger: number, rule: CompiledRule, time: number, gain: number): number {
    const upper = this.#bounds.raiseTo(ledger, rule, gain);
    if (upper < Number.POSITIVE_INFINITY) return upper;
    const all = { counted: rule.counted, timespanMs: rule.timespanMs, atLeast: upper, spreadAtLeast: 0 };
    this.counter.back(ledger, this.ledgers.length(ledger), time - rule.timespanMs, all, this.#count);
    this.#bounds.set(ledger, rule, this.#count.value, 0);
    return this.#count.value;
  }

  /** Tells of the times in `[from, until)` at which the rule holds, of a day that turns out to be unusual: no window has grown. */
  between(place: Place, rule: CompiledRule, from: number, until: number, firings: Firing[]): void {
    if (this.ledgers.length(place.ledger) > 0) this.#sweep.between(place, rule, from, until, firings);
  }

  /** An access that comes again says what both say, and came in time when one of them did. */
  #joinMarks(ledger: number, index: number, held: number, { mark: again, time }: Entry): void {
    if (held === again) return;
    const both = this.marks.withSet(held, this.marks.setOf(again));
    const joined = this.marks.lateOf(again) === 0 ? this.marks.inTime(both) : both;
    if (joined === held) return;
    this.ledgers.setMark(ledger, index, joined);
    this.counts.marked(ledger, time);
  }

  #fire(place: Place, rule: CompiledRule, time: number, firings: Firing[]): void {
    this.#fired.note(place.ledger, rule, time, time);
    firings.push(firingAt(place, rule, { first: time, last: time, by: time }, this.days));
  }

  /** False when the anchor, or one of those before it that the entry decides about, should have been judged before. */
  #settleLater({ account, ledger, cell }: Place, rule: CompiledRule, { time, v3 }: Entry): boolean {
    const { settler } = this;
    const isInTime = !forbids(rule, v3) || settler.waitsFor(rule, time - rule.forwardMs);
    return (!isAnchor(rule, v3) || settler.add({ rule, account, ledger, cell: copyOf(cell), time })) && isInTime;
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

  /** What the entry adds to a window at most. */
  #gainOf({ amount }: Entry): number {
    return this.ledgers.amounts ? amount : 1;
  }

  /** `least`: what it is told from, until the time `end`. */
  #holdsInOrder(
    ledger: number,
    rule: CompiledRule,
    least: Threshold,
    time: number,
    gain: number,
    newSpread: boolean,
    end = Number.POSITIVE_INFINITY,
  ): boolean {
    const holds = this.#holds.get(ledger);
    if (holds && time < (holds[rule.slot] ?? 0)) return true;
    if (!this.#bounds.reach(ledger, rule, least.atLeast, gain, newSpread)) return false;
    const reachedAt = this.counter.back(ledger, this.ledgers.length(ledger), time - rule.timespanMs, least, this.#count);
    if (reachedAt < 0) {
      const { value, spread } = this.#count;
      this.#bounds.set(ledger, rule, value, spread);
      return false;
    }
    const until = holds ?? new Float64Array(this.ledgers.slots);
    until[rule.slot] = Math.min(end, reachedAt + rule.timespanMs);
    this.#holds.set(ledger, until);
    return true;
  }

  #takeLate(place: Place, entry: Entry, firings: Firing[]): boolean {
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
      this.#joinMarks(ledger, twin, mark, entry);
      this.#runs.end(ledger);
      if (set === noSelections) return true;
    } else {
      ledgers.noteSpread(ledger, entry, marks.clinicOf(entry.mark));
      ledgers.insert(ledger, after, entry, place.floor);
      this.counts.inserted(ledger, entry);
      this.#runs.goOn(ledger, entry);
    }
    this.#chains.forget(ledger);
    if (series.kind === 'main' && hasNoValue(entry)) return true;
    let isInTime = true;
    const sole = ledgers.hasSoleSpread(ledger);
    const isSame = series.kind === 'count' && !ledgers.amounts && ledgers.hasSoleValue(ledger);
    const late = { time: entry.time, gain: this.#gainOf(entry), isNew: twin < 0 };
    const known = this.#late.of(ledger);
    for (const rule of this.#rulesFor(series, set)) {
      if (rule.settleMs > 0) {
        if (!this.#settleLater(place, rule, entry)) isInTime = false;
        continue;
      }
      if (series.kind !== 'ordered') this.#bounds.raise(ledger, rule, late.gain, !sole);
      known?.[rule.slot]?.raise(late.time, late.gain, sole || rule.spreadAtLeast === 0 ? 0 : 1);
      if (rule.habit >= 0 && rule.learns) this.#riseLate(place, rule, late, isSame);
      const cannotHold = (sole && rule.spreadAtLeast > 1) || (isSame && rule.atLeast > 1);
      if (!cannotHold) this.#sweep.take(place, rule, late, firings);
    }
    return isInTime;
  }

  /** Windows that are held as a whole may hold more now; of others the account's history is asked. One that ends with the entry holds no more values than entries. */
  #riseLate({ account, ledger, floor }: Place, rule: CompiledRule, { time, gain }: LateEntry, isSame: boolean): void {
    const { ledgers } = this;
    const until = time + rule.timespanMs;
    const from = Math.max(time, floor + rule.timespanMs);
    if (from >= until) return;
    const entries = from > time ? 0 : ledgers.firstAfter(ledger, time) - ledgers.firstAfter(ledger, time - rule.timespanMs);
    const upper = ledgers.amounts ? Number.POSITIVE_INFINITY : isSame ? 1 : entries;
    this.days?.riseLate(account, rule.habit, { from, until, gain, upper: from > time ? 0 : upper });
  }
}

function hasNoValue({ v0, v1, v2, v3 }: Entry): boolean {
  return (v0 | v1 | v2 | v3) === 0;
}
