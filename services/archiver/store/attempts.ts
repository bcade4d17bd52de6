import { UnexplainedRefusal } from '#libs/access-store/clickhouse/failure.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { messageOf, type Transient } from '#libs/runtime/outcome.js';
import { retry, type RetryPolicy } from '#libs/runtime/retry.js';
import type { TopicPartition } from '#libs/event-log/port.js';
import type { Batch } from '../collect/batch.js';

/** A range is tried for ever, at most this far apart: losing it is not among the choices. */
const forever: RetryPolicy = { firstWaitMs: 200, waitMsMax: 15_000, attemptsMax: Infinity };

export interface AttemptTools {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Called whenever something happens, good or bad: a writer that does neither is stuck. */
  readonly moved: () => void;
}

/** Calls to the outside world for a batch, tried until they succeed; whoever watches sees that they do not. */
export class Attempts {
  /** What partitions that wait wait for, by topic and partition. */
  readonly #causes = new Map<string, string>();

  constructor(private readonly tools: AttemptTools) {}

  /** Why the last attempt for a partition failed; undefined where none has, or it succeeded since. */
  causeOf({ topic, partition }: TopicPartition): string | undefined {
    return this.#causes.get(`${topic}/${partition}`);
  }

  async try<T>(batch: Batch, operation: string, signal: AbortSignal, call: () => Promise<T>): Promise<T> {
    const { clock, random, log, metrics, moved } = this.tools;
    const stalled = { pipeline: batch.at.topic, ...batch.at };
    const key = `${batch.at.topic}/${batch.at.partition}`;
    const onRetry = (cause: Transient, attempt: number, waitMs: number) => {
      metrics.add('vigie_retries_total', { operation });
      metrics.set('vigie_stalled', 1, stalled);
      this.#causes.set(key, toldOf(cause));
      moved();
      log.warn(`storing waits: the step "${operation}" failed and is tried again`, { ...placeOf(batch), attempt, waitMs, cause });
    };
    // The partition may leave meanwhile, and must leave no figure behind.
    const answer = await retry(call, forever, { clock, random, signal, onRetry }).finally(() => {
      metrics.forget('vigie_stalled', stalled);
      this.#causes.delete(key);
    });
    moved();
    return answer;
  }

  /** Stands still on purpose, and says why. */
  async pause(batch: Batch, waitMs: number, signal: AbortSignal, why: string): Promise<void> {
    const { clock, log, metrics, moved } = this.tools;
    const stalled = { pipeline: `${batch.at.topic}/refused`, ...batch.at };
    log.error(why, { ...placeOf(batch), waitMs });
    metrics.set('vigie_stalled', 1, stalled);
    moved();
    await clock.sleep(waitMs, signal).finally(() => metrics.forget('vigie_stalled', stalled));
    moved();
  }
}

/** What may be said to whoever asks whether it is ready: what ClickHouse refuses it may quote rows for, and others' statements are long. */
function toldOf(cause: Transient): string {
  return cause instanceof UnexplainedRefusal ? `ClickHouse refused it with error ${cause.code}` : messageOf(cause).slice(0, 300);
}

function placeOf({ at, first, rows }: Batch): { topic: string; partition: number; offset: number; rows: number } {
  return { topic: at.topic, partition: at.partition, offset: first, rows };
}
