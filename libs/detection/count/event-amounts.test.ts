import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { EventAmounts } from './event-amounts.js';

/** What a window does: takes an entry of an event in, or lets its first one go. */
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ event: fc.integer({ min: 0, max: 6 }), amount: fc.constantFrom(0, 1, 1, 5, 2 ** 32 - 1) }),
  },
  { weight: 2, arbitrary: fc.constant(undefined) },
);

/** Words that fall into few slots, and differ in one place only. */
const wordsOf = (event: number): [number, number, number, number] => [0, event === 3 ? 1 : 0, 0, event];

function naive(held: readonly { readonly event: number; readonly amount: number }[]): readonly number[] {
  const largest = [...Map.groupBy(held, ({ event }) => event).values()].map((of) => Math.max(...of.map(({ amount }) => amount)));
  return largest.toSorted((a, b) => a - b);
}

describe('the numbers of events', () => {
  it('are those of a naive count, whatever comes in and goes, begun anew or not', () => {
    const amounts = new EventAmounts(2);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        amounts.begin();
        const held: { readonly event: number; readonly amount: number }[] = [];
        for (const one of steps) {
          if (one) {
            held.push(one);
            amounts.add(...wordsOf(one.event), one.amount);
          } else {
            const first = held.shift();
            if (first) amounts.remove(...wordsOf(first.event));
          }
          const numbers = naive(held);
          expect([amounts.count, amounts.sum]).toEqual([numbers.length, numbers.reduce((sum, number) => sum + number, 0)]);
        }
        const numbers = naive(held);
        for (const hundredths of [1, 34, 50, 99, 100])
          expect(amounts.percentile(hundredths)).toBe(
            numbers.find((_, index) => (index + 1) * 100 >= hundredths * numbers.length) ?? 0,
          );
      }),
      { numRuns: casesOf(300, 5_000) },
    );
  });

  it('are kept apart for more events than there was room for', () => {
    const amounts = new EventAmounts(2);
    for (let event = 0; event < 5_000; event += 1) amounts.add(...wordsOf(event % 2_500), event);
    expect([amounts.count, amounts.percentile(100)]).toEqual([2_500, 4_999]);
    for (let event = 0; event < 2_500; event += 1) amounts.remove(...wordsOf(event));
    expect([amounts.count, amounts.percentile(1)]).toEqual([2_500, 2_500 + 24]);
  });
});
