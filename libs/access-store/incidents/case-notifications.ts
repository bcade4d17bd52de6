import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { type NotificationRow, notificationRow } from '#libs/contracts/notification-row.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./case-notifications.sql', import.meta.url), 'utf8');
const limit = 10_000;

/** What receivers were told of incidents, oldest first, at most 10,000 attempts. Rejects with `Transient` when the store does not answer. */
export class NotificationReader {
  constructor(private readonly client: ClickHouseClient) {}

  of(incidents: readonly string[]): Promise<readonly NotificationRow[]> {
    return jsonRows(this.client, {
      query,
      params: { incidents, limit },
      shape: notificationRow,
      failure: 'the notifications cannot be read',
    });
  }
}
