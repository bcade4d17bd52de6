import type { Producer, RecordMetadata } from 'kafkajs';
import kafkajs from 'kafkajs';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf, Transient } from '#libs/runtime/outcome.js';
import type { TopicPartition } from '../port.js';
import type { FrameSigning } from '../signing/frame-signing.js';
import { typeOf, within } from './client.js';
import { forbiddenText } from './reach/rights.js';
import { signatureHeader } from './wire/unreadable-batches.js';

/** Longer than all tries of the client together, while brokers are away or frozen, in milliseconds. */
const sendMsMax = 300_000;

/**
 * Sends the frames of one partition one after the other, each in a `send` of its own: kafkajs forgets messages of a `send` over several
 * partitions when a leader moves meanwhile. Different partitions have different senders and travel side by side.
 */
export class PartitionSender {
  readonly #producer: Producer;
  readonly #clock: Clock;
  readonly #at: TopicPartition;
  readonly #deadlineMs: number;
  /** Settles when the client is through with the previous frame, which may be after our deadline: a later frame must not overtake it. */
  #previous: Promise<unknown> = Promise.resolve();
  /** When the client was given the frame that it has in hand, on the monotonic clock. */
  #sendingSince: number | undefined;

  constructor(
    producer: Producer,
    clock: Clock,
    at: TopicPartition,
    deadlineMs: number,
    private readonly signing?: Pick<FrameSigning, 'sign'>,
  ) {
    this.#producer = producer;
    this.#clock = clock;
    this.#at = at;
    this.#deadlineMs = deadlineMs;
  }

  /** Why the client must have forgotten the frame that it has in hand: its own tries are over long before. */
  get stuck(): string | undefined {
    const { topic, partition } = this.#at;
    const sinceMs = this.#sendingSince === undefined ? 0 : this.#clock.monotonic() - this.#sendingSince;
    return sinceMs > sendMsMax ? `a frame of ${topic}/${partition} has been with the Kafka client for ${sinceMs} ms` : undefined;
  }

  /** `check` runs when it is this frame's turn, before it is sent. */
  append(bytes: Buffer, check: () => Promise<void>): Promise<number> {
    const { topic, partition } = this.#at;
    const overAt = this.#clock.monotonic() + this.#deadlineMs;
    const sent = this.#previous.then(async () => {
      await check();
      if (this.#clock.monotonic() >= overAt) throw new Transient(`no time was left to send a frame to ${topic}/${partition}`);
      this.#sendingSince = this.#clock.monotonic();
      return this.#send(bytes).finally(() => (this.#sendingSince = undefined));
    });
    this.#previous = sent.catch(() => {});
    return within(this.#clock, this.#deadlineMs, `append to ${topic}/${partition}`, sent);
  }

  async #send(bytes: Buffer): Promise<number> {
    const { topic, partition } = this.#at;
    const signature = this.signing?.sign(this.#at, bytes);
    const answers = await this.#producer
      .send({
        topic,
        acks: -1,
        timeout: this.#deadlineMs,
        compression: kafkajs.CompressionTypes.ZSTD,
        messages: [{ partition, value: bytes, ...(signature && { headers: { [signatureHeader]: signature } }) }],
      })
      .catch((cause: unknown) => {
        throw refused(cause) ?? new Transient(`append to ${topic}/${partition}: ${whyNot(cause, this.#at)}`, { cause });
      });
    return offsetIn(answers, this.#at);
  }
}

/** A bare resolve of `send` proves nothing: the answer must name our partition and an offset. */
export function offsetIn(answers: readonly RecordMetadata[], { topic, partition }: TopicPartition): number {
  const answer = answers.find((one) => one.topicName === topic && one.partition === partition);
  const offset = Number(answer?.baseOffset ?? -1);
  if (!answer || answer.errorCode !== 0 || !Number.isSafeInteger(offset) || offset < 0)
    throw new Transient(`Kafka did not confirm a frame of ${topic}/${partition}: it may or may not be in the log`);
  return offset;
}

/** What no second try will change: batches that the topic does not take. */
const tooLarge: ReadonlySet<string> = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE']);

function refused(cause: unknown): Error | undefined {
  return tooLarge.has(typeOf(cause))
    ? new RangeError(
        `Kafka refused a frame as too large: raise max.message.bytes of the topic, and segment.bytes where it is less (${messageOf(cause)})`,
        { cause },
      )
    : undefined;
}

/** What an operator mends at the topic or the brokers, by what a broker answers; senders are told to come again meanwhile. */
const remedies: ReadonlyMap<string, string> = new Map([
  ['INVALID_RECORD', 'frames have no key, which a topic with cleanup.policy=compact does not take: set it to delete'],
  [
    'INVALID_TIMESTAMP',
    'the topic takes the clock of this machine for wrong: set message.timestamp.type=LogAppendTime, and see to the clock',
  ],
  ['UNSUPPORTED_COMPRESSION_TYPE', 'the brokers do not take zstd, which Apache Kafka has since 2.1'],
]);

function whyNot(cause: unknown, { topic }: TopicPartition): string {
  const remedy = remedies.get(typeOf(cause));
  return remedy ? `${messageOf(cause)}: ${remedy}` : forbiddenText(cause, `write ${topic}`);
}
