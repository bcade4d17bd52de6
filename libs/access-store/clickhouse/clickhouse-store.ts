import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { accessRow } from '#libs/contracts/access-row.js';
import type { Selection } from '#libs/detection/rule/rule.js';
import type { TopicPartition } from '#libs/event-log/port.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { accepted, type Outcome, Transient } from '#libs/runtime/outcome.js';
import { failureOf, transientFailure } from './failure.js';
import { type AccessStore, type LedgerEntry, type StoreTable, storeTables } from '../contract/port.js';
import { registerSelections } from '../views/selections.js';
import { wholeRows } from '../contract/whole-rows.js';

const batchesQuery = readFileSync(new URL('./archive-batches.sql', import.meta.url), 'utf8');
const erasedQuery = readFileSync(new URL('./erased-lately.sql', import.meta.url), 'utf8');
const erasedRows = z.array(z.object({ sha256: z.string() }));
const ledgerRows = z.array(
  z.object({
    first: z.coerce.number(),
    last: z.coerce.number(),
    rows: z.coerce.number(),
    refused: z.coerce.number(),
    token: z.string(),
  }),
);
const countRows = z.array(z.object({ found: z.coerce.number() })).length(1);

/**
 * A partition is a month, and one batch may hold an archive of decades: as many as there are between 1970 and 2299.
 * Duplicates inside one block need not be taken out before it is written, because all reading is by FINAL; that and a parser that keeps to
 * one thread take about a third off the cost of a row, and leave the other cores to other inserts.
 */
const insertSettings = {
  insert_deduplicate: 1,
  optimize_on_insert: 0,
  input_format_parallel_parsing: 0,
  max_partitions_per_insert_block: String(330 * 12),
} as const;

/** An ephemeral column takes values only where it is named, and then all others must be. */
const namedColumns: Readonly<Partial<Record<StoreTable, string>>> = { accesses: ` (${Object.keys(accessRow.shape).join(', ')})` };

/** The store in ClickHouse, embedded or not. The client stays the caller's: he closes it when the store is no longer used. */
export class ClickHouseStore implements AccessStore {
  constructor(
    private readonly client: ClickHouseClient,
    private readonly clock: Clock,
  ) {}

  async insert(table: StoreTable, bytes: Buffer | readonly Buffer[], rows: number, token: string): Promise<Outcome<number>> {
    if (rows === 0) return accepted(0);
    const { table: physical } = storeTables[table];
    try {
      // `exec` and not `insert`: that one takes JSON as objects only, and would write again what is written already.
      const { summary, stream } = await this.client.exec({
        query: `INSERT INTO vigie.${physical}${namedColumns[table] ?? ''} FORMAT JSONEachRow`,
        values: Readable.from(Buffer.isBuffer(bytes) ? [bytes] : bytes, { objectMode: false }),
        clickhouse_settings: { ...insertSettings, insert_deduplication_token: token },
      });
      await finished(stream.resume());
      if (summary?.written_rows === undefined)
        throw new Transient(
          `${physical}: the answer does not say how many of ${rows} rows were stored; let what stands between pass the header X-ClickHouse-Summary on`,
        );
      const written = Number(summary.written_rows);
      // A repeated insert is told as all rows or as none. More are told where somebody made a materialized view over the table: its rows are counted too.
      if (written >= rows || written === 0) return accepted(rows);
      throw new Transient(`${physical}: ${rows} rows were sent and ${written} stored; the same insert must be repeated`);
    } catch (cause) {
      return failureOf(physical, cause);
    }
  }

  async recordBatch({ topic, partition, first, last, rows, refused, token }: LedgerEntry): Promise<void> {
    const row = {
      topic,
      partition,
      first_offset: first,
      last_offset: last,
      rows,
      refused,
      token,
      stored_at: isoOf(this.clock.now()),
    };
    await this.client
      .insert({ table: 'vigie.archive_batches', values: [row], format: 'JSONEachRow' })
      .catch(transientFailure('the ledger cannot be written'));
  }

  async batches({ topic, partition }: TopicPartition, fromOffset: number, max: number): Promise<readonly LedgerEntry[]> {
    const rows = ledgerRows.parse(await this.#rows(batchesQuery, { topic, partition, from: fromOffset, max }));
    return rows.map((row) => ({ topic, partition, ...row }));
  }

  async found(table: StoreTable, ids: readonly string[]): Promise<number> {
    const { table: physical, id } = storeTables[table];
    const query = `SELECT uniqExact(${id}) AS found FROM vigie.${physical} WHERE ${id} IN {ids:Array(String)}`;
    const [row] = countRows.parse(await this.#rows(query, { ids: [...ids] }));
    return row?.found ?? 0;
  }

  async erasedLately(groupIds: readonly string[]): Promise<readonly string[]> {
    const rows = erasedRows.parse(await this.#rows(erasedQuery, { groups: [...groupIds] }));
    return rows.map(({ sha256 }) => sha256);
  }

  registerSelections(selections: readonly Pick<Selection, 'id' | 'sql' | 'tree'>[]): Promise<void> {
    return registerSelections(this.client, selections, isoOf(this.clock.now()));
  }

  async #rows(query: string, parameters: Readonly<Record<string, unknown>>): Promise<unknown> {
    try {
      const result = await this.client.query({ query, query_params: { ...parameters }, format: 'JSONEachRow' });
      return await wholeRows(result);
    } catch (cause) {
      return transientFailure('the store did not answer')(cause);
    }
  }
}
