import type { ClickHouseClient } from '@clickhouse/client';
import { type ErasureRow, erasureRow } from './erasure-row.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const failure = 'the records of erasures cannot be read';

/** Writes down what an erasure did, over what stood there of it. */
export async function putErasure(client: ClickHouseClient, row: ErasureRow): Promise<void> {
  await client
    .insert({ table: 'vigie.erasures', values: [erasureRow.parse(row)], format: 'JSONEachRow' })
    .catch(transientFailure('the record of the erasure cannot be written'));
}

/** Records whose id begins like this. */
export function erasuresByPrefix(client: ClickHouseClient, prefix: string): Promise<readonly ErasureRow[]> {
  const query = 'SELECT * FROM vigie.erasures FINAL WHERE startsWith(erasure_id, {prefix:String}) ORDER BY erasure_id LIMIT 2';
  return jsonRows(client, { query, params: { prefix }, shape: erasureRow, failure });
}

/** An erasure of the same subject that was begun and is not done: it was broken off. */
export async function brokenOff(
  client: ClickHouseClient,
  { kind, sha256, group }: { readonly kind: string; readonly sha256: string; readonly group: string },
): Promise<ErasureRow | undefined> {
  const query = `
    SELECT * FROM vigie.erasures FINAL
    WHERE kind = {kind:String} AND subject_sha256 = {sha256:String} AND group_id = {group:String} AND state = 'begun'
    ORDER BY begun_at DESC LIMIT 1`;
  const [row] = await jsonRows(client, { query, params: { kind, sha256, group }, shape: erasureRow, failure });
  return row;
}
