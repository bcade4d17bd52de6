import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AccessHistory, HistoryQuery } from '#libs/access-store/contract/history.js';
import { isStoredSubject, type StoredSubject, type SubjectKind } from '#libs/contracts/vocabulary.js';
import type { Fill } from '#libs/detection/engine.js';
import type { TopicPartition } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { linesByPartition } from './account-lines.js';
import { keepHeld } from './held.js';
import { isStored } from './stored.js';
import type { Filling } from '../judge/filling.js';
import type { Following } from '../judge/following.js';
import type { OwnedPartition } from '../judge/owned-partition.js';
import { Patience } from '../judge/patience.js';
import { inTurns, sliceMsMax } from '../judge/slices.js';

/** Frames that are kept while the store does not have what lies before them, in bytes; above, history is to end later. */
const waitingBytesMax = 32 * 1024 * 1024;

/** So long accounts move over before what was held back meanwhile is told, or twice what a snapshot takes, milliseconds: there may be a million of them. */
const heldMsMax = 5000;

export interface FillerTools {
  readonly history: AccessHistory;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  /** Less than usual, for tests. */
  readonly heldMsMax?: number;
}

/** What the filler asks of the pipeline. */
export interface Fillable {
  partitions(): readonly OwnedPartition[];
  partitionCount(subject: SubjectKind): number;
  /** What to read of the past of windows that are to be full from `fromMs` on. */
  windowsFrom(fromMs: number, subject: SubjectKind): Pick<HistoryQuery, 'fromMs' | 'outline'>;
  /** Writes a snapshot, and tells nothing of the partition before it is there. Call it in the partition's turn, with none being written. */
  keepBeforeTelling(owned: OwnedPartition): void;
}

interface Ready {
  readonly owned: OwnedPartition;
  readonly filling: Filling;
  readonly fromMs: number;
  readonly toMs: number;
  readonly following: Following;
  readonly fill: Fill;
}

/**
 * Fills windows that lack accesses of the past, from the store: after rules changed, and where neither snapshot nor log had them. The history is
 * read once for all partitions that wait and judged beside the stream, which goes on; then accounts move over between its frames.
 * When the store is away, what is lacking stays lacking, is tried again after growing pauses, and shows as a metric.
 */
export class Filler {
  readonly #patience: Patience;
  readonly #stop = new AbortController();
  #looking: Promise<void> | undefined;
  #since: number | undefined;
  #shown: ReadonlyMap<string, TopicPartition> = new Map();

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

  /** Ends what is under way soon. What was lacking stays lacking, for the next start. */
  stop(): void {
    this.#stop.abort();
  }

  async #look(): Promise<void> {
    this.#show();
    if (!this.#patience.isOver) return;
    try {
      const ready = await this.#ready();
      for (const [subject, of] of Map.groupBy(ready, ({ owned }) => owned.scorer.subject))
        if (isStoredSubject(subject)) await this.#fill(of, subject);
      this.#patience.succeeded();
    } catch (cause) {
      if (this.#stop.signal.aborted) return;
      if (!(cause instanceof Transient)) throw cause;
      const waitMs = this.#patience.failed();
      this.tools.logger.warn('windows wait for their history; judging of what arrives goes on', { waitMs, cause });
    } finally {
      this.#show();
    }
  }

  /** Those of which the store holds what they lack. What they judge from now on is kept beside. */
  async #ready(): Promise<readonly Ready[]> {
    const ready: Ready[] = [];
    for (const owned of this.pipeline.partitions()) {
      const { filling, scorer } = owned;
      const toMs = filling?.to_ms;
      if (!filling || toMs === undefined) continue;
      if (scorer.following?.isLost)
        this.tools.logger.warn('more came while windows were filled than is kept; they are filled anew', {
          partition: scorer.at.partition,
        });
      const following = await owned.alone(() => followed(owned));
      const through = Math.max(filling.through_offset, following.fromOffset - 1);
      if (!(await isStored(this.tools.history, scorer, through))) {
        if (following.bytes > waitingBytesMax) scorer.unfollow();
        continue;
      }
      const fromMs = filling.from_ms ?? toMs - scorer.windowsMs;
      const one = {
        owned,
        filling,
        following,
        fromMs,
        toMs: Math.max(toMs, following.watermark),
        fill: scorer.beginFill(fromMs),
      };
      if (isWanted(one)) ready.push(one);
    }
    return ready;
  }

  async #fill(ready: readonly Ready[], subject: StoredSubject): Promise<void> {
    const { clock, logger } = this.tools;
    const startedAt = clock.monotonic();
    const fromMs = Math.min(...ready.map((one) => one.fromMs));
    const query = { fromMs, toMs: Math.max(...ready.map(({ toMs }) => toMs)), subject };
    const asleep = this.pipeline.windowsFrom(fromMs, subject);
    let bytes = asleep.outline
      ? await this.#give(ready, { ...asleep, toMs: fromMs, subject }, (fill, own) => fill.recall(own))
      : 0;
    bytes += await this.#give(ready, query, (fill, own) => fill.take(own));
    for (const one of ready) await this.#move(one);
    if (this.#stop.signal.aborted) return;
    logger.info('windows that lacked accesses of the past are full', {
      count: ready.length,
      bytes,
      tookMs: Math.round(clock.monotonic() - startedAt),
    });
  }

  /** Hands what the store has to those whose it is, while they still want it; resolves with its bytes. */
  async #give(ready: readonly Ready[], query: HistoryQuery, take: (fill: Fill, own: Uint8Array) => void): Promise<number> {
    const { subject = 'account' } = query;
    let bytes = 0;
    for await (const frame of inTurns(this.tools.history.rows(query), this.#stop.signal)) {
      const lines = linesByPartition(frame, this.pipeline.partitionCount(subject), subject);
      const waiting = ready.filter((one) => isWanted(one));
      if (waiting.length === 0) return bytes;
      bytes += frame.length;
      for (const { owned, fill } of waiting) {
        const own = lines.get(owned.scorer.at.partition);
        if (own) take(fill, own);
      }
    }
    return bytes;
  }

  /**
   * Brings one partition's history up to its stream, and its accounts over, between its frames. What these raise meanwhile is told when a snapshot
   * holds where they were: a replay would fill windows at another frame, and tell it under other ids.
   */
  async #move(one: Ready): Promise<void> {
    const { owned } = one;
    const toDo = (): boolean => isWanted(one) && !this.#stop.signal.aborted;
    while (toDo()) {
      await this.#moveSome(one, toDo);
      await keepHeld(owned, (held) => this.pipeline.keepBeforeTelling(held));
      if (toDo()) await tellHeld(owned);
    }
  }

  /** Moves for as long as others may wait for what they are told. A snapshot then holds those that have moved; from there the next start does it anew, which changes nothing of these. */
  async #moveSome({ owned, ...rest }: Ready, toDo: () => boolean): Promise<void> {
    const { clock, heldMsMax: mostMs = heldMsMax } = this.tools;
    const until = clock.monotonic() + Math.max(mostMs, 2 * owned.snapshotTookMs);
    do {
      await owned.alone(() => {
        const untilOthers = clock.monotonic() + sliceMsMax;
        while (toDo() && clock.monotonic() < untilOthers) step({ owned, ...rest });
      });
      await nextTurn();
    } while (toDo() && clock.monotonic() < until);
  }

  #show(): void {
    const { clock, metrics } = this.tools;
    let isFilling = false;
    const shown = new Map<string, TopicPartition>();
    for (const { scorer, filling } of this.pipeline.partitions()) {
      metrics.set('vigie_windows_filling', filling ? 1 : 0, { ...scorer.at });
      shown.set(nameOf(scorer.at), scorer.at);
      isFilling ||= filling !== undefined;
    }
    for (const [name, at] of this.#shown) if (!shown.has(name)) metrics.forget('vigie_windows_filling', { ...at });
    this.#shown = shown;
    this.#since = isFilling ? (this.#since ?? clock.now() / 1000) : undefined;
    metrics.set('vigie_windows_filling_since_seconds', this.#since ?? 0);
  }
}

/** What waited for a snapshot is told as soon as that is written, whether or not a frame comes. */
async function tellHeld(owned: OwnedPartition): Promise<void> {
  await owned.writing?.catch(() => {});
  await owned.scorer.released();
  await owned.alone(async () => {
    if (!owned.isGone) await owned.scorer.tick();
  });
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}

/** In the partition's turn. */
function followed({ scorer }: OwnedPartition): Following {
  return scorer.following && !scorer.following.isLost ? scorer.following : scorer.follow();
}

/** In the partition's turn: history judges the next frame that the stream has judged since, or else some accounts move over. */
function step({ owned, following, fill }: Ready): void {
  const frame = following.next();
  if (frame) {
    fill.take(frame);
    return;
  }
  owned.hold();
  if (fill.moveNext()) return;
  owned.filled();
  owned.scorer.unfollow();
}

/** Rules may have changed meanwhile, so that more is lacking: then it is done again, with what is known already changing nothing. */
function isWanted({ owned, filling, following }: Ready): boolean {
  return !owned.isGone && owned.filling === filling && owned.scorer.following === following && !following.isLost;
}
