import { describe, expect, it } from '@jest/globals';
import type { Producer, RecordMetadata } from 'kafkajs';
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
});

async function none(): Promise<void> {}
