import { randomUUID } from 'node:crypto';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import type { JoinOptions, Membership, Position, Reader, TopicPartition } from '../port.js';
import { bury, commit, enter, keyOf, type PartitionRecord, release, step } from './group-state.js';
import type { LogStore } from './log-store.js';
import { PartitionRun } from './partition-run.js';

/** How often a member looks after its group: its own sign of life, the death of others, its share. */
export const tickMs = 250;
/** How often a member looks for new frames although no bell rang; bells can be lost on some file systems. */
export const pollMs = 100;

/** Without one look at the group that succeeds for so long, `live` turns red, in milliseconds. */
const tickStuckMs = 60_000;

export interface MemberTools {
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
  /** Told whether the member moves. */
  readonly health?: Health;
}

/** A member of a group over a store of this machine. Members agree through the group's state alone; none of them is a leader. */
export class GroupMember implements Membership {
  readonly ended: Promise<void>;
  readonly #id = randomUUID();
  readonly #store: LogStore;
  readonly #options: JoinOptions;
  readonly #reader: Reader;
  readonly #tools: MemberTools;
  readonly #runs = new Map<string, PartitionRun>();
  /** Runs on their way out; a successor in this process waits for them. */
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #stops: (() => void)[] = [];
  #ticking: Promise<void> = Promise.resolve();
  #queued = false;
  #tickedAt: number;
  #failure = '';
  #over = false;
  #settle: { readonly resolve: () => void; readonly reject: (cause: unknown) => void };

  private constructor(store: LogStore, options: JoinOptions, reader: Reader, tools: MemberTools) {
    this.#store = store;
    this.#options = options;
    this.#reader = reader;
    this.#tools = tools;
    this.#tickedAt = tools.clock.monotonic();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#settle = { resolve, reject };
    promise.catch(() => {}); // whoever holds the membership watches it; a rejection before that must not end the process
  }

  static async join(store: LogStore, options: JoinOptions, reader: Reader, tools: MemberTools): Promise<GroupMember> {
    for (const topic of options.topics) store.partitions(topic);
    const member = new GroupMember(store, options, reader, tools);
    member.#showHealth();
    await member.#start();
    return member;
  }

  async commit(at: TopicPartition, nextOffset: number): Promise<boolean> {
    const key = keyOf(at);
    const record = this.#runs.get(key)?.record;
    if (!record) return false;
    const { end } = this.#store.bounds(at);
    if (!Number.isSafeInteger(nextOffset) || nextOffset < 0 || nextOffset > end)
      throw new RangeError(`commit of ${key} at ${nextOffset} refused: the log ends at ${end}`);
    let accepted = false;
    await this.#store.groups.update(this.#options.group, (state) => {
      const after = commit(state, record, nextOffset);
      accepted = after !== undefined;
      return after ?? state;
    });
    return accepted;
  }

  async positions(): Promise<readonly Position[]> {
    const state = this.#store.groups.read(this.#options.group);
    return [...this.#runs.values()].map(({ at, next, retrying }) => ({
      ...at,
      end: this.#store.bounds(at).end,
      next,
      ...(retrying && { retrying }),
      committed: state.partitions[keyOf(at)]?.committed ?? -1,
    }));
  }

  async leave(): Promise<void> {
    if (!this.#stopTicking()) return this.ended.catch(() => {});
    await this.#ticking;
    const outcomes = await Promise.allSettled([
      ...[...this.#runs.values()].map((run) => this.#stop(run)),
      ...this.#leaving.values(),
    ]);
    await this.#sayGoodbye();
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    this.#settle.resolve();
  }

  async #start(): Promise<void> {
    const { clock } = this.#tools;
    const { groups } = this.#store;
    groups.beat(this.#id);
    await this.#enter();
    this.#stops.push(
      clock.every(tickMs, () => this.#post()),
      clock.every(pollMs, () => this.#wake()),
      groups.onChange(this.#options.group, () => this.#post()),
      ...this.#options.topics.map((topic) => this.#store.onAppend(topic, () => this.#wake(topic))),
    );
    this.#post();
    await this.#ticking;
  }

  /** Beats go on while a look at the group hangs or fails, so that nobody else takes over: only `live` can tell. */
  #showHealth(): void {
    const { clock, health } = this.#tools;
    health?.live(`group ${this.#options.group}`, () => {
      if (this.#over) return this.#failure || undefined;
      const stillMs = clock.monotonic() - this.#tickedAt;
      return stillMs > tickStuckMs ? `no look at the group has succeeded for ${Math.round(stillMs / 1000)} s` : undefined;
    });
  }

  #enter(): Promise<unknown> {
    const { group, topics } = this.#options;
    const { groups } = this.#store;
    return groups.update(group, (state) => enter(state, { id: this.#id, topics, process: groups.process }));
  }

  #wake(topic?: string): void {
    for (const run of this.#runs.values()) if (topic === undefined || run.at.topic === topic) run.wake();
  }

  /** Asks for a tick: one runs at a time, and at most one more waits. */
  #post(): void {
    if (this.#over) return;
    this.#store.groups.beat(this.#id);
    if (this.#queued) return;
    this.#queued = true;
    this.#ticking = this.#ticking.then(async () => {
      this.#queued = false;
      if (!this.#over) await this.#tick();
    });
    this.#ticking = this.#ticking.catch((cause: unknown) => this.#tools.log.warn('a look at the group failed', { cause }));
  }

  async #tick(): Promise<void> {
    const { group } = this.#options;
    const { groups } = this.#store;
    const seen = groups.read(group);
    const others = seen.members.filter(({ id }) => id !== this.#id);
    const dead = new Set(others.filter((member) => groups.isDead(member)).map(({ id }) => id));
    const look = (state: typeof seen) => step(state, this.#id, dead, (topic) => this.#store.partitions(topic));
    let view = look(seen);
    if (view.state !== seen) {
      await groups.update(group, (state) => look(state).state);
      view = look(groups.read(group));
    }
    if (view.buried) {
      this.#tools.log.warn('thought dead by the others of the group, joining again', { reason: group });
      await this.#enter();
    }
    if (!this.#over) this.#follow(view.owned, view.surplus);
    this.#tickedAt = this.#tools.clock.monotonic();
  }

  /** Makes the runs of this process match what the group's state says. */
  #follow(owned: readonly PartitionRecord[], surplus: readonly PartitionRecord[]): void {
    const byKey = new Map(owned.map((record) => [keyOf(record), record]));
    for (const [key, run] of this.#runs) if (byKey.get(key)?.epoch !== run.record.epoch) this.#letGo(key, run, async () => {});
    for (const record of surplus) {
      const key = keyOf(record);
      const run = this.#runs.get(key);
      if (run) this.#letGo(key, run, () => this.#release(record));
    }
    for (const [key, record] of byKey)
      if (!this.#runs.has(key) && !this.#leaving.has(key) && !surplus.includes(record)) this.#begin(key, record);
  }

  #begin(key: string, record: PartitionRecord): void {
    const { group, batchBytesMax } = this.#options;
    const { clock, random, log } = this.#tools;
    const run = new PartitionRun({
      store: this.#store,
      reader: this.#reader,
      group,
      record,
      batchBytesMax,
      tools: { clock, random, log },
      onFailure: (cause) => void this.#fail(cause),
    });
    this.#runs.set(key, run);
  }

  #letGo(key: string, run: PartitionRun, after: () => Promise<unknown>): void {
    if (this.#leaving.has(key)) return;
    const left = this.#stop(run)
      .then(after)
      .then(() => {
        this.#leaving.delete(key);
        this.#post();
      });
    this.#leaving.set(key, left);
    left.catch((cause: unknown) => void this.#fail(cause));
  }

  /** The run stays listed until the reader has finished: its last commits need it. */
  async #stop(run: PartitionRun): Promise<void> {
    await run.stop();
    const key = keyOf(run.at);
    if (this.#runs.get(key) === run) this.#runs.delete(key);
  }

  #release(record: PartitionRecord): Promise<unknown> {
    return this.#store.groups.update(this.#options.group, (state) => release(state, record));
  }

  async #sayGoodbye(): Promise<void> {
    await this.#store.groups.update(this.#options.group, (state) => bury(state, new Set([this.#id])));
    this.#store.groups.forget(this.#id);
  }

  /** False when it was stopped before. */
  #stopTicking(): boolean {
    if (this.#over) return false;
    this.#over = true;
    for (const stop of this.#stops) stop();
    return true;
  }

  async #fail(cause: unknown): Promise<void> {
    if (!this.#stopTicking()) return;
    this.#tools.log.error('a member of a group ends: its reader failed beyond help', { reason: this.#options.group, cause });
    this.#failure = `the member has ended: ${messageOf(cause)}`;
    this.#settle.reject(cause);
    await Promise.allSettled([...this.#runs.values()].map((run) => run.stop()));
    await this.#sayGoodbye().catch((error: unknown) => this.#tools.log.warn('could not leave the group', { cause: error }));
  }
}
