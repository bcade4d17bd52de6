import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { rowsBySource } from './accounts.js';
import { holesIn } from '../reconcile/holes.js';

const seed = Number(process.env['FC_SEED'] ?? 20261123);

describe('rows by source, without parsing', () => {
  it('are those that a parser counts, whatever is in the texts before', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('","source":"trap', ',"source":"', '\\', '"', 'é'));
    const row = fc.record({
      time: fc.constant('2026'),
      actor_id: text,
      source: fc.oneof(text, fc.constantFrom('siem', 'ris')),
      received_at: fc.constant('x'),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const naive = new Map<string, number>();
        for (const { source } of rows) naive.set(source, (naive.get(source) ?? 0) + 1);
        const bytes = Buffer.from(rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
        expect(new Map(rowsBySource(bytes))).toEqual(naive);
      }),
      { seed, numRuns: 1000 },
    );
  });
});

describe('holes', () => {
  it('are the offsets that no range covers', () => {
    const range = fc.tuple(fc.nat(40), fc.nat(8)).map(([first, more]) => ({ first, last: first + more }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 10 }), fc.nat(20), fc.nat(50), (ranges, from, length) => {
        const to = from + length;
        const naive = Array.from({ length }, (_, index) => from + index).filter(
          (at) => !ranges.some(({ first, last }) => first <= at && at <= last),
        );
        const found = holesIn(ranges, from, to).flatMap(({ first, last }) =>
          Array.from({ length: last - first + 1 }, (_, index) => first + index),
        );
        expect(found).toEqual(naive);
      }),
      { seed, numRuns: 1000 },
    );
  });
});
