import type { ClickHouseClient } from '@clickhouse/client';
import { Transient } from '#libs/runtime/outcome.js';
import { transientFailure } from './failure.js';

const lineEnd = 0x0a;
const tab = 0x09;

/** The answer is a stream, so it must not be gathered at the server. */
const settings = { wait_end_of_query: 0, date_time_output_format: 'iso' } as const;

/**
 * The lines of a query that names `TabSeparated`, and has two columns or more, in pieces of any size. Rejects with `Transient`, which begins with `failure`, when
 * the store is away, or its answer does not end as lines do: an error behind the first byte is told as text behind the rows, and some proxies, and
 * servers before 24.11, end that as if it were all.
 */
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
    let last: Buffer = Buffer.alloc(0);
    for await (const chunk of stream) {
      const piece = Buffer.from(chunk as Uint8Array);
      last = lastLine(last, piece);
      yield piece;
    }
    if (last.length > 0 && !(last.at(-1) === lineEnd && last.includes(tab)))
      throw new Transient(`${failure}: the answer ends with something that is no line: ${last.toString('utf8', 0, 200)}`);
  } catch (cause) {
    if (cause instanceof Transient) throw cause;
    transientFailure(failure)(cause);
  } finally {
    // Whoever stops reading before the end must not leave the query running.
    stop.abort();
  }
}

/** The last line of what came, its end with it, as far as it is there. */
function lastLine(before: Buffer, piece: Buffer): Buffer {
  if (piece.length === 0) return before;
  const begin = piece.subarray(0, -1).lastIndexOf(lineEnd) + 1;
  if (begin > 0) return piece.subarray(begin);
  return before.at(-1) === lineEnd ? piece : Buffer.concat([before, piece]);
}
