import type { AccessHistory } from '#libs/access-store/history.js';
import type { Rejudgement } from '#libs/detection/engine.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { OwnedPartition } from './owned-partition.js';
import { Patience } from './patience.js';

/** An account's history is held in memory while it is judged: more than this stays waiting, and is told as an error. Bytes. */
const historyBytesMax = 1024 * 1024 * 1024;

export interface RejudgerTools {
  readonly history: AccessHistory;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
}

/**
 * Judges accounts again whose accesses came too late for memory: waits until the store holds all that the log had up to then, reads the
 * account's history, and hands it to the windows in the partition's turn. The stream goes on while the store is waited for; when the store
 * is away the account keeps waiting, and is asked for again after growing pauses.
 */
export class Rejudger {
  readonly #patience: Patience;
  /** When each was first seen to wait, monotonic milliseconds. */
  readonly #since = new Map<string, number>();
  readonly #tooLarge = new Set<string>();
  #looking: Promise<void> | undefined;

  constructor(
    private readonly partitions: () => readonly OwnedPartition[],
    private readonly tools: RejudgerTools,
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
      let done = 0;
      for (const owned of this.partitions()) done += await this.#partition(owned);
      this.#patience.succeeded();
      if (done > 0) this.tools.logger.info('accounts with late accesses were judged again', { count: done });
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      const waitMs = this.#patience.failed();
      this.tools.logger.warn('accounts with late accesses wait for their history; judging of what arrives goes on', {
        count: this.#since.size,
        waitMs,
        cause,
      });
    } finally {
      this.#show();
    }
  }

  async #partition(owned: OwnedPartition): Promise<number> {
    const waiting = owned.scorer.rejudgements();
    if (waiting.length === 0) return 0;
    const through = await this.tools.history.storedThrough(owned.scorer.at);
    let done = 0;
    for (const asked of waiting) {
      if (owned.isGone) break;
      if (asked.throughOffset <= through && (await this.#account(owned, asked))) done += 1;
    }
    return done;
  }

  async #account(owned: OwnedPartition, asked: Rejudgement): Promise<boolean> {
    const frames = await this.#read(owned, asked);
    if (!frames) return false;
    return owned.alone(async () => {
      // More may have come late meanwhile: then it is asked for otherwise, and this answer is too old.
      const stillAsked = owned.scorer.rejudgements().some((other) => keyOf(owned, other) === keyOf(owned, asked));
      if (owned.isGone || !stillAsked) return false;
      this.tools.metrics.add('vigie_rejudgements_total');
      await owned.scorer.rejudge(asked, frames);
      return true;
    });
  }

  /** Undefined when it is too much to hold. */
  async #read(owned: OwnedPartition, asked: Rejudgement): Promise<readonly Buffer[] | undefined> {
    const { groupId, actorId, fromMs, toMs } = asked;
    if (this.#tooLarge.has(keyOf(owned, asked))) return undefined;
    const frames: Buffer[] = [];
    let bytes = 0;
    for await (const frame of this.tools.history.rows({ fromMs, toMs, account: { groupId, actorId } })) {
      frames.push(frame);
      bytes += frame.length;
      if (bytes <= historyBytesMax) continue;
      this.#tooLarge.add(keyOf(owned, asked));
      this.tools.logger.error('an account has more history than can be held, and is not judged again', {
        partition: owned.scorer.at.partition,
        groupId,
        bytes,
      });
      return undefined;
    }
    return frames;
  }

  #show(): void {
    const { clock, metrics } = this.tools;
    const now = clock.monotonic();
    const keys = new Set(
      this.partitions().flatMap((owned) => owned.scorer.rejudgements().map((asked) => accountOf(owned, asked))),
    );
    for (const key of this.#since.keys()) if (!keys.has(key)) this.#since.delete(key);
    for (const key of keys) if (!this.#since.has(key)) this.#since.set(key, now);
    metrics.set('vigie_rejudgements_waiting', keys.size);
    metrics.set('vigie_rejudgements_oldest_seconds', keys.size === 0 ? 0 : (now - Math.min(...this.#since.values())) / 1000);
  }
}

/** What waits is the account, however often it is asked for anew. */
function accountOf(owned: OwnedPartition, { groupId, actorId }: Rejudgement): string {
  return JSON.stringify([owned.scorer.at.partition, groupId, actorId]);
}

function keyOf(owned: OwnedPartition, { groupId, actorId, fromMs, toMs, throughOffset }: Rejudgement): string {
  return JSON.stringify([owned.scorer.at.partition, groupId, actorId, fromMs, toMs, throughOffset]);
}
