import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { allowLongFetches } from './long-fetches.js';
import { onPace, quietRequestQueue } from './request-queue.js';

const load = createRequire(import.meta.url);
allowLongFetches();

interface Group {
  fetch(this: object, nodeId: string): Promise<unknown>;
}
const { prototype: group }: { prototype: Group } = load('kafkajs/src/consumer/consumerGroup');
const Connection: new (options: object) => {
  readonly requestQueue: { readonly inflight: Map<number, { createdAt: number; sentAt: number; entry: { apiName: string } }> };
  processData(bytes: Buffer): void;
} = load('kafkajs/src/network/connection');

/** A member of which every fetch waits for its first question, as for an answer over a slow line. */
function memberThatWaits(heartbeat: () => Promise<void>) {
  const answered = Promise.withResolvers<never>();
  const cluster = { refreshMetadataIfNecessary: () => answered.promise };
  return { sessionTimeout: 60, heartbeat, cluster, recoverFromFetch: (cause: Error) => Promise.reject(cause), answered };
}

describe('a fetch whose answer takes longer than a session', () => {
  it('keeps its member in the group meanwhile', async () => {
    let beats = 0;
    const member = memberThatWaits(async () => {
      beats += 1;
      if (beats === 3) member.answered.reject(new Error('the answer is there'));
    });
    await expect(group.fetch.call(member, '1')).rejects.toThrow('the answer is there');
    expect(beats).toBeGreaterThanOrEqual(3);
  });

  it('is waited for all the same when the group does not know the member any more', async () => {
    let beats = 0;
    const member = memberThatWaits(async () => {
      beats += 1;
      if (beats === 3) member.answered.reject(new Error('the answer is there'));
      throw new Error('UNKNOWN_MEMBER_ID');
    });
    await expect(group.fetch.call(member, '1')).rejects.toThrow('the answer is there');
  });

  it('has time as long as bytes of it come, and says that they do', () => {
    quietRequestQueue();
    let pieces = 0;
    const end = onPace('slow', { waits: () => {}, comesSlowly: () => void (pieces += 1) });
    const log = { debug: () => {}, error: () => {}, info: () => {}, warn: () => {} };
    const logger = { ...log, namespace: () => log };
    const connection = new Connection({ host: 'b', port: 1, clientId: 'slow', logger, requestTimeout: 10_000 });
    const request = { createdAt: 0, sentAt: 0, entry: { apiName: 'Fetch' } };
    connection.requestQueue.inflight.set(7, request);
    connection.processData(Buffer.from([0, 0, 0, 200, 1, 2]));
    expect(request.sentAt).toBeGreaterThan(0);
    expect(pieces).toBe(1);
    connection.requestQueue.inflight.set(7, { ...request, createdAt: systemClock.now() });
    connection.processData(Buffer.from([3]));
    connection.requestQueue.inflight.set(7, { ...request, entry: { apiName: 'JoinGroup' } });
    connection.processData(Buffer.from([4]));
    expect(pieces).toBe(1);
    end();
  });
});
