import type { AccessHistory, HistoryQuery } from '#libs/access-store/history.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { linesByPartition } from './account-lines.js';
import type { Filling } from './filling.js';
import type { OwnedPartition } from './owned-partition.js';
import type { PartitionScorer } from './partition-scorer.js';
import { Patience } from './patience.js';

export interface FillerTools {
  readonly history: AccessHistory;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
}

/** What the filler asks of the pipeline. */
export interface Fillable {
  partitions(): readonly OwnedPartition[];
  readonly partitionCount: number;
  /** What to read of the past of windows that are to be full from `fromMs` on. */
  windowsFrom(fromMs: number): Pick<HistoryQuery, 'fromMs' | 'outline'>;
}

interface Ready {
  readonly owned: OwnedPartition;
  readonly filling: Filling;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Fills windows that lack accesses of the past, from the store: after rules changed, and where neither snapshot nor log had them. The history is
 * read once for all partitions that wait, and each of its frames is taken in between two frames of the stream, which goes on.
 * When the store is away, what is lacking stays lacking, is tried again after growing pauses, and shows as a metric.
 */
export class Filler {
  readonly #patience: Patience;
  #looking: Promise<void> | undefined;
  #since: number | undefined;
  #shown: ReadonlySet<number> = new Set();

  constructor(
    private readonly pipeline: Fillable,
    private readonly tools: FillerTools,
  ) {
    this.#patience = new Patience(tools.clock);
  }

  /** Called by a timer; one at a time. Rejects when a bug was met, not when the store is away. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    this.#show();
    if (!this.#patience.isOver) return;
    try {
      const ready = await this.#ready();
      if (ready.length > 0) await this.#fill(ready);
      this.#patience.succeeded();
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      const waitMs = this.#patience.failed();
      this.tools.logger.warn('windows wait for their history; judging of what arrives goes on', { waitMs, cause });
    } finally {
      this.#show();
    }
  }

  /** Those of which the store holds what they lack. */
  async #ready(): Promise<readonly Ready[]> {
    const ready: Ready[] = [];
    for (const owned of this.pipeline.partitions()) {
      const { filling } = owned;
      const toMs = filling?.to_ms;
      if (!filling || toMs === undefined) continue;
      if ((await this.tools.history.storedThrough(owned.scorer.at)) < filling.through_offset) continue;
      ready.push({ owned, filling, fromMs: filling.from_ms ?? toMs - owned.scorer.windowsMs, toMs });
    }
    return ready;
  }

  async #fill(ready: readonly Ready[]): Promise<void> {
    const { clock, logger } = this.tools;
    const startedAt = clock.monotonic();
    const query = { fromMs: Math.min(...ready.map(({ fromMs }) => fromMs)), toMs: Math.max(...ready.map(({ toMs }) => toMs)) };
    let bytes = await this.#give(ready, query, (scorer, own) => scorer.backfill(own));
    const asleep = this.pipeline.windowsFrom(query.fromMs);
    if (asleep.outline)
      bytes += await this.#give(ready, { ...asleep, toMs: query.fromMs }, async (scorer, own) => scorer.recall(own));
    for (const one of ready) if (isWanted(one)) one.owned.filled();
    logger.info('windows that lacked accesses of the past are full', {
      count: ready.length,
      bytes,
      tookMs: Math.round(clock.monotonic() - startedAt),
    });
  }

  /** Hands what the store has to those whose it is, while they still want it; resolves with its bytes. */
  async #give(
    ready: readonly Ready[],
    query: HistoryQuery,
    take: (scorer: PartitionScorer, own: Uint8Array) => Promise<void>,
  ): Promise<number> {
    let bytes = 0;
    for await (const frame of this.tools.history.rows(query)) {
      const lines = linesByPartition(frame, this.pipeline.partitionCount);
      const waiting = ready.filter((one) => isWanted(one));
      if (waiting.length === 0) return bytes;
      bytes += frame.length;
      for (const one of waiting) {
        const own = lines.get(one.owned.scorer.at.partition);
        if (own) await one.owned.alone(() => (isWanted(one) ? take(one.owned.scorer, own) : undefined));
      }
    }
    return bytes;
  }

  #show(): void {
    const { clock, metrics } = this.tools;
    let isFilling = false;
    const shown = new Set<number>();
    for (const { scorer, filling } of this.pipeline.partitions()) {
      metrics.set('vigie_windows_filling', filling ? 1 : 0, { partition: scorer.at.partition });
      shown.add(scorer.at.partition);
      isFilling ||= filling !== undefined;
    }
    for (const partition of this.#shown) if (!shown.has(partition)) metrics.forget('vigie_windows_filling', { partition });
    this.#shown = shown;
    this.#since = isFilling ? (this.#since ?? clock.now() / 1000) : undefined;
    metrics.set('vigie_windows_filling_since_seconds', this.#since ?? 0);
  }
}

/** Rules may have changed meanwhile, so that more is lacking: then it is done again, with what is known already changing nothing. */
function isWanted({ owned, filling }: Ready): boolean {
  return !owned.isGone && owned.filling === filling;
}
