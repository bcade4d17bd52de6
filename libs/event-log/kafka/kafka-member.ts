import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import { silentLog } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';
import { systemRandom } from '#libs/runtime/random.js';
import { appendBytesMax } from '../limits.js';
import { keyOf } from '../member/group-state.js';
import type { Frame, JoinOptions, Membership, Position, Reader, TopicPartition } from '../port.js';
import { type KafkaOptions, questionMsMax, sessionTimeoutMsDefault, stuckMsDefault, within } from './client.js';
import { Committer } from './committer.js';
import { KafkaRun } from './kafka-run.js';
import { Offsets } from './offsets.js';
import { Watchdog } from './watchdog.js';

/** A broker holds an empty fetch open for so long; also how soon a partition that was paused is fetched again. */
const fetchWaitMsMax = 100;
const heartbeatsPerSession = 6;
/** Joining may wait for another member to notice that it must share. */
const joinMsMax = 120_000;

/**
 * A member of a consumer group. kafkajs fetches and keeps the session; where to read, what is handed over and committed is decided here.
 * Longer than the house likes: it follows one consumer through joins, restarts and its end, and halves of it would share all of that state.
 */
export class KafkaMember implements Membership {
  readonly ended: Promise<void>;
  readonly #client: Kafka;
  readonly #kafka: KafkaOptions;
  readonly #options: JoinOptions;
  readonly #reader: Reader;
  readonly #offsets: Offsets;
  readonly #runs = new Map<string, KafkaRun>();
  readonly #leaving = new Map<string, Promise<void>>();
  readonly #committer: Committer;
  readonly #watchdog: Watchdog;
  readonly #settle: { readonly resolve: () => void; readonly reject: (cause: unknown) => void };
  #consumer: Consumer;
  #memberId = '';
  #joined = Promise.withResolvers<void>();
  #over = false;

  private constructor(client: Kafka, admin: Admin, kafka: KafkaOptions, options: JoinOptions, reader: Reader) {
    this.#client = client;
    this.#kafka = kafka;
    this.#options = options;
    this.#reader = reader;
    this.#offsets = new Offsets(admin, kafka.clock, options.group);
    this.#consumer = this.#createConsumer();
    this.#committer = new Committer(kafka.clock, (at) => !this.#consumerGone && this.#runs.has(keyOf(at)));
    this.#watchdog = new Watchdog({
      clock: kafka.clock,
      stuckMs: kafka.stuckMs ?? stuckMsDefault,
      runs: () => [...this.#runs.values()],
      offsets: this.#offsets,
      restart: () => this.#restart(),
      fail: (cause) => void this.#fail(cause),
      log: kafka.log ?? silentLog,
    });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#settle = { resolve, reject };
    promise.catch(() => {}); // whoever holds the membership watches it; a rejection before that must not end the process
    this.#joined.promise.catch(() => {});
  }

  #consumerGone = false;

  static async join(
    client: Kafka,
    admin: Admin,
    kafka: KafkaOptions,
    options: JoinOptions,
    reader: Reader,
  ): Promise<KafkaMember> {
    const member = new KafkaMember(client, admin, kafka, options, reader);
    try {
      await member.#begin();
    } catch (cause) {
      await member.#fail(cause);
      throw cause;
    }
    member.#watchdog.start();
    return member;
  }

  commit(at: TopicPartition, nextOffset: number): Promise<boolean> {
    return this.#committer.commit(this.#consumer, at, nextOffset);
  }

  async positions(): Promise<readonly Position[]> {
    const topics = [...new Set([...this.#runs.values()].map(({ at }) => at.topic))];
    const known = new Map(
      await Promise.all(
        topics.map(async (topic) => {
          const [marks, committed] = await Promise.all([this.#offsets.watermarks(topic), this.#offsets.committed(topic)]);
          return [topic, { marks, committed }] as const;
        }),
      ),
    );
    return [...this.#runs.values()].map(({ at, next }) => {
      const { marks, committed } = known.get(at.topic) ?? {};
      return { ...at, end: marks?.get(at.partition)?.high ?? next, next, committed: committed?.get(at.partition) ?? -1 };
    });
  }

  async leave(): Promise<void> {
    if (this.#over) return this.ended.catch(() => {});
    this.#over = true;
    this.#watchdog.stop();
    const outcomes = await Promise.allSettled([
      ...[...this.#runs.entries()].map(([key, run]) => this.#stop(key, run)),
      ...this.#leaving.values(),
    ]);
    await this.#disconnect(this.#consumer);
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    this.#settle.resolve();
  }

  async #begin(): Promise<void> {
    const consumer = this.#consumer;
    const { clock } = this.#kafka;
    await within(clock, questionMsMax, 'connection of a consumer', consumer.connect());
    await consumer.subscribe({ topics: [...this.#options.topics], fromBeginning: true });
    void consumer
      .run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 64,
        eachBatch: (payload) => this.#onBatch(consumer, payload),
      })
      .catch((cause: unknown) => this.#joined.reject(cause));
    await within(clock, joinMsMax, `joining group ${this.#options.group}`, this.#joined.promise);
  }

  #createConsumer(): Consumer {
    const { sessionTimeoutMs = sessionTimeoutMsDefault } = this.#kafka;
    const consumer = this.#client.consumer({
      groupId: this.#options.group,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: Math.max(sessionTimeoutMs, 10_000),
      heartbeatInterval: Math.floor(sessionTimeoutMs / heartbeatsPerSession),
      maxWaitTimeInMs: fetchWaitMsMax,
      minBytes: 1,
      maxBytesPerPartition: this.#options.batchBytesMax,
      maxBytes: Math.max(4 * this.#options.batchBytesMax, appendBytesMax),
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 8, restartOnFailure: async () => !this.#over },
    });
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) =>
      this.#onAssignment(consumer, payload.memberId, payload.memberAssignment),
    );
    consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (this.#over || consumer !== this.#consumer) return;
      this.#kafka.log?.warn('the Kafka consumer broke down', { reason: restart ? 'it starts again' : 'it ends', cause: error });
      if (!restart) void this.#fail(error);
    });
    return consumer;
  }

  /** Runs inside the client's join, before its first fetch: partitions are paused here until their reader has said where to begin. */
  #onAssignment(consumer: Consumer, memberId: string, assignment: Readonly<Record<string, readonly number[]>>): void {
    if (this.#over || consumer !== this.#consumer) return;
    const ours = Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
    const keys = new Set(ours.map(keyOf));
    // Another member id: the group thought us dead, and others may have owned everything meanwhile.
    const kept = memberId === this.#memberId;
    this.#memberId = memberId;
    for (const [key, run] of this.#runs) if (!kept || !keys.has(key)) this.#letGo(key, run);
    for (const at of ours) {
      const position = this.#runs.get(keyOf(at))?.fetchNext;
      // After a join the client goes back to the committed offset; frames that wait here would come twice.
      if (position !== undefined) consumer.seek({ ...at, offset: String(position) });
      else consumer.pause([{ topic: at.topic, partitions: [at.partition] }]);
      if (!this.#runs.has(keyOf(at))) this.#start(consumer, at);
    }
    this.#joined.resolve();
  }

  #start(consumer: Consumer, at: TopicPartition): void {
    const key = keyOf(at);
    const { clock, random = systemRandom, log = silentLog, metrics } = this.#kafka;
    const { group, batchBytesMax } = this.#options;
    const onStalled = (stalled: boolean) => metrics?.set('vigie_stalled', stalled ? 1 : 0, { pipeline: group });
    const where = [{ topic: at.topic, partitions: [at.partition] }];
    const current = () => this.#runs.get(key) === run && consumer === this.#consumer && !this.#over;
    const run: KafkaRun = new KafkaRun({
      at,
      reader: this.#reader,
      offsets: this.#offsets,
      batchBytesMax,
      tools: { clock, random, log, onStalled },
      after: this.#leaving.get(key),
      onReady: (offset) => {
        if (!current()) return;
        consumer.seek({ ...at, offset: String(offset) });
        consumer.resume(where);
      },
      onFull: (full) => {
        if (!current()) return;
        if (full) consumer.pause(where);
        else consumer.resume(where);
      },
      onFailure: (cause) => void this.#fail(cause),
    });
    this.#runs.set(key, run);
  }

  /** Never waits for the reader and never throws: either would end more than this partition. */
  async #onBatch(consumer: Consumer, { batch, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload): Promise<void> {
    if (consumer !== this.#consumer) return;
    this.#committer.use(consumer, commitOffsetsIfNecessary);
    this.#watchdog.fed();
    const run = this.#runs.get(keyOf(batch));
    const last = batch.messages.at(-1);
    if (!run || !last) return;
    try {
      await run.take(
        batch.messages.map(({ offset, value }): Frame => ({ offset: Number(offset), bytes: value ?? Buffer.alloc(0) })),
      );
      if (run.fetchNext !== undefined) resolveOffset(last.offset);
    } catch (cause) {
      if (!(cause instanceof Transient)) void this.#fail(cause);
    }
  }

  /** The partition is not ours any more: its commits are refused from now on. */
  #letGo(key: string, run: KafkaRun): void {
    this.#runs.delete(key);
    const left = run.stop().finally(() => this.#leaving.delete(key));
    this.#leaving.set(key, left);
    left.catch((cause: unknown) => void this.#fail(cause));
  }

  /** The partition is still ours: the reader may commit until it is done. */
  async #stop(key: string, run: KafkaRun): Promise<void> {
    await run.stop();
    this.#runs.delete(key);
  }

  async #restart(): Promise<void> {
    const old = this.#consumer;
    this.#joined = Promise.withResolvers<void>();
    this.#joined.promise.catch(() => {});
    this.#consumer = this.#createConsumer();
    for (const [key, run] of this.#runs) this.#letGo(key, run);
    await this.#disconnect(old);
    if (!this.#over) await this.#begin();
  }

  async #disconnect(consumer: Consumer): Promise<void> {
    if (consumer === this.#consumer && this.#over) this.#consumerGone = true;
    await within(this.#kafka.clock, questionMsMax, 'leaving the group', consumer.disconnect()).catch((cause: unknown) =>
      this.#kafka.log?.warn('a consumer could not leave its group in order; its session will run out', { cause }),
    );
  }

  async #fail(cause: unknown): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#watchdog.stop();
    this.#kafka.log?.error('a member of a group ends: it cannot go on', { reason: this.#options.group, cause });
    this.#settle.reject(cause);
    this.#joined.reject(cause);
    await Promise.allSettled([...this.#runs.values()].map((run) => run.stop()));
    await this.#disconnect(this.#consumer);
  }
}
