import type { AccountDay, Habits } from '#libs/habits/seams.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { DayCount } from '../compile/series.js';
import type { AccountTable } from '../memory/account-table.js';
import { Texts } from '../memory/texts.js';
import { Calendar, type CalendarDay } from './calendar.js';
import { countMax, DayTable } from './day-table.js';

/** Roles and kinds that are told apart; another one counts as not known, so that nobody fills the memory with them. */
const textsMax = 4_096;

const flag = { waits: 1, told: 2, given: 4, doubted: 8 } as const;

export interface DaysOptions {
  readonly habits: Habits;
  readonly counts: readonly DayCount[];
  /** Whether rules ask for what several days show. */
  readonly tests: boolean;
  readonly subject: SubjectKind;
  /** How far behind its account's newest access a day may end and still be changed from memory, milliseconds. */
  readonly retainMs: number;
  /** Days are given to nobody. */
  readonly isSilent: boolean;
  /** Whether an incident of the account covers a part of `[start, end)`. */
  toldOf(account: number, start: number, end: number): boolean;
}

/** A day as a snapshot or another engine knows it: counts by column, and texts with the times of the accesses that said them. */
export interface KnownDay {
  readonly day: number;
  readonly flags: number;
  readonly unusual: number;
  readonly role: string;
  readonly roleAt: number;
  readonly kind: string;
  readonly kindAt: number;
  readonly most: ReadonlyMap<number, number>;
}

/**
 * What the days of accounts are known to hold. The largest counts are found out late: an access raises an upper bound, and only where the exact number
 * matters, or what it is counted from is about to be let go of, are the windows counted, many in one go (`habits/day-counts.ts`).
 */
export class Days {
  readonly table: DayTable;
  readonly counts: readonly DayCount[];
  readonly texts = new Texts();
  /** Days that the last accesses may have made unusual. */
  readonly risen = new Set<number>();
  /** Days that are to be given, by the time at which they end. */
  readonly waiting = new Map<number, Set<number>>();
  /** Days that were let go of before they were given. */
  ready: AccountDay[] = [];
  readonly #calendar: Calendar;
  /** By column: how long windows may wait to be looked at, milliseconds. */
  readonly #spareMs: readonly number[];

  constructor(
    readonly options: DaysOptions,
    private readonly accounts: AccountTable,
  ) {
    this.counts = options.counts;
    this.table = new DayTable(options.counts.length);
    this.#calendar = new Calendar(options.habits);
    this.#spareMs = options.counts.map(({ rule }) => (rule ? rule.series.horizonMs - rule.timespanMs : Number.POSITIVE_INFINITY));
  }

  get bytes(): number {
    return this.table.bytes + this.texts.bytes;
  }

  /** The record of the account's day that the time lies in, 0 for none. */
  at(account: number, time: number): number {
    const { table } = this;
    for (let record = table.first(account); record > 0; record = table.next(record))
      if (time >= table.start(record) && time < table.end(record)) return record;
    return 0;
  }

  dayOf(groupId: string, time: number): CalendarDay {
    return this.#calendar.of(groupId, time);
  }

  /** The same, made where there is none. */
  enter(account: number, time: number): number {
    const known = this.at(account, time);
    if (known > 0) return known;
    this.#letGo(account);
    const record = this.table.add(account, this.#calendar.of(this.accounts.names(account).groupId, time));
    this.change(record);
    return record;
  }

  /** Records of the account's days that have a part of `[from, until)`. */
  *overlapping(account: number, from: number, until: number): Iterable<number> {
    const { table } = this;
    for (let record = table.first(account); record > 0; record = table.next(record))
      if (table.start(record) < until && table.end(record) > from) yield record;
  }

  *of(account: number): Iterable<number> {
    yield* this.overlapping(account, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  }

  /** What an access at `time` says of the account. Of the day its newest access that says so counts, of one time the first text in order. */
  noteRole(record: number, role: number, kind: number, time: number): void {
    const { table } = this;
    if (role > 0 && this.#isNewer(role, table.role(record), time, table.roleAt(record))) {
      if (role !== table.role(record)) this.change(record);
      table.setRole(record, role, time);
    }
    if (kind > 0 && this.#isNewer(kind, table.kind(record), time, table.kindAt(record))) {
      if (kind !== table.kind(record)) this.change(record);
      table.setKind(record, kind, time);
    }
  }

  #isNewer(text: number, known: number, time: number, at: number): boolean {
    if (time !== at || known === 0) return time >= at || known === 0;
    return this.texts.text(text) < this.texts.text(known);
  }

  /** The number of a text that rows say; 0 for none. */
  textOf(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    return end === 0 || this.texts.count >= textsMax ? 0 : this.texts.ofBytes(bytes, view, start, end);
  }

  /** The newest access of the day lies at `time`, and its window holds no more than `upper`. */
  rise(record: number, column: number, time: number, upper: number): void {
    const { table } = this;
    const bounded = Math.min(upper, countMax);
    const before = table.upper(record, column);
    if (bounded <= before) return;
    if (before === table.most(record, column)) this.#wait(record, column, time);
    table.setUpper(record, column, bounded);
    this.#noteRisen(record, column, time);
  }

  /** An access came late: windows in `[from, until)` hold more by `gain` at most; that at `from` itself holds no more than `upper`. */
  riseLate(account: number, column: number, from: number, until: number, gain: number, upper: number): void {
    const { table } = this;
    for (const record of this.overlapping(account, from, until)) {
      const before = table.upper(record, column);
      const isOwn = table.start(record) <= from;
      const raised = Math.max(before + gain, isOwn ? upper : 0);
      const at = isOwn ? from : table.start(record);
      if (before === table.most(record, column)) this.#wait(record, column, at);
      else if (at < table.from(record, column)) this.#wait(record, column, at);
      table.setUpper(record, column, Math.min(raised, countMax));
      this.#noteRisen(record, column, at);
    }
  }

  /** Nothing is known of what windows of the day hold. */
  doubt(record: number): void {
    const { table } = this;
    for (let column = 0; column < table.columns; column += 1) {
      if (!this.counts[column]?.rule) continue;
      this.#wait(record, column, table.start(record));
      table.setUpper(record, column, countMax);
    }
    table.setFlags(record, table.flags(record) | flag.doubted);
    this.change(record);
  }

  /** A day of a snapshot. What it does not count is to be found out. */
  restore(account: number, known: KnownDay): void {
    const { table } = this;
    const { groupId } = this.accounts.names(account);
    const record = table.add(account, this.#calendar.day(groupId, known.day));
    this.#take(record, known);
    table.setFlags(record, known.flags & ~flag.waits);
    for (const [column, { rule }] of this.counts.entries()) {
      if (!rule || known.most.has(column)) continue;
      this.#wait(record, column, table.start(record));
      table.setUpper(record, column, countMax);
      table.setFlags(record, table.flags(record) | flag.doubted);
    }
    if ((known.flags & flag.waits) > 0) this.change(record);
  }

  /** All days of the account in a snapshot have been restored; its accesses may lie in others, of which nothing is known. */
  restored(account: number, times: Iterable<number>): void {
    let record = 0;
    for (const time of times) {
      if (record > 0 && time >= this.table.start(record) && time < this.table.end(record)) continue;
      record = this.at(account, time);
      if (record > 0) continue;
      record = this.table.add(account, this.#calendar.of(this.accounts.names(account).groupId, time));
      this.doubt(record);
    }
  }

  /** A day as another engine knows it, which has seen all of it. */
  adopt(account: number, from: Days, other: number): void {
    const record = this.enter(account, from.table.start(other));
    this.#take(record, from.known(other));
    this.clearDoubt(record);
    this.change(record);
  }

  known(record: number): KnownDay {
    const { table, texts } = this;
    return {
      day: table.day(record),
      flags: table.flags(record),
      unusual: table.unusual(record),
      role: texts.text(table.role(record)),
      roleAt: table.roleAt(record),
      kind: texts.text(table.kind(record)),
      kindAt: table.kindAt(record),
      most: new Map(this.counts.map((_, column) => [column, table.most(record, column)])),
    };
  }

  #take(record: number, { unusual, role, roleAt, kind, kindAt, most }: KnownDay): void {
    const { table, texts } = this;
    table.close(record);
    table.setUnusual(record, Math.min(unusual, table.unusual(record)));
    if (role !== '') table.setRole(record, texts.of(role), roleAt);
    if (kind !== '') table.setKind(record, texts.of(kind), kindAt);
    for (const [column, count] of most)
      if (column >= 0) table.setMost(record, column, Math.max(count, table.most(record, column)));
  }

  /** Whether it may have become unusual before anybody looked. */
  isDoubted(record: number): boolean {
    return (this.table.flags(record) & flag.doubted) > 0;
  }
  clearDoubt(record: number): void {
    this.table.setFlags(record, this.table.flags(record) & ~flag.doubted);
  }

  #wait(record: number, column: number, time: number): void {
    const { table } = this;
    table.setFrom(record, column, time);
    table.setDue(record, Math.min(table.due(record), Math.max(time, table.start(record)) + (this.#spareMs[column] ?? 0)));
    this.change(record);
  }

  #noteRisen(record: number, column: number, time: number): void {
    const { table, options } = this;
    if (options.tests && time < table.unusual(record) && table.upper(record, column) > table.usual(record, column))
      this.risen.add(record);
  }

  /** The smallest count of the rule that is told on the day. */
  least(record: number, column: number): number {
    const { table } = this;
    if (record === 0) return Number.POSITIVE_INFINITY;
    const known = table.least(record, column);
    if (known > 0) return known === countMax ? Number.POSITIVE_INFINITY : known;
    const habit = this.counts[column]?.habit;
    if (!habit) return Number.POSITIVE_INFINITY;
    const { groupId, actorId } = this.accounts.names(table.account(record));
    const least = this.options.habits.least(habit, groupId, actorId, table.day(record));
    const told = Math.min(countMax, Math.max(habit.floor, Math.ceil(least)));
    table.setLeast(record, column, told);
    return told === countMax ? Number.POSITIVE_INFINITY : told;
  }

  /** Whether the day of the time has been unusual by then. */
  isUnusual(account: number, time: number): boolean {
    const record = this.at(account, time);
    return record > 0 && this.table.unusual(record) <= time;
  }

  /** Of these counts of a day, as a share of what is needed over several days. */
  evidence(record: number, countOf: (column: number) => number): number {
    const { groupId, actorId } = this.accounts.names(this.table.account(record));
    return this.options.habits.evidence(groupId, actorId, this.table.day(record), this.#mostOf(countOf));
  }

  /** Counts by rule; those that are zero are left out. */
  #mostOf(countOf: (column: number) => number): Record<string, number> {
    const most: Record<string, number> = {};
    for (const [column, { habit, rule }] of this.counts.entries()) {
      const count = rule ? countOf(column) : 0;
      if (count > (most[habit.id] ?? 0)) most[habit.id] = count;
    }
    return most;
  }

  /** The day is to be given, again where it was. */
  change(record: number): void {
    const { table } = this;
    if (this.options.isSilent || (table.flags(record) & flag.waits) > 0) return;
    table.setFlags(record, table.flags(record) | flag.waits);
    const end = table.end(record);
    const together = this.waiting.get(end) ?? new Set();
    together.add(record);
    this.waiting.set(end, together);
  }

  /** Whether an incident covers a part of the day has changed since it was given. */
  noteTold(account: number): void {
    for (const record of this.of(account)) {
      const flags = this.table.flags(record);
      if ((flags & flag.given) > 0 && this.#isTold(record) !== ((flags & flag.told) > 0)) this.change(record);
    }
  }

  #isTold(record: number): boolean {
    return this.options.toldOf(this.table.account(record), this.table.start(record), this.table.end(record));
  }

  /** Days that ended by `time` and wait, the earliest first. */
  *endedBy(time: number): Iterable<number> {
    for (const end of [...this.waiting.keys()].toSorted((a, b) => a - b))
      if (end <= time) yield* this.waiting.get(end) ?? [];
  }

  /** The day as it is known; it waits no more. */
  give(record: number): AccountDay {
    const { table } = this;
    const told = this.#isTold(record);
    table.setFlags(record, flag.given | (told ? flag.told : 0) | (table.flags(record) & flag.doubted));
    const together = this.waiting.get(table.end(record));
    together?.delete(record);
    if (together?.size === 0) this.waiting.delete(table.end(record));
    const { groupId, actorId: key } = this.accounts.names(table.account(record));
    const most = this.#mostOf((column) => table.most(record, column));
    const [role, kind] = [this.texts.text(table.role(record)), this.texts.text(table.kind(record))];
    return { groupId, subject: this.options.subject, key, day: table.day(record), role, kind, most, told };
  }

  /** Days that no access changes any more but by the account's history. */
  #letGo(account: number): void {
    const newest = this.accounts.newest(account);
    for (const record of this.of(account))
      if (this.table.end(record) + this.options.retainMs <= newest) this.drop(record);
  }

  drop(record: number): void {
    if ((this.table.flags(record) & flag.waits) > 0) this.ready.push(this.give(record));
    this.risen.delete(record);
    this.table.remove(record);
  }
}
