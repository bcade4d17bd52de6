// habits/: finds out exactly what the days of accounts hold, from their windows, and when a day became unusual.
// What is known lies in days; what it means for incidents is for those who judge.

import type { AccountDay } from '#libs/habits/seams.js';
import type { CompiledRule, CompiledSeries, Series } from '../compile/series.js';
import { countMax } from '../days/day-table.js';
import type { Days } from '../days/days.js';
import { lowersLeast } from '../days/roles.js';
import type { Firing, Place } from '../judge/firing.js';
import type { Windows } from '../judge/windows.js';
import { noCell } from '../memory/cell-key.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** How far above what has risen a day is asked about, and how many times what nobody would call mass: what holds for more need not be asked again soon. */
const looks: readonly (readonly [times: number, floors: number])[] = [
  [2, 3],
  [2, 1],
  [1.25, 0],
  [1, 0],
];

/** The largest counts of days, and whether these make them unusual. */
export class DayCounts {
  readonly #place: Place;
  /** By column. */
  readonly #levels: number[] = [];

  constructor(
    readonly days: Days,
    private readonly windows: Windows,
    private readonly compiled: CompiledSeries,
  ) {
    this.#place = { series: compiled.main, account: 0, ledger: 0, cell: noCell, floor: 0 };
  }

  /** To be called before the account's newest access moves to `time`: windows are looked at that may then no longer be held. */
  before(account: AccountNumber, time: Milliseconds): void {
    const { table } = this.days;
    if (time <= table.accountDue(account)) return;
    for (let record = table.first(account); record > 0; record = table.next(record))
      if (this.days.isDoubted(record)) this.#look(record);
      else if (time > table.due(record)) this.settle(record);
    table.noteDue(account);
  }

  /** The day may have become unusual before anybody looked. */
  #look(record: number): void {
    this.settle(record);
    if (this.days.options.tests) this.days.risen.add(record);
    else this.days.clearDoubt(record);
  }

  /** What the account's windows hold is about to be let go of. */
  forget(account: AccountNumber): void {
    for (const record of this.days.of(account)) {
      this.settle(record);
      this.days.drop(record);
    }
  }

  /** Days that ended by `time` and that have changed since they were given last, so many at most. `keep` is told of each account before. */
  take(time: Milliseconds, most: number, keep: (account: AccountNumber) => void): readonly AccountDay[] {
    const { days } = this;
    const taken = days.giving.ready.splice(0, most);
    for (const record of days.giving.endedBy(time)) {
      if (taken.length >= most) break;
      keep(days.table.account(record));
      this.settle(record);
      taken.push(days.giving.give(record));
      days.table.close(record);
    }
    return taken;
  }

  /** The largest counts of the day are exact then. */
  settle(record: number): void {
    const { table, counts } = this.days;
    if (!table.isOpen(record)) return;
    for (const [column, { rule }] of counts.entries()) {
      const known = table.most(record, column);
      if (!rule || table.upper(record, column) === known) continue;
      table.setMost(record, column, Math.max(known, this.#mostSince(record, column, rule)));
      table.setUpper(record, column, table.most(record, column));
    }
    table.setDue(record, Number.POSITIVE_INFINITY);
  }

  #mostSince(record: number, column: number, rule: CompiledRule): number {
    const { table } = this.days;
    let most = 0;
    this.#each(record, rule, table.from(record, column), (_, value) => {
      if (value > most) most = value;
    });
    return Math.min(most, countMax - 1);
  }

  /** Every time of the day from `from` on that the rule counts at, ledger by ledger. */
  #each(record: number, rule: CompiledRule, from: number, heed: (time: Milliseconds, value: number) => void): void {
    const { table } = this.days;
    const { counter } = this.windows.ledgersOf(rule.series).judge;
    for (const ledger of this.#ledgersOf(table.account(record), rule.series))
      counter.each(ledger, from, table.end(record), rule, heed);
  }

  *#ledgersOf(account: AccountNumber, series: Series): Iterable<number> {
    for (const { ledger } of this.#placesOf(account, series)) yield ledger;
  }
  *#placesOf(account: AccountNumber, series: Series): Iterable<Pick<Place, 'ledger' | 'cell'>> {
    const { windows } = this;
    if (series.kind !== 'main') {
      for (const one of windows.othersOf(account))
        if (one.series === series) yield { ledger: one.ledger, cell: { bytes: one.cell, start: 0, end: one.cell.length } };
    } else if (windows.index.mainOf(account) > 0) yield { ledger: windows.index.mainOf(account), cell: noCell };
  }

  /**
   * Tells where the rules hold that ask for unusual days, because of the access at `time`. False when only the account's history tells since when.
   */
  test(account: AccountNumber, time: Milliseconds, firings: Firing[]): boolean {
    const { days } = this;
    let isInTime = days.roles.further.size === 0 || this.#meetRoles(firings);
    if (days.risen.size === 0) return isInTime;
    for (const record of days.risen) {
      if (this.#isUsual(record)) {
        days.clearDoubt(record);
        continue;
      }
      const before = days.table.unusual(record);
      const isNow = time === this.windows.accounts.newest(account) && !days.isDoubted(record);
      const since = isNow ? time : this.#unusualSince(record);
      if (since === undefined) isInTime = false;
      else if (since < before) this.#tell(record, since, Math.min(before, days.table.end(record)), firings);
    }
    days.risen.clear();
    return isInTime;
  }

  /** A further role may have less told on a day of which its windows were looked at. False where they are no longer held. */
  #meetRoles(firings: Firing[]): boolean {
    const { days, compiled } = this;
    let isInTime = true;
    for (const [record, roles] of days.roles.further)
      for (const column of days.counts.keys()) {
        if (!lowersLeast(days, record, column, roles)) continue;
        for (const rule of compiled.rules) {
          if (rule.habit !== column) continue;
          if (!this.#isHeld(record, rule)) isInTime = false;
          this.#sweep(record, rule, firings);
        }
      }
    days.roles.further.clear();
    return isInTime;
  }

  /** Tells of every time of the day at which the rule holds, as far as windows are held. */
  #sweep(record: number, rule: CompiledRule, firings: Firing[]): void {
    const { windows } = this;
    const { table } = this.days;
    const { series } = rule;
    const account = table.account(record);
    const floor = windows.floorOf(account, series);
    const { judge } = windows.ledgersOf(series);
    for (const { ledger, cell } of this.#placesOf(account, series))
      judge.between({ series, account, ledger, cell, floor }, rule, table.start(record), table.end(record), firings);
  }

  /** Whether the largest counts of the day are none that are told; up to which that is so is noted. */
  #isUsual(record: number): boolean {
    const { days } = this;
    const { table, counts } = days;
    // What nobody would call mass is nothing most of the time, so that most days are asked about few times.
    for (const [times, floors] of looks) if (this.#isBelow(record, times, floors)) return true;
    if (counts.every((_, column) => table.upper(record, column) === table.most(record, column))) return false;
    this.settle(record);
    return this.#isBelow(record, 1, 0);
  }

  /** Whether the day is usual even with what has risen so many times as large, and at first so many times what nobody would call mass. */
  #isBelow(record: number, times: number, floors: number): boolean {
    const { days } = this;
    const { table, counts } = days;
    const levels = this.#levels;
    for (let column = 0; column < counts.length; column += 1) {
      const upper = table.upper(record, column);
      if (upper >= countMax) return false;
      const usual = table.usual(record, column);
      const floor = usual === 0 ? floors * (counts[column]?.habit.floor ?? 0) : 0;
      levels[column] = times === 1 ? upper : Math.max(floor, upper > usual ? Math.ceil(upper * times) + 1 : usual);
    }
    if (days.evidence(record, (column) => levels[column] ?? outside()) >= 1) return false;
    for (let column = 0; column < counts.length; column += 1) table.setUsual(record, column, levels[column] ?? outside());
    return true;
  }

  /** When the largest counts of the day so far became evidence enough; undefined where its windows are no longer held. */
  #unusualSince(record: number): number | undefined {
    const { days } = this;
    const { table } = days;
    const rises: { time: Milliseconds; column: number; value: number }[] = [];
    for (const [column, { rule }] of days.counts.entries()) {
      if (!rule) continue;
      if (!this.#isHeld(record, rule)) return undefined;
      let most = 0;
      this.#each(record, rule, table.start(record), (time, value) => {
        if (rule.series.kind === 'main' && value <= most) return;
        most = Math.max(most, value);
        rises.push({ time, column, value });
      });
    }
    const times = [...new Set(rises.map(({ time }) => time))].toSorted((a, b) => a - b);
    const isUnusualAt = (until: number): boolean => {
      const most = days.counts.map(() => 0);
      for (const { time, column, value } of rises) if (time <= until) most[column] = Math.max(most[column] ?? outside(), value);
      return days.evidence(record, (column) => most[column] ?? outside()) >= 1;
    };
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isUnusualAt(times[middle] ?? outside())) high = middle;
      else low = middle + 1;
    }
    return times[low] ?? Number.POSITIVE_INFINITY;
  }

  #isHeld(record: number, { series, timespanMs }: CompiledRule): boolean {
    const { windows, days } = this;
    const account = days.table.account(record);
    const from = days.table.start(record) - timespanMs;
    return windows.floorOf(account, series) <= from && windows.since(account) <= from;
  }

  #tell(record: number, since: number, until: number, firings: Firing[]): void {
    const { days, windows, compiled } = this;
    days.table.setUnusual(record, since);
    days.clearDoubt(record);
    const place = this.#place;
    place.account = days.table.account(record);
    place.ledger = windows.index.mainOf(place.account);
    place.floor = windows.floor(place.account);
    for (const rule of compiled.daysRules) windows.main.judge.between(place, rule, since, until, firings);
  }
}
