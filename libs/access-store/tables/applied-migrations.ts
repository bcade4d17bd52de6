// tables/: what the store consists of, brought up to date, on one node or on many.
// It knows of no row.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { jsonRows } from '../clickhouse/json-rows.js';

const engineQuery = readFileSync(new URL('./migrations-engine.sql', import.meta.url), 'utf8');
const appliedQuery = readFileSync(new URL('./applied-migrations.sql', import.meta.url), 'utf8');
const failure = 'the migrations of the store cannot be seen';

/**
 * The engine of the table that says which migrations were applied; undefined where none was, or this user may not see the table. Rejects with
 * `Transient` where the store is away.
 */
export async function migrationsEngine(client: ClickHouseClient): Promise<string | undefined> {
  const [row] = await jsonRows(client, { query: engineQuery, params: {}, shape: z.object({ engine: z.string() }), failure });
  return row?.engine;
}

/** By name, with the checksum that it had. Rejects with `Transient` where the store is away, or has no such table. */
export async function appliedMigrations(client: ClickHouseClient): Promise<ReadonlyMap<string, string>> {
  const shape = z.object({ name: z.string(), checksum: z.string() });
  const rows = await jsonRows(client, { query: appliedQuery, params: {}, shape, failure });
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}
