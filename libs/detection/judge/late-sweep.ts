import type { CompiledRule } from '../compile/series.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Days } from '../days/days.js';
import type { Dormancy } from './dormancy.js';
import { type Firing, firingAt, type Place } from './firing.js';
import type { LateBounds, Sought } from './late-bounds.js';
import type { KnownFirings, KnownStretch } from './known-firings.js';
import type { LateRuns } from './late-runs.js';
import type { OrderedChains } from './ordered-chains.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** What a sweep needs of its judge. */
export interface SweepParts {
  readonly ledgers: LedgerStore;
  readonly bounds: LateBounds;
  readonly chains: OrderedChains;
  readonly known: KnownFirings;
  readonly runs: LateRuns;
  readonly dormancy: Dormancy;
  readonly days: Days | undefined;
  readonly quietMs: Milliseconds;
}

export interface LateEntry {
  readonly time: Milliseconds;
  /** What it adds to a window at most. */
  readonly gain: number;
  /** It is one more than the ledger held before, the last of its time. */
  readonly isNew: boolean;
}

/** Times that are looked at; from `holdsAt` on nothing is sought. `late`: because of which entry, if of one. */
interface Look extends Pick<Sought, 'from' | 'until' | 'holdsAt'> {
  readonly late: LateEntry | undefined;
}

const never = Number.POSITIVE_INFINITY;

/** Finds out what holds because of a late entry. */
export class LateSweep {
  constructor(private readonly parts: SweepParts) {}

  /**
   * Looks again at every time whose window holds an entry at `time`, but not between firings that are known and closer than quiet to one
   * another: to find another one there changes no incident. That keeps an account that is being emptied as cheap late as in order. Of a
   * rule that feeds others every time is told.
   */
  take(place: Place, rule: CompiledRule, late: LateEntry, firings: Firing[]): void {
    const { time, gain } = late;
    const { ledgers, dormancy, known: firing, runs } = this.parts;
    const { ledger } = place;
    const until = time + rule.timespanMs;
    if (rule.habit >= 0 && !this.parts.days) return;
    if (rule.days && !this.#hasUnusual(place.account, time, until)) return;
    if (rule.dormancy >= 0 && !dormancy.mayBeAwake(place.account, rule, time, until)) return;
    const feeds = rule.feeds.length > 0;
    const known = firing.of(ledger, rule);
    const enters = !feeds && rule.dormancy < 0 && entersFirst(known, rule, time, place);
    // Where the first of them is among the times that are looked at, it is to be told each time.
    const isPlain =
      !feeds &&
      rule.dormancy < 0 &&
      !rule.days &&
      place.series.kind !== 'ordered' &&
      (enters || time >= known.from || known.from >= until);
    // What enters the window at the first of them is told: that window's figures are shown.
    if (enters) {
      const last = time < known.from && known.to < until ? known.to : known.from;
      firings.push(firingAt(place, rule, { first: known.from, last, by: time }, this.parts.days));
    }
    if (isPlain && runs.spares(ledger, rule, gain)) return;
    const before = firings.length;
    const behind = enters || (!feeds && time > known.from && time <= known.to) ? known.to + 1 : time;
    const newest = ledgers.timeAt(ledger, ledgers.length(ledger) - 1);
    let spare = never;
    if (enters && time < known.from)
      spare = this.#sweep(place, rule, { from: time, until: known.from, holdsAt: known.from, late }, firings);
    if (behind < until && behind <= newest)
      spare = Math.min(spare, this.#sweep(place, rule, { from: behind, until, holdsAt: never, late }, firings));
    if (isPlain) runs.note(ledger, rule, firings.length > before ? 0 : spare);
  }

  /** Whether a day has been unusual before `until`: without that no time of a rule over days holds, however many windows are counted. */
  #hasUnusual(account: AccountNumber, from: number, until: number): boolean {
    const { days } = this.parts;
    if (!days) return false;
    for (const record of days.overlapping(account, from, until)) if (days.table.unusual(record) < until) return true;
    return false;
  }

  /** Tells of the times in `[from, until)` at which the rule holds, though no window has grown. */
  between(place: Place, rule: CompiledRule, from: number, until: number, firings: Firing[]): void {
    this.#sweep(place, rule, { from, until, holdsAt: never, late: undefined }, firings);
  }

  /** Tells of the times that are looked at and at which the rule holds; how many more late entries may come before it can at another one. */
  #sweep(place: Place, rule: CompiledRule, look: Look, firings: Firing[]): number {
    const { from, until } = look;
    const { ledgers, bounds, chains, known, dormancy, days, quietMs } = this.parts;
    const { ledger, floor, series } = place;
    if (from >= until || ledgers.timeAt(ledger, ledgers.length(ledger) - 1) < from) return Number.POSITIVE_INFINITY;
    const feeds = rule.feeds.length > 0;
    let first = -1;
    let last = -1;
    const tell = (): void => {
      if (first < 0) return;
      known.note(ledger, rule, first, last);
      firings.push(firingAt(place, rule, { first, last, by: look.late?.time ?? never }, days));
    };
    const fired = (at: number): void => {
      if (rule.dormancy >= 0 && !dormancy.isAwake(place.account, rule, at)) return;
      if (rule.days && !days?.isUnusual(place.account, at)) return;
      if (first >= 0 && (feeds || at - last >= quietMs)) {
        tell();
        first = at;
      } else if (first < 0) first = at;
      last = at;
    };
    let spare = 0;
    if (series.kind === 'ordered') chains.sweep(ledger, series.inputs, from, until, floor, rule.timespanMs, fired);
    else if (rule.habit >= 0) spare = this.#sweepDays(place, rule, look, fired);
    else
      spare = bounds.sweep({ ledger, rule, floor, threshold: rule, from, until, holdsAt: look.holdsAt, late: look.late }, fired);
    tell();
    return spare;
  }

  /** The same, each day with what is told from on that day; in order of time. */
  #sweepDays({ account, ledger, floor }: Place, rule: CompiledRule, look: Look, fired: (time: Milliseconds) => void): number {
    const { from, until } = look;
    const { bounds, days } = this.parts;
    let spare = Number.POSITIVE_INFINITY;
    if (!days) return spare;
    const { table } = days;
    const records = [...days.overlapping(account, from, until)].toSorted((a, b) => table.start(a) - table.start(b));
    for (const record of records) {
      const atLeast = days.least(record, rule.habit);
      if (atLeast === Number.POSITIVE_INFINITY) continue;
      const { counted, timespanMs, spreadAtLeast } = rule;
      const ofDay = { from: Math.max(from, table.start(record)), until: Math.min(until, table.end(record)) };
      const threshold = { counted, timespanMs, atLeast, spreadAtLeast };
      spare = Math.min(spare, bounds.sweep({ ledger, rule, floor, threshold, ...look, ...ofDay }, fired));
    }
    return spare;
  }
}

/** Whether an entry at `time` enters the window of the first known firing, of which everything is held. */
function entersFirst(
  { isKnown, from }: KnownStretch,
  { timespanMs }: CompiledRule,
  time: Milliseconds,
  { floor, series }: Place,
): boolean {
  if (!isKnown || time >= from) return isKnown && time === from;
  return series.kind !== 'ordered' && from < time + timespanMs && from - timespanMs >= floor;
}
