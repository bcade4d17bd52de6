import type { Admin, EachBatchPayload } from 'kafkajs';
import { silentLog } from '#libs/runtime/log.js';
import { isError, messageOf, Transient } from '#libs/runtime/outcome.js';
import { systemRandom } from '#libs/runtime/random.js';
import { keyOf } from '../member/group-state.js';
import type { JoinOptions, Membership, Position, Reader, TopicPartition } from '../port.js';
import { type ConsumerSource, type KafkaOptions, isRetriable, stuckMsDefault, typeOf } from './client.js';
import { Committer } from './committer.js';
import { consumerConfig } from './consumer-config.js';
import { type Assignment, Generation, partitionsOf } from './generation.js';
import { commitMetadata, foreignCommitMetadata } from './layout.js';
import { Offsets } from './offsets.js';
import { forbiddenText, isForbidden } from './reach/rights.js';
import { PartitionRuns } from './runs/partition-runs.js';
import { foreignFramesOf, framesOf } from './wire/unreadable-batches.js';
import { Watchdog } from './watchdog.js';

/** Waits before a new consumer, doubled for each one in a row that did not join, in milliseconds. */
const renewWaitMs = { first: 200, max: 10_000 } as const;
/** Consumers in a row that broke down for a reason that trying again does not mend, before the member ends. */
const breakdownsMax = 5;

/**
 * A member of a consumer group: one consumer at a time, made by `#live` alone. A consumer that is over is made to leave before the next
 * one begins. kafkajs fetches and keeps the session; where to read, what is handed over and committed is decided here.
 */
export class KafkaMember implements Membership {
  readonly #end = Promise.withResolvers<void>();
  readonly ended = this.#end.promise;
  readonly #source: ConsumerSource;
  readonly #kafka: KafkaOptions;
  readonly #options: JoinOptions;
  readonly #offsets: Offsets;
  readonly #runs: PartitionRuns;
  readonly #committer: Committer;
  readonly #watchdog: Watchdog;
  readonly #stopping = new AbortController();
  readonly #joined = Promise.withResolvers<void>();
  /** Members of this process, by the ids that the coordinator gave them. */
  readonly #memberIds: Set<string>;
  #generation: Generation;
  #memberId = '';
  #over = false;
  #left = false;
  #trouble = '';
  #keptOut = false;
  #failure = '';
  #inARow = 0;
  #breakdowns = 0;

  private constructor(source: ConsumerSource, admin: Admin, kafka: KafkaOptions, options: JoinOptions, reader: Reader) {
    this.#source = source;
    this.#kafka = kafka;
    this.#options = options;
    this.#memberIds = kafka.memberIds ?? new Set();
    this.#offsets = new Offsets(admin, kafka.clock, options.group);
    const { clock, random = systemRandom, log = silentLog } = kafka;
    this.#runs = new PartitionRuns({
      reader,
      offsets: this.#offsets,
      batchBytesMax: options.batchBytesMax,
      foreign: options.foreign,
      tools: { clock, random, log },
      onFailure: (cause) => void this.#fail(cause),
    });
    const owns = (at: TopicPartition) => !this.#left && this.#runs.of(at) !== undefined;
    this.#committer = new Committer(kafka.clock, owns, (at) =>
      options.foreign ? foreignCommitMetadata(this.#runs.of(at)?.topicId) : commitMetadata(kafka.partitionsUsed?.get(at.topic)),
    );
    this.#watchdog = new Watchdog({
      clock: kafka.clock,
      stuckMs: kafka.stuckMs ?? stuckMsDefault,
      runs: () => this.#runs.all,
      own: () => ({
        clientId: kafka.clientId,
        memberIds: this.#memberIds,
        memberId: this.#memberId,
        served: new Set(this.#runs.keys),
        ...(this.#keptOut && { keptOut: true }),
      }),
      offsets: this.#offsets,
      refusedSince: () => this.#committer.refusedSince,
      ...(kafka.pace && { pace: kafka.pace }),
      renew: (cause) => this.#renew(cause),
      fail: (cause) => void this.#fail(cause),
      log: kafka.log ?? silentLog,
    });
    this.ended.catch(() => {}); // whoever holds the membership watches it; a rejection before that must not end the process
    this.#joined.promise.catch(() => {});
    this.#generation = this.#begin();
  }

  /** Resolves at the first join, however long the brokers are away; rejects when the member ends before it, or the signal aborts. */
  static async join(
    source: ConsumerSource,
    admin: Admin,
    kafka: KafkaOptions,
    options: JoinOptions,
    reader: Reader,
  ): Promise<KafkaMember> {
    const member = new KafkaMember(source, admin, kafka, options, reader);
    member.#showHealth();
    member.#watchdog.start();
    void member.#live();
    const giveUp = () => void member.leave().catch(() => {});
    if (options.signal?.aborted) giveUp();
    options.signal?.addEventListener('abort', giveUp, { once: true });
    await member.#joined.promise.finally(() => options.signal?.removeEventListener('abort', giveUp));
    return member;
  }

  commit(at: TopicPartition, nextOffset: number): Promise<boolean> {
    return this.#committer.commit(this.#generation.consumer, at, nextOffset);
  }

  async positions(): Promise<readonly Position[]> {
    const positions = await this.#runs.positions();
    return positions.map((at) => (at.next < at.end && this.#heldBack(at) ? { ...at, retrying: true } : at));
  }

  async leave(): Promise<void> {
    if (!this.#stop(new Error('the member leaves'))) return this.ended.catch(() => {});
    const outcomes = await this.#runs.finish();
    await this.#gone();
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    this.#end.resolve();
  }

  /** The one hand that makes consumers. */
  async #live(): Promise<void> {
    const { clock, log = silentLog } = this.#kafka;
    while (!this.#over) {
      const generation = this.#generation;
      const cause = this.#told(await generation.over);
      if (this.#over) return;
      this.#trouble = messageOf(cause);
      this.#runs.letGo();
      this.#forgetMember();
      await generation.end();
      if (!this.#mayGoOn(cause)) return void this.#fail(cause);
      const waitMs = Math.min(renewWaitMs.max, renewWaitMs.first * 2 ** this.#inARow);
      this.#inARow += 1;
      log.warn('the Kafka consumer is over and another one is made', { reason: this.#options.group, waitMs, cause });
      await clock.sleep(waitMs, this.#stopping.signal).catch(() => {});
      if (!this.#over) this.#generation = this.#begin();
    }
  }

  /** A refusal says neither which topic nor which group, and another application in the group is asked to leave by people. */
  #told(cause: unknown): unknown {
    const { group, topics } = this.#options;
    this.#keptOut = typeOf(cause) === 'INCONSISTENT_GROUP_PROTOCOL';
    if (this.#keptOut)
      return new Transient(
        `${messageOf(cause)}: another application is in the group ${group}, which must have one of its own (kafka-consumer-groups --describe --members --group ${group})`,
        { cause },
      );
    if (!isForbidden(cause)) return cause;
    return new Transient(forbiddenText(cause, `read ${topics.join(', ')} in the group ${group}`), { cause });
  }

  /** What a broker that comes back mends is tried for ever; anything else a few times, for kafkajs calls much by a wrong name. */
  #mayGoOn(cause: unknown): boolean {
    if (cause instanceof Transient || isRetriable(cause)) return true;
    this.#breakdowns += 1;
    return this.#breakdowns < breakdownsMax;
  }

  #begin(): Generation {
    return new Generation({
      source: this.#source,
      config: consumerConfig(this.#options, this.#kafka.sessionTimeoutMs),
      topics: this.#options.topics,
      clock: this.#kafka.clock,
      log: this.#kafka.log ?? silentLog,
      onAssignment: (generation, memberId, assignment) => this.#onAssignment(generation, memberId, assignment),
      onBatch: (generation, payload) => this.#onBatch(generation, payload),
      onNothing: (at, before) => this.#runs.of(at)?.passOver(before),
    });
  }

  /** Runs inside the client's join, before its first fetch: partitions are paused here until their reader has said where to begin. */
  #onAssignment(generation: Generation, memberId: string, assignment: Assignment): void {
    if (this.#over) return;
    const ours = partitionsOf(assignment);
    const keys = new Set(ours.map(keyOf));
    // Another member id: the group thought us dead, and others may have owned everything meanwhile.
    const kept = memberId === this.#memberId;
    this.#forgetMember();
    this.#memberId = memberId;
    this.#memberIds.add(memberId);
    const refused = this.#committer.joined();
    this.#runs.letGo((key) => !kept || !keys.has(key) || refused.has(key));
    for (const at of ours) {
      const run = this.#runs.of(at);
      const position = run?.fetchNext;
      // After a join the client goes back to the committed offset; frames that wait here would come twice.
      if (position !== undefined) generation.seek(at, position);
      else generation.pause(at);
      if (!run) this.#runs.start(generation, at);
    }
    this.#trouble = '';
    this.#keptOut = false;
    this.#inARow = 0;
    this.#joined.resolve();
  }

  /** Never waits for the reader and never throws: either would end more than this partition. */
  async #onBatch({ consumer }: Generation, { batch, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload): Promise<void> {
    this.#committer.use(consumer, commitOffsetsIfNecessary);
    const run = this.#runs.of(batch);
    const last = batch.messages.at(-1);
    if (!run || !last) return;
    this.#breakdowns = 0;
    try {
      const framesIn = this.#options.foreign ? foreignFramesOf : framesOf;
      await run.take(batch.messages.flatMap((message) => framesIn(message, batch, this.#kafka.signing)));
      run.passOver(Number(batch.lastOffset()) + 1);
      if (run.fetchNext !== undefined) resolveOffset(last.offset);
    } catch (cause) {
      if (!(cause instanceof Transient)) void this.#fail(cause);
    }
  }

  /** Nothing came for as long as makes a consumer stuck, and a quota of the brokers is why, or that others have more than the line carries. */
  #heldBack(at: TopicPartition): boolean {
    const { clock, stuckMs = stuckMsDefault, pace } = this.#kafka;
    const hungrySince = this.#runs.of(at)?.hungrySince ?? Infinity;
    const heldBackAt = pace ? Math.max(pace.quotaUntil, pace.slowAt) : -Infinity;
    return clock.monotonic() - hungrySince >= stuckMs && clock.monotonic() - heldBackAt < stuckMs;
  }

  /** The watchdog has found the consumer of no use. One that is joining has a deadline of its own. */
  #renew(cause: Error): void {
    if (this.#generation.state === 'running') this.#generation.giveUp(new Transient(cause.message));
  }

  #forgetMember(): void {
    this.#memberIds.delete(this.#memberId);
    this.#memberId = '';
  }

  /** Who reads topics of others tells of them and tries again: a process that is killed or passed over for one of them would serve nobody else. */
  #showHealth(): void {
    const { health } = this.#kafka;
    const name = `group ${this.#options.group}`;
    const doubt = () => {
      if (this.#over) return undefined;
      if (this.#generation.state === 'running') return this.#watchdog.doubt;
      return `no member of the group at the moment${this.#trouble && `: ${this.#trouble}`}`;
    };
    if (this.#options.foreign) return health?.partial(name, doubt);
    health?.live(name, () => this.#failure || (this.#over ? undefined : this.#watchdog.lost));
    health?.ready(name, doubt);
  }

  /** False when it was stopped before. */
  #stop(why: Error): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#watchdog.stop();
    this.#stopping.abort(why);
    this.#joined.reject(why);
    return true;
  }

  async #gone(): Promise<void> {
    this.#left = true;
    await this.#generation.end();
    this.#forgetMember();
  }

  async #fail(cause: unknown): Promise<void> {
    if (!this.#stop(isError(cause) ? cause : new Error(String(cause)))) return;
    this.#kafka.log?.error('a member of a group ends: it cannot go on', { reason: this.#options.group, cause });
    this.#failure = `the member has ended: ${messageOf(cause)}`;
    this.#end.reject(cause);
    await Promise.allSettled(this.#runs.all.map((run) => run.stop()));
    await this.#gone();
  }
}
