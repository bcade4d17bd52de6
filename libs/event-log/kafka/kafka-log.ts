import { randomUUID } from 'node:crypto';
import type { Admin, Producer } from 'kafkajs';
import kafkajs from 'kafkajs';
import { refuseOversized } from '../limits.js';
import { keyOf } from '../member/group-state.js';
import type { EventLog, JoinOptions, Membership, Reader, TopicPartition } from '../port.js';
import {
  appendDeadlineMsDefault,
  consumerSource,
  kafkaClient,
  type KafkaOptions,
  questionMsMax,
  requireTopics,
  within,
} from './client.js';
import { KafkaMember } from './kafka-member.js';
import { PartitionSender } from './partition-sender.js';

export type { KafkaOptions } from './client.js';

/** Connects to Kafka. Rejects with `Transient` when no broker answers. Topics are made by `createTopics`, never by the way. */
export async function openKafkaLog(given: KafkaOptions): Promise<EventLog> {
  // A client id of this process alone: the coordinator names it with each member, so that a member that nobody runs can be told.
  const clientId = `${given.clientId}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const options: KafkaOptions = { ...given, clientId, memberIds: new Set() };
  const client = kafkaClient(options);
  const admin = client.admin();
  // Not idempotent: kafkajs calls its own sequence numbers experimental (issues 598, 353); events carry identifiers that make repeats harmless.
  const producer = client.producer({
    allowAutoTopicCreation: false,
    idempotent: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  const brokers = options.brokers.join(', ');
  await within(options.clock, questionMsMax, `connection to ${brokers}`, Promise.all([admin.connect(), producer.connect()]));
  return new KafkaLog(admin, producer, options);
}

class KafkaLog implements EventLog {
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #options: KafkaOptions;
  readonly #counts = new Map<string, number>();
  readonly #senders = new Map<string, PartitionSender>();
  readonly #inHand = new Set<Promise<unknown>>();
  #closed = false;

  constructor(admin: Admin, producer: Producer, options: KafkaOptions) {
    this.#admin = admin;
    this.#producer = producer;
    this.#options = options;
  }

  async partitions(topic: string): Promise<number> {
    const known = this.#counts.get(topic);
    if (known !== undefined) return known;
    await requireTopics(this.#admin, this.#options.clock, [topic]);
    const question = this.#admin.fetchTopicMetadata({ topics: [topic] });
    const { topics } = await within(this.#options.clock, questionMsMax, `partitions of ${topic}`, question);
    const count = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    if (count === 0) throw new Error(`Kafka shows no partition of ${topic}`);
    this.#counts.set(topic, count);
    return count;
  }

  async append(at: TopicPartition, bytes: Buffer): Promise<number> {
    if (this.#closed) throw new Error('the log is closed');
    refuseOversized(at.topic, bytes.length);
    // Everything that waits happens inside the sender: frames keep the order of the calls.
    const sent = this.#sender(at).append(bytes, () => this.#require(at));
    this.#inHand.add(sent);
    return sent.finally(() => this.#inHand.delete(sent));
  }

  async join(options: JoinOptions, reader: Reader): Promise<Membership> {
    if (this.#closed) throw new Error('the log is closed');
    await requireTopics(this.#admin, this.#options.clock, options.topics);
    return KafkaMember.join(consumerSource(this.#options), this.#admin, this.#options, options, reader);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#inHand);
    const gone = Promise.all([this.#producer.disconnect(), this.#admin.disconnect()]);
    await within(this.#options.clock, questionMsMax, 'disconnection', gone);
  }

  async #require({ topic, partition }: TopicPartition): Promise<void> {
    const count = await this.partitions(topic);
    if (!Number.isInteger(partition) || partition < 0 || partition >= count)
      throw new RangeError(`topic ${topic} has no partition ${partition}: it has ${count}`);
  }

  #sender(at: TopicPartition): PartitionSender {
    const { clock, appendDeadlineMs = appendDeadlineMsDefault } = this.#options;
    const key = keyOf(at);
    const sender = this.#senders.get(key) ?? new PartitionSender(this.#producer, clock, at, appendDeadlineMs);
    this.#senders.set(key, sender);
    return sender;
  }
}
