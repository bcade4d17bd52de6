import { createHash } from 'node:crypto';
import type { TopicPartition } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { type Rejected, Transient } from '#libs/runtime/outcome.js';
import { retry, type RetryPolicy } from '#libs/runtime/retry.js';
import { receivedTimes, rowsBySource } from './accounts.js';
import { type Batch, type BatchLine, linesOf, tokenOf } from './batch.js';
import type { RefusalBreaker } from './breaker.js';
import type { Plans } from './plan.js';
import { knownTopic, type Quarantine, type Refusal, storeGoodLines } from './refusal.js';
import type { Samples } from './samples.js';
import type { Slots } from './slots.js';
import { type ArchiveStore, tables } from './store.js';

/** A range is tried for ever, at most this far apart: losing it is not among the choices. */
const forever: RetryPolicy = { firstWaitMs: 200, waitMsMax: 15_000, attemptsMax: Infinity };

export interface WriterTools {
  readonly store: ArchiveStore;
  readonly plans: Plans;
  readonly quarantine: Quarantine;
  /** Gets a few rows of each batch, to be looked up later. */
  readonly samples: Samples;
  readonly breaker: RefusalBreaker;
  /** Inserts at a time over all partitions. */
  readonly slots: Slots;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Called whenever something happens, good or bad: a writer that does neither is stuck. */
  readonly moved: () => void;
  /** False when the partition is no longer ours. */
  readonly commit: (at: TopicPartition, nextOffset: number) => Promise<boolean>;
}

/**
 * Stores one batch, in five steps that each keep one guarantee:
 *
 *   1 plan      a restart cuts the same batch, so its token is recognised
 *   2 insert    at least once, and at most once under the token; bad rows go to the quarantine, which has them before step 5
 *   3 verify    the server has as many rows as were sent (inside `store.insert`)
 *   4 ledger    what is stored can be compared with the log later
 *   5 commit    nobody reads the range again
 *
 * Killed between any two, the next owner begins again at 1 with the same range.
 */
export class BatchWriter {
  constructor(private readonly tools: WriterTools) {}

  /** Resolves with false when the partition has left us meanwhile. Rejects only with bugs, or with the signal's reason. */
  async write(batch: Batch, signal: AbortSignal, again = ''): Promise<boolean> {
    const { store, plans, slots } = this.tools;
    const { at, first, last, rows } = batch;
    await this.#try(batch, 'plan', signal, () =>
      plans.write(at, { first, last }).catch(asTransient('the plan cannot be written')),
    );
    const refused = await slots.run(() => this.#insert(batch, signal, again));
    const entry = { ...at, first, last, rows, refused: refused.length, token: batch.token + again };
    await this.#try(batch, 'ledger', signal, () => store.recordBatch(entry));
    this.#account(batch, refused);
    if (refused.length === 0) this.tools.samples.add(batch, this.tools.clock.monotonic());
    return this.#try(batch, 'commit', signal, () => this.tools.commit(at, last + 1));
  }

  /** Answers with the lines that were refused, which the quarantine then has. */
  async #insert(batch: Batch, signal: AbortSignal, again: string): Promise<readonly BatchLine[]> {
    const { store, clock, metrics } = this.tools;
    const table = tables[knownTopic(batch.at.topic)];
    const insert = async (bytes: Buffer, rows: number, token: string): Promise<Rejected | undefined> => {
      const startedAt = clock.monotonic();
      const outcome = await this.#try(batch, 'insert', signal, async () => {
        const outcome = await store.insert(table, bytes, rows, token + again);
        if (outcome.kind === 'accepted' && outcome.value !== rows)
          throw new Transient(`ClickHouse says it has ${outcome.value} of ${rows} rows`);
        return outcome;
      });
      metrics.observe('vigie_archive_insert_seconds', (clock.monotonic() - startedAt) / 1000, { table });
      return outcome.kind === 'rejected' ? outcome : undefined;
    };
    if (batch.rows === 0) return [];
    const why = await insert(batch.bytes, batch.rows, batch.token);
    if (!why) return [];
    this.tools.log.warn('rows do not fit their table; looking for them', { ...placeOf(batch), reason: why.reason });
    // Each part has a token of its own, by its content.
    const part = (bytes: Buffer, rows: number) =>
      insert(bytes, rows, tokenOf(batch.at, batch.first, batch.last, sha256Of(bytes)));
    const refused: BatchLine[] = [];
    await storeGoodLines(linesOf(batch), part, async (refusal) => {
      await this.#refuse(batch, refusal, signal);
      refused.push(refusal.line);
    });
    return refused;
  }

  async #refuse(batch: Batch, refusal: Refusal, signal: AbortSignal): Promise<void> {
    const { breaker, clock, log, metrics, quarantine } = this.tools;
    for (let waitMs = breaker.take(); waitMs > 0; waitMs = breaker.take()) {
      log.error(
        'ClickHouse refuses too many rows; storing stands still, check that migrations and producers are of one version',
        {
          ...placeOf(batch),
          reason: refusal.why.reason,
          waitMs,
        },
      );
      const stalled = { pipeline: `${batch.at.topic}/refused`, ...batch.at };
      metrics.set('vigie_stalled', 1, stalled);
      this.tools.moved();
      // The partition may leave meanwhile, and must leave no figure behind.
      await clock.sleep(waitMs, signal).finally(() => metrics.forget('vigie_stalled', stalled));
    }
    if (refusedBefore(batch, refusal))
      throw new Error(`the quarantine table refuses rows of its own making: ${refusal.why.detail}`);
    await this.#try(batch, 'quarantine', signal, () => quarantine.append(batch, refusal));
    metrics.add('vigie_rows_rejected_total', { step: 'archive', reason: refusal.why.reason });
  }

  async #try<T>(batch: Batch, operation: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const { clock, random, log, metrics } = this.tools;
    const stalled = { pipeline: batch.at.topic, ...batch.at };
    const onRetry = (cause: Transient, attempt: number, waitMs: number) => {
      metrics.add('vigie_retries_total', { operation });
      metrics.set('vigie_stalled', 1, stalled);
      this.tools.moved();
      log.warn(`storing waits: the step "${operation}" failed and is tried again`, { ...placeOf(batch), attempt, waitMs, cause });
    };
    const answer = await retry(call, forever, { clock, random, signal, onRetry }).finally(() =>
      metrics.forget('vigie_stalled', stalled),
    );
    this.tools.moved();
    return answer;
  }

  #account(batch: Batch, refused: readonly BatchLine[]): void {
    const { clock, metrics } = this.tools;
    const topic = knownTopic(batch.at.topic);
    metrics.add('vigie_rows_stored_total', { table: tables[topic] }, batch.rows - refused.length);
    if (tables[topic] !== 'accesses') return;
    const less = rowsBySource(Buffer.concat(refused.map(({ bytes }) => bytes)));
    for (const [source, rows] of rowsBySource(batch.bytes))
      metrics.add('vigie_events_stored_total', { source }, rows - (less.get(source) ?? 0));
    const now = clock.now();
    for (const time of receivedTimes(batch)) metrics.observe('vigie_store_delay_seconds', Math.max(0, now - time) / 1000);
  }
}

function placeOf({ at, first, rows }: Batch): { topic: string; partition: number; offset: number; rows: number } {
  return { topic: at.topic, partition: at.partition, offset: first, rows };
}

/** A row that was already set aside by us and is refused again would go round for ever. */
function refusedBefore(batch: Batch, { line }: Refusal): boolean {
  return tables[knownTopic(batch.at.topic)] === 'quarantine' && line.bytes.includes('"step":"archive"');
}

function sha256Of(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function asTransient(message: string): (cause: unknown) => never {
  return (cause) => {
    throw new Transient(`${message} (${cause instanceof Error ? cause.message : String(cause)})`, { cause });
  };
}
