import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { keyOf } from './member/group-state.js';
import type { Position, TopicPartition } from './port.js';

/** A partition with work that has not moved for so long counts as stalled, in milliseconds. */
export const stalledMsMin = 30_000;

const gauges = ['vigie_log_lag_frames', 'vigie_log_uncommitted_frames', 'vigie_stalled'] as const;

export interface ProgressTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface StandStill {
  readonly at: TopicPartition;
  readonly stillMs: number;
}

interface Still {
  readonly at: TopicPartition;
  /** What moves: the offset that was reached at the last look. */
  reached: number;
  /** How long work is known to have waited there without moving; time in which the log could not be asked does not count. */
  stillMs: number;
  /** The same work is tried again there. */
  retrying: boolean;
}

/**
 * Whether the partitions that are ours move, each by itself: shown as metrics, and judged by whoever has a limit. `moves` says what moving
 * is: frames handed over, or frames committed. A log that cannot be asked is told by `unknown` and proves no standstill.
 */
export class ReadingProgress {
  readonly #stills = new Map<string, Still>();
  #lookedAt: number | undefined;
  #unknown = 'no look at the log has succeeded yet';

  constructor(
    private readonly pipeline: string,
    private readonly moves: 'next' | 'committed',
    private readonly tools: ProgressTools,
  ) {}

  /** Why nothing is known at the moment; undefined when the last look succeeded. */
  get unknown(): string | undefined {
    return this.#unknown || undefined;
  }

  /** Partitions whose work is tried again because something outside is away; undefined where there is none. */
  get retrying(): string | undefined {
    const names = [...this.#stills].flatMap(([name, { retrying }]) => (retrying ? [name] : []));
    return names.length > 0 ? `the same work is tried again: ${names.join(', ')}` : undefined;
  }

  /** The partition that has stood still for longest although it has work, when that is longer than `ms`. */
  still(ms: number): StandStill | undefined {
    const longer = (found: Still | undefined, still: Still) => (still.stillMs > (found?.stillMs ?? ms) ? still : found);
    return [...this.#stills.values()].reduce(longer, undefined);
  }

  /** Never rejects: what went wrong is `unknown` until the next look. */
  async look(ask: () => Promise<readonly Position[]>): Promise<void> {
    try {
      this.#note(await ask());
      this.#unknown = '';
    } catch (cause) {
      if (!this.#unknown) this.tools.log.warn('the log cannot be asked how far it was read', { cause });
      this.#unknown = `the log cannot be asked how far it was read: ${messageOf(cause)}`;
      this.#lookedAt = undefined;
    }
  }

  #note(positions: readonly Position[]): void {
    const now = this.tools.clock.monotonic();
    const sinceMs = now - (this.#lookedAt ?? now);
    this.#lookedAt = now;
    const held = new Set(positions.map(keyOf));
    for (const [name, { at }] of this.#stills) if (!held.has(name)) this.#forget(name, at);
    for (const position of positions) this.#follow(position, sinceMs);
  }

  #follow(position: Position, sinceMs: number): void {
    const { topic, partition, end, next, committed, retrying = false } = position;
    const reached = this.moves === 'next' ? next : Math.max(0, committed);
    const name = keyOf(position);
    const before = this.#stills.get(name);
    // The reader's own tries are moves: they say that something outside is away.
    const still = before !== undefined && before.reached === reached && reached < end && !retrying;
    const stillMs = still ? before.stillMs + sinceMs : 0;
    this.#stills.set(name, { at: { topic, partition }, reached, stillMs, retrying });
    const { metrics } = this.tools;
    metrics.set('vigie_log_lag_frames', Math.max(0, end - next), { topic, partition });
    metrics.set('vigie_log_uncommitted_frames', Math.max(0, end - Math.max(0, committed)), { topic, partition });
    const stalled = retrying || stillMs >= stalledMsMin;
    metrics.set('vigie_stalled', stalled ? 1 : 0, { pipeline: this.pipeline, topic, partition });
  }

  #forget(name: string, { topic, partition }: TopicPartition): void {
    this.#stills.delete(name);
    for (const gauge of gauges)
      this.tools.metrics.forget(gauge, { topic, partition, ...(gauge === 'vigie_stalled' && { pipeline: this.pipeline }) });
  }
}
