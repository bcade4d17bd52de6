import { join } from 'node:path';
import { topics } from '#libs/contracts/topics.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { CommonConfig } from '#libs/runtime/config.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { openEmbeddedLog } from './embedded/embedded-log.js';
import type { EventLog } from './port.js';

/** Partitions of each topic on one machine: enough for several instances on a few cores, few enough that idle ones cost nothing. */
const embeddedPartitions = 4;

export interface OpenTools {
  /** Named to the brokers, so that an operator sees who is who. */
  readonly name: string;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics?: Metrics;
}

/** The log that the configuration asks for: Kafka where brokers are named, else the embedded one below the data folder. */
export async function openEventLog(config: CommonConfig, { name, clock, logger, metrics }: OpenTools): Promise<EventLog> {
  const tools = { clock, log: logger, ...(metrics ? { metrics } : {}) };
  if (!config.KAFKA_BROKERS) {
    const partitions = Object.fromEntries(Object.values(topics).map((topic) => [topic, embeddedPartitions]));
    return openEmbeddedLog({ directory: join(config.VIGIE_DATA_DIR, 'log'), topics: partitions, ...tools });
  }
  throw new Error(`Kafka for ${name}`);
}
