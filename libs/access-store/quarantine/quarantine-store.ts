// quarantine/: what was set aside and refused, as it is listed and read again.
// Every query is a file beside it; nothing is changed but what says that a row was replayed.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { isoOf } from '#libs/runtime/clock.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const countsQuery = sql('quarantine-counts');
const sealedQuery = sql('quarantine-sealed');

const failure = 'the quarantine cannot be read';

const countRow = z.object({
  group_id: z.string(),
  source: z.string(),
  reason: z.string(),
  /** Rows that were not replayed, and of them those whose bytes are kept. */
  open: z.int().min(0),
  sealed: z.int().min(0),
  replayed: z.int().min(0),
  newest: isoTime,
  /** Of the newest row: masked, or how its record is built. */
  detail: z.string(),
  sample: z.string(),
});
export type QuarantineCount = z.infer<typeof countRow>;

const sealedRow = z.object({
  quarantine_id: z.string(),
  received_at: isoTime,
  group_id: z.string(),
  source: z.string(),
  reason: z.string(),
  sealed: z.string(),
});
/** A row whose record can be read again. */
export type SealedRow = z.infer<typeof sealedRow>;

/** Which rows; all where nothing is said. */
export interface QuarantineChoice {
  readonly group?: string | undefined;
  readonly source?: string | undefined;
  readonly reason?: string | undefined;
  /** Received at this time or later, ISO 8601. */
  readonly since?: string | undefined;
}

/** The rows of the quarantine in ClickHouse. Rejects with `Transient` when the store is away. The client stays the caller's. */
export class QuarantineStore {
  constructor(private readonly client: ClickHouseClient) {}

  /** By group, source and reason, in this order. */
  async counts(choice: QuarantineChoice): Promise<readonly QuarantineCount[]> {
    return jsonRows(this.client, { query: countsQuery, params: paramsOf(choice), shape: countRow, failure });
  }

  /** Rows with sealed bytes that were not replayed, at most `max` from behind `after` on, in order of their ids. */
  async sealed(choice: QuarantineChoice, after: string, max: number): Promise<readonly SealedRow[]> {
    return jsonRows(this.client, { query: sealedQuery, params: { ...paramsOf(choice), after, max }, shape: sealedRow, failure });
  }

  /** Writes down that rows were replayed; again for the same row changes nothing but the time. */
  async replayed(
    rows: readonly (Pick<SealedRow, 'group_id' | 'source' | 'quarantine_id'> & { readonly events: number })[],
    atMs: number,
  ): Promise<void> {
    if (!rows.length) return;
    const values = rows.map(({ group_id, source, quarantine_id, events }) => ({
      group_id,
      source,
      quarantine_id,
      events,
      replayed_at: isoOf(atMs),
    }));
    await this.client
      .insert({ table: 'vigie.quarantine_replays', values, format: 'JSONEachRow' })
      .catch(transientFailure('vigie.quarantine_replays cannot be written'));
  }
}

function paramsOf({ group = '', source = '', reason = '', since = '1970-01-01T00:00:00.000Z' }: QuarantineChoice) {
  return { group, source, reason, since: Date.parse(since) };
}
