import { KafkaCluster } from './kafka-cluster.js';
import { whyNoKafka } from './kafka-jars.js';

export interface KafkaForTests {
  readonly brokers: readonly string[];
  stop(): Promise<void>;
}

/**
 * Why tests on a real Kafka cannot run here, printed; undefined when they can. Under `CI=true` that is an error and no reason to skip.
 * `KAFKA_BROKERS` names a cluster to use; else one is started on this machine.
 */
export async function whyNoKafkaTests(env: Readonly<Record<string, string | undefined>>): Promise<string | undefined> {
  if (env['KAFKA_BROKERS']) return undefined;
  const reason = await whyNoKafka();
  if (reason === undefined) return undefined;
  if (env['CI'] === 'true') throw new Error(`tests on a real Kafka must run here: ${reason}`);
  process.stderr.write(`tests on a real Kafka are skipped: ${reason}\n`);
  return reason;
}

export async function kafkaForTests(env: Readonly<Record<string, string | undefined>>, portBase: number): Promise<KafkaForTests> {
  const given = env['KAFKA_BROKERS'];
  if (given) return { brokers: given.split(','), stop: async () => {} };
  return KafkaCluster.start({ brokers: 1, portBase });
}
