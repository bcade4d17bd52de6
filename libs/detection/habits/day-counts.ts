// habits/: finds out exactly what the days of accounts hold, from their windows, and when a day became unusual.
// What is known lies in days; what it means for incidents is for those who judge.

import type { AccountDay } from '#libs/habits/seams.js';
import type { CompiledRule, CompiledSeries, Series } from '../compile/series.js';
import { LargestCounts } from '../count/largest-counts.js';
import { countMax } from '../days/day-table.js';
import type { Days } from '../days/days.js';
import { lowersLeast } from '../days/roles.js';
import type { Firing, Place } from '../judge/firing.js';
import type { Windows } from '../judge/windows.js';
import { noCell } from '../memory/cell-key.js';
import type { Marks } from '../memory/marks.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, LedgerNumber, Milliseconds } from '../scan/kinds.js';
import { UsualDays } from './usual-days.js';

interface RuleColumn {
  readonly column: number;
  readonly rule: CompiledRule;
}

/** The largest counts of days, and whether these make them unusual. */
export class DayCounts {
  readonly #place: Place;
  /** Columns of the shared ledgers, by what they count, and all others. */
  readonly #shared: readonly (readonly RuleColumn[])[];
  readonly #apart: readonly RuleColumn[];
  readonly #largest: LargestCounts;
  readonly #usual: UsualDays;

  constructor(
    readonly days: Days,
    private readonly windows: Windows,
    private readonly compiled: CompiledSeries,
    marks: Marks,
  ) {
    this.#place = { series: compiled.main, account: 0, ledger: 0, cell: noCell, floor: 0 };
    const columns = days.counts.flatMap(({ rule }, column) => (rule ? [{ column, rule }] : []));
    const shared = columns.filter(({ rule }) => rule.series.kind === 'main');
    this.#shared = [...Map.groupBy(shared, ({ rule }) => rule.counted).values()];
    this.#apart = columns.filter(({ rule }) => rule.series.kind !== 'main');
    this.#largest = new LargestCounts(windows.main.store, marks);
    this.#usual = new UsualDays(days, (record) => {
      this.settle(record);
    });
  }

  /** Entries looked at so far, beside those that judges looked at. */
  get looked(): number {
    return this.#largest.looked;
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

  /** The record of the account's day that the time lies in, made where there is none; up to which counts it is usual is asked then, so that its first accesses change nothing. */
  enter(account: AccountNumber, time: Milliseconds): number {
    const { days } = this;
    const known = days.at(account, time);
    if (known > 0) return known;
    const record = days.enter(account, time);
    if (days.options.tests) this.#usual.lookAhead(record);
    else days.setBoundless(record);
    return record;
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
    const { table } = this.days;
    if (!table.isOpen(record)) return;
    this.#settleShared(record);
    for (const { column, rule } of this.#apart)
      if (this.#waits(record, column))
        this.#settled(record, column, Math.max(table.most(record, column), this.#mostSince(record, column, rule)));
    table.settled(record);
  }

  #settleShared(record: number): void {
    const { table } = this.days;
    const largest = this.#largest;
    const ledger = this.windows.index.mainOf(table.account(record));
    const groups = this.#groupsOf(record, ledger);
    let edge = Number.POSITIVE_INFINITY;
    for (const group of groups) edge = Math.min(edge, this.#edgeOf(record, group));
    if (edge === Number.POSITIVE_INFINITY) return;
    largest.begin(ledger, edge, table.end(record));
    for (const group of groups) {
      const own = this.#edgeOf(record, group);
      if (own === Number.POSITIVE_INFINITY) continue;
      largest.take(group[0]?.rule.counted ?? outside(), own);
      for (const { column, rule } of group)
        if (this.#waits(record, column))
          this.#settled(record, column, largest.most(rule, this.#fromOf(record, column, rule), table.most(record, column)));
    }
  }

  /** Where nothing was noted of columns, those whose accesses the day has: without one no window has anything new. */
  #groupsOf(record: number, ledger: LedgerNumber): readonly (readonly RuleColumn[])[] {
    const { table } = this.days;
    if (!table.isBoundless(record)) return this.#shared;
    const from = table.waitsFrom(record);
    if (ledger === 0 || from === Number.POSITIVE_INFINITY) return [];
    this.#largest.meet(ledger, from, table.end(record));
    return this.#shared.filter((group) => this.#largest.isMet(group[0]?.rule.counted ?? outside()));
  }

  /** From which time on windows have not been looked at, those left out that are not held as a whole. */
  #fromOf(record: number, column: number, { timespanMs }: CompiledRule): number {
    const { table } = this.days;
    if (!this.days.notesNothing(record, column)) return table.from(record, column);
    return Math.max(table.waitsFrom(record), this.windows.floor(table.account(record)) + timespanMs);
  }

  /** Where the earliest window begins that one of them has not looked at; infinite where all have. */
  #edgeOf(record: number, group: readonly RuleColumn[]): number {
    let edge = Number.POSITIVE_INFINITY;
    for (const { column, rule } of group)
      if (this.#waits(record, column)) edge = Math.min(edge, this.#fromOf(record, column, rule) - rule.timespanMs);
    return edge;
  }

  #waits(record: number, column: number): boolean {
    const { table } = this.days;
    if (this.days.notesNothing(record, column)) return table.waitsFrom(record) < Number.POSITIVE_INFINITY;
    return table.upper(record, column) !== table.most(record, column);
  }

  #settled(record: number, column: number, most: number): void {
    const { table } = this.days;
    table.setMost(record, column, most);
    if (!this.days.notesNothing(record, column)) table.setUpper(record, column, most);
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
      if (this.#usual.is(record)) {
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
      return days.evidence.share(record, (column) => most[column] ?? outside()) >= 1;
    };
    let [low, high] = [0, times.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isUnusualAt(times[middle] ?? outside())) high = middle;
      else low = middle + 1;
    }
    return times[low] ?? Number.POSITIVE_INFINITY;
  }

  #isHeld(record: number, { series, timespanMs, innerMs }: CompiledRule): boolean {
    const { windows, days } = this;
    const account = days.table.account(record);
    const from = days.table.start(record) - timespanMs;
    return windows.floorOf(account, series) <= from && windows.since(account) <= from - innerMs;
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
