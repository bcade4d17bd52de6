// leakchecks/: what became of the search for identifiers where none may be.
// The search itself is libs/leakcheck and cli/leakcheck/.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { transientFailure } from '../clickhouse/failure.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const lastSql = readFileSync(new URL('./last-leakcheck.sql', import.meta.url), 'utf8');

/** One run: a row of the table `leakchecks`. */
export interface LeakcheckRow {
  /** The account and clinic under which its records lie. */
  readonly run: string;
  readonly at: string;
  /** How many were fed. */
  readonly identifiers: number;
  /** Where one was found, and how it is spelled there. */
  readonly places: readonly string[];
}

const lastRow = z.object({ at: isoTime, places: z.int().min(0) });
export type LastLeakcheck = z.infer<typeof lastRow>;

export async function insertLeakcheck(client: ClickHouseClient, row: LeakcheckRow): Promise<void> {
  await client
    .insert({
      table: 'vigie.leakchecks',
      values: [row],
      format: 'JSONEachRow',
      clickhouse_settings: { date_time_input_format: 'best_effort' },
    })
    .catch(transientFailure('vigie.leakchecks cannot be written'));
}

/** The newest run; undefined where none was ever made. */
export async function lastLeakcheck(client: ClickHouseClient): Promise<LastLeakcheck | undefined> {
  const failure = 'vigie.leakchecks cannot be read';
  const [last] = await jsonRows(client, { query: lastSql, params: {}, shape: lastRow, failure });
  return last;
}
