import type { AccountDay } from '#libs/habits/seams.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { DayCount } from '../compile/series.js';
import type { AccountTable } from '../memory/account-table.js';
import type { Texts } from '../memory/texts.js';
import { type DayTable, flag } from './day-table.js';
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
  /** Days that wait, by the time at which they end. */
  readonly #waiting = new Map<number, Set<number>>();
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
    if (this.options.isSilent || (table.flags(record) & flag.waits) > 0) return;
    table.setFlags(record, table.flags(record) | flag.waits);
    const end = table.end(record);
    const together = this.#waiting.get(end) ?? new Set();
    together.add(record);
    this.#waiting.set(end, together);
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

  /** Days that ended by `time` and wait, the earliest first. */
  *endedBy(time: Milliseconds): Iterable<number> {
    for (const end of [...this.#waiting.keys()].toSorted((a, b) => a - b)) if (end <= time) yield* this.#waiting.get(end) ?? [];
  }

  /** The day as it is known; it waits no more. */
  give(record: number): AccountDay {
    const { table, texts } = this;
    const told = this.#isTold(record);
    const end = table.end(record);
    table.setFlags(record, flag.given | (told ? flag.told : 0) | (table.flags(record) & (flag.doubted | flag.roleless)));
    this.#waiting.get(end)?.delete(record);
    if (this.#waiting.get(end)?.size === 0) this.#waiting.delete(end);
    const { groupId, actorId: key } = this.accounts.names(table.account(record));
    const most = mostOf(this.options.counts, (column) => table.most(record, column));
    const [role, kind] = [texts.text(table.role(record)), texts.text(table.kind(record))];
    return { groupId, subject: this.options.subject, key, day: table.day(record), role, kind, most, told };
  }

  /** What is known of the day is about to be let go of. */
  drop(record: number): void {
    if ((this.table.flags(record) & flag.waits) > 0) this.ready.push(this.give(record));
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
