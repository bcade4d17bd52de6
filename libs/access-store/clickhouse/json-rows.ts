import type { ClickHouseClient } from '@clickhouse/client';
import type { z } from 'zod';
import { transientFailure } from './failure.js';
import { wholeRows } from '../contract/whole-rows.js';

/** Numbers as numbers and times as the contracts have them. Expressions of selections are long. */
const settings = {
  output_format_json_quote_64bit_integers: 0,
  date_time_output_format: 'iso',
  max_query_size: String(16 * 1024 * 1024),
} as const;

/**
 * The rows of a query, as their shape has them. Rejects with `Transient`, which begins with `failure`, when the store is away, and with a
 * `ZodError` when it holds something else.
 */
export async function jsonRows<Row>(
  client: ClickHouseClient,
  {
    query,
    params,
    shape,
    failure,
  }: {
    readonly query: string;
    readonly params: Readonly<Record<string, unknown>>;
    readonly shape: z.ZodType<Row>;
    readonly failure: string;
  },
): Promise<readonly Row[]> {
  const answer = await client
    .query({ query, query_params: params, format: 'JSONEachRow', clickhouse_settings: settings })
    .then(wholeRows)
    .catch(transientFailure(failure));
  return answer.map((row) => shape.parse(row));
}
