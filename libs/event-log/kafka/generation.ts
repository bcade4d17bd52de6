import type { ConsumerConfig, EachBatchPayload } from 'kafkajs';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { TopicPartition } from '../port.js';
import { type ConsumerSource, type CuttableConsumer, questionMsMax, within } from './client.js';

/** Joining may wait for another member to notice that it must share. */
const joinMsMax = 120_000;
/** How long a consumer may take to leave its group in order before its connections are cut. */
const leaveMsMax = 10_000;

export type GenerationState = 'joining' | 'running' | 'over';
export type Assignment = Readonly<Record<string, readonly number[]>>;

export function partitionsOf(assignment: Assignment): readonly TopicPartition[] {
  return Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((partition) => ({ topic, partition })));
}

export interface GenerationOptions {
  readonly source: ConsumerSource;
  readonly config: ConsumerConfig;
  readonly topics: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly onAssignment: (generation: Generation, memberId: string, assignment: Assignment) => void;
  readonly onBatch: (generation: Generation, payload: EachBatchPayload) => Promise<void>;
  /** What lies before the offset was fetched and holds no frame. */
  readonly onNothing: (at: TopicPartition, before: number) => void;
}

/**
 * The life of one kafkajs consumer: joining, running, over. It never comes back to life (kafkajs's own restart is off), it says once why it
 * is over, and after `end` it is no member of the group: it has left, or its connections are cut and its session runs out.
 */
export class Generation {
  readonly consumer: CuttableConsumer;
  /** Settles once, with what ended it. Never rejects. */
  readonly over: Promise<unknown>;
  readonly #options: GenerationOptions;
  readonly #giveUp: (cause: unknown) => void;
  readonly #joined = Promise.withResolvers<void>();
  #started: Promise<unknown> = Promise.resolve();
  #state: GenerationState = 'joining';
  #ended: Promise<void> | undefined;
  #memberId = '';

  constructor(options: GenerationOptions) {
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.over = promise;
    this.#giveUp = resolve;
    this.consumer = options.source.consumer(options.config);
    const { GROUP_JOIN, CRASH, START_BATCH_PROCESS } = this.consumer.events;
    this.consumer.on(GROUP_JOIN, ({ payload }) => this.#onJoin(payload.memberId, payload.memberAssignment));
    // A batch of nothing but marks of transactions, and of what they took back, is told here alone.
    this.consumer.on(START_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, lastOffset } }) => {
      if (this.#state !== 'over' && batchSize === 0) options.onNothing({ topic, partition }, Number(lastOffset) + 1);
    });
    this.consumer.on(CRASH, ({ payload }) => this.giveUp(payload.error));
    this.#begin().catch((cause: unknown) => this.giveUp(cause));
  }

  get state(): GenerationState {
    return this.#state;
  }
  /** As the coordinator knows us; empty until the first join. */
  get memberId(): string {
    return this.#memberId;
  }

  /** It serves nothing from now on; `end` makes it leave. */
  giveUp(cause: unknown): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#joined.resolve();
    this.#giveUp(cause);
  }

  /** Resolves when it has left its group or can beat for it no more, which takes at most about twice `leaveMsMax`. */
  end(): Promise<void> {
    this.giveUp(new Error('the member leaves'));
    this.#ended ??= this.#leave();
    return this.#ended;
  }

  seek(at: TopicPartition, offset: number): void {
    this.#steer(() => this.consumer.seek({ ...at, offset: String(offset) }));
  }
  pause({ topic, partition }: TopicPartition): void {
    this.#steer(() => this.consumer.pause([{ topic, partitions: [partition] }]));
  }
  resume({ topic, partition }: TopicPartition): void {
    this.#steer(() => this.consumer.resume([{ topic, partitions: [partition] }]));
  }

  /** kafkajs refuses these once it has broken down, which it does some time before it says so. */
  #steer(act: () => void): void {
    if (this.#state === 'over') return;
    try {
      act();
    } catch (cause) {
      this.giveUp(new Transient('the consumer takes no orders any more', { cause }));
    }
  }

  #isOver(): boolean {
    return this.#state === 'over';
  }

  async #begin(): Promise<void> {
    const { clock, topics, config } = this.#options;
    await within(clock, questionMsMax, 'connection of a consumer', this.consumer.connect());
    if (this.#isOver()) return;
    const subscribed = this.consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await within(clock, questionMsMax, 'subscription of a consumer', subscribed);
    if (this.#isOver()) return;
    this.#started = this.consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 64,
      eachBatch: (payload) => (this.#state === 'over' ? Promise.resolve() : this.#options.onBatch(this, payload)),
    });
    this.#started.catch((cause: unknown) => this.giveUp(cause));
    await within(clock, joinMsMax, `joining group ${config.groupId}`, this.#joined.promise);
  }

  /** Runs inside the client's join; what is thrown here would end in its retries. */
  #onJoin(memberId: string, assignment: Assignment): void {
    if (this.#state === 'over') return;
    this.#state = 'running';
    this.#memberId = memberId;
    try {
      this.#options.onAssignment(this, memberId, assignment);
    } catch (cause) {
      this.giveUp(cause);
    }
    this.#joined.resolve();
  }

  async #leave(): Promise<void> {
    const { clock, log, config } = this.#options;
    try {
      // A stop during the first join is forgotten by kafkajs, and the join goes on: it must have come to its end before.
      await within(
        clock,
        leaveMsMax,
        'end of a join',
        this.#started.catch(() => {}),
      );
      await within(clock, leaveMsMax, 'leaving the group', this.consumer.disconnect());
    } catch (cause) {
      log.warn('a consumer could not leave its group in order: its connections are cut, and its session runs out', {
        reason: config.groupId,
        cause,
      });
      this.consumer.cut?.();
      this.consumer.disconnect().catch(() => {});
    }
    this.consumer.cut?.();
  }
}
