import type { CommonConfig } from '#libs/runtime/config.js';
import { systemRandom } from '#libs/runtime/random.js';

/**
 * The name of a group that one process is alone in, and so reads all of a topic. Brokers forget a group that nobody is in, so that there chance may tell processes apart; the embedded log
 * does not, and there it is the port, and the number of the process where several run: each takes the place of the one that was there before.
 */
export function ownGroup(
  prefix: string,
  {
    KAFKA_BROKERS: brokers,
    VIGIE_PORT_BASE: base,
    VIGIE_WORKER: worker,
  }: Pick<CommonConfig, 'KAFKA_BROKERS' | 'VIGIE_PORT_BASE' | 'VIGIE_WORKER'>,
): string {
  if (brokers) return `${prefix}-${Math.floor(systemRandom() * 2 ** 48).toString(16)}`;
  return worker && worker.number > 1 ? `${prefix}-${base}.${worker.number}` : `${prefix}-${base}`;
}
