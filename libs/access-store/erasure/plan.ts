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

const keyQuery = readFileSync(new URL('./sorting-key.sql', import.meta.url), 'utf8');
const failure = 'what is to be erased cannot be counted';
const found = z.object({ rows: z.int().nonnegative() });

/** Looks, and changes nothing. */
export async function planErasure(client: ClickHouseClient, subject: ErasureSubject): Promise<ErasurePlan> {
  const spans = await heldSpans(client, subject.groups);
  const takes: (TableCondition & { rows: number })[] = [];
  for (const condition of takenRows(subject, spans)) {
    const rows = await countRows(client, condition.table, condition);
    if (rows > 0) takes.push({ ...condition, rows });
  }
  const held: Record<string, number> = {};
  for (const caseId of new Set(spans.map(({ case_id }) => case_id))) {
    const own = spans.filter(({ case_id }) => case_id === caseId);
    const rows = await countRows(client, 'access_rows', heldAccesses(subject, own));
    if (rows > 0) held[caseId] = rows;
  }
  const kept: ErasurePlan['kept'][number][] = [];
  for (const { table, because, ...condition } of keptRows(subject)) {
    const rows = await countRows(client, table, condition);
    if (rows > 0) kept.push({ table, rows, because });
  }
  const accesses = takes.find(({ table }) => table === 'access_rows');
  const listed = accesses ? await shorterLists(client, accesses, subject.groups) : [];
  const heldGroups = subject.kind === 'group' ? [...new Set(spans.map(({ group_id }) => group_id))] : [];
  return { subject, takes, held, heldGroups, kept, listed };
}

/** Rows as people see them: one that is stored twice until it is merged counts once. */
export async function countRows(client: ClickHouseClient, table: string, { sql, params }: Condition): Promise<number> {
  const key = await sortingKey(client, table);
  const query =
    table === 'access_rows'
      ? `SELECT count() AS rows FROM vigie.access_rows FINAL WHERE ${sql} SETTINGS do_not_merge_across_partitions_select_final = 1`
      : `SELECT uniqExact(tuple(${key})) AS rows FROM vigie.${table} WHERE ${sql}`;
  const [row] = await jsonRows(client, { query, params, shape: found, failure });
  return row?.rows ?? 0;
}

async function sortingKey(client: ClickHouseClient, table: string): Promise<string> {
  const [row] = await jsonRows(client, { query: keyQuery, params: { table }, shape: z.object({ key: z.string() }), failure });
  if (!row || row.key === '') throw new Error(`the store has no table vigie.${table}: run vigie migrate`);
  return row.key;
}
