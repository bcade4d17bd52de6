import { describe, expect, it } from '@jest/globals';
import kafkajs, { type Producer, type RecordMetadata } from 'kafkajs';
import { Transient } from '#libs/runtime/outcome.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { PartitionSender } from './partition-sender.js';

const at = { topic: 'accesses', partition: 0 };

describe('frames of one partition', () => {
  it('a frame that the client never answers for is refused in time, holds back the next, and is told once no try can be left', async () => {
    const clock = new FakeClock();
    const answer = Promise.withResolvers<RecordMetadata[]>();
    const sender = new PartitionSender({ send: () => answer.promise } as unknown as Producer, clock, at, 15_000);
    const outcomes = Promise.allSettled([sender.append(Buffer.from('a'), none), sender.append(Buffer.from('b'), none)]);
    await clock.advance(16_000);
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(Transient) });
    expect(sender.stuck).toBeUndefined();
    await clock.advance(300_000);
    expect(sender.stuck).toMatch(/accesses\/0 has been with the Kafka client for 316000 ms/);
    answer.resolve([{ topicName: 'accesses', partition: 0, errorCode: 0, baseOffset: '7' }]);
    await clock.advance(0);
    expect(sender.stuck).toBeUndefined();
    expect(await sender.append(Buffer.from('c'), none)).toBe(7);
  });

  it.each([
    ['MESSAGE_TOO_LARGE', RangeError, /raise max\.message\.bytes of the topic/],
    ['RECORD_LIST_TOO_LARGE', RangeError, /and segment\.bytes where it is less/],
    ['INVALID_RECORD', Transient, /append to accesses\/0: refused: .*cleanup\.policy=compact does not take: set it to delete/],
    ['INVALID_TIMESTAMP', Transient, /set message\.timestamp\.type=LogAppendTime/],
    ['UNSUPPORTED_COMPRESSION_TYPE', Transient, /do not take zstd/],
    ['TOPIC_AUTHORIZATION_FAILED', Transient, /lacks a right to write accesses; 'vigie topics grant'/],
    ['NOT_ENOUGH_REPLICAS', Transient, /^append to accesses\/0: refused$/],
  ])('that the brokers refuse with %s say what to do', async (type, kind, text) => {
    const send = async () => {
      throw new kafkajs.KafkaJSProtocolError({
        name: 'KafkaJSProtocolError',
        message: 'refused',
        type,
        retriable: false,
      } as never);
    };
    const sender = new PartitionSender({ send } as unknown as Producer, new FakeClock(), at, 15_000);
    const refusal = await sender.append(Buffer.from('a'), none).catch((cause: unknown) => cause);
    expect(refusal).toBeInstanceOf(kind);
    expect(refusal).toMatchObject({ message: expect.stringMatching(text) });
  });
});

async function none(): Promise<void> {}
