// workers/: several scorers and ingestors of one machine: how many, which ports they share, and where each answers.

import { embeddedPartitions } from '#libs/event-log/limits.js';
import { ConfigError } from '#libs/runtime/config.js';
import type { SeveralName } from '#libs/runtime/supervised/worker.js';
import type { CommandConfig } from '../../config.js';

/** What the machine is, for the number of processes that it serves. */
export interface Machine {
  /** Cores that this process may use. */
  readonly cores: number;
  readonly platform: NodeJS.Platform;
}

/** How many processes of each service run. */
export type Workers = Readonly<Record<SeveralName, number>>;

/** Systems that give connections to a shared port to one process after the other; elsewhere the last that came would have all of them, and Node refuses it. */
const sharingPlatforms: readonly NodeJS.Platform[] = ['linux', 'freebsd', 'sunos', 'aix'];

/**
 * As many as `VIGIE_WORKERS` says, or as the machine serves. Throws `ConfigError` for more scorers than the embedded log has partitions. Of Kafka nobody knows how many partitions a topic has
 * before the brokers answer: a scorer more than those stands by.
 */
export function workersOf(config: Pick<CommandConfig, 'VIGIE_WORKERS' | 'KAFKA_BROKERS'>, machine: Machine): Workers {
  const { VIGIE_WORKERS: wanted, KAFKA_BROKERS: brokers } = config;
  if (wanted !== undefined && !brokers && wanted > embeddedPartitions)
    throw new ConfigError(
      `VIGIE_WORKERS: ${wanted} scorers are more than the ${embeddedPartitions} partitions of the embedded log, and those beyond would have nothing to judge; give ${embeddedPartitions} at most, or Kafka with more partitions (KAFKA_BROKERS)`,
    );
  const count = wanted ?? servingOf(machine.cores);
  return { scorer: count, ingestor: sharingPlatforms.includes(machine.platform) ? count : 1 };
}

/** One of each for two cores: see docs/decisions/deployment.md. */
function servingOf(cores: number): number {
  return Math.max(1, Math.min(embeddedPartitions, Math.round(cores / 2)));
}
