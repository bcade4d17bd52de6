import { keptForEver, madeTopics } from '#libs/contracts/topics.js';
import { createTopics } from '#libs/event-log/kafka/create-topics.js';
import { kafkaOptions } from '#libs/event-log/open.js';
import { systemClock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { createLog } from '#libs/runtime/log.js';
import { readCommandConfig } from './config.js';

export interface CreateTopicsOptions {
  readonly partitions: number;
  /** Left out: three, or as many as there are brokers. */
  readonly replication?: number;
}

/** `vigie topics create`: the topics of Vigie in the Kafka of KAFKA_BROKERS, those that are missing. */
export async function createTopicsCommand({ partitions, replication }: CreateTopicsOptions): Promise<void> {
  const config = readCommandConfig();
  if (!config.KAFKA_BROKERS) throw new ConfigError('KAFKA_BROKERS names no broker; the embedded log makes its topics by itself');
  const settings = { partitions, ...(replication && { replicationFactor: replication }) };
  const options = kafkaOptions(config, config.KAFKA_BROKERS, {
    name: 'topics',
    clock: systemClock,
    logger: createLog('topics', 'warn'),
  });
  const settingsOf = (topic: string) => ({
    ...settings,
    ...(keptForEver.some((kept) => kept === topic) && { config: { 'retention.ms': '-1' } }),
  });
  const wanted = Object.fromEntries(madeTopics.map((topic) => [topic, settingsOf(topic)]));
  const outcomes = await createTopics(options, wanted);
  for (const { topic, made, partitions: count } of outcomes)
    process.stdout.write(`${topic}: ${made ? 'made' : 'was there already'}, ${count} partitions\n`);
}
