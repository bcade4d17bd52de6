import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { silentLog } from '#libs/runtime/log.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { joined } from '../consumer-life.fixture.js';
import { onPace, quietRequestQueue } from '../wire/request-queue.js';
import { Pace } from './pace.js';

describe('a quota of the brokers', () => {
  it('that holds back what is read makes no consumer anew, and says that it holds', async () => {
    const { clock, broker, recorder, pace, ...life } = await joined();
    broker.high = 500;
    for (let turn = 0; turn < 12; turn += 1) {
      pace.waits(15_000);
      await clock.advance(15_000);
    }
    expect(broker.consumers).toHaveLength(1);
    expect(life.outcome).toBe('lives');
    expect(await recorder.membership?.positions()).toMatchObject([
      { partition: 0, retrying: true },
      { partition: 1, retrying: true },
    ]);
    await clock.advance(36_000);
    expect(broker.consumers.length).toBeGreaterThan(1);
  });

  it('and a line that carries less than there is to read leave a partition waiting for its turn, not for ever', async () => {
    const { clock, broker, recorder, pace, ...life } = await joined();
    broker.high = 500;
    const slowly = async (turns: number) => {
      for (let turn = 0; turn < turns; turn += 1) {
        pace.comesSlowly();
        await clock.advance(10_000);
      }
    };
    await slowly(22);
    expect(broker.consumers).toHaveLength(1);
    expect(await recorder.membership?.positions()).toMatchObject([{ retrying: true }, { retrying: true }]);
    await slowly(10);
    expect(broker.consumers.length).toBeGreaterThan(1);
    expect(life.outcome).toBe('lives');
  });

  it('is told in the log once in five minutes, where it lets a process wait for a second or more', async () => {
    const clock = new FakeClock();
    const told: unknown[] = [];
    const pace = new Pace(clock, { ...silentLog, warn: (_text, fields) => void told.push(fields) });
    for (const waitMs of [20, 999, 1000, 30_000]) pace.waits(waitMs);
    expect(pace.quotaUntil).toBe(clock.monotonic() + 30_000);
    expect(told).toEqual([{ waitMs: 1000 }]);
    await clock.advance(300_000);
    pace.waits(2000);
    expect(told).toEqual([{ waitMs: 1000 }, { waitMs: 2000 }]);
  });

  it('is heard of from the queue of requests, by the id of the client, as long as somebody asks', () => {
    quietRequestQueue();
    const Queue: new (options: object) => { maybeThrottle(waitMs: number | null): void; readonly throttledUntil: number } =
      createRequire(import.meta.url)('kafkajs/src/network/requestQueue');
    const logger = { debug: () => {} };
    const queue = new Queue({ clientId: 'vigie-scorer-1', broker: 'b', logger });
    const heard: number[] = [];
    const end = onPace('vigie-scorer-1', { waits: (waitMs) => heard.push(waitMs), comesSlowly: () => {} });
    queue.maybeThrottle(0);
    queue.maybeThrottle(null);
    queue.maybeThrottle(1500);
    new Queue({ clientId: 'vigie-other', broker: 'b', logger }).maybeThrottle(700);
    end();
    queue.maybeThrottle(1700);
    expect(heard).toEqual([1500]);
    expect(queue.throttledUntil).toBeGreaterThan(0);
  });
});
