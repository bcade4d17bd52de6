import type { Membership } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { ScorerPipeline } from './pipeline.js';

/** Time between two looks at the state, in milliseconds. */
const lookEveryMs = 500;

/** With frames waiting and none taken in for this long, `/health/live` turns red, in milliseconds. */
const stuckMs = 60_000;

export interface GaugesTools {
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  readonly health: Health;
}

/** The scorer's timer: lets quiet incidents close, shows lag and windows as metrics, and says when work has stopped moving. */
export class Gauges {
  #stopTimer: (() => void) | undefined;
  #looking = false;
  #taken = -1;
  #movedAt: number;
  #ready = false;

  constructor(
    private readonly pipeline: ScorerPipeline,
    private readonly membership: Membership,
    private readonly tools: GaugesTools,
  ) {
    this.#movedAt = tools.clock.monotonic();
    tools.health.live('progress', () => {
      const stillMs = tools.clock.monotonic() - this.#movedAt;
      return stillMs > stuckMs ? `frames wait and none was judged for ${Math.round(stillMs / 1000)} s` : undefined;
    });
    tools.health.ready('log', () => (this.#ready ? undefined : 'no look at the log has succeeded yet'));
  }

  start(): void {
    this.#stopTimer = this.tools.clock.every(lookEveryMs, () => void this.#look());
  }

  stop(): void {
    this.#stopTimer?.();
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      await this.#showLag();
      await this.pipeline.tick();
      this.#showWindows();
      this.#ready = true;
    } catch (cause) {
      this.tools.logger.warn('a look at the log failed and is tried again', { cause });
    } finally {
      this.#looking = false;
    }
  }

  async #showLag(): Promise<void> {
    const { clock, metrics } = this.tools;
    let taken = 0;
    let lag = 0;
    for (const { topic, partition, end, next, committed } of await this.membership.positions()) {
      metrics.set('vigie_log_lag_frames', end - next, { topic, partition });
      metrics.set('vigie_log_uncommitted_frames', end - Math.max(0, committed), { topic, partition });
      taken += next;
      lag += end - next;
    }
    if (lag === 0 || taken !== this.#taken) this.#movedAt = clock.monotonic();
    this.#taken = taken;
  }

  #showWindows(): void {
    const all = this.pipeline.stats().map(({ stats }) => stats);
    const sum = (pick: (stats: (typeof all)[number]) => number) => all.reduce((total, stats) => total + pick(stats), 0);
    this.tools.metrics.set(
      'vigie_window_accounts',
      sum((stats) => stats.accounts),
    );
    this.tools.metrics.set(
      'vigie_window_pairs',
      sum((stats) => stats.pairs),
    );
    this.tools.metrics.set(
      'vigie_window_bytes',
      sum((stats) => stats.bytes),
    );
    this.tools.metrics.set(
      'vigie_incidents_open',
      sum((stats) => stats.openIncidents),
    );
  }
}
