import type { Admin } from 'kafkajs';
import type { Clock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import type { Bounds, Missing, TopicPartition } from '../port.js';
import { questionMsMax, within } from './client.js';
import { type GroupView, groupViewOf } from './group-view.js';
import { topicIdIn } from './layout.js';

export interface Watermarks {
  /** Offset of the oldest frame that is still there. */
  readonly low: number;
  readonly high: number;
}

/** Frames would be skipped, or are gone. */
export class MissingFrames extends Error {
  override readonly name = 'MissingFrames';

  constructor(
    group: string,
    { topic, partition }: TopicPartition,
    readonly missing: Missing,
  ) {
    const { wanted, start, end } = missing;
    super(
      `group ${group} would read ${topic}/${partition} from offset ${wanted}, but Kafka holds ${start} to ${end}: frames were ` +
        `removed unread, or the topic was made anew. Nothing is skipped silently: set the group's offset on purpose (kafka-consumer-groups --reset-offsets).`,
    );
  }
}

/** What the brokers know of offsets. Every question has a deadline and rejects with `Transient`. */
export class Offsets {
  readonly #admin: Admin;
  readonly #clock: Clock;
  readonly #group: string;

  constructor(admin: Admin, clock: Clock, group: string) {
    this.#admin = admin;
    this.#clock = clock;
    this.#group = group;
  }

  async watermarks(topic: string): Promise<ReadonlyMap<number, Watermarks>> {
    const answer = await this.#ask(`offsets of ${topic}`, () => this.#admin.fetchTopicOffsets(topic));
    return new Map(answer.map(({ partition, low, high }) => [partition, { low: Number(low), high: Number(high) }]));
  }

  /** By partition; -1 where nothing was committed. */
  async committed(topic: string): Promise<ReadonlyMap<number, number>> {
    const commits = await this.#commits(topic);
    return new Map([...commits].map(([partition, { offset }]) => [partition, offset]));
  }

  /** By which the brokers know a topic, and no other of the same name; undefined where they do not say it. */
  async topicId(topic: string): Promise<string | undefined> {
    const { topics } = await this.#ask(`the topic ${topic}`, () => this.#admin.fetchTopicMetadata({ topics: [topic] }));
    const [partition] = topics.find(({ name }) => name === topic)?.partitions ?? [];
    return partition && 'topicId' in partition && typeof partition.topicId === 'string' ? partition.topicId : undefined;
  }

  async #commits(topic: string): Promise<ReadonlyMap<number, { readonly offset: number; readonly metadata: string | null }>> {
    const question = { groupId: this.#group, topics: [topic] };
    const answer = await this.#ask(`committed offsets of ${this.#group}`, () => this.#admin.fetchOffsets(question));
    return new Map(
      answer.flatMap(({ partitions }) =>
        partitions.map(({ partition, offset, metadata }) => [partition, { offset: Number(offset), metadata }]),
      ),
    );
  }

  /** The group as its coordinator sees it. */
  async group(): Promise<GroupView> {
    return this.#ask(`members of ${this.#group}`, async () => {
      const { groups } = await this.#admin.describeGroups([this.#group]);
      const group = groups.find(({ groupId }) => groupId === this.#group);
      if (!group) throw new Transient(`Kafka does not describe group ${this.#group} at the moment`);
      return groupViewOf(group);
    });
  }

  async bounds(at: TopicPartition): Promise<Bounds> {
    const marks = (await this.watermarks(at.topic)).get(at.partition);
    if (!marks) throw new Transient(`Kafka shows no partition ${at.partition} of ${at.topic} at the moment`);
    return { start: marks.low, end: marks.high };
  }

  /** Turns what a reader answered into an offset. `topicId`: of the topic that is read, where its offsets may be those of another of its name. Rejects with `MissingFrames`. */
  async startOf(at: TopicPartition, answer: number | 'committed' | 'earliest', topicId?: string): Promise<number> {
    // In this order: who had the partition before may go on committing for a moment, and frames come in; an end that was asked for first could lie before what is committed.
    const commit = answer === 'committed' ? (await this.#commits(at.topic)).get(at.partition) : undefined;
    const wanted = answer === 'committed' ? (commit?.offset ?? -1) : answer;
    const { start, end } = await this.bounds(at);
    if (wanted === 'earliest' || wanted === -1) return start;
    const before = topicIdIn(commit?.metadata);
    if (topicId !== undefined && before !== undefined && before !== topicId && wanted > start)
      throw new MissingFrames(this.#group, at, { wanted, start, end, anew: true });
    if (Number.isSafeInteger(wanted) && wanted >= start && wanted <= end) return wanted;
    throw new MissingFrames(this.#group, at, { wanted, start, end });
  }

  #ask<T>(what: string, question: () => Promise<T>): Promise<T> {
    return within(this.#clock, questionMsMax, what, question());
  }
}
