import { topics } from '#libs/contracts/topics.js';
import { ConfigError } from '#libs/runtime/config.js';
import { readCommandConfig } from './config.js';

/** `vigie topics create`: the topics of Vigie in the Kafka of KAFKA_BROKERS, those that are missing. */
export async function createTopicsCommand({
  partitions,
  replication,
}: {
  readonly partitions: number;
  readonly replication: number;
}): Promise<void> {
  const config = readCommandConfig();
  if (!config.KAFKA_BROKERS) throw new ConfigError('KAFKA_BROKERS names no broker; the embedded log makes its topics by itself');
  process.stdout.write(`${Object.values(topics).join(', ')}: ${partitions} partitions, ${replication} copies\n`);
}
