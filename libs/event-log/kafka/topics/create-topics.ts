import { type ITopicConfig } from 'kafkajs';
import { Transient } from '#libs/runtime/outcome.js';
import { systemRandom } from '#libs/runtime/random.js';
import { retry } from '#libs/runtime/retry.js';
import { type KafkaOptions, questionMsMax, within } from '../client.js';
import { withAdmin } from './admin.js';
import { messageBytesMax, retentionMsDefault, retentionSettings } from './topic-needs.js';

export const kafkaPartitionsDefault = 12;
const replicationDefault = 3;
const createMsMax = 60_000;
const aboutAMinute = { firstWaitMs: 100, waitMsMax: 5000, attemptsMax: 20 };

export interface TopicSettings {
  readonly partitions?: number;
  readonly replicationFactor?: number;
  readonly config?: Readonly<Record<string, string>>;
}

export interface TopicOutcome {
  readonly topic: string;
  readonly made: boolean;
  readonly partitions: number;
}

/**
 * Makes topics that are missing; leaves the others as they are. Rejects when one exists with another number of partitions: accounts would
 * change their partition. By default 12 partitions on three replicas (fewer when there are fewer brokers), of which two must have a frame
 * before it is acknowledged; frames stay compressed as the producer sent them.
 */
export async function createTopics(
  options: KafkaOptions,
  topics: Readonly<Record<string, TopicSettings>>,
): Promise<readonly TopicOutcome[]> {
  const { clock, prefix = '' } = options;
  return withAdmin(options, async (admin) => {
    const { brokers } = await within(clock, questionMsMax, 'list of brokers', admin.describeCluster());
    const known = new Set(await within(clock, questionMsMax, 'list of topics', admin.listTopics()));
    const missing = Object.entries(topics).filter(([topic]) => !known.has(prefix + topic));
    const configs = missing.map(([topic, settings]) => topicConfig(prefix + topic, settings, brokers.length));
    if (configs.length > 0) {
      const made = admin.createTopics({ topics: configs, waitForLeaders: false, timeout: createMsMax });
      await within(clock, createMsMax, 'creation of topics', made);
    }
    const names = Object.keys(topics).map((topic) => prefix + topic);
    const question = async () => {
      const answer = await within(clock, questionMsMax, 'list of partitions', admin.fetchTopicMetadata({ topics: names }));
      const leaderless = answer.topics.find(({ partitions }) => partitions.some(({ leader }) => leader < 0));
      const unheardOf = names.find((wanted) => answer.topics.every(({ name }) => name !== wanted));
      if (unheardOf !== undefined) throw new Transient(`the broker that was asked has not heard of topic ${unheardOf} yet`);
      if (leaderless) throw new Transient(`topic ${leaderless.name} has partitions without a leader`);
      return answer;
    };
    // A broker that has not heard of a new topic yet says that there is none, for as long as it is busy.
    const { topics: now } = await retry(question, aboutAMinute, { clock, random: systemRandom });
    return now.map(({ name, partitions }) =>
      outcome(name, partitions.length, topics[name.slice(prefix.length)] ?? {}, !known.has(name)),
    );
  });
}

function topicConfig(topic: string, { partitions, replicationFactor, config }: TopicSettings, brokers: number): ITopicConfig {
  const replicas = replicationFactor ?? Math.min(replicationDefault, brokers);
  const entries = {
    'min.insync.replicas': String(Math.max(1, replicas - 1)),
    'max.message.bytes': String(messageBytesMax),
    'compression.type': 'producer',
    // The broker's clock and not the producer's: it bounds how far a frame can move event time.
    'message.timestamp.type': 'LogAppendTime',
    'unclean.leader.election.enable': 'false',
    ...retentionSettings(topic, { retentionMs: retentionMsDefault }, partitions ?? kafkaPartitionsDefault),
    ...config,
  };
  return {
    topic,
    numPartitions: partitions ?? kafkaPartitionsDefault,
    replicationFactor: replicas,
    configEntries: Object.entries(entries).map(([name, value]) => ({ name, value })),
  };
}

function outcome(topic: string, partitions: number, { partitions: wanted }: TopicSettings, made: boolean): TopicOutcome {
  if (wanted !== undefined && wanted !== partitions)
    throw new Error(
      `topic ${topic} has ${partitions} partitions and cannot have ${wanted}: accounts would change their partition`,
    );
  return { topic, made, partitions };
}
