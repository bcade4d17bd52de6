import type { ClickHouseClient } from '@clickhouse/client';
import { Transient } from '#libs/runtime/outcome.js';
import { transientFailure } from './failure.js';

/** The answer is a stream, so it must not be gathered at the server. */
const settings = { wait_end_of_query: 0, date_time_output_format: 'iso' } as const;

/** The answer to a query that names its format, in pieces of any size. Rejects with `Transient`, which begins with `failure`, when the store is away. */
export async function* lineBytes(
  client: ClickHouseClient,
  {
    query,
    params,
    failure,
  }: { readonly query: string; readonly params: Readonly<Record<string, unknown>>; readonly failure: string },
): AsyncGenerator<Buffer> {
  const stop = new AbortController();
  try {
    // `exec` and not `query`: the lines are not to be parsed.
    const { stream } = await client.exec({
      query,
      query_params: { ...params },
      clickhouse_settings: settings,
      abort_signal: stop.signal,
    });
    for await (const chunk of stream) yield Buffer.from(chunk as Uint8Array);
  } catch (cause) {
    if (cause instanceof Transient) throw cause;
    transientFailure(failure)(cause);
  } finally {
    // Whoever stops reading before the end must not leave the query running.
    stop.abort();
  }
}
