import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { jsonRows } from '../clickhouse/json-rows.js';
import { heldAccesses, keptRows, type TableCondition, takenRows } from './conditions.js';
import { type Condition, heldSpans } from './evidence.js';
import { type ListedIncident, shorterLists } from './incident-figures.js';
import type { ErasureSubject } from './subject.js';

/** What an erasure would do now. */
export interface ErasurePlan {
  readonly subject: ErasureSubject;
  /** Rows that go, of tables that have some. */
  readonly takes: readonly (TableCondition & { readonly rows: number })[];
  /** Accesses that stay as evidence, by case. */
  readonly held: Readonly<Record<string, number>>;
  /** Groups of which lists of clinics, controllers and leaks stay too, because a case of theirs is not resolved. */
  readonly heldGroups: readonly string[];
  readonly kept: readonly { readonly table: string; readonly rows: number; readonly because: string }[];
  readonly listed: readonly ListedIncident[];
}

const tablesQuery = readFileSync(new URL('./erasable-tables.sql', import.meta.url), 'utf8');
const failure = 'what is to be erased cannot be counted';
const found = z.object({ rows: z.int().nonnegative() });

/** Looks, and changes nothing. */
export async function planErasure(client: ClickHouseClient, subject: ErasureSubject): Promise<ErasurePlan> {
  const spans = await heldSpans(client, subject.groups);
  const tables = await tablesOf(client);
  const takes: (TableCondition & { rows: number })[] = [];
  for (const condition of takenRows(subject, spans)) {
    const rows = await countIn(client, tables, condition.table, condition);
    if (rows > 0) takes.push({ ...condition, rows });
  }
  const held: Record<string, number> = {};
  for (const caseId of new Set(spans.map(({ case_id }) => case_id))) {
    const own = spans.filter(({ case_id }) => case_id === caseId);
    const rows = await countIn(client, tables, 'access_rows', heldAccesses(subject, own));
    if (rows > 0) held[caseId] = rows;
  }
  const kept: ErasurePlan['kept'][number][] = [];
  for (const { table, because, ...condition } of keptRows(subject)) {
    const rows = await countIn(client, tables, table, condition);
    if (rows > 0) kept.push({ table, rows, because });
  }
  const accesses = takes.find(({ table }) => table === 'access_rows');
  const listed = accesses ? await shorterLists(client, accesses, subject.groups) : [];
  const heldGroups = subject.kind === 'group' ? [...new Set(spans.map(({ group_id }) => group_id))] : [];
  return { subject, takes, held, heldGroups, kept, listed };
}

/** Rows as people see them: one that is stored twice until it is merged counts once. */
export async function countRows(client: ClickHouseClient, table: string, condition: Condition): Promise<number> {
  return countIn(client, await tablesOf(client), table, condition);
}

/** By name: the columns by which rows of a table are one, and whether it has none at all. */
type Tables = ReadonlyMap<string, { readonly key: string; readonly is_empty: boolean }>;

async function tablesOf(client: ClickHouseClient): Promise<Tables> {
  const shape = z.object({ name: z.string(), key: z.string(), is_empty: z.coerce.boolean() });
  const rows = await jsonRows(client, { query: tablesQuery, params: {}, shape, failure });
  return new Map(rows.map(({ name, ...table }) => [name, table]));
}

async function countIn(client: ClickHouseClient, tables: Tables, name: string, { sql, params }: Condition): Promise<number> {
  const table = tables.get(name);
  if (!table || table.key === '') throw new Error(`the store has no table vigie.${name}: run vigie migrate`);
  if (table.is_empty) return 0;
  const query =
    name === 'access_rows'
      ? `SELECT count() AS rows FROM vigie.access_rows FINAL WHERE ${sql} SETTINGS do_not_merge_across_partitions_select_final = 1`
      : `SELECT uniqExact(tuple(${table.key})) AS rows FROM vigie.${name} WHERE ${sql}`;
  const [row] = await jsonRows(client, { query, params, shape: found, failure });
  return row?.rows ?? 0;
}
