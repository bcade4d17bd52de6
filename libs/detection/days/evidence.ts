import type { Habits } from '#libs/habits/seams.js';
import type { DayCount } from '../compile/series.js';
import type { AccountTable } from '../memory/account-table.js';
import { boundless, type DayTable } from './day-table.js';
import { outside } from '../scan/outside.js';

/** What counts of days are, as evidence over several days. */
export class Evidence {
  /** What was asked of last, by rule: one that is used again, since most days are asked about. */
  readonly #asked: Record<string, number> = {};
  readonly #boundless: Readonly<Record<string, number>>;

  constructor(
    private readonly table: DayTable,
    private readonly accounts: AccountTable,
    private readonly of: { readonly habits: Habits; readonly counts: readonly DayCount[] },
  ) {
    this.#boundless = Object.fromEntries(of.counts.map(({ habit }) => [habit.id, boundless]));
  }

  /** Whether the day stays usual even if each of its counts comes to `boundless`. */
  staysUsual(record: number): boolean {
    return this.#shareOf(record, this.#boundless) < 1;
  }

  /** Of these counts of a day, as a share of what is needed over several days. */
  share(record: number, countOf: (column: number) => number): number {
    const { counts } = this.of;
    const most = this.#asked;
    for (const { habit } of counts) most[habit.id] = 0;
    for (let column = 0; column < counts.length; column += 1) {
      const { habit, rule } = counts[column] ?? {};
      if (habit && rule) most[habit.id] = Math.max(most[habit.id] ?? outside(), countOf(column));
    }
    return this.#shareOf(record, most);
  }

  #shareOf(record: number, most: Readonly<Record<string, number>>): number {
    const { table, accounts } = this;
    const { groupId, actorId } = accounts.names(table.account(record));
    return this.of.habits.evidence(groupId, actorId, table.day(record), most);
  }
}
