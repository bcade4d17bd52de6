import type { Days } from '../days/days.js';
import type { Entry } from '../memory/entry.js';
import { waitsMax } from '../memory/ledger-heads.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import { noSelections } from '../memory/selection-sets.js';
import type { CompiledRule, Threshold } from '../compile/series.js';
import type { Stretches } from '../count/stretches.js';
import type { WindowCount } from '../count/window-count.js';
import type { Bounds } from './bounds.js';
import { type Firing, firingAt, type Place } from './firing.js';
import { hasNoValue, joinMarks, type JudgeParts, settleLater } from './judge-parts.js';
import type { Looking } from './looking.js';
import { lookBack, nothingSeen } from './look-back.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** What the newest entry does to the window of a rule that goes by a day: `upper` is what it holds at most. */
interface Rise {
  readonly record: number;
  readonly time: Milliseconds;
  readonly upper: number;
  readonly gain: number;
  readonly newSpread: boolean;
}

/** Entries that are looked at to sharpen a bound, for each entry that it spares or that waits for it. */
const looksMax = 64;
/** Longer windows are not counted for that alone. */
const sharpenedMax = looksMax * waitsMax;

/**
 * Takes the newest entry of a ledger in. Each rule keeps an upper bound of its counts: one more for a value not seen within its window, never less
 * for what expires. Only when a bound reaches the threshold is the window counted, from its end, and no further than needed: that decides exactly, and
 * says until when the rule holds at least. Where all bounds lie well below, the rules are not asked at all (`Rests`).
 */
export class InOrder {
  /** By ledger: until which time, exclusive, each rule holds for accesses in order. */
  readonly #holds = new Map<number, Float64Array>();
  /** The one asked for last: each rule of an access asks for it. */
  #last = 0;
  #ofLast: Float64Array | undefined;
  readonly #seen = nothingSeen();
  readonly #count: WindowCount = { value: 0, spread: 0, first: 0 };
  /** What a rule is told from that asks for habits. */
  readonly #told = { counted: 0, timespanMs: 0, atLeast: 0, spreadAtLeast: 0 };
  readonly #ledgers: LedgerStore;
  readonly #marks: Marks;
  readonly #bounds: Bounds;
  readonly #days: Days | undefined;

  constructor(private readonly parts: JudgeParts) {
    this.#ledgers = parts.ledgers;
    this.#marks = parts.marks;
    this.#bounds = parts.bounds;
    this.#days = parts.days;
  }

  /** False when an anchor that it sets should have been judged before. */
  take(place: Place, entry: Entry, firings: Firing[]): boolean {
    const { parts } = this;
    const { rests, looking } = parts;
    const ledgers = this.#ledgers;
    const { ledger, series } = place;
    const seen = this.#seen;
    parts.runs.end(ledger);
    parts.lateRests.settle(ledger);
    if (rests.takesSame(place, entry)) {
      ledgers.repeat(ledger, entry.time, place.floor);
      return true;
    }
    lookBack(ledgers, this.#marks, place, entry, seen);
    if (seen.twin >= 0) return this.#takeAgain(place, entry, firings);
    ledgers.noteSpread(ledger, entry, this.#marks.clinicOf(entry.mark));
    ledgers.insert(ledger, ledgers.length(ledger), entry, place.floor);
    if (series.kind === 'main' && hasNoValue(entry)) return true;
    const asked = looking.of(series, this.#marks.setOf(entry.mark));
    const rest = ledgers.heads.restSet(ledger);
    if (rest === 0 || rest === asked.set) {
      if (rests.takes(place, asked, entry.time, seen)) return true;
    } else {
      // Most entries that are of another set are of this one, and of some more.
      const beyond = looking.beyond(series, asked.set, rest);
      if (beyond && rests.takes(place, looking.of(series, rest), entry.time, seen)) {
        const isInTime = this.#ask(place, beyond, entry, true, firings);
        rests.goOn(place);
        return isInTime;
      }
    }
    rests.end(place);
    const isInTime = this.#ask(place, asked, entry, true, firings);
    if (asked.mayRest && !parts.late.of(ledger)) rests.begin(place, asked, entry.time, seen);
    return isInTime;
  }

  /** The very same access has come before, perhaps under other selections. */
  #takeAgain(place: Place, entry: Entry, firings: Firing[]): boolean {
    const { parts } = this;
    const { sets } = this.#marks;
    const { ledger, series } = place;
    const seen = this.#seen;
    const set = sets.without(this.#marks.setOf(entry.mark), seen.valueSet);
    joinMarks(parts, ledger, seen.twin, seen.twinMark, entry);
    if (set === noSelections || (series.kind === 'main' && hasNoValue(entry))) return true;
    parts.rests.end(place);
    return this.#ask(place, parts.looking.of(series, set), entry, false, firings);
  }

  #ask(place: Place, { series, rules }: Looking, entry: Entry, isNew: boolean, firings: Firing[]): boolean {
    const { settler, chains, late } = this.parts;
    const { ledger } = place;
    const known = late.of(ledger);
    let isInTime = true;
    for (let i = 0; i < rules.length; i += 1) {
      const rule = rules[i];
      if (!rule) continue;
      if (rule.settleMs > 0) {
        if (!settleLater(settler, place, rule, entry)) isInTime = false;
        continue;
      }
      if (series.kind === 'ordered') {
        if (chains.newest(ledger, series.inputs) > entry.time - rule.timespanMs) this.#fire(place, rule, entry.time, firings);
        continue;
      }
      const stretches = known?.[rule.slot];
      if (stretches) this.#append(place, rule, entry, isNew, firings, stretches);
      else if (rule.habit >= 0) this.#takeUsual(place, rule, entry, isNew, firings);
      else this.#judge(place, rule, entry, isNew, firings);
    }
    return isInTime;
  }

  /** What the newest entry makes hold. */
  #judge(place: Place, rule: CompiledRule, entry: Entry, isNew: boolean, firings: Firing[]): void {
    const { ledger, account } = place;
    const { time } = entry;
    const newSpread = this.#newSpreadOf(rule);
    const gain = this.#newGainOf(rule, entry);
    if (!this.#bounds.raise(ledger, rule, gain, newSpread)) return;
    if (rule.dormancy >= 0 && !this.parts.dormancy.isAwake(account, rule, time)) return;
    if (rule.days && !this.#days?.isUnusual(account, time)) return;
    if (this.#holdsInOrder(ledger, rule, rule, time, isNew ? gain : 0, isNew && newSpread))
      this.#fire(place, rule, time, firings);
  }

  /** The same where bounds are remembered for what comes late. Since the entry before it no window has held more than one of both bounds. */
  #append(place: Place, rule: CompiledRule, entry: Entry, isNew: boolean, firings: Firing[], stretches: Stretches): void {
    const { ledger } = place;
    const bounds = this.#bounds;
    const [value, spread] = [bounds.upper(ledger, rule), bounds.upperSpread(ledger, rule)];
    if (rule.habit >= 0) this.#takeUsual(place, rule, entry, isNew, firings);
    else this.#judge(place, rule, entry, isNew, firings);
    stretches.append(entry.time, Math.max(value, bounds.upper(ledger, rule)), Math.max(spread, bounds.upperSpread(ledger, rule)));
  }

  /** Whether the newest entry may bring a spread value that the rule's window lacks. */
  #newSpreadOf(rule: CompiledRule): boolean {
    const { newSpread, lastSet } = this.#seen;
    return newSpread || !this.#marks.sets.has(lastSet, rule.counted);
  }

  /** What the newest entry adds to the rule's window at most. */
  #newGainOf(rule: CompiledRule, entry: Entry): number {
    const { valueAt, valueSet } = this.#seen;
    if (valueAt >= 0 && valueAt > entry.time - rule.timespanMs && this.#marks.sets.has(valueSet, rule.counted)) return 0;
    return this.#ledgers.amounts ? entry.amount : 1;
  }

  /** Of a rule that is told from where it is more than usual. Most accesses change nothing, and go no further than here. */
  #takeUsual(place: Place, rule: CompiledRule, entry: Entry, isNew: boolean, firings: Firing[]): void {
    const days = this.#days;
    if (!days) return;
    const { time } = entry;
    const gain = this.#newGainOf(rule, entry);
    const newSpread = rule.spreadAtLeast > 0 && this.#newSpreadOf(rule);
    const upper = this.#bounds.raiseTo(place.ledger, rule, gain, newSpread);
    const record = days.at(place.account, time);
    if (rule.learns && days.isCalm(record, rule.habit, time, upper, rule.atLeast)) return;
    this.#takeHabit(place, rule, { record, time, upper, gain: isNew ? gain : 0, newSpread: isNew && newSpread }, firings);
  }

  /** The same where the largest counts of the day may rise, or enough is there to be told. */
  #takeHabit(place: Place, rule: CompiledRule, rise: Rise, firings: Firing[]): void {
    const days = this.#days;
    const { record, time } = rise;
    // What was counted has the newest entry in it already.
    const isCounted = rise.upper === Number.POSITIVE_INFINITY;
    const upper = isCounted ? this.#countWhole(place.ledger, rule, time) : rise.upper;
    const gain = isCounted ? 0 : rise.gain;
    const newSpread = !isCounted && rise.newSpread;
    if (!days || record === 0) return;
    // Of a window that is not held as a whole the account's history is asked.
    if (rule.learns && time - rule.timespanMs >= place.floor) days.rise(record, rule.habit, time, upper);
    if (upper < rule.atLeast || this.#bounds.upperSpread(place.ledger, rule) < rule.spreadAtLeast) return;
    // To count is less than to ask, and mostly says that fewer are there than anybody would be told of.
    if (!days.knowsLeast(record, rule.habit) && !this.#holdsAtLeast(place.ledger, rule, time, gain, newSpread)) return;
    const told = this.#told;
    told.atLeast = days.least(record, rule.habit);
    if (upper < told.atLeast) return;
    told.counted = rule.counted;
    told.timespanMs = rule.timespanMs;
    told.spreadAtLeast = rule.spreadAtLeast;
    if (this.#holdsInOrder(place.ledger, rule, told, time, gain, newSpread, days.table.end(record)))
      this.#fire(place, rule, time, firings);
  }

  /** Whether the window of the newest entry holds the least that the rule is ever told from; where it does not, its bound is what it holds. */
  #holdsAtLeast(ledger: LedgerNumber, rule: CompiledRule, time: Milliseconds, gain: number, newSpread: boolean): boolean {
    if (!this.#reaches(ledger, rule, rule.atLeast, time, gain, newSpread)) return false;
    const end = this.#ledgers.length(ledger);
    if (this.parts.counter.back(ledger, end, time - rule.timespanMs, rule, this.#count) >= 0) return true;
    this.#bounds.set(ledger, rule, this.#count.value, this.#count.spread);
    return false;
  }

  /** Whether the bounds still reach the minima when it is looked at whether the newest entry brings anything new. */
  #reaches(
    ledger: LedgerNumber,
    rule: CompiledRule,
    atLeast: number,
    time: Milliseconds,
    gain: number,
    newSpread: boolean,
  ): boolean {
    if (this.#bounds.reach(ledger, rule, atLeast, gain, newSpread)) return true;
    this.#sharpen(ledger, rule, atLeast, time);
    return false;
  }

  /**
   * A bound that stands just below its minimum, since it has been raised by values that the window had, would have all rules asked at each access: the
   * window is counted, so that it may rise again. Where that gains little, it is not done again soon: no entry costs more looks than so many.
   */
  #sharpen(ledger: LedgerNumber, rule: CompiledRule, atLeast: number, time: Milliseconds): void {
    const ledgers = this.#ledgers;
    const { heads } = ledgers;
    const waits = heads.waits(ledger);
    if (waits > 0) return heads.setWaits(ledger, waits - 1);
    const entries = ledgers.length(ledger) - ledgers.firstAfter(ledger, time - rule.timespanMs);
    if (entries > sharpenedMax) return;
    const left = atLeast - 1 - this.#countWhole(ledger, rule, time);
    heads.setWaits(ledger, Math.max(0, Math.min(waitsMax, Math.ceil(entries / looksMax) - left)));
  }

  /** What the window of the newest entry holds, which its bounds are from here on. */
  #countWhole(ledger: LedgerNumber, rule: CompiledRule, time: Milliseconds): number {
    const { counted, timespanMs, spreadAtLeast } = rule;
    const all = { counted, timespanMs, atLeast: Number.POSITIVE_INFINITY, spreadAtLeast };
    this.parts.counter.back(ledger, this.#ledgers.length(ledger), time - rule.timespanMs, all, this.#count);
    this.#bounds.set(ledger, rule, this.#count.value, this.#count.spread);
    return this.#count.value;
  }

  /** `least`: what it is told from, until the time `end`. */
  #holdsInOrder(
    ledger: LedgerNumber,
    rule: CompiledRule,
    least: Threshold,
    time: Milliseconds,
    gain: number,
    newSpread: boolean,
    end = Number.POSITIVE_INFINITY,
  ): boolean {
    const holds = this.#holdsOf(ledger);
    if (holds && time < (holds[rule.slot] ?? outside())) return true;
    if (!this.#reaches(ledger, rule, least.atLeast, time, gain, newSpread)) return false;
    const reachedAt = this.parts.counter.back(ledger, this.#ledgers.length(ledger), time - rule.timespanMs, least, this.#count);
    if (reachedAt < 0) {
      const { value, spread } = this.#count;
      this.#bounds.set(ledger, rule, value, spread);
      return false;
    }
    const until = holds ?? new Float64Array(this.#ledgers.slots);
    until[rule.slot] = Math.min(end, reachedAt + rule.timespanMs);
    this.#holds.set(ledger, until);
    this.#ofLast = until;
    return true;
  }

  #fire(place: Place, rule: CompiledRule, time: Milliseconds, firings: Firing[]): void {
    this.parts.fired.note(place.ledger, rule, time, time);
    firings.push(firingAt(place, rule, { first: time, last: time, by: time }, this.#days));
  }

  #holdsOf(ledger: LedgerNumber): Float64Array | undefined {
    if (this.#last === ledger) return this.#ofLast;
    this.#last = ledger;
    this.#ofLast = this.#holds.get(ledger);
    return this.#ofLast;
  }

  forget(ledger: LedgerNumber): void {
    if (this.#holds.size > 0) this.#holds.delete(ledger);
    this.#last = 0;
    this.#ofLast = undefined;
  }
}
