import { createRequire } from 'node:module';
import { isError } from '#libs/runtime/outcome.js';

/** UNKNOWN_TOPIC_OR_PARTITION and TOPIC_AUTHORIZATION_FAILED, which a broker says of one topic among others. */
const refusals: ReadonlySet<number> = new Set([3, 29]);

interface Partition {
  readonly partitionErrorCode: number;
  readonly partitionId: number;
  readonly leader: number;
}
interface Topic {
  readonly topicErrorCode: number;
  readonly topic: string;
  readonly partitionMetadata: readonly Partition[];
}
interface Metadata {
  readonly topicMetadata: readonly Topic[];
  /** Why topics that were asked for are not among them; kept by `tellTopicsApart`. */
  readonly refused?: ReadonlyMap<string, unknown>;
}
type Parse = (data: Metadata) => Promise<Metadata>;
interface Api {
  protocol(of: { readonly version: number }): (options: unknown) => { readonly response: { readonly parse: Parse } };
  apart?: true;
}
interface Cluster {
  readonly brokerPool: { readonly metadata: Metadata | null };
  findTopicPartitionMetadata(topic: string): readonly Partition[];
  findLeaderForPartitions(topic: string, partitions: readonly (number | string)[]): Readonly<Record<string, readonly number[]>>;
  fetchTopicsOffset(asked: readonly AskedOffsets[]): Promise<unknown>;
}
interface AskedOffsets {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number }[];
}

/**
 * Brokers say of each topic and partition by itself whether it is there and who leads it. kafkajs fails over the first that is not: one topic that was deleted, or taken from a principal,
 * ended appends to all others that it had ever been asked for (its issue 1622), and one partition of anybody's topic that no broker leads hid the list of all topics of the cluster. Here such
 * a topic is left out of the answer and refused to whoever wants it, and such a partition has no leader for whoever wants that.
 */
export function tellTopicsApart(): void {
  const load = createRequire(import.meta.url);
  const api: Api = load('kafkajs/src/protocol/requests/metadata');
  const { prototype: cluster }: { prototype: Cluster } = load('kafkajs/src/cluster');
  const { createErrorFromCode } = load('kafkajs/src/protocol/error') as { createErrorFromCode(code: number): Error };
  if (api.apart) return;
  const { protocol } = api;
  api.protocol = ({ version }) => {
    const askedWith = protocol({ version });
    return (options) => {
      const asked = askedWith(options);
      return { ...asked, response: { ...asked.response, parse: (data) => parseApart(data, asked.response.parse) } };
    };
  };
  const { findTopicPartitionMetadata, findLeaderForPartitions, fetchTopicsOffset } = cluster;
  cluster.findTopicPartitionMetadata = function partitionsOrRefusal(topic) {
    const refusal = this.brokerPool.metadata?.refused?.get(topic);
    if (refusal !== undefined) throw refusal;
    return findTopicPartitionMetadata.call(this, topic);
  };
  cluster.findLeaderForPartitions = function leadersOrError(topic, partitions) {
    const { '-1': led, ...leaders } = findLeaderForPartitions.call(this, topic, partitions);
    if (led) throw named(createErrorFromCode(5), `${topic}/${led.join(', ')}`);
    return leaders;
  };
  // Offsets of those that are led; of a topic of which none is, the error.
  cluster.fetchTopicsOffset = function offsetsOfLed(asked) {
    const led = asked.map(({ topic, partitions, ...rest }) => {
      const unled = this.findTopicPartitionMetadata(topic).flatMap(({ leader, partitionId }) => (leader < 0 ? partitionId : []));
      const there = partitions.filter(({ partition }) => !unled.includes(partition));
      return { topic, ...rest, partitions: there.length > 0 ? there : partitions };
    });
    return fetchTopicsOffset.call(this, led);
  };
  api.apart = true;
}

async function parseApart(data: Metadata, parse: Parse): Promise<Metadata> {
  const refused = new Map<string, unknown>();
  for (const topic of data.topicMetadata.filter(({ topicErrorCode }) => refusals.has(topicErrorCode)))
    await parse({ topicMetadata: [topic] }).catch((cause: unknown) => refused.set(topic.topic, named(cause, topic.topic)));
  const there = data.topicMetadata.filter(({ topic }) => !refused.has(topic));
  const topicMetadata = there.map((topic) => ({ ...topic, partitionMetadata: topic.partitionMetadata.map(withoutError) }));
  return { ...(await parse({ ...data, topicMetadata })), refused };
}

/** That nobody leads it is what its leader says. */
function withoutError(partition: Partition): Partition {
  return { ...partition, partitionErrorCode: 0 };
}

function named<T>(cause: T, what: string): T {
  if (isError(cause)) cause.message = `${cause.message}: ${what}`;
  return cause;
}
