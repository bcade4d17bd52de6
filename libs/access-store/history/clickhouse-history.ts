// history/: accesses of the past as frames in order of time, read in slices that can be begun again.
// Every query is a file beside it.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { subjectColumns } from '#libs/contracts/vocabulary.js';
import type { Outline } from '#libs/detection/rule/reach.js';
import type { TopicPartition } from '#libs/event-log/port.js';
import { Transient } from '#libs/runtime/outcome.js';
import { transientFailure } from '../clickhouse/failure.js';
import { framesOf } from './history-frames.js';
import { type Slice, slicesOf } from './history-slices.js';
import type { AccessHistory, HistoryQuery } from '../contract/history.js';

const sqlOf = (name: string): string => readFileSync(new URL(`./history-${name}.sql`, import.meta.url), 'utf8');
const sql = {
  lines: sqlOf('lines'),
  last: sqlOf('last'),
  spread: sqlOf('spread'),
  count: sqlOf('count'),
  storedThrough: sqlOf('stored-through'),
};

const spreadRows = z.array(z.object({ at: z.coerce.number(), rows: z.coerce.number() }));
const countRows = z.array(z.object({ rows: z.coerce.number() })).length(1);
const throughRows = z.array(z.object({ through: z.coerce.number() })).max(1);

/** Rows that ClickHouse sorts at a time: about 300 MB of its memory. */
const sliceRows = 200_000;

/** What a column of times can hold, milliseconds: 1900 to 2299. */
const earliestMs = Date.UTC(1900, 0, 1);
const latestMs = Date.UTC(2299, 11, 31);

/**
 * The answer is a stream, so it must not be gathered at the server; the text of a line is made before the sorting, because sorting one column
 * is cheaper than sorting twenty.
 */
const streamSettings = {
  wait_end_of_query: 0,
  query_plan_execute_functions_after_sorting: 0,
  output_format_json_escape_forward_slashes: 0,
} as const;

/** History in ClickHouse, embedded or not. The client stays the caller's. */
export class ClickHouseHistory implements AccessHistory {
  /** By topic and partition; what is stored stays stored, so the next look begins there. */
  readonly #through = new Map<string, number>();

  constructor(private readonly client: ClickHouseClient) {}

  async storedThrough({ topic, partition }: TopicPartition): Promise<number> {
    const name = `${topic}/${partition}`;
    const known = this.#through.get(name) ?? -1;
    const [row] = throughRows.parse(await this.#rows(sql.storedThrough, { topic, partition, from: known }));
    const through = Math.max(known, row?.through ?? -1);
    this.#through.set(name, through);
    return through;
  }

  async *rows({ outline, ...query }: HistoryQuery): AsyncGenerator<Buffer> {
    if (outline) yield* this.#outline(query, outline);
    yield* this.#all({ ...query, fromMs: Math.max(query.fromMs, outline?.toMs ?? query.fromMs) });
  }

  /** One row an account and selection, so it is one answer. */
  async *#outline(query: HistoryQuery, { toMs, of }: Outline): AsyncGenerator<Buffer> {
    const within = { ...query, toMs: Math.min(query.toMs, toMs) };
    if (of.length === 0 || within.fromMs >= within.toMs) return;
    const lasts = of.map(({ sql: selected }) => sqlFor(sql.last, query).replace('{{selection}}', () => selected));
    yield* this.#lines(
      within,
      sqlFor(
        sql.lines,
        query,
        `(group_id, ${subjectColumns[query.subject ?? 'account']}, time) IN (${lasts.join(' UNION DISTINCT ')}) AND `,
      ),
    );
  }

  async *#all(query: HistoryQuery): AsyncGenerator<Buffer> {
    const spread = async (slice: Slice, stepMs: number) => {
      const rows = await this.#rows(sqlFor(sql.spread, query), { ...parametersOf({ ...query, ...slice }), step: stepMs });
      return spreadRows.parse(rows).map(({ at, rows: count }) => ({ atMs: at, rows: count }));
    };
    for await (const slice of slicesOf(query, sliceRows, spread))
      yield* this.#lines({ ...query, ...slice }, sqlFor(sql.lines, query));
  }

  async count({ outline, ...given }: HistoryQuery): Promise<number> {
    const query = { ...given, fromMs: Math.max(given.fromMs, outline?.toMs ?? given.fromMs) };
    const [row] = countRows.parse(await this.#rows(sqlFor(sql.count, query), parametersOf(query)));
    return row?.rows ?? 0;
  }

  async *#lines(query: HistoryQuery, text: string): AsyncGenerator<Buffer> {
    const stop = new AbortController();
    try {
      // `exec` and not `query`: the lines are not to be parsed.
      const { stream } = await this.client.exec({
        query: text,
        query_params: parametersOf(query),
        clickhouse_settings: streamSettings,
        abort_signal: stop.signal,
      });
      yield* framesOf(stream);
    } catch (cause) {
      if (cause instanceof Transient) throw cause;
      transientFailure('the history could not be read')(cause);
    } finally {
      // Whoever stops reading before the end must not leave the query running.
      stop.abort();
    }
  }

  async #rows(query: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown> {
    try {
      const { stream } = await this.client.exec({ query, query_params: { ...parameters } });
      const chunks: Uint8Array[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      const lines = Buffer.concat(chunks).toString('utf8').split('\n').filter(Boolean);
      return lines.map((line): unknown => JSON.parse(line));
    } catch (cause) {
      return transientFailure('the history did not answer')(cause);
    }
  }
}

/** `besides` is one more condition, with ` AND ` behind it. */
function sqlFor(text: string, query: HistoryQuery, besides = ''): string {
  const { accounts, groupId, subject = 'account' } = query;
  const column = subjectColumns[subject];
  const group = accounts || groupId !== undefined ? 'group_id = {group:String} AND ' : '';
  const belonging = subject === 'account' ? group : `${group}${column} != '' AND `;
  const within = accounts ? `${group}${column} IN {actors:Array(String)} AND ` : belonging;
  return text.replaceAll('{{subject}}', column).replace('{{account}}', () => `${within}${besides}`);
}

function parametersOf({ fromMs, toMs, accounts, groupId }: HistoryQuery): Record<string, unknown> {
  const group = accounts?.groupId ?? groupId;
  return {
    from: storable(fromMs),
    to: storable(toMs),
    ...(group !== undefined && { group }),
    ...(accounts && { actors: accounts.actorIds }),
  };
}

function storable(ms: number): number {
  return Math.min(latestMs, Math.max(earliestMs, Math.trunc(ms)));
}
