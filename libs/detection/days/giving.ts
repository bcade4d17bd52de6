import type { AccountDay } from '#libs/habits/seams.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { DayCount } from '../compile/series.js';
import type { AccountTable } from '../memory/account-table.js';
import type { Texts } from '../memory/texts.js';
import { type DayTable, flag } from './day-table.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

export interface GivingOptions {
  readonly counts: readonly DayCount[];
  readonly subject: SubjectKind;
  /** Days are given to nobody. */
  readonly isSilent: boolean;
  /** Whether an incident of the account covers a part of `[start, end)`. */
  toldOf(account: AccountNumber, start: number, end: number): boolean;
}

/** Which days are to be given to whoever learns from them: new ones, and those that have changed since they were given. */
export class Giving {
  /** Days that wait, by the time at which they end, those before `taken` given. Whether one still waits its flags say: a record may have become another day meanwhile. */
  readonly #waiting = new Map<number, { readonly records: number[]; taken: number }>();
  /** Days that were let go of before they were given. */
  readonly ready: AccountDay[] = [];

  constructor(
    private readonly table: DayTable,
    private readonly texts: Texts,
    private readonly accounts: AccountTable,
    private readonly options: GivingOptions,
  ) {}

  /** The day is to be given, again where it was. */
  change(record: number): void {
    const { table } = this;
    if (this.options.isSilent || this.#waits(record)) return;
    table.setFlags(record, table.flags(record) | flag.waits);
    const end = table.end(record);
    const together = this.#waiting.get(end);
    if (together) together.records.push(record);
    else this.#waiting.set(end, { records: [record], taken: 0 });
  }

  /** The same where an incident covers the day now and did not when it was given, or the other way round. */
  noteTold(record: number): void {
    const flags = this.table.flags(record);
    if ((flags & flag.given) > 0 && this.#isTold(record) !== (flags & flag.told) > 0) this.change(record);
  }

  #isTold(record: number): boolean {
    const { table } = this;
    return this.options.toldOf(table.account(record), table.start(record), table.end(record));
  }

  /** Days that ended by `time` and wait, the earliest first. One is passed over for good when the next is asked for. */
  *endedBy(time: Milliseconds): Iterable<number> {
    const ended = [...this.#waiting].filter(([end]) => end <= time).toSorted(([a], [b]) => a - b);
    for (const [end, together] of ended) {
      for (; together.taken < together.records.length; together.taken += 1) {
        const record = together.records[together.taken] ?? outside();
        if (this.#waits(record) && this.table.end(record) === end) yield record;
      }
      this.#waiting.delete(end);
    }
  }

  #waits(record: number): boolean {
    return (this.table.flags(record) & flag.waits) > 0;
  }

  /** The day as it is known; it waits no more. */
  give(record: number): AccountDay {
    const { table, texts } = this;
    const told = this.#isTold(record);
    table.setFlags(record, flag.given | (told ? flag.told : 0) | (table.flags(record) & (flag.doubted | flag.roleless)));
    const { groupId, actorId: key } = this.accounts.names(table.account(record));
    const most = mostOf(this.options.counts, (column) => table.most(record, column));
    const [role, kind] = [texts.text(table.role(record)), texts.text(table.kind(record))];
    return { groupId, subject: this.options.subject, key, day: table.day(record), role, kind, most, told };
  }

  /** What is known of the day is about to be let go of. */
  drop(record: number): void {
    if (this.#waits(record)) this.ready.push(this.give(record));
  }
}

/** Counts by rule; those that are zero are left out. */
function mostOf(counts: readonly DayCount[], countOf: (column: number) => number): Record<string, number> {
  const most: Record<string, number> = {};
  for (let column = 0; column < counts.length; column += 1) {
    const { habit, rule } = counts[column] ?? {};
    const count = rule ? countOf(column) : 0;
    if (habit && count > (most[habit.id] ?? 0)) most[habit.id] = count;
  }
  return most;
}
