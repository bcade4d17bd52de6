import { randomUUID } from 'node:crypto';
import type { Admin, Producer } from 'kafkajs';
import kafkajs from 'kafkajs';
import { silentLog } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';
import { systemRandom } from '#libs/runtime/random.js';
import { retry } from '#libs/runtime/retry.js';
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
import { Layout } from './layout.js';
import { PartitionSender } from './partition-sender.js';
import { Pulse } from './pulse.js';
import { Pace } from './reach/pace.js';
import { onPace } from './wire/request-queue.js';

export type { KafkaOptions } from './client.js';

/** Connects to Kafka. Rejects with `Transient` when no broker answers. Topics are made by `createTopics`, never by the way. */
export async function openKafkaLog(given: KafkaOptions): Promise<EventLog> {
  // A client id of this process alone: the coordinator names it with each member, so that a member that nobody runs can be told.
  const clientId = `${given.clientId}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const pace = new Pace(given.clock, given.log);
  const options: KafkaOptions = { ...given, clientId, pace, memberIds: new Set() };
  const client = kafkaClient(options);
  const admin = client.admin();
  // Not idempotent: kafkajs calls its own sequence numbers experimental (issues 598, 353); events carry identifiers that make repeats harmless.
  const producer = client.producer({
    allowAutoTopicCreation: false,
    idempotent: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  const brokers = options.brokers.join(', ');
  const connected = Promise.all([admin.connect(), producer.connect()]);
  try {
    await within(options.clock, questionMsMax, `connection to ${brokers}`, connected);
  } catch (cause) {
    connected.catch(() => {});
    await Promise.allSettled([admin.disconnect(), producer.disconnect()]);
    throw cause;
  }
  const untold = onPace(clientId, pace);
  return new KafkaLog(admin, producer, options, untold);
}

class KafkaLog implements EventLog {
  readonly #admin: Admin;
  readonly #producer: Producer;
  readonly #options: KafkaOptions;
  readonly #layout: Layout;
  readonly #pulse: Pulse;
  readonly #used = new Map<string, Promise<number>>();
  readonly #known = new Map<string, number>();
  readonly #senders = new Map<string, PartitionSender>();
  readonly #inHand = new Set<Promise<unknown>>();
  readonly #closing = new AbortController();
  #closed = false;

  constructor(
    admin: Admin,
    producer: Producer,
    options: KafkaOptions,
    private readonly untold: () => void,
  ) {
    this.#admin = admin;
    this.#producer = producer;
    this.#options = { ...options, partitionsUsed: this.#known };
    const { clock, log = silentLog, layout: { file, groups, kept } = { groups: [] }, health } = options;
    this.#layout = new Layout({ admin, clock, log, groups, ...(file !== undefined && { file }), ...(kept && { kept }) });
    health?.live('appends', () => [...this.#senders.values()].map(({ stuck }) => stuck).find((text) => text !== undefined));
    this.#pulse = new Pulse({ admin, clock, used: this.#known, ...(kept && { kept }), ...(health && { health }) });
  }

  /** The number that accounts are placed over; a topic that was made larger since keeps it. */
  async partitions(topic: string): Promise<number> {
    const known = this.#used.get(topic) ?? this.#findUsed(topic);
    this.#used.set(topic, known);
    known.catch(() => this.#used.delete(topic));
    return known;
  }

  async #findUsed(topic: string): Promise<number> {
    await requireTopics(this.#admin, this.#options, [topic]);
    const question = this.#admin.fetchTopicMetadata({ topics: [topic] });
    const { topics } = await within(this.#options.clock, questionMsMax, `partitions of ${topic}`, question);
    const present = topics.find(({ name }) => name === topic)?.partitions.length ?? 0;
    if (present === 0) throw new Transient(`Kafka shows no partition of ${topic} at the moment`);
    const used = await this.#layout.partitionsOf(topic, present);
    this.#known.set(topic, used);
    this.#pulse.saw(topic, present);
    return used;
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
    const signal = AbortSignal.any([this.#closing.signal, ...(options.signal ? [options.signal] : [])]);
    // Accounts are not placed over the partitions of somebody else's topic, who may make more of them: those are read like the rest.
    const there = async () => {
      if (options.foreign) await requireTopics(this.#admin, this.#options, options.topics);
      else await Promise.all(options.topics.map((topic) => this.partitions(topic)));
    };
    await this.#patiently(there, signal);
    return KafkaMember.join(consumerSource(this.#options), this.#admin, this.#options, { ...options, signal }, reader);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#closing.abort(new Error('the log is closed'));
    this.#pulse.stop();
    this.untold();
    await Promise.allSettled(this.#inHand);
    const gone = Promise.all([this.#producer.disconnect(), this.#admin.disconnect()]);
    await within(this.#options.clock, questionMsMax, 'disconnection', gone);
  }

  #patiently<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const { clock, random = systemRandom } = this.#options;
    return retry(work, { firstWaitMs: 200, waitMsMax: 5000, attemptsMax: Infinity }, { clock, random, signal });
  }

  async #require({ topic, partition }: TopicPartition): Promise<void> {
    const count = await this.partitions(topic);
    if (!Number.isInteger(partition) || partition < 0 || partition >= count)
      throw new RangeError(`topic ${topic} has no partition ${partition}: it has ${count}`);
  }

  #sender(at: TopicPartition): PartitionSender {
    const { clock, signing, appendDeadlineMs = appendDeadlineMsDefault } = this.#options;
    const key = keyOf(at);
    const sender = this.#senders.get(key) ?? new PartitionSender(this.#producer, clock, at, appendDeadlineMs, signing);
    this.#senders.set(key, sender);
    return sender;
  }
}
