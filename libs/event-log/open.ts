import { join } from 'node:path';
import { topics } from '#libs/contracts/topics.js';
import type { Clock } from '#libs/runtime/clock.js';
import { type CommonConfig, ConfigError } from '#libs/runtime/config.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { openEmbeddedLog } from './embedded/embedded-log.js';
import { type KafkaOptions, openKafkaLog } from './kafka/kafka-log.js';
import { embeddedPartitions } from './limits.js';
import type { EventLog } from './port.js';

export interface OpenTools {
  /** Named to the brokers, so that an operator sees who is who. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics?: Metrics;
}

/** The log that the configuration asks for: Kafka where brokers are named, else the embedded one below the data folder. */
export async function openEventLog(config: CommonConfig, tools: OpenTools): Promise<EventLog> {
  if (config.KAFKA_BROKERS) return openKafkaLog(kafkaOptions(config, config.KAFKA_BROKERS, tools));
  const { clock, logger: log, metrics } = tools;
  const partitions = Object.fromEntries(Object.values(topics).map((topic) => [topic, embeddedPartitions]));
  return openEmbeddedLog({
    directory: join(config.VIGIE_DATA_DIR, 'log'),
    topics: partitions,
    clock,
    log,
    ...(metrics && { metrics }),
  });
}

/** How to reach the brokers. Throws `ConfigError` for a half-given credential. */
export function kafkaOptions(
  config: CommonConfig,
  brokers: readonly string[],
  { name, clock, logger, metrics }: OpenTools,
): KafkaOptions {
  const sasl = saslOf(config);
  const ssl = tlsOf(config);
  return {
    brokers,
    clientId: `vigie-${name}`,
    clock,
    log: logger,
    ...(metrics && { metrics }),
    ...(sasl && { sasl }),
    ...(ssl && { ssl }),
  };
}

function saslOf(config: CommonConfig): KafkaOptions['sasl'] {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_SASL_USERNAME: username, KAFKA_SASL_PASSWORD: password } = config;
  if (!mechanism && !username && !password) return undefined;
  if (!mechanism || !username || !password)
    throw new ConfigError('KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD must be given together');
  return { mechanism, username, password };
}

/** The authority's certificate is PEM text, usually given as `KAFKA_TLS_CA_FILE`; without one the system's authorities count. */
function tlsOf({ KAFKA_TLS: wanted, KAFKA_TLS_CA: authority }: CommonConfig): KafkaOptions['ssl'] {
  if (!wanted) return undefined;
  return authority ? { ca: [authority] } : true;
}
