import { describe, expect, it } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { Transient } from '#libs/runtime/outcome.js';
import { isRetriable, within } from './client.js';
import { Offsets } from './offsets.js';

const at = { topic: 'vigie.incidents.v1', partition: 3 };

describe('where a member begins to read', () => {
  it('is what is committed, although the member before it reads and commits frames that come in meanwhile', async () => {
    const log = brokers({ low: 0, high: 218, committed: 218 });
    expect(await log.offsets.startOf(at, 'committed')).toBe(219);
  });

  it('is refused where frames that were committed are gone, or were never there', async () => {
    const gone = brokers({ low: 10, high: 218, committed: 5, moves: false });
    await expect(gone.offsets.startOf(at, 'committed')).rejects.toThrow(/from offset 5, but Kafka holds 10 to 218/);
    const anew = brokers({ low: 0, high: 2, committed: 219, moves: false });
    await expect(anew.offsets.startOf(at, 'committed')).rejects.toThrow(/from offset 219, but Kafka holds 0 to 2/);
  });

  it('is refused where the offset that was committed is of another topic of the same name, however far this one has grown', async () => {
    const [before, now] = ['b'.repeat(22), 'n'.repeat(22)];
    const { offsets } = brokers({ low: 0, high: 900, committed: 219, moves: false, metadata: `topic=${before}` });
    expect(await offsets.startOf(at, 'committed', before)).toBe(219);
    await expect(offsets.startOf(at, 'committed', now)).rejects.toMatchObject({
      missing: { wanted: 219, start: 0, end: 900, anew: true },
    });
    // Older brokers, and older commits, do not say which topic it was.
    expect(await offsets.startOf(at, 'committed')).toBe(219);
    const unsaid = brokers({ low: 0, high: 900, committed: 219, moves: false });
    expect(await unsaid.offsets.startOf(at, 'committed', now)).toBe(219);
  });

  it('is the oldest frame where nothing was committed', async () => {
    expect(await brokers({ low: 7, high: 9, committed: -1, moves: false }).offsets.startOf(at, 'committed')).toBe(7);
  });
});

describe('a coordinator that no broker names in time', () => {
  it('is asked for again: its client says the same of brokers that are merely slow', () => {
    const cause = Object.assign(new Error('Failed to find group coordinator'), {
      name: 'KafkaJSGroupCoordinatorNotFound',
      retriable: false,
    });
    expect([isRetriable(cause), isRetriable(new Error('a consumer broke down', { cause }))]).toEqual([true, true]);
  });
});

describe('an answer that the client stumbles over', () => {
  it('is asked for again, whatever was asked: topics move, and brokers are slow', async () => {
    const stumbles = Promise.reject(new TypeError("Cannot read properties of null (reading 'topicMetadata')"));
    await expect(within(new FakeClock(), 1000, 'partitions of a topic', stumbles)).rejects.toThrow(Transient);
  });
});

/** Brokers over whose partition another member reads on: with every answer one frame more is there and committed. */
function brokers({
  low,
  high,
  committed,
  moves = true,
  metadata = null,
}: {
  low: number;
  high: number;
  committed: number;
  moves?: boolean;
  metadata?: string | null;
}) {
  let step = 0;
  const another = () => (step += moves ? 1 : 0);
  const admin = {
    fetchTopicOffsets: async () => {
      const end = String(high + step);
      another();
      return [{ partition: at.partition, low: String(low), high: end, offset: end }];
    },
    fetchOffsets: async () => {
      another();
      return [{ topic: at.topic, partitions: [{ partition: at.partition, offset: String(committed + step), metadata }] }];
    },
  } as unknown as Admin;
  return { offsets: new Offsets(admin, new FakeClock(), 'vigie-notifier.owners') };
}
