import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { notificationRow } from '#libs/contracts/notification-row.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./told-changes.sql', import.meta.url), 'utf8');
const row = notificationRow.pick({ change_id: true });

/**
 * Ids of the changes of incidents that a receiver has, whichever notifier told it, since an instant of the wall clock: the newest `limit`, the oldest of
 * them first. Rejects with `Transient` when the store does not answer.
 */
export async function toldChanges(
  client: ClickHouseClient,
  { endpoint, since, limit }: { readonly endpoint: string; readonly since: string; readonly limit: number },
): Promise<readonly string[]> {
  const failure = `what ${endpoint} was told cannot be read`;
  const rows = await jsonRows(client, { query, params: { endpoint, since, limit }, shape: row, failure });
  return rows.map(({ change_id }) => change_id);
}
