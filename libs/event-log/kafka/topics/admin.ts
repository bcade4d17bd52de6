// topics/: the topics of Vigie in Kafka: made, described, altered, and what they need to be.
// Everything here is asked by a person or a job; services only read whether topics are there.

import kafkajs, { type Admin } from 'kafkajs';
import { Transient } from '#libs/runtime/outcome.js';
import { kafkaClient, type KafkaOptions, questionMsMax, within } from '../client.js';

/** A topic as the brokers have it. */
export interface TopicFacts {
  readonly topic: string;
  readonly partitions: number;
  /** Replicas of the partition that has the fewest. */
  readonly copies: number;
  /** Every setting that counts for it, whoever made it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Names of the settings that were made for this topic: the rest are the brokers' own. */
  readonly own: readonly string[];
}

/** Lends an administrator's connection. Rejects with `Transient` when no broker answers, and says what to look at when one hangs up at once. */
export async function withAdmin<T>(options: KafkaOptions, use: (admin: Admin) => Promise<T>): Promise<T> {
  const admin = kafkaClient(options).admin();
  const { clock } = options;
  await within(clock, questionMsMax, `connection to ${options.brokers.join(', ')}`, admin.connect());
  try {
    return await use(admin);
  } catch (cause) {
    // So ends a client that speaks without TLS or without a name where brokers ask for them.
    if (!(cause instanceof Transient) || !cause.message.endsWith('Closed connection')) throw cause;
    throw new Transient(
      `Kafka at ${options.brokers.join(', ')} closes the connection: see that KAFKA_TLS and KAFKA_SASL_MECHANISM, _USERNAME and _PASSWORD are what its listener asks for`,
      { cause },
    );
  } finally {
    await within(clock, questionMsMax, 'disconnection', admin.disconnect());
  }
}

/** Those of the topics that are there. */
export async function describeTopics(options: KafkaOptions, names: readonly string[]): Promise<readonly TopicFacts[]> {
  return withAdmin(options, (admin) => factsOf(admin, options, names));
}

/** `describeTopics` over a connection that is there. */
export async function factsOf(
  admin: Admin,
  { clock, prefix = '' }: KafkaOptions,
  names: readonly string[],
): Promise<readonly TopicFacts[]> {
  const known = new Set(await within(clock, questionMsMax, 'list of topics', admin.listTopics()));
  const there = names.map((name) => prefix + name).filter((name) => known.has(name));
  if (there.length === 0) return [];
  const metadata = await within(clock, questionMsMax, 'list of partitions', admin.fetchTopicMetadata({ topics: there }));
  const resources = there.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name }));
  const asked = admin.describeConfigs({ resources, includeSynonyms: false });
  const described = await within(clock, questionMsMax, 'settings of topics', asked);
  return metadata.topics.map(({ name, partitions }) => {
    const entries = described.resources.find(({ resourceName }) => resourceName === name)?.configEntries ?? [];
    return {
      topic: name.slice(prefix.length),
      partitions: partitions.length,
      copies: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      settings: Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue])),
      own: entries.filter(isOwn).map(({ configName }) => configName),
    };
  });
}

/** Of the sources that Kafka names, 1 is a setting of the topic itself. */
function isOwn({ isDefault, configSource }: { readonly isDefault: boolean; readonly configSource: number }): boolean {
  return !isDefault && configSource === 1;
}
