import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { TopicPartition } from '../port.js';
import { type OwnView, agreementOf } from './group-view.js';
import type { Offsets } from './offsets.js';
import type { Pace } from './reach/pace.js';

/** New consumers in a row that brought no frames although some wait, before the member gives up. */
export const restartsMax = 3;
const looksPerStuck = 6;
/** While answers take long, a partition may wait for so many times `stuckMs` until it is its turn. */
const slowStuck = 10;
/** A starvation counts as another one, and not as the next in a row, after so many times `stuckMs`. */
const forgetAfterStuck = 10;

/** Looks at the group, one every `groupEveryMs`: at the second that differs the consumer is made anew, then red, then the end. */
const groupEveryMs = 10_000;
const looksToRenew = 2;
const looksToRed = 4;
const looksToEnd = 18;
/** Commits that are refused are followed by a join within a session; without one for so long the consumer is made anew, milliseconds. */
const refusedMsMax = 15_000;

/** What the watchdog needs to know of a partition that is served. */
export interface Feeding {
  readonly at: TopicPartition;
  readonly next: number;
  /** Of a topic of others, which of its name it is. */
  readonly topicId?: string | undefined;
  /** Since when frames that exist should have come, on the monotonic clock; undefined while it could not take any. */
  readonly hungrySince: number | undefined;
  /** None were there when asked: the wait begins anew. */
  nothingWaits(): void;
}

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly stuckMs: number;
  readonly runs: () => readonly Feeding[];
  readonly own: () => OwnView;
  readonly offsets: Offsets;
  /** Since when commits are refused without a join after it, on the monotonic clock. */
  readonly refusedSince: () => number | undefined;
  /** How fast brokers answer this process. */
  readonly pace?: Pick<Pace, 'quotaUntil' | 'slowAt'>;
  /** Makes the consumer anew. */
  readonly renew: (cause: Error) => void;
  readonly fail: (cause: Error) => void;
  readonly log: Log;
}

/**
 * What counts is not heartbeats. kafkajs can stop fetching while they go on (its issues 659, 1163): frames are compared with the lag, for
 * each partition. And it can be a member that nobody serves: what the coordinator knows is compared with what is done here. A broker that
 * cannot be asked proves nothing, and is a matter of whoever asks for positions.
 */
export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #stops: (() => void)[] = [];
  readonly #looking = new Set<string>();
  readonly #unanswered = new Set<string>();
  #restarts = 0;
  #restartedAt = -Infinity;
  #differs = 0;
  #how = '';

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, stuckMs } = this.#options;
    this.#stops.push(
      clock.every(stuckMs / looksPerStuck, () => void this.#once('whether frames are waiting', () => this.#lookForFrames())),
      clock.every(groupEveryMs, () => void this.#once('who is in the group', () => this.#lookAtGroup())),
      clock.every(groupEveryMs, () => void this.#once('whether topics were made anew', () => this.#lookAtTopics())),
      clock.every(groupEveryMs, () => this.#lookAtCommits()),
    );
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** How the coordinator's view and ours differed at the last look that said anything; undefined when they agreed. */
  get doubt(): string | undefined {
    return this.#differs > 0 ? this.#how : undefined;
  }
  /** The same once it has lasted, which a new consumer should have mended. */
  get lost(): string | undefined {
    return this.#differs >= looksToRed ? this.#how : undefined;
  }

  async #once(what: string, look: () => Promise<void>): Promise<void> {
    if (this.#looking.has(what)) return;
    this.#looking.add(what);
    try {
      await look();
      this.#unanswered.delete(what);
    } catch (cause) {
      if (!this.#unanswered.has(what)) this.#options.log.warn(`Kafka cannot be asked ${what}`, { cause });
      this.#unanswered.add(what);
    } finally {
      this.#looking.delete(what);
    }
  }

  async #lookForFrames(): Promise<void> {
    const { clock, stuckMs, runs, offsets, pace } = this.#options;
    const isHungry = ({ hungrySince = Infinity }: Feeding) => {
      const now = clock.monotonic();
      const patienceMs = pace && now - pace.slowAt < stuckMs ? slowStuck * stuckMs : stuckMs;
      return now - Math.max(hungrySince, pace?.quotaUntil ?? hungrySince) >= patienceMs;
    };
    const hungry = runs().filter(isHungry);
    for (const topic of new Set(hungry.map(({ at }) => at.topic))) {
      const marks = await offsets.watermarks(topic);
      for (const run of hungry.filter(({ at }) => at.topic === topic)) {
        if (!isHungry(run) || !runs().includes(run)) continue;
        if (run.next < (marks.get(run.at.partition)?.high ?? 0)) return this.#starving(run.at);
        run.nothingWaits();
      }
    }
  }

  #starving({ topic, partition }: TopicPartition): void {
    const { clock, stuckMs, renew, fail } = this.#options;
    const now = clock.monotonic();
    this.#restarts = now - this.#restartedAt > forgetAfterStuck * stuckMs ? 1 : this.#restarts + 1;
    this.#restartedAt = now;
    const what = `no frame of ${topic}/${partition} came for ${stuckMs} ms although some are waiting`;
    if (this.#restarts > restartsMax) fail(new Error(`${what}, after ${restartsMax} new consumers`));
    else renew(new Error(what));
  }

  /** The client reads on at its offset in whatever has the name of its topic. */
  async #lookAtTopics(): Promise<void> {
    const { runs, offsets, renew } = this.#options;
    for (const topic of new Set(runs().map(({ at }) => at.topic))) {
      if (!runs().some(isOf(topic))) continue;
      const now = await offsets.topicId(topic);
      const isAnother = runs()
        .filter(isOf(topic))
        .some(({ topicId }) => topicId !== now);
      if (now !== undefined && isAnother) return renew(new Error(`the topic ${topic} was made anew while it was read`));
    }
  }

  #lookAtCommits(): void {
    const { clock, refusedSince, renew } = this.#options;
    const since = refusedSince();
    if (since === undefined || clock.monotonic() - since < refusedMsMax) return;
    renew(new Error('the group refuses what this member commits, and no join came after it'));
  }

  async #lookAtGroup(): Promise<void> {
    const { offsets, own, renew, fail } = this.#options;
    const view = await offsets.group();
    const agreement = agreementOf(view, own());
    if (agreement.kind === 'unknown') return;
    this.#differs = agreement.kind === 'agrees' ? 0 : this.#differs + 1;
    if (agreement.kind === 'agrees') return;
    this.#how = agreement.how;
    if (this.#differs >= looksToEnd) fail(new Error(agreement.how));
    else if (this.#differs % looksToRed === looksToRenew) renew(new Error(agreement.how));
  }
}

/** Runs of a topic of others whose id is known. */
function isOf(topic: string): (run: Feeding) => boolean {
  return (run) => run.at.topic === topic && run.topicId !== undefined;
}
