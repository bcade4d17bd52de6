import type { Position } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { ArchiverPipeline } from './pipeline.js';

/** Time between two looks at the log, in milliseconds. */
const lookEveryMs = 1000;

/**
 * With frames uncommitted and no writer doing anything, not even failing, for this long, `/health/live` turns red, in milliseconds. It is
 * longer than the deadline of an insert.
 */
const stuckMs = 300_000;

/** Lag by partition, and whether work still moves. */
export class Gauges {
  #shown: readonly Position[] = [];
  #stopTimer: (() => void) | undefined;
  #looking = false;
  #idleAt: number;

  constructor(
    private readonly pipeline: ArchiverPipeline,
    private readonly tools: { readonly clock: Clock; readonly log: Log; readonly metrics: Metrics; readonly health: Health },
  ) {
    this.#idleAt = tools.clock.monotonic();
    tools.health.live('progress', () => {
      const stillMs = tools.clock.monotonic() - Math.max(this.#idleAt, pipeline.movedAt);
      return stillMs > stuckMs ? `frames wait and nothing was tried for ${Math.round(stillMs / 1000)} s` : undefined;
    });
  }

  start(): void {
    this.#stopTimer = this.tools.clock.every(lookEveryMs, () => void this.look());
  }

  stop(): void {
    this.#stopTimer?.();
  }

  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      const membership = await this.pipeline.membership();
      if (membership) this.#show(await membership.positions());
    } catch (cause) {
      this.tools.log.warn('the lag could not be measured', { cause });
    } finally {
      this.#looking = false;
    }
  }

  #show(positions: readonly Position[]): void {
    const { metrics, clock } = this.tools;
    for (const { topic, partition } of this.#shown)
      if (!positions.some((one) => one.topic === topic && one.partition === partition))
        for (const name of ['vigie_log_lag_frames', 'vigie_log_uncommitted_frames'] as const)
          metrics.forget(name, { topic, partition });
    for (const { topic, partition, end, next, committed } of positions) {
      metrics.set('vigie_log_lag_frames', Math.max(0, end - next), { topic, partition });
      metrics.set('vigie_log_uncommitted_frames', Math.max(0, end - Math.max(0, committed)), { topic, partition });
    }
    if (positions.every(({ end, committed }) => end <= Math.max(0, committed))) this.#idleAt = clock.monotonic();
    this.#shown = positions;
  }
}
