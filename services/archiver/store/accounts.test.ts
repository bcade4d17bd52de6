import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { rowsBySender } from './accounts.js';
import { holesIn } from '../reconcile/holes.js';

const seed = Number(process.env['FC_SEED'] ?? 20261123);

describe('rows by group and source, without parsing', () => {
  it('are those that a parser counts, whatever is in the texts before', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('","source":"trap', ',"source":"', ',"group_id":"', '\\', '"', 'é'));
    const row = fc.record({
      time: fc.constant('2026'),
      group_id: fc.oneof(text, fc.constantFrom('aleo', 'helix')),
      actor_id: text,
      source: fc.oneof(text, fc.constantFrom('siem', 'ris')),
      received_at: fc.constant('x'),
    });
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (rows) => {
        const naive = new Map<string, number>();
        for (const { group_id, source } of rows) {
          const name = JSON.stringify([group_id, source]);
          naive.set(name, (naive.get(name) ?? 0) + 1);
        }
        const bytes = Buffer.from(rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
        const counted = rowsBySender(bytes).map((one): [string, number] => [JSON.stringify([one.groupId, one.source]), one.rows]);
        expect(new Map(counted)).toEqual(naive);
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
