import { createHash } from 'node:crypto';
import { foreignFrame, type QuarantineRow, unreadableBatch } from '#libs/contracts/quarantine-row.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Attempts } from './attempts.js';
import { type Batch, tokenOf } from '../collect/batch.js';
import type { RefusalBreaker } from '../refuse/breaker.js';
import { notAnObject } from '../refuse/row-form.js';
import { bareRowOf, knownTopic, type Quarantine, quarantinedLineOf, type Refusal } from '../refuse/refusal.js';
import { type ArchiveStore, tables } from '../collect/tables.js';

/** How long a quarantine table that takes not even rows of our own making is left alone, in milliseconds. */
const refusedWaitMs = 15_000;

/** Reasons of what no version of a service has written. */
const foreign: ReadonlySet<string> = new Set([notAnObject, unreadableBatch, foreignFrame]);

/** One batch on its way into its table. */
export interface Storing {
  readonly batch: Batch;
  readonly signal: AbortSignal;
  /** Ends every token: a range that is stored anew is not what it was. */
  readonly again: string;
}

/**
 * Puts refused lines into the quarantine, and resolves when it has them. Those of other topics go through the quarantine's own; a line of
 * that topic is replaced by a row that says so, straight in the table: sent round once more it could come back for ever.
 */
export class SetAside {
  constructor(
    private readonly tools: {
      readonly quarantine: Quarantine;
      readonly store: Pick<ArchiveStore, 'insert'>;
      readonly breaker: RefusalBreaker;
      readonly attempts: Attempts;
      readonly clock: Clock;
      readonly metrics: Metrics;
    },
  ) {}

  /** Lines that are not what the contract says. What no version of a service writes is no sign of a bad deployment: as many as come are taken. */
  async lines(work: Storing, refusals: readonly Refusal[]): Promise<void> {
    const { strange = [], others = [] } = Object.groupBy(refusals, ({ why }) => (foreign.has(why.reason) ? 'strange' : 'others'));
    await this.#now(work, strange);
    await this.rows(work, others);
  }

  /** Rows: too many of them are not bad rows but a bad deployment, which the breaker holds up until somebody has looked. */
  async rows(work: Storing, refusals: readonly Refusal[]): Promise<void> {
    const { attempts, breaker } = this.tools;
    for (let from = 0; from < refusals.length;) {
      const allowed = breaker.take(refusals.length - from);
      await this.#now(work, refusals.slice(from, from + allowed.rows));
      from += allowed.rows;
      if (from < refusals.length)
        await attempts.pause(
          work.batch,
          allowed.waitMs,
          work.signal,
          'too many rows are refused; storing stands still, check that migrations and services are of one version',
        );
    }
  }

  async #now(work: Storing, refusals: readonly Refusal[]): Promise<void> {
    if (refusals.length === 0) return;
    const { attempts, metrics, quarantine } = this.tools;
    if (tables[knownTopic(work.batch.at.topic)] === 'quarantine') await this.#replace(work, refusals);
    else await attempts.try(work.batch, 'quarantine', work.signal, () => quarantine.append(work.batch, refusals));
    for (const { why } of refusals) metrics.add('vigie_rows_rejected_total', { step: 'archive', reason: why.reason });
  }

  async #replace(work: Storing, refusals: readonly Refusal[]): Promise<void> {
    const now = this.tools.clock.now();
    const rows = refusals.map((refusal) => ({ refusal, row: quarantinedLineOf(work.batch, refusal, now) }));
    if (
      await this.#insert(
        work,
        rows.map(({ row }) => row),
      )
    )
      return;
    for (const { refusal, row } of rows)
      while (!(await this.#insert(work, [row])) && !(await this.#insert(work, [bareRowOf(row, refusal)])))
        await this.tools.attempts.pause(
          work.batch,
          refusedWaitMs,
          work.signal,
          'the quarantine refuses rows of its own contract; bring the store up to date with "npx vigie migrate"',
        );
  }

  /** False when they are refused. The token is by the ids: when the rows were set aside does not make them others. */
  async #insert({ batch, signal, again }: Storing, rows: readonly QuarantineRow[]): Promise<boolean> {
    const { attempts, store } = this.tools;
    const ids = createHash('sha256');
    for (const row of rows) ids.update(`${row.quarantine_id} ${row.content.length}\n`);
    const token = tokenOf(batch.at, batch.first, batch.last, ids.digest('hex')) + again;
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const outcome = await attempts.try(batch, 'quarantine', signal, () => store.insert('quarantine', bytes, rows.length, token));
    return outcome.kind === 'accepted';
  }
}
