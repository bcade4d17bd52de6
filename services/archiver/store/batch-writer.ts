import type { TopicPartition } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { messageOf, Transient } from '#libs/runtime/outcome.js';
import { receivedTimes, rowsBySender } from './accounts.js';
import type { Attempts } from './attempts.js';
import type { Batch } from '../collect/batch.js';
import type { Plans } from '../collect/plan.js';
import { knownTopic } from '../refuse/refusal.js';
import type { RowStorer, Stored } from './row-storer.js';
import type { Samples } from './samples.js';
import { type ArchiveStore, tables } from '../collect/tables.js';

export interface WriterTools {
  readonly store: ArchiveStore;
  readonly plans: Plans;
  readonly storer: RowStorer;
  /** Gets a few rows of each batch, to be looked up later. */
  readonly samples: Samples;
  readonly attempts: Attempts;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** False when the partition is no longer ours. */
  readonly commit: (at: TopicPartition, nextOffset: number) => Promise<boolean>;
}

/**
 * Stores one batch, in five steps that each keep one guarantee:
 *
 *   1 plan      a restart cuts the same batch, so its token is recognised
 *   2 insert    at least once, and at most once under the token; bad lines go to the quarantine, which has them before step 5
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
    const { attempts, clock, commit, plans, samples, store, storer } = this.tools;
    const { at, first, last, rows } = batch;
    const plan = { first, last };
    await attempts.try(batch, 'plan', signal, () => plans.write(at, plan).catch(asTransient('the plan cannot be written')));
    const stored = await storer.store({ batch, signal, again });
    const entry = { ...at, first, last, rows, refused: rows - stored.rows, token: batch.token + again };
    await attempts.try(batch, 'ledger', signal, () => store.recordBatch(entry));
    this.#account(batch, stored);
    if (stored.rows === rows) samples.add(batch, clock.monotonic());
    return attempts.try(batch, 'commit', signal, () => commit(at, last + 1));
  }

  #account(batch: Batch, stored: Stored): void {
    const { clock, metrics } = this.tools;
    const topic = knownTopic(batch.at.topic);
    metrics.add('vigie_rows_stored_total', { table: tables[topic] }, stored.rows);
    if (tables[topic] !== 'accesses') return;
    for (const { groupId, source, rows } of rowsBySender(stored.bytes))
      metrics.add('vigie_events_stored_total', { group_id: groupId, source }, rows);
    const now = clock.now();
    for (const time of receivedTimes(batch)) metrics.observe('vigie_store_delay_seconds', Math.max(0, now - time) / 1000);
  }
}

function asTransient(message: string): (cause: unknown) => never {
  return (cause) => {
    throw new Transient(`${message} (${messageOf(cause)})`, { cause });
  };
}
