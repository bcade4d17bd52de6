// selections/: what rules select, as it was registered when they were loaded.
// Read alone: registering is `clickhouse/selections.ts`.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./selection-expressions.sql', import.meta.url), 'utf8');
const shape = z.object({ selection_id: z.string(), expression: z.string() });

/** A selection as it was registered: made by the rules' compiler, and checked by ClickHouse. */
export type StoredSelection = z.infer<typeof shape>;

/**
 * The selections of these ids that are registered, in the order of their ids. Rejects with `Transient`, which begins with `failure`, when the
 * store is away.
 */
export function selectionsOf(
  client: ClickHouseClient,
  ids: readonly string[],
  failure: string,
): Promise<readonly StoredSelection[]> {
  return jsonRows(client, { query, params: { ids }, shape, failure });
}
