import { kafkaContainer, whyNoContainers } from '../containers.js';
import { KafkaCluster } from './kafka-cluster.js';
import { whyNoKafka } from './kafka-jars.js';
import { onceInRun, runFolder } from '../run-wide.js';

type Environment = Readonly<Record<string, string | undefined>>;

export interface KafkaForTests {
  readonly brokers: readonly string[];
  stop(): Promise<void>;
}

/**
 * Why tests on a real Kafka cannot run here, printed; undefined when they can. Under `CI=true` that is an error and no reason to skip.
 * `KAFKA_BROKERS` names a cluster to use; else one is started: in a container where a runtime answers, else from Kafka's jars.
 */
export async function whyNoKafkaTests(env: Environment): Promise<string | undefined> {
  if (env['KAFKA_BROKERS']) return undefined;
  const noJars = await whyNoKafka();
  if (noJars === undefined) return undefined;
  const noContainers = await whyNoContainers();
  if (noContainers === undefined) return undefined;
  const reason = `${noContainers}; ${noJars}`;
  if (env['CI'] === 'true') throw new Error(`tests on a real Kafka must run here: ${reason}`);
  process.stderr.write(`tests on a real Kafka are skipped: ${reason}\n`);
  return reason;
}

/**
 * One broker, for all test files of a run that are content with topics and groups of their own names. `VIGIE_TEST_KAFKA=container` or `jars`
 * chooses, and what was chosen and cannot be had is an error. Without a choice a container that does not start, for want of its image perhaps, is told
 * and the jars are taken.
 */
export async function kafkaForTests(env: Environment, portBase: number): Promise<KafkaForTests> {
  const given = env['KAFKA_BROKERS'];
  if (given) return { brokers: given.split(','), stop: async () => {} };
  const choice = env['VIGIE_TEST_KAFKA'] ?? '';
  if (!['', 'container', 'jars'].includes(choice)) throw new Error(`VIGIE_TEST_KAFKA: "${choice}" is neither container nor jars`);
  if (choice === 'container') return inContainer(env, portBase);
  if (choice === 'jars' || (await whyNoContainers()) !== undefined) return ofJars(portBase);
  try {
    return await inContainer(env, portBase);
  } catch (cause) {
    process.stderr.write(`Kafka does not start in a container, its jars are taken: ${String(cause)}\n`);
    return ofJars(portBase);
  }
}

async function ofJars(portBase: number): Promise<KafkaForTests> {
  const folder = runFolder();
  if (folder === undefined) return KafkaCluster.start({ brokers: 1, portBase });
  const brokers = await onceInRun(folder, 'kafka', async () => {
    const cluster = await KafkaCluster.start({ brokers: 1, portBase });
    return { pids: cluster.pids, folders: [cluster.directory], value: cluster.brokers.join(',') };
  });
  return { brokers: brokers.split(','), stop: async () => {} };
}

async function inContainer(env: Environment, port: number): Promise<KafkaForTests> {
  const container = await kafkaContainer(port, env['VIGIE_TEST_KAFKA_IMAGE']);
  return { brokers: [`127.0.0.1:${port}`], stop: async () => void (await container.stop()) };
}
