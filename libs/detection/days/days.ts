import type { Habits } from '#libs/habits/seams.js';
import type { CompiledRule, DayCount } from '../compile/series.js';
import type { AccountTable } from '../memory/account-table.js';
import { Texts } from '../memory/texts.js';
import { Calendar, type CalendarDay } from './calendar.js';
import { boundless, countMax, DayTable, flag } from './day-table.js';
import { Evidence } from './evidence.js';
import { Giving, type GivingOptions } from './giving.js';
import { Roles } from './roles.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

export interface DaysOptions extends GivingOptions {
  readonly habits: Habits;
  /** Whether rules ask for what several days show. */
  readonly tests: boolean;
  /** How far behind its account's newest access a day may end and still be changed from memory, milliseconds. */
  readonly retainMs: Milliseconds;
  /** Whether the account's history is asked for: what it says may be that an incident covers days before. */
  isAsked(account: AccountNumber): boolean;
}

/** Room above what a day holds, at least, so that its upper bounds change few times. */
const roomMin = 64;

/** Times of windows, and what they may hold. */
export interface LateRise {
  readonly from: number;
  readonly until: number;
  readonly gain: number;
  readonly upper: number;
}

/**
 * What the days of accounts are known to hold. The largest counts are found out late: an access raises an upper bound, and only where the exact number
 * matters, or what it is counted from is about to be let go of, are the windows counted, many in one go (`habits/day-counts.ts`).
 */
export class Days {
  readonly table: DayTable;
  readonly counts: readonly DayCount[];
  readonly texts = new Texts();
  readonly roles: Roles;
  /** Days that the last accesses may have made unusual. */
  readonly risen = new Set<number>();
  readonly giving: Giving;
  readonly evidence: Evidence;
  readonly #calendar: Calendar;
  /** The one asked for last: each rule of an access asks for it. */
  readonly #last = { account: 0, record: 0, start: 0, end: 0 };
  /** By column: how long windows may wait to be looked at, milliseconds. */
  readonly #spareMs: readonly number[];
  /** By column: whether it counts in the shared ledgers, where boundless days note nothing. */
  readonly #isShared: readonly boolean[];

  constructor(
    readonly options: DaysOptions,
    private readonly accounts: AccountTable,
  ) {
    this.counts = options.counts;
    this.#spareMs = options.counts.map(({ rule }) => (rule ? rule.series.horizonMs - rule.timespanMs : Number.POSITIVE_INFINITY));
    this.#isShared = options.counts.map(({ rule }) => rule?.series.kind === 'main');
    this.table = new DayTable(options.counts.length, Math.min(...this.#spareMs.filter((_, column) => this.#isShared[column])));
    this.giving = new Giving(this.table, this.texts, accounts, options);
    this.roles = new Roles(this.table, this.texts, this.giving);
    this.evidence = new Evidence(this.table, accounts, options);
    this.#calendar = new Calendar(options.habits);
  }

  get bytes(): number {
    return this.table.bytes + this.texts.bytes;
  }

  /** The record of the account's day that the time lies in, 0 for none. */
  at(account: AccountNumber, time: Milliseconds): number {
    const { table } = this;
    const last = this.#last;
    if (last.account === account && time >= last.start && time < last.end) return last.record;
    const record = table.at(account, time);
    if (record === 0) return 0;
    last.account = account;
    last.record = record;
    last.start = table.start(record);
    last.end = table.end(record);
    return record;
  }

  dayOf(groupId: string, time: Milliseconds): CalendarDay {
    return this.#calendar.of(groupId, time);
  }

  /** The same, made where there is none. */
  enter(account: AccountNumber, time: Milliseconds): number {
    const known = this.at(account, time);
    if (known > 0) return known;
    this.#letGo(account);
    const record = this.table.add(account, this.#calendar.ofAccount(this.accounts.key(account), time));
    this.giving.change(record);
    return record;
  }

  /** The record of the day of this number, which the account has not got. */
  addDay(account: AccountNumber, day: number): number {
    return this.table.add(account, this.#calendar.day(this.accounts.names(account).groupId, day));
  }

  /** Incidents of the account have changed. */
  noteTold(account: AccountNumber): void {
    for (const record of this.of(account)) this.giving.noteTold(record);
  }

  /** Records of the account's days that have a part of `[from, until)`. */
  *overlapping(account: AccountNumber, from: number, until: number): Iterable<number> {
    const { table } = this;
    for (let record = table.first(account); record > 0; record = table.next(record))
      if (table.start(record) < until && table.end(record) > from) yield record;
  }

  *of(account: AccountNumber): Iterable<number> {
    yield* this.overlapping(account, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  }

  /** Whether an access whose window holds no more than `upper`, of a rule told from `floor` on at least, changes nothing and is not told. */
  isCalm(record: number, column: number, time: Milliseconds, upper: number, floor: Milliseconds): boolean {
    const { table } = this;
    if (!this.notesNothing(record, column)) return table.isCalm(record, column, time, upper, floor, this.options.tests);
    return upper <= this.#heldUnnoted(record, column, time) && (upper < floor || upper < table.least(record, column));
  }

  /** How much the window of an access may hold at most for it to be calm; below 0 where it is not known of the day. */
  spare(record: number, column: number, time: Milliseconds, rule: Pick<CompiledRule, 'learns' | 'atLeast'>): number {
    const { table, options } = this;
    const told = Math.max(rule.atLeast, table.least(record, column)) - 1;
    if (!rule.learns) return told;
    if (this.notesNothing(record, column)) return Math.min(told, this.#heldUnnoted(record, column, time));
    const known = table.upper(record, column);
    if (!table.isOpen(record) || time < table.from(record, column)) return -1;
    return options.tests && known > table.usual(record, column) ? -1 : Math.min(told, known);
  }

  /** Whether nothing has made the day unusual; so it is where there is none. */
  isUsual(record: number): boolean {
    return record === 0 || this.table.unusual(record) === Number.POSITIVE_INFINITY;
  }

  /** Whether nothing is noted of the column on the day, since it stays usual whatever it holds; all such columns wait together. */
  notesNothing(record: number, column: number): boolean {
    return this.table.isBoundless(record) && this.#isShared[column] === true;
  }

  /** The newest access lies at `time`, and mostly it is the first of a day that goes by minima: its windows wait from then on. False where it is another day. */
  beginsUnnoted(record: number, time: Milliseconds): boolean {
    const { table } = this;
    if (!table.goesByMinima(record) || (table.flags(record) & flag.given) > 0 || !this.isUsual(record)) return false;
    this.#waitAll(record, time);
    return true;
  }

  /** The day stays usual whatever comes. What waits of its columns waits together. */
  setBoundless(record: number): void {
    const { table } = this;
    let from = Number.POSITIVE_INFINITY;
    for (let column = 0; column < this.counts.length; column += 1) {
      if (!this.#isShared[column] || table.upper(record, column) === table.most(record, column)) continue;
      from = Math.min(from, table.from(record, column));
      table.setUpper(record, column, table.most(record, column));
    }
    table.setBoundless(record);
    if (from < Number.POSITIVE_INFINITY) this.#waitAll(record, from);
  }

  /** What the window of an access may hold for the day to learn nothing new. */
  #heldUnnoted(record: number, column: number, time: Milliseconds): number {
    return time >= this.table.waitsFrom(record) ? boundless : this.table.most(record, column);
  }
  #waitAll(record: number, time: Milliseconds): void {
    if (this.table.wait(record, time)) this.giving.change(record);
  }

  /** The newest access of a cell lies at `time`, and its window holds no more than `upper`. */
  rise(record: number, column: number, time: Milliseconds, upper: number): void {
    const bounded = Math.min(upper, countMax);
    const isMore = bounded > this.table.most(record, column);
    if (this.notesNothing(record, column)) {
      if (isMore) this.#waitAll(record, time);
      return;
    }
    if (isMore) this.#waitFor(record, column, time, bounded);
    this.#noteRisen(record, column, time);
  }

  #waitFor(record: number, column: number, time: Milliseconds, upper: number): void {
    const { table } = this;
    const most = table.most(record, column);
    const before = table.upper(record, column);
    // The newest of its cell may lie before what waits of another.
    if (before === most || time < table.from(record, column)) this.#wait(record, column, time);
    // With room, so that the next accesses change nothing, but no more than is known to be usual.
    const roomy = this.options.tests ? Math.min(table.usual(record, column), 2 * upper + roomMin) : upper + (upper >>> 2) + 4;
    if (upper > before) table.setUpper(record, column, Math.min(Math.max(upper, roomy), countMax));
  }

  /** An access came late: windows in `[from, until)` hold more by `gain` at most; that at `from`, which nobody may have looked at, no more than `upper`. */
  riseLate(account: AccountNumber, column: number, { from, until, gain, upper }: LateRise): void {
    const { table } = this;
    for (const record of this.overlapping(account, from, until)) {
      const isOwn = table.start(record) <= from;
      if (this.notesNothing(record, column)) {
        this.#waitAll(record, isOwn ? from : table.start(record));
        continue;
      }
      const before = table.upper(record, column);
      const raised = Math.max(before + gain, isOwn ? upper : 0);
      const at = isOwn ? from : table.start(record);
      if (before === table.most(record, column)) this.#wait(record, column, at);
      else if (at < table.from(record, column)) this.#wait(record, column, at);
      table.setUpper(record, column, Math.min(raised, countMax));
      this.#noteRisen(record, column, at);
    }
  }

  /** Nothing is known of what windows of the day hold. */
  doubt(record: number, column: number): void {
    const { table } = this;
    if (!this.counts[column]?.rule) return;
    this.#wait(record, column, table.start(record));
    table.setUpper(record, column, countMax);
    table.setFlags(record, table.flags(record) | flag.doubted);
    // Whatever comes next, it is looked at first.
    table.setDue(record, Number.NEGATIVE_INFINITY);
  }

  /** Whether it may have become unusual before anybody looked. */
  isDoubted(record: number): boolean {
    return (this.table.flags(record) & flag.doubted) > 0;
  }
  clearDoubt(record: number): void {
    this.table.setFlags(record, this.table.flags(record) & ~flag.doubted);
  }

  #wait(record: number, column: number, time: Milliseconds): void {
    const { table } = this;
    table.setFrom(record, column, time);
    table.setDue(record, Math.min(table.due(record), Math.max(time, table.start(record)) + (this.#spareMs[column] ?? outside())));
    this.giving.change(record);
  }

  #noteRisen(record: number, column: number, time: Milliseconds): void {
    const { table, options } = this;
    if (options.tests && time < table.unusual(record) && table.upper(record, column) > table.usual(record, column))
      this.risen.add(record);
  }

  /** Whether `least` has been asked for the day. */
  knowsLeast(record: number, column: number): boolean {
    return this.table.least(record, column) > 0;
  }

  /** The smallest count of the rule that is told on the day. */
  least(record: number, column: number): number {
    const { table } = this;
    if (record === 0) return Number.POSITIVE_INFINITY;
    const known = table.least(record, column);
    if (known > 0) return known === countMax ? Number.POSITIVE_INFINITY : known;
    const least = this.leastOf(table.account(record), table.day(record), column, this.roles.of(record));
    table.setLeast(record, column, Math.min(countMax, least));
    return least;
  }

  /** The same, where it is not remembered, of an account of which the day's accesses say these roles. */
  leastOf(account: AccountNumber, day: number, column: number, roles: readonly string[]): number {
    const habit = this.counts[column]?.habit;
    if (!habit) return Number.POSITIVE_INFINITY;
    const { groupId, actorId } = this.accounts.names(account);
    const least = Math.max(habit.floor, Math.ceil(this.options.habits.least(habit, groupId, actorId, day, roles)));
    return least < countMax ? least : Number.POSITIVE_INFINITY;
  }

  /** Whether the day of the time has been unusual by then. */
  isUnusual(account: AccountNumber, time: Milliseconds): boolean {
    const record = this.at(account, time);
    return record > 0 && this.table.unusual(record) <= time;
  }

  /** Days that no access changes any more but by the account's history. */
  #letGo(account: AccountNumber): void {
    if (this.options.isAsked(account)) return;
    const newest = this.accounts.newest(account);
    for (const record of this.of(account)) if (this.table.end(record) + this.options.retainMs <= newest) this.drop(record);
  }

  drop(record: number): void {
    this.giving.drop(record);
    this.risen.delete(record);
    this.roles.drop(record);
    this.#last.account = 0;
    this.table.remove(record);
  }
}
