import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import { WorkMeter } from '#libs/formats/work-meter.js';
import { rejected } from '#libs/runtime/outcome.js';
import { batchesOf, takenWhole } from './batches.js';
import { HttpRefusal } from './http-refusal.js';
import { isUnread, type Item, type Taker } from './taker.js';

const source = {} as SourceContext;
const item = (content: number): DecodedItem => ({ outcome: rejected('x', '', ''), content, meter: new WorkMeter() });

/** Takes what weighs no more than `max`, and notes by its origin what it took. */
function takerOf(max: number, weights: readonly number[], taken: string[]): Taker {
  return {
    events: async () => Promise.reject(new Error('not asked')),
    stays: async () => Promise.reject(new Error('not asked')),
    decoded: async (items, _source, custody) => {
      const all = [...items].flatMap((one, index) => eventsOf(one).map((event, record) => ({ event, index, record })));
      const weight = all.reduce((sum, { event }) => sum + (weights[Number(event.content)] ?? 0), 0);
      if (weight > max && all.length > 1) throw new HttpRefusal(413, 'too much');
      return all.map(({ event, index, record }) => {
        taken.push(`${String(event.content)} ${custody?.origin(index, record) ?? ''}`);
        return { kind: 'refused', field: '', reason: String(event.content) };
      });
    },
  };
}

const eventsOf = (one: Item): readonly DecodedItem[] => (isUnread(one) ? [...one.read()] : [one]);

it('items that were not read yet are taken whole too, each event by its place in its item', async () => {
  const sizes = fc.array(fc.nat(6), { maxLength: 20 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.integer({ min: 1, max: 9 }), async (counts, max) => {
      const taken: string[] = [];
      const from = (index: number) => counts.slice(0, index).reduce((sum, count) => sum + count, 0);
      const items = counts.map((count, index) => ({
        read: () => Array.from({ length: count }, (_, record) => item(from(index) + record)),
      }));
      const custody = { origin: (index: number, record: number) => `${index}#${record}`, refusals: 'kept' } as const;
      const outcomes = await takenWhole(
        takerOf(
          max,
          Array.from({ length: from(counts.length) }, () => 1),
          taken,
        ),
        items,
        source,
        custody,
      );
      expect(taken).toEqual(
        counts.flatMap((count, index) =>
          Array.from({ length: count }, (_, record) => `${from(index) + record} ${index}#${record}`),
        ),
      );
      expect(outcomes).toHaveLength(from(counts.length));
    }),
  );
});

it('a batch is taken whole, in order and by its own origins, whatever a request may make', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(20), { maxLength: 60 }), fc.integer({ min: 1, max: 50 }), async (weights, max) => {
      const taken: string[] = [];
      const items = weights.map((_, index) => item(index));
      const custody = { origin: (index: number) => `at ${index}`, refusals: 'kept' } as const;
      const outcomes = await takenWhole(takerOf(max, weights, taken), items, source, custody);
      expect(taken).toEqual(weights.map((_, index) => `${index} at ${index}`));
      expect(outcomes.map((outcome) => ('reason' in outcome ? outcome.reason : ''))).toEqual(
        weights.map((_, index) => String(index)),
      );
    }),
  );
});

it.each([503, 429, 413] as const)('%i of a record by itself is told', async (status) => {
  const taker: Taker = {
    events: async () => Promise.reject(new Error()),
    stays: async () => Promise.reject(new Error()),
    decoded: async () => Promise.reject(new HttpRefusal(status, 'no')),
  };
  await expect(takenWhole(taker, [item(0)], source)).rejects.toMatchObject({ status });
});

it('batches hold all items in order, and few steps', async () => {
  const items = Array.from({ length: 2500 }, (_, index) => item(index));
  items[10]?.meter.draw(5 * 1024 * 1024, '');
  const batches = [];
  for await (const batch of batchesOf(items, (one) => one)) batches.push(batch);
  expect(batches.map(({ length }) => length)).toEqual([11, 1000, 1000, 489]);
  expect(batches.flat()).toEqual(items);
});
