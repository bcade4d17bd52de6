import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { FakeClock, settle } from '#libs/testkit/fake-clock.js';
import type { Batch } from './batch.js';
import { OpenBatch, rowsIn } from './batch.js';
import { PartitionWriter } from './partition-writer.js';
import { ByteBudget } from './slots.js';

const at = { topic: 't', partition: 0 };
const frame = (offset: number, text: string) => ({ offset, bytes: Buffer.from(text) });
/** A writer whose store takes a batch when it is told to. */
function aWriter(limits: { readonly rowsMax?: number; readonly bytesMax?: number }, budget: ByteBudget) {
  const clock = new FakeClock();
  const written: Batch[] = [];
  const waiting: (() => void)[] = [];
  const write = async (batch: Batch): Promise<boolean> => {
    written.push(batch);
    await new Promise<void>((resolve) => waiting.push(resolve));
    return true;
  };
  const writer = new PartitionWriter(at, { rowsMax: 1000, bytesMax: 1000, lingerMs: 50, ...limits }, undefined, {
    clock,
    budget,
    write,
  });
  return { writer, clock, written, store: () => waiting.shift()?.() };
}
const whole = new AbortController().signal;

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

describe('what a batch is', () => {
  it('has so many rows or bytes and no more, a last line without its end among them', async () => {
    for (const limits of [{ rowsMax: 3 }, { bytesMax: 12 }]) {
      const { writer, written, store } = aWriter(limits, new ByteBudget(10_000, () => {}));
      await writer.take(
        [0, 1, 2].map((offset) => frame(offset, 'abc')),
        whole,
      );
      await settle();
      expect(written.map(({ first, last, rows, bytes }) => [first, last, rows, bytes.toString()])).toEqual([
        [0, 2, 3, 'abc\nabc\nabc\n'],
      ]);
      store();
      await writer.stop(whole);
    }
    expect(['', '\n', 'a', 'a\n', 'a\nb'].map((text) => rowsIn(Buffer.from(text)))).toEqual([0, 1, 1, 1, 2]);
    expect(new OpenBatch(at).seal()).toBeUndefined();
  });

  it('ends when its first frame has waited so long, and not before', async () => {
    const { writer, clock, written, store } = aWriter({}, new ByteBudget(10_000, () => {}));
    await writer.take([frame(0, 'a\n')], whole);
    await clock.advance(30);
    await writer.take([frame(1, 'b\n')], whole);
    await clock.advance(19);
    expect(written).toEqual([]);
    await clock.advance(1);
    expect(written.map(({ first, last }) => [first, last])).toEqual([[0, 1]]);
    store();
    await writer.stop(whole);
  });

  it('waits for memory that all partitions share, unless its partition holds nothing, and gives back what it had', async () => {
    let held = 0;
    const budget = new ByteBudget(4, (bytes) => {
      held = bytes;
    });
    const [one, other] = [aWriter({ rowsMax: 1 }, budget), aWriter({ rowsMax: 1 }, budget)];
    await one.writer.take([frame(0, 'abc\n')], whole);
    await other.writer.take([frame(0, 'abc\n')], whole);
    let isTaken = false;
    const more = one.writer.take([frame(1, 'abc\n')], whole).then(() => {
      isTaken = true;
    });
    await settle();
    expect([isTaken, held]).toEqual([false, 8]);
    one.store();
    await settle();
    expect([isTaken, held]).toEqual([true, 8]);
    await more;
    one.store();
    other.store();
    await settle();
    for (const { writer } of [one, other]) await writer.stop(whole);
    expect(held).toBe(0);
  });

  it('is given back with its memory when a hand-over that waits is ended', async () => {
    let held = 0;
    const budget = new ByteBudget(1, (bytes) => {
      held = bytes;
    });
    const { writer, written } = aWriter({ rowsMax: 1 }, budget);
    const life = new AbortController();
    let isTaken = false;
    const taken = writer.take([frame(0, 'a\n'), frame(1, 'b\n')], life.signal).then(() => {
      isTaken = true;
    });
    await settle();
    expect([isTaken, written.length, held]).toEqual([false, 1, 2]);
    life.abort();
    await taken;
    expect(held).toBe(2);
  });
});
