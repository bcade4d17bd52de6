import { countMax, flag } from './day-table.js';
import type { Days } from './days.js';
import type { AccountNumber } from '../scan/kinds.js';

/** A day as a snapshot or another engine knows it: counts by column, and texts with the times of the accesses that said them. */
export interface KnownDay {
  readonly day: number;
  readonly flags: number;
  readonly unusual: number;
  readonly role: string;
  readonly roleAt: number;
  readonly kind: string;
  readonly kindAt: number;
  /** All roles that its accesses say, where they say several. */
  readonly roles: readonly string[];
  readonly most: ReadonlyMap<number, number>;
}

/** What is known of a day whose counts are exact. */
export function knownDay({ table, texts, counts, roles }: Days, record: number): KnownDay {
  return {
    day: table.day(record),
    flags: table.flags(record),
    unusual: table.unusual(record),
    role: texts.text(table.role(record)),
    roleAt: table.roleAt(record),
    kind: texts.text(table.kind(record)),
    kindAt: table.kindAt(record),
    roles: roles.severalOf(record),
    most: new Map(counts.map((_, column) => [column, table.most(record, column)])),
  };
}

/** A day of a snapshot. What it does not count is to be found out. */
export function restoreDay(days: Days, account: AccountNumber, known: KnownDay): void {
  const { table } = days;
  const record = days.addDay(account, known.day);
  takeDay(days, record, known);
  table.setFlags(record, known.flags & ~flag.waits);
  for (const column of days.counts.keys()) if (!known.most.has(column)) days.doubt(record, column);
  if ((known.flags & flag.waits) > 0) days.giving.change(record);
}

/** Days of accesses at these times, as far as there are none, of which nothing is known: of a snapshot that has no days. */
export function restoreUnknown(days: Days, account: AccountNumber, times: Iterable<number>): void {
  for (const time of times) {
    if (days.at(account, time) > 0) continue;
    const record = days.enter(account, time);
    for (const column of days.counts.keys()) days.doubt(record, column);
  }
}

/** A day as another engine knows it, which has seen all of it. */
export function adoptDay(days: Days, account: AccountNumber, known: KnownDay, start: number): void {
  const record = days.enter(account, start);
  takeDay(days, record, known);
  days.clearDoubt(record);
  days.giving.change(record);
}

function takeDay(days: Days, record: number, { flags, unusual, role, roleAt, kind, kindAt, roles, most }: KnownDay): void {
  const { table, texts } = days;
  table.close(record);
  table.setUnusual(record, Math.min(unusual, table.unusual(record)));
  days.roles.adopt(record, [...((flags & flag.roleless) > 0 ? [''] : []), ...(role === '' ? [] : [role]), ...roles]);
  if (role !== '') table.setRole(record, texts.of(role), roleAt);
  if (kind !== '') table.setKind(record, texts.of(kind), kindAt);
  for (const [column, count] of most)
    if (column >= 0) table.setMost(record, column, Math.max(Math.min(count, countMax - 1), table.most(record, column)));
}
