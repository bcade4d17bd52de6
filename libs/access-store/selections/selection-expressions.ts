// selections/: what rules select, as it was registered when they were loaded.
// Read alone: registering is `clickhouse/selections.ts`.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = { expressions: sql('selection-expressions'), conditions: sql('selection-conditions') } as const;
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
  return jsonRows(client, { query: queries.expressions, params: { ids }, shape, failure });
}

const withCondition = z.object({ selection_id: z.string(), condition: z.string() });

/** A selection with the condition that it was made from, as text. */
export type StoredCondition = z.infer<typeof withCondition>;

/** Those of these ids whose condition is known, in the order of their ids. Rejects with `Transient` when the store is away. */
export function conditionsOf(client: ClickHouseClient, ids: readonly string[]): Promise<readonly StoredCondition[]> {
  const failure = 'the conditions of former selections cannot be read';
  return jsonRows(client, { query: queries.conditions, params: { ids }, shape: withCondition, failure });
}
