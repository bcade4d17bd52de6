import { createRequire } from 'node:module';
import { systemClock } from '#libs/runtime/clock.js';

/** So that a few may be late. */
export const heartbeatsPerSession = 6;

interface ConsumerGroup {
  readonly sessionTimeout: number;
  heartbeat(of: { readonly interval: number }): Promise<void>;
  fetch(nodeId: string): Promise<unknown>;
}
interface Connection {
  readonly requestQueue: { readonly inflight: ReadonlyMap<number, { sentAt: number | null }> };
  processData(bytes: Buffer): unknown;
}
interface Patched {
  long?: true;
}

/**
 * What was written while nobody read is fetched in answers of many megabytes, which take longer than a session over a slow line, from a slow disk, or under a quota. kafkajs beats for its
 * member between two fetches alone, so that the group shares its partitions anew meanwhile, and gives up an answer that is not there as a whole after ten seconds, to ask for the same again:
 * nothing was ever read then. Here it beats during a fetch, too, and a request runs out of time when nothing of any answer comes.
 */
export function allowLongFetches(): void {
  const load = createRequire(import.meta.url);
  const { prototype: group }: { prototype: ConsumerGroup & Patched } = load('kafkajs/src/consumer/consumerGroup');
  const { prototype: connection }: { prototype: Connection & Patched } = load('kafkajs/src/network/connection');
  if (group.long) return;
  const { fetch } = group;
  group.fetch = async function fetchAndBeat(nodeId) {
    const interval = Math.floor(this.sessionTimeout / heartbeatsPerSession);
    const refused = Promise.withResolvers<never>();
    const stop = systemClock.every(interval, () => void this.heartbeat({ interval }).catch(refused.reject));
    try {
      return await Promise.race([fetch.call(this, nodeId), refused.promise]);
    } finally {
      stop();
    }
  };
  const { processData } = connection;
  connection.processData = function processAndWait(bytes) {
    const now = systemClock.now();
    // Answers come in the order of requests: what comes now is what all of these wait for.
    for (const request of this.requestQueue.inflight.values()) request.sentAt = now;
    return processData.call(this, bytes);
  };
  group.long = true;
}
