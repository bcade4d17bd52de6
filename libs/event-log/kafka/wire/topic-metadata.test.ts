import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { tellTopicsApart } from './topic-metadata.js';

tellTopicsApart();
const load = createRequire(import.meta.url);
const api: Api = load('kafkajs/src/protocol/requests/metadata');
const { prototype }: { prototype: object } = load('kafkajs/src/cluster');

/** As brokers answer: what is wrong with a topic, and who leads each of its partitions. */
const answer = (...topics: readonly (readonly [string, number, readonly number[]])[]) => ({
  topicMetadata: topics.map(([topic, topicErrorCode, leaders]) => ({
    topic,
    topicErrorCode,
    partitionMetadata: leaders.map((leader, partitionId) => ({ partitionErrorCode: leader < 0 ? 5 : 0, partitionId, leader })),
  })),
});
const parsed = (data: unknown) => api.protocol({ version: 6 })({ topics: [] }).response.parse(data);
const clusterWith = (metadata: unknown) =>
  Object.assign(Object.create(prototype), { brokerPool: { metadata }, findBroker: async () => broker }) as Cluster;
const broker = {
  listOffsets: async ({
    topics,
  }: {
    readonly topics: readonly { readonly topic: string; readonly partitions: readonly unknown[] }[];
  }) => ({
    responses: topics,
  }),
};

describe('what brokers say of topics', () => {
  it('is of each by itself: one that is not there, or not to be seen, is refused to whoever wants it and to nobody else', async () => {
    const metadata = await parsed(answer(['there', 0, [1, 2]], ['deleted', 3, []], ['taken', 29, []]));
    const cluster = clusterWith(metadata);
    expect(cluster.findTopicPartitionMetadata('there')).toHaveLength(2);
    expect(() => cluster.findTopicPartitionMetadata('deleted')).toThrow(/topic-partition: deleted$/);
    expect(() => cluster.findTopicPartitionMetadata('taken')).toThrow(
      expect.objectContaining({ type: 'TOPIC_AUTHORIZATION_FAILED' }),
    );
    expect(cluster.findTopicPartitionMetadata('never asked for')).toEqual([]);
  });

  it('is of each partition by itself: one that nobody leads has no leader, and the others have theirs', async () => {
    const cluster = clusterWith(await parsed(answer(['others', 0, [-1]], ['ours', 0, [1, -1]])));
    expect(cluster.findLeaderForPartitions('ours', [0])).toEqual({ 1: [0] });
    expect(() => cluster.findLeaderForPartitions('ours', [0, 1])).toThrow(/no leader.*ours\/1$/);
    const asked = (topic: string, ...partitions: readonly number[]) =>
      cluster.fetchTopicsOffset([{ topic, fromBeginning: true, partitions: partitions.map((partition) => ({ partition })) }]);
    expect(await asked('ours', 0, 1)).toMatchObject([{ topic: 'ours', partitions: [{ partition: 0 }] }]);
    await expect(asked('others', 0)).rejects.toThrow(/no leader/);
  });

  it('is an error where a broker is not sure of a topic', async () => {
    await expect(parsed(answer(['new', 5, []]))).rejects.toThrow(/no leader/);
  });
});

interface Api {
  protocol(of: {
    readonly version: number;
  }): (options: unknown) => { readonly response: { parse(data: unknown): Promise<unknown> } };
}
interface Cluster {
  findTopicPartitionMetadata(topic: string): readonly unknown[];
  findLeaderForPartitions(topic: string, partitions: readonly number[]): unknown;
  fetchTopicsOffset(asked: unknown): Promise<unknown>;
}
