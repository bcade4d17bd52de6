import type { Clock } from '#libs/runtime/clock.js';
import type { EventLog } from '../port.js';
export async function openKafkaLog(options: {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly clock: Clock;
}): Promise<EventLog> {
  throw new Error(`no Kafka adapter yet for ${options.clientId}`);
}
