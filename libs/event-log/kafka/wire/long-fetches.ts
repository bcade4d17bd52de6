import { createRequire } from 'node:module';
import { systemClock } from '#libs/runtime/clock.js';
import { paceOf } from './request-queue.js';

/** A fetch that finds nothing is answered after a tenth of it: one that takes longer has more to bring than the line, the disk or a quota carries at once. Milliseconds. */
const longMs = 1000;
/** So that a few may be late. */
export const heartbeatsPerSession = 6;

interface ConsumerGroup {
  readonly sessionTimeout: number;
  heartbeat(of: { readonly interval: number }): Promise<void>;
  fetch(nodeId: string): Promise<unknown>;
}
interface InFlight {
  readonly createdAt: number;
  readonly entry: { readonly apiName: string };
  /** From when on its time runs. */
  sentAt: number | null;
}
interface Connection {
  readonly requestQueue: { readonly clientId: string; readonly inflight: ReadonlyMap<number, InFlight> };
  processData(bytes: Buffer): unknown;
}
interface Patched {
  long?: true;
}

/**
 * What was written while nobody read is fetched in answers of many megabytes, which take longer than a session over a slow line, from a slow disk, or under a quota. kafkajs beats for its
 * member between two fetches alone, so that the group shares its partitions anew meanwhile, and gives up an answer that is not there as a whole after ten seconds, to ask for the same again:
 * nothing was ever read then. Here it beats during a fetch, too, and a fetch runs out of time when no byte of its answer comes.
 */
export function allowLongFetches(): void {
  const load = createRequire(import.meta.url);
  const { prototype: group }: { prototype: ConsumerGroup & Patched } = load('kafkajs/src/consumer/consumerGroup');
  const { prototype: connection }: { prototype: Connection & Patched } = load('kafkajs/src/network/connection');
  if (group.long) return;
  const { fetch } = group;
  group.fetch = async function fetchAndBeat(nodeId) {
    const interval = Math.floor(this.sessionTimeout / heartbeatsPerSession);
    // What a group refuses is found at the next heartbeat that the client itself waits for: a fetch that is left alone here would join again by itself once it is answered.
    const stop = systemClock.every(interval, () => void this.heartbeat({ interval }).catch(() => {}));
    return fetch.call(this, nodeId).finally(stop);
  };
  const { processData } = connection;
  connection.processData = function processAndWait(bytes) {
    const [first] = this.requestQueue.inflight.values();
    // Fetches have a connection of their own, and are answered in their order: what comes now is what all of them wait for.
    if (first?.entry.apiName === 'Fetch') {
      const now = systemClock.now();
      if (now - first.createdAt >= longMs) paceOf(this.requestQueue.clientId)?.comesSlowly();
      for (const request of this.requestQueue.inflight.values()) request.sentAt = now;
    }
    return processData.call(this, bytes);
  };
  group.long = true;
}
