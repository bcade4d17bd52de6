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

/** Histories that are read before they are judged, together, in bytes. */
const batchBytesMax = 128 * 1024 * 1024;

interface Answer {
  readonly asked: Rejudgement;
  readonly frames: readonly Buffer[];
}

export interface RejudgerTools {
  /** Has a snapshot written before anything of the partition is told. */
  readonly keepBeforeTelling: (owned: OwnedPartition) => void;
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
    const { history } = this.tools;
    const through = await history.storedThrough(owned.scorer.at);
    const answers = await this.#answers(
      owned,
      waiting.filter(({ throughOffset }) => throughOffset <= through),
    );
    if (answers.length === 0) return 0;
    // What was read may hold what the windows have not seen yet; judged now, it would come as if it were late. The next look reads again.
    const read = await history.storedThrough(owned.scorer.at);
    await owned.writing?.catch(() => {});
    return owned.alone(() => this.#judge(owned, answers, read));
  }

  /** Histories of accounts that wait, as many as may be held at once. */
  async #answers(owned: OwnedPartition, waiting: readonly Rejudgement[]): Promise<readonly Answer[]> {
    const answers: Answer[] = [];
    let bytes = 0;
    for (const asked of waiting) {
      if (owned.isGone || bytes > batchBytesMax) break;
      const frames = await this.#read(owned, asked);
      if (!frames) continue;
      answers.push({ asked, frames });
      bytes += frames.reduce((sum, { length }) => sum + length, 0);
    }
    return answers;
  }

  #judge(owned: OwnedPartition, answers: readonly Answer[], readThrough: number): number {
    const { scorer } = owned;
    if (owned.isGone || owned.writing || scorer.nextOffset <= readThrough) return 0;
    // More may have come late meanwhile: then it is asked for otherwise, and the answer is too old.
    const asked = new Set(scorer.rejudgements().map((one) => keyOf(owned, one)));
    const fitting = answers.filter((answer) => asked.has(keyOf(owned, answer.asked)));
    for (const answer of fitting) scorer.rejudge(answer.asked, answer.frames);
    if (fitting.length > 0) this.tools.keepBeforeTelling(owned);
    this.tools.metrics.add('vigie_rejudgements_total', {}, fitting.length);
    return fitting.length;
  }

  /** Undefined when it is too much to hold. */
  async #read(owned: OwnedPartition, asked: Rejudgement): Promise<readonly Buffer[] | undefined> {
    const { groupId, actorId, fromMs, toMs, outline } = asked;
    if (this.#tooLarge.has(keyOf(owned, asked))) return undefined;
    const frames: Buffer[] = [];
    let bytes = 0;
    for await (const frame of this.tools.history.rows({ fromMs, toMs, outline, account: { groupId, actorId } })) {
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
