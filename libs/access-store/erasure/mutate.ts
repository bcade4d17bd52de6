import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import type { Clock } from '#libs/runtime/clock.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';
import type { TableCondition } from './conditions.js';

export interface ErasureTools {
  readonly clock: Clock;
  /** Told what is being done, a sentence each. */
  readonly progress: (text: string) => void;
}

/** Time between two looks at how far a mutation is, milliseconds. */
const lookEveryMs = 5000;

/** Spans of evidence and lists of pseudonyms stand in the statement. */
const settings = { mutations_sync: '2', max_query_size: String(4 * 1024 * 1024) } as const;

const leftQuery = readFileSync(new URL('./mutation-parts-left.sql', import.meta.url), 'utf8');
const parts = z.object({ left: z.int().nonnegative() });

/** Deletes rows of a table, and resolves when every part on every replica is without them. Rejects with `Transient`; the server goes on then. */
export async function deleteRows(
  client: ClickHouseClient,
  { table, sql, params }: TableCondition,
  { clock, progress }: ErasureTools,
): Promise<void> {
  let looking: Promise<void> | undefined;
  const stop = clock.every(lookEveryMs, () => {
    looking ??= partsLeft(client, table)
      .then((left) => (left > 0 ? progress(`${table}: ${left} part(s) to go`) : undefined))
      .catch(() => undefined)
      .finally(() => {
        looking = undefined;
      });
  });
  try {
    const query = `ALTER TABLE vigie.${table} DELETE WHERE ${sql}`;
    await client
      .command({ query, query_params: { ...params }, clickhouse_settings: settings })
      .catch(transientFailure(`rows of ${table} were not all deleted; run the same erasure again`));
  } finally {
    stop();
    await looking;
  }
}

async function partsLeft(client: ClickHouseClient, table: string): Promise<number> {
  const [row] = await jsonRows(client, {
    query: leftQuery,
    params: { table },
    shape: parts,
    failure: 'mutations cannot be seen',
  });
  return row?.left ?? 0;
}
