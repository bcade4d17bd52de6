import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { notificationRow } from '#libs/contracts/notification-row.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./told-sends.sql', import.meta.url), 'utf8');
const limit = 100_000;

/** A message of a case that a receiver has. */
const toldSend = z.strictObject({ receiver: notificationRow.shape.endpoint, send_id: notificationRow.shape.change_id });
export type ToldSend = z.infer<typeof toldSend>;

/**
 * What receivers have of cases, whichever notifier told it: what was told since an instant of the wall clock, and all of cases that were open
 * then or later; the newest first, 100,000 at most. Rejects with `Transient` when the store does not answer.
 */
export function toldSends(client: ClickHouseClient, since: string): Promise<readonly ToldSend[]> {
  return jsonRows(client, { query, params: { since, limit }, shape: toldSend, failure: 'what was told of cases cannot be read' });
}
