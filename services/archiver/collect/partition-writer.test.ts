import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { PartitionWriter } from './partition-writer.js';
import { ByteBudget } from './slots.js';

describe('a partition whose store is slower than its log', () => {
  it('leaves nothing behind on the signal that ends it, however often it waits, and ends with it', async () => {
    let stored = 0;
    const write = async (batch: { readonly rows: number }): Promise<boolean> => {
      stored += batch.rows;
      return true;
    };
    const budget = new ByteBudget(1000, () => {});
    const at = { topic: 't', partition: 0 };
    const limits = { rowsMax: 10, bytesMax: 500, lingerMs: 5 };
    const writer = new PartitionWriter(at, limits, undefined, { clock: systemClock, budget, write });
    const life = new AbortController();
    for (let offset = 0; offset < 2000; offset += 1)
      await writer.take([{ offset, bytes: Buffer.from(`${'x'.repeat(99)}\n`) }], life.signal);
    expect(getEventListeners(life.signal, 'abort')).toHaveLength(0);
    await writer.stop(AbortSignal.timeout(10_000));
    expect(stored).toBe(2000);
  });

  it('gives a waiting hand-over back when the partition leaves', async () => {
    const budget = new ByteBudget(1, () => {});
    const writer = new PartitionWriter({ topic: 't', partition: 0 }, { rowsMax: 1, bytesMax: 1, lingerMs: 1 }, undefined, {
      clock: systemClock,
      budget,
      write: () => new Promise(() => {}),
    });
    const life = new AbortController();
    const frames = [0, 1, 2].map((offset) => ({ offset, bytes: Buffer.from('x\n') }));
    const taken = writer.take(frames, life.signal);
    life.abort();
    await taken;
  });
});
