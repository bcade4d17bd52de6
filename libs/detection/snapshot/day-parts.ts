// snapshot/: the state as pieces of bytes and back, while frames go on being applied.
// The format and its version are snapshot-format.ts.

import { serialize } from 'node:v8';
import type { z } from 'zod';
import { restoreDay } from '../days/known-day.js';
import type { DayCounts } from '../habits/day-counts.js';
import type { EngineState } from '../state/engine-state.js';
import { bytesOf, type daysPiece, kinds, piece, text, words } from './snapshot-format.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber } from '../scan/kinds.js';

/** Days that no account holds any more. */
export function dayPieces({ days }: EngineState): readonly Uint8Array[] {
  const ready = days?.days.giving.ready ?? [];
  return ready.length > 0 ? [piece(kinds.days, serialize({ days: [...ready] } satisfies z.infer<typeof daysPiece>))] : [];
}

/** When it became unusual, and when role and kind were said; all roles where there are several; the largest counts, exact. */
export function* dayParts(of: DayCounts, account: AccountNumber): Iterable<Uint8Array> {
  const { table, texts } = of.days;
  const records = [...of.days.of(account)];
  yield words(records.length);
  for (const record of records) {
    of.settle(record);
    yield words(table.day(record), table.flags(record));
    yield bytesOf(Float64Array.of(table.unusual(record), table.roleAt(record), table.kindAt(record)));
    yield* text(Buffer.from(texts.text(table.role(record))));
    yield* text(Buffer.from(texts.text(table.kind(record))));
    const roles = of.days.roles.severalOf(record);
    yield words(roles.length);
    for (const role of roles) yield* text(Buffer.from(role));
    yield words(...of.days.counts.map((_, column) => table.most(record, column)));
  }
}

/** How the parts of an account in a snapshot are read, one after the other. */
export interface Reading {
  word(): number;
  bytes(): Uint8Array;
}

/** How days were written: `columns` are those of now by column then, -1 for none. */
export interface DaysThen {
  readonly columns: readonly number[];
  /** Whether a day says all its roles. */
  readonly hasRoles: boolean;
}

/** The days of an account as `dayParts` writes them. */
export function readDays(
  { days }: EngineState,
  account: AccountNumber,
  { columns, hasRoles }: DaysThen,
  { word, bytes }: Reading,
): void {
  const float = (): number => new Float64Array(Uint32Array.of(word(), word()).buffer)[0] ?? outside();
  const read = (): string => Buffer.from(bytes()).toString();
  for (let left = word(); left > 0; left -= 1) {
    const [day, flags] = [word() | 0, word()];
    const [unusual, roleAt, kindAt, role, kind] = [float(), float(), float(), read(), read()];
    const roles = Array.from({ length: hasRoles ? word() : 0 }, read);
    const most = new Map(columns.map((now) => [now, word()]));
    if (days) restoreDay(days.days, account, { day, flags, unusual, role, roleAt, kind, kindAt, roles, most });
  }
}
