import { type ProgressTools, ReadingProgress, stalledMsMin } from '#libs/event-log/reading-progress.js';
import type { Health } from '#libs/runtime/health.js';
import { archiverGroup, type ArchiverPipeline } from './pipeline.js';

/** Time between two looks at the log, in milliseconds. */
const lookEveryMs = 1000;

/**
 * With frames uncommitted and no writer doing anything, not even failing, for this long, `/health/live` turns red, in milliseconds. It is
 * longer than the deadline of an insert.
 */
const stuckMs = 300_000;

/** Lag by partition, and whether work still moves. */
export class Gauges {
  readonly #progress: ReadingProgress;
  #stopTimer: (() => void) | undefined;
  #looking = false;

  constructor(
    private readonly pipeline: ArchiverPipeline,
    private readonly tools: ProgressTools & { readonly health: Health },
  ) {
    this.#progress = new ReadingProgress(archiverGroup, 'committed', tools);
  }

  /** From here on the checks of health speak of reading; before, of what is waited for. */
  start(): void {
    const { clock, health } = this.tools;
    const progress = this.#progress;
    health.live('progress', () => {
      const stillMs = Math.min(progress.still(stuckMs)?.stillMs ?? 0, clock.monotonic() - this.pipeline.movedAt);
      return stillMs > stuckMs ? `frames wait and nothing was tried for ${Math.round(stillMs / 1000)} s` : undefined;
    });
    health.ready('log', () => progress.unknown);
    health.ready('storing', () => {
      const still = progress.still(stalledMsMin);
      if (!still) return undefined;
      const { at, stillMs } = still;
      const why = this.pipeline.causeOf(at) ?? 'is ClickHouse away?';
      return `frames of ${at.topic}/${at.partition} wait to be stored, none was for ${Math.round(stillMs / 1000)} s: ${why}`;
    });
    this.#stopTimer = clock.every(lookEveryMs, () => void this.look());
  }

  stop(): void {
    this.#stopTimer?.();
  }

  async look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    await this.#progress.look(async () => (await (await this.pipeline.membership())?.positions()) ?? []);
    this.#looking = false;
  }
}
