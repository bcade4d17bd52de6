import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { type ErasureRow, erasureRow } from './erasure-row.js';
import { transientFailure } from '../../clickhouse/failure.js';
import { jsonRows } from '../../clickhouse/json-rows.js';

const byPrefixQuery = readFileSync(new URL('./erasures-by-prefix.sql', import.meta.url), 'utf8');
const begunQuery = readFileSync(new URL('./erasures-begun.sql', import.meta.url), 'utf8');
const brokenOffQuery = readFileSync(new URL('./broken-off-erasure.sql', import.meta.url), 'utf8');
const failure = 'the records of erasures cannot be read';

/** Writes down what an erasure did, over what stood there of it. */
export async function putErasure(client: ClickHouseClient, row: ErasureRow): Promise<void> {
  await client
    .insert({ table: 'vigie.erasures', values: [erasureRow.parse(row)], format: 'JSONEachRow' })
    .catch(transientFailure('the record of the erasure cannot be written'));
}

/** Records whose id begins like this. */
export function erasuresByPrefix(client: ClickHouseClient, prefix: string): Promise<readonly ErasureRow[]> {
  return jsonRows(client, { query: byPrefixQuery, params: { prefix }, shape: erasureRow, failure });
}

/** All that were begun and are not done: they still run, or were broken off. */
export function begunErasures(client: ClickHouseClient): Promise<readonly ErasureRow[]> {
  return jsonRows(client, { query: begunQuery, params: {}, shape: erasureRow, failure });
}

/** An erasure of the same subject that was begun and is not done: it was broken off. */
export async function brokenOff(
  client: ClickHouseClient,
  { kind, sha256, group }: { readonly kind: string; readonly sha256: string; readonly group: string },
): Promise<ErasureRow | undefined> {
  const params = { kind, sha256, group };
  const [row] = await jsonRows(client, { query: brokenOffQuery, params, shape: erasureRow, failure });
  return row;
}
