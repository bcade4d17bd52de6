// desk/: what is asked beside cases: the books, how receivers are reached, what exceptions keep quiet, samples that were compared.
// Every query is a file beside it.

import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { leakFindingRow, leakRow } from '#libs/contracts/leak-rows.js';
import { notificationOutcomes } from '#libs/contracts/notification-row.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = (name: string) => readFileSync(new URL(`./${name}.sql`, import.meta.url), 'utf8');
const queries = {
  books: sql('books-days'),
  channels: sql('channel-attempts'),
  quiet: sql('kept-quiet'),
  leaks: sql('past-leaks'),
  findings: sql('leak-findings'),
} as const;

/** Lines of one answer: sources times days, receivers, exceptions, samples. */
const linesMax = 5_000;
const count = z.int().min(0);

const bookDay = z.object({
  group_id: z.string(),
  source: z.string(),
  day: z.iso.date(),
  received: count,
  refused: count,
  events: count,
  rows: count,
  quarantined: count,
});
/** A source on one day of receipt (UTC): `received` and `refused` as ingestors counted, the others as they are stored. Units: records, of `rows` rows. */
export type BookDay = z.infer<typeof bookDay>;

const channel = z.object({
  endpoint: z.string(),
  delivered: count,
  failed: count,
  refused: count,
  expired: count,
  muted: count,
  superseded: count,
  /** Of all messages together. */
  attempts: count,
  newest_outcome: z.enum(notificationOutcomes),
  newest_reason: z.string(),
  newest_at: isoTime,
  /** Upper median of what was delivered, from when it was due. */
  delay_seconds: z.number().nullable(),
});
/** What became of the messages to one receiver, each by the outcome of its newest attempt. */
export type ChannelAttempts = z.infer<typeof channel>;

const quiet = z.object({ exception_id: z.string(), matches: count, accounts: count, most_patients: count, last_at: isoTime });
export type KeptQuiet = z.infer<typeof quiet>;

const pastLeak = leakRow.omit({ patients: true }).extend({ best_actor: z.string(), best_matched: count });
export type PastLeak = z.infer<typeof pastLeak>;

const finding = leakFindingRow.omit({ leak_id: true, group_id: true, asked_at: true, ln_bayes: true });
export type PastFinding = z.infer<typeof finding>;

/** What is asked beside cases. Rejects with `Transient` while the store is away. */
export class DeskRecords {
  constructor(private readonly client: ClickHouseClient) {}

  /** Days since an instant in milliseconds, the newest first. */
  books(fromMs: number): Promise<readonly BookDay[]> {
    return this.#rows(queries.books, { from: fromMs }, bookDay);
  }

  channels(fromMs: number): Promise<readonly ChannelAttempts[]> {
    return this.#rows(queries.channels, { from: fromMs }, channel);
  }

  keptQuiet(fromMs: number): Promise<readonly KeptQuiet[]> {
    return this.#rows(queries.quiet, { from: fromMs }, quiet);
  }

  /** The newest first; of one id, where it is given. */
  leaks(leakId = ''): Promise<readonly PastLeak[]> {
    return this.#rows(queries.leaks, { leak: leakId }, pastLeak);
  }

  findings(leakId: string): Promise<readonly PastFinding[]> {
    return this.#rows(queries.findings, { leak: leakId }, finding);
  }

  #rows<Row>(query: string, params: Readonly<Record<string, unknown>>, shape: z.ZodType<Row>): Promise<readonly Row[]> {
    return jsonRows(this.client, { query, params: { ...params, limit: linesMax }, shape, failure: 'the store cannot be asked' });
  }
}
