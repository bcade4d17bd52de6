import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AccessHistory } from '#libs/access-store/contract/history.js';
import type { Rejudgement, Rejudging } from '#libs/detection/engine.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { OwnedPartition } from '../judge/owned-partition.js';
import type { PartitionScorer } from '../judge/partition-scorer.js';
import { Patience } from '../judge/patience.js';
import { inSlices, inTurns, sliceMsMax } from '../judge/slices.js';
import { groupAccountsMax, nextGroup, queryOf } from './account-groups.js';
import { addByAccount } from './account-lines.js';
import { judging } from './judging.js';
import { keepHeld } from './held.js';
import { isStored } from './stored.js';

/** What is known of accounts while they are judged, in bytes: one that needs more stays waiting, and is told as an error. */
const historyBytesMax = 1024 * 1024 * 1024;

/** The same, and the time since the first was begun, before no further account is begun and those that were are put in place: nobody is told before. */
const batchBytesMax = 128 * 1024 * 1024;
const batchMsMax = 5000;

/** Rows of several accounts that are held until the last has come, in bytes: where they are more, fewer accounts are asked for at once. */
const groupBytesMax = 32 * 1024 * 1024;

export interface RejudgerTools {
  /** Has a snapshot written before anything of the partition is told. */
  readonly keepBeforeTelling: (owned: OwnedPartition) => void;
  readonly history: AccessHistory;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  /** Less than usual, for tests. */
  readonly groupMax?: { readonly accounts: number; readonly bytes: number };
}

/**
 * Judges accounts again whose accesses came too late for memory: waits until the store holds all that the log had up to then, reads the
 * history of many accounts at a time, judges each beside the stream, and puts what that found in place in the partition's turn. When the store
 * is away the accounts keep waiting, and are asked for again after growing pauses.
 */
export class Rejudger {
  readonly #patience: Patience;
  /** When each was first seen to wait, monotonic milliseconds. */
  readonly #since = new Map<string, number>();
  readonly #tooLarge = new Set<string>();
  readonly #stop = new AbortController();
  #looking: Promise<void> | undefined;
  /** How many are asked for at a time, by what those before had. */
  #accountsMax = 1;

  constructor(
    private readonly partitions: () => readonly OwnedPartition[],
    private readonly tools: RejudgerTools,
  ) {
    this.#patience = new Patience(tools.clock);
    this.#ask(groupAccountsMax);
  }

  /** Called by a timer; one at a time. Rejects when a bug was met, not when the store is away. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Ends what is under way soon. Who waits goes on waiting, at the next start. */
  stop(): void {
    this.#stop.abort();
  }

  async #look(): Promise<void> {
    this.#show();
    if (!this.#patience.isOver) return;
    try {
      let done = 0;
      for (const owned of this.partitions()) {
        done += await this.#partition(owned);
        this.#show();
      }
      this.#patience.succeeded();
      if (done > 0) this.tools.logger.info('accounts with late accesses were judged again', { count: done });
    } catch (cause) {
      if (this.#stop.signal.aborted) return;
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
    const { scorer } = owned;
    const through = scorer.relayed ? await this.#relayedThrough(scorer, waiting) : await history.storedThrough(scorer.at);
    const rejudging = scorer.beginRejudging();
    const judged = await this.#judge(
      owned,
      rejudging,
      waiting.filter(({ throughOffset }) => throughOffset <= through),
    );
    if (judged.length === 0) return 0;
    // What was read may hold what the windows have not seen yet; judged now, it would come as if it were late. The next look reads again. Where
    // accesses are relayed nobody can tell what has not come yet: there it is taken so.
    const read = scorer.relayed ? -1 : await history.storedThrough(scorer.at);
    let done = 0;
    for (const left = [...judged]; left.length > 0 && !this.#stop.signal.aborted;) {
      await owned.writing?.catch(() => {});
      done += await owned.alone(() => this.#adopt(owned, rejudging, left, read));
      await nextTurn();
    }
    await keepHeld(owned, this.tools.keepBeforeTelling);
    return done;
  }

  /** All or none: what was relayed says for the whole partition from where it came. */
  async #relayedThrough(scorer: PartitionScorer, waiting: readonly Rejudgement[]): Promise<number> {
    const last = Math.max(...waiting.map(({ throughOffset }) => throughOffset));
    return (await isStored(this.tools.history, scorer, last)) ? last : -1;
  }

  /** Judges accounts that wait beside the stream, as many as may be held at once. */
  async #judge(owned: OwnedPartition, rejudging: Rejudging, waiting: readonly Rejudgement[]): Promise<readonly Rejudgement[]> {
    const judged: Rejudgement[] = [];
    const until = this.tools.clock.monotonic() + batchMsMax;
    for (let left = waiting.filter((asked) => !this.#tooLarge.has(keyOf(owned, asked))); left.length > 0;) {
      if (owned.isGone || this.#stop.signal.aborted) break;
      if (rejudging.bytes > batchBytesMax || this.tools.clock.monotonic() > until) break;
      const group = nextGroup(left, this.#accountsMax);
      const [first, second] = group;
      if (first && !second) {
        if (await this.#read(owned, rejudging, first)) judged.push(first);
        this.#ask(2 * this.#accountsMax);
      } else if (await this.#readTogether(owned, rejudging, group)) judged.push(...group);
      else continue;
      const done = new Set(group);
      left = left.filter((asked) => !done.has(asked));
    }
    return this.#stop.signal.aborted ? [] : judged;
  }

  get #groupMax(): { readonly accounts: number; readonly bytes: number } {
    return this.tools.groupMax ?? { accounts: groupAccountsMax, bytes: groupBytesMax };
  }

  /** Asks for so many accounts at a time from now on, as far as that is allowed. */
  #ask(accounts: number): void {
    this.#accountsMax = Math.max(1, Math.min(Math.floor(accounts), this.#groupMax.accounts));
  }

  /** One question for all of them, and each is judged when all rows are there. False when these are more than are held: then fewer are asked for. */
  async #readTogether(
    { scorer: { subject } }: OwnedPartition,
    rejudging: Rejudging,
    group: readonly Rejudgement[],
  ): Promise<boolean> {
    const [first, ...others] = group;
    if (!first) return true;
    const lines = new Map<string, Buffer[]>();
    let bytes = 0;
    for await (const frame of inTurns(this.tools.history.rows(queryOf([first, ...others], subject)), this.#stop.signal)) {
      bytes += frame.length;
      if (bytes > this.#groupMax.bytes) {
        this.#ask(group.length / 2);
        return false;
      }
      addByAccount(frame, lines, subject);
    }
    // As many as would fit if they had half as much again.
    this.#ask((this.#groupMax.bytes * group.length) / (1.5 * Math.max(1, bytes)));
    await inSlices(judging(rejudging, group, lines, this.#stop.signal), this.tools.clock);
    return true;
  }

  /**
   * In the partition's turn: puts what was found in place, of as many as a turn allows, and takes them off the list. From the first on nothing is told until
   * a snapshot holds the last: one for all of them, and none between two turns.
   */
  #adopt(owned: OwnedPartition, rejudging: Rejudging, left: Rejudgement[], readThrough: number): number {
    const { scorer } = owned;
    const { clock, metrics } = this.tools;
    if (owned.isGone || scorer.nextOffset <= readThrough) {
      left.length = 0;
      return 0;
    }
    if (owned.writing) return 0;
    const until = clock.monotonic() + sliceMsMax;
    let adopted = 0;
    for (let asked = left.shift(); asked; asked = clock.monotonic() < until ? left.shift() : undefined)
      if (scorer.adopt(rejudging, asked)) adopted += 1;
    if (adopted > 0) owned.hold();
    metrics.add('vigie_rejudgements_total', {}, adopted);
    return adopted;
  }

  /** False when it is too much to hold. */
  async #read(owned: OwnedPartition, rejudging: Rejudging, asked: Rejudgement): Promise<boolean> {
    rejudging.begin(asked);
    for await (const frame of inTurns(this.tools.history.rows(queryOf([asked], owned.scorer.subject)), this.#stop.signal)) {
      rejudging.take(frame);
      if (rejudging.bytes <= historyBytesMax) continue;
      this.#tooLarge.add(keyOf(owned, asked));
      this.tools.logger.error('an account has more history than can be held, and is not judged again', {
        partition: owned.scorer.at.partition,
        groupId: asked.groupId,
        bytes: rejudging.bytes,
      });
      return false;
    }
    return true;
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
  return JSON.stringify([owned.scorer.subject, owned.scorer.at.partition, groupId, actorId]);
}

function keyOf(owned: OwnedPartition, { groupId, actorId, fromMs, toMs, throughOffset }: Rejudgement): string {
  return JSON.stringify([owned.scorer.subject, owned.scorer.at.partition, groupId, actorId, fromMs, toMs, throughOffset]);
}
