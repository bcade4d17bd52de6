import { type Entry, markOf } from '../memory/entry.js';
import { noSelections } from '../memory/selection-sets.js';
import type { CompiledRule } from '../compile/series.js';
import type { Firing, Place } from './firing.js';
import { hasNoValue, joinMarks, type JudgeParts, settleLater } from './judge-parts.js';
import { type LateEntry, LateSweep } from './late-sweep.js';
import type { Milliseconds } from '../scan/kinds.js';

/** Takes entries in that are older than the newest of their ledger: every time whose window holds one is looked at again. */
export class LateEntries {
  readonly #sweep: LateSweep;

  constructor(
    private readonly parts: JudgeParts,
    quietMs: Milliseconds,
  ) {
    const { ledgers, late: bounds, chains, fired: known, runs, dormancy, days } = parts;
    this.#sweep = new LateSweep({ ledgers, bounds, chains, known, runs, dormancy, days, quietMs });
  }

  /** False when an anchor that it sets should have been judged before. */
  take(place: Place, entry: Entry, firings: Firing[]): boolean {
    const { parts } = this;
    const { ledgers, marks, runs } = parts;
    const { ledger, series } = place;
    parts.rests.end(place);
    const after = ledgers.firstAfter(ledger, entry.time);
    const words = ledgers.words(ledger);
    const { sets } = marks;
    let set = marks.setOf(entry.mark);
    const twin = parts.twins.find(ledger, entry, after, (mark) => marks.sameAccess(mark, entry.mark));
    if (twin >= 0) {
      const mark = markOf(words, ledgers.start(ledger) + twin * ledgers.width);
      set = sets.without(set, marks.setOf(mark));
      joinMarks(parts, ledger, twin, mark, entry);
      runs.end(ledger);
      if (set === noSelections) return true;
    } else {
      ledgers.noteSpread(ledger, entry, marks.clinicOf(entry.mark));
      ledgers.insert(ledger, after, entry, place.floor);
      parts.counts.inserted(ledger, entry);
    }
    parts.chains.forget(ledger);
    if (series.kind === 'main' && hasNoValue(entry)) {
      if (twin < 0) runs.goOn(ledger, entry);
      return true;
    }
    const asked = parts.looking.of(series, set);
    if (twin >= 0) parts.lateRests.settle(ledger);
    const each = twin < 0 ? parts.lateRests.takes(place, asked, entry.time) : undefined;
    if (each) runs.end(ledger);
    else if (twin < 0) runs.goOn(ledger, entry);
    if (each?.length === 0) return true;
    const isInTime = this.#ask(place, each ?? asked.rules, entry, twin < 0, firings);
    if (!each) parts.lateRests.begin(place, asked, entry.time);
    return isInTime;
  }

  #ask(place: Place, rules: readonly CompiledRule[], entry: Entry, isNew: boolean, firings: Firing[]): boolean {
    const { parts } = this;
    const { ledgers, bounds } = parts;
    const { ledger, series } = place;
    let isInTime = true;
    const sole = ledgers.hasSoleSpread(ledger);
    const isSame = series.kind === 'count' && !ledgers.amounts && ledgers.hasSoleValue(ledger);
    const late = { time: entry.time, gain: this.#gainOf(entry), isNew };
    const known = parts.late.of(ledger);
    for (const rule of rules) {
      if (rule.settleMs > 0) {
        if (!settleLater(parts.settler, place, rule, entry)) isInTime = false;
        continue;
      }
      if (series.kind !== 'ordered') bounds.raise(ledger, rule, late.gain, !sole);
      known?.[rule.slot]?.raise(late.time, late.gain, sole || rule.spreadAtLeast === 0 ? 0 : 1);
      if (rule.habit >= 0 && rule.learns) this.#riseLate(place, rule, late, isSame);
      const cannotHold = (sole && rule.spreadAtLeast > 1) || (isSame && rule.atLeast > 1);
      if (!cannotHold) this.#sweep.take(place, rule, late, firings);
    }
    return isInTime;
  }

  /** Windows that are held as a whole may hold more now; of others the account's history is asked. One that ends with the entry holds no more values than entries. */
  #riseLate({ account, ledger, floor }: Place, rule: CompiledRule, { time, gain }: LateEntry, isSame: boolean): void {
    const { ledgers, days } = this.parts;
    if (!days) return;
    const until = time + rule.timespanMs;
    const from = Math.max(time, floor + rule.timespanMs);
    if (from >= until) return;
    const entries = from > time ? 0 : ledgers.firstAfter(ledger, time) - ledgers.firstAfter(ledger, time - rule.timespanMs);
    const upper = ledgers.amounts ? Number.POSITIVE_INFINITY : isSame ? 1 : entries;
    days.riseLate(account, rule.habit, { from, until, gain, upper: from > time ? 0 : upper });
  }

  /** What the entry adds to a window at most. */
  #gainOf({ amount }: Entry): number {
    return this.parts.ledgers.amounts ? amount : 1;
  }

  /** Tells of the times in `[from, until)` at which the rule holds, of a day that turns out to be unusual: no window has grown. */
  between(place: Place, rule: CompiledRule, from: number, until: number, firings: Firing[]): void {
    const { ledgers, rests, lateRests } = this.parts;
    rests.end(place);
    lateRests.settle(place.ledger);
    if (ledgers.length(place.ledger) > 0) this.#sweep.between(place, rule, from, until, firings);
  }
}
