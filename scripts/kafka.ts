/** `npm run kafka -- [--brokers 3] [--port 9092] [--keep DIRECTORY]`: a real Apache Kafka on loopback, until Ctrl-C. */
import { once } from 'node:events';
import { Command, InvalidArgumentError } from 'commander';
import { KafkaCluster } from '#libs/testkit/kafka/kafka-cluster.js';
import { stopSignal } from '#libs/testkit/stop-signal.js';

const command = new Command('npm run kafka --')
  .description(
    'Starts a real Apache Kafka (KRaft) on this machine, for tests and trials. Needs Java 17+, and Maven the first time.',
  )
  .option('--brokers <count>', 'number of brokers, one JVM each', integer, 1)
  .option('--port <port>', 'port of the first broker; each broker takes two', integer, 9092)
  .option('--keep <directory>', 'keep the data in this directory between runs')
  .parse();
const { brokers, port, keep }: { brokers: number; port: number; keep?: string } = command.opts();

const stopped = stopSignal();
try {
  const cluster = await KafkaCluster.start({
    brokers,
    portBase: port,
    onProgress: (message) => process.stderr.write(`kafka: ${message}\n`),
    ...(keep === undefined ? {} : { directory: keep }),
  });
  process.stdout.write(`KAFKA_BROKERS=${cluster.brokers.join(',')}\n`);
  process.stderr.write('kafka: ready; Ctrl-C stops it\n');
  if (!stopped.aborted) await once(stopped, 'abort');
  process.stderr.write('kafka: stopping\n');
  await cluster.stop();
} catch (cause) {
  process.stderr.write(`kafka: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  process.exitCode = 1;
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535)
    throw new InvalidArgumentError('a whole number from 1 on is needed');
  return value;
}
