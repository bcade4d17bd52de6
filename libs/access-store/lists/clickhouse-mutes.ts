import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { type MuteRow, muteRow } from '#libs/contracts/mute-row.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./mutes.sql', import.meta.url), 'utf8');

/** Mutes in the table `mutes`. The client stays the caller's. Rejects with `Transient` when the store does not answer. */
export class ClickHouseMutes {
  constructor(private readonly client: ClickHouseClient) {}

  /** Those that end after an instant of the wall clock, removed ones among them. */
  endingAfter(since: string): Promise<readonly MuteRow[]> {
    return jsonRows(this.client, { query, params: { since }, shape: muteRow, failure: 'the mutes cannot be read' });
  }

  async put(mute: MuteRow): Promise<void> {
    await this.client
      .insert({
        table: 'vigie.mutes',
        values: [muteRow.parse(mute)],
        format: 'JSONEachRow',
        clickhouse_settings: { date_time_input_format: 'best_effort' },
      })
      .catch(transientFailure('vigie.mutes cannot be written'));
  }
}
