import type { Membership } from '#libs/event-log/port.js';
import { ReadingProgress } from '#libs/event-log/reading-progress.js';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { scorerGroup, type ScorerPipeline } from './pipeline.js';

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
  readonly #progress: ReadingProgress;
  #stopTimer: (() => void) | undefined;
  #membership: Membership | undefined;
  #looking = false;
  #failed = '';

  constructor(
    private readonly pipeline: ScorerPipeline,
    private readonly tools: GaugesTools,
  ) {
    const { clock, logger: log, metrics } = tools;
    this.#progress = new ReadingProgress(scorerGroup, 'next', { clock, log, metrics });
    // A series that begins with its first incidents shows no increase by them.
    metrics.add('vigie_incident_changes_total', { change_type: 'incident.opened' }, 0);
  }

  /** From here on the checks of health speak of reading; before, of what is waited for. */
  start(membership: Membership): void {
    this.#membership = membership;
    const { clock, health } = this.tools;
    health.live('progress', () => {
      const still = this.#progress.still(stuckMs);
      if (!still) return undefined;
      const { at, stillMs } = still;
      return `frames of ${at.topic}/${at.partition} wait and none was judged for ${Math.round(stillMs / 1000)} s`;
    });
    health.ready('log', () => this.#progress.unknown ?? this.#progress.retrying);
    health.ready('windows', () => this.#failed || undefined);
    this.#stopTimer = clock.every(lookEveryMs, () => void this.#look());
  }

  stop(): void {
    this.#stopTimer?.();
  }

  /** Incidents close and figures go out by this timer even while the log cannot be asked for its end. */
  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    await this.#progress.look(async () => (await this.#membership?.positions()) ?? []);
    try {
      await this.pipeline.tick();
      this.#showWindows();
      this.pipeline.habits?.show();
      this.#failed = '';
    } catch (cause) {
      this.#failed = `a look at the windows failed: ${messageOf(cause)}`;
      this.tools.logger.warn('a look at the windows failed and is tried again', { cause });
    } finally {
      this.#looking = false;
    }
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
      'vigie_window_bare_accesses',
      sum((stats) => stats.bare),
    );
    this.tools.metrics.set(
      'vigie_incidents_open',
      sum((stats) => stats.openIncidents),
    );
  }
}
