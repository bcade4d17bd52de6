import { join } from 'node:path';
import type { KafkaSecurity } from '../granted/compose-kafka.js';

export interface KafkaClusterOptions {
  /** 1, or 3 to see leaders change. */
  readonly brokers: number;
  /** Broker `i` (from 0) answers clients on `portBase + 2 i` of loopback, controllers on the port above. */
  readonly portBase: number;
  /**
   * The controller is a process of its own, so that it outlives brokers: with one in each broker, two that are gone take the majority with
   * them, and no set of in-sync replicas ever changes.
   */
  readonly controllerApart?: boolean;
  /** Keeps the data between runs; without it a temporary directory is used and removed. */
  readonly directory?: string;
  /** Who is let in, and what they may do; without it everybody, and everything. */
  readonly security?: KafkaSecurity;
  readonly onProgress?: (message: string) => void;
}

/** Brokers are numbered from 1, as Kafka's metadata shows them. */
export function brokerIds({ brokers }: KafkaClusterOptions): readonly number[] {
  return Array.from({ length: brokers }, (_, index) => index + 1);
}

/** Every process: the brokers, and after them the controller where it is apart. */
export function processIds(options: KafkaClusterOptions): readonly number[] {
  return options.controllerApart ? [...brokerIds(options), options.brokers + 1] : brokerIds(options);
}

/** Of a broker for its clients; a controller answers on the port above. */
export function portOf({ portBase }: KafkaClusterOptions, id: number): number {
  return portBase + 2 * (id - 1);
}

function controllersOf(options: KafkaClusterOptions): readonly number[] {
  return options.controllerApart ? [options.brokers + 1] : brokerIds(options);
}

/** What one process does. */
export function rolesOf(options: KafkaClusterOptions, id: number): readonly ('broker' | 'controller')[] {
  if (!options.controllerApart) return ['broker', 'controller'];
  return brokerIds(options).includes(id) ? ['broker'] : ['controller'];
}

/** The file of properties of one process, whose data lie in the directory of the cluster. */
export function propertiesOf(options: KafkaClusterOptions, directory: string, id: number): string {
  const protocol = options.security ? 'SASL_PLAINTEXT' : 'PLAINTEXT';
  const replicas = Math.min(3, options.brokers);
  const voters = controllersOf(options).map((voter) => `${voter}@127.0.0.1:${portOf(options, voter) + 1}`);
  const roles = rolesOf(options, id);
  const listeners = {
    broker: `PLAINTEXT://127.0.0.1:${portOf(options, id)}`,
    controller: `CONTROLLER://127.0.0.1:${portOf(options, id) + 1}`,
  };
  return Object.entries({
    'process.roles': roles.join(','),
    'node.id': id,
    'controller.quorum.voters': voters.join(','),
    listeners: roles.map((role) => listeners[role]).join(','),
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': `PLAINTEXT:${protocol},CONTROLLER:${protocol}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    ...options.security?.properties,
    'log.dirs': join(directory, `broker-${id}`),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': replicas,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    // A killed broker is noticed after 3 s instead of 9.
    'broker.session.timeout.ms': 3000,
    'broker.heartbeat.interval.ms': 500,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
