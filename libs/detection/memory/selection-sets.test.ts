import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { anySelection, everySelection, noSelections, SelectionSets } from './selection-sets.js';

const selections = 1_024;
const some = fc.uniqueArray(fc.nat(selections - 1), { maxLength: 12 }).map((all) => all.toSorted((a, b) => a - b));

describe('sets of selections', () => {
  const sets = new SelectionSets(selections);

  it('are what sets are, however many selections there are', () => {
    fc.assert(
      fc.property(some, some, fc.nat(selections - 1), (a, b, one) => {
        const [first, second] = [sets.of(a), sets.of(b)];
        expect(sets.members(first)).toEqual(a);
        expect(sets.has(first, one)).toBe(a.includes(one));
        expect(sets.meet(first, second)).toBe(a.some((of) => b.includes(of)));
        expect(sets.members(sets.union(first, second))).toEqual([...new Set([...a, ...b])].toSorted((x, y) => x - y));
        expect(sets.members(sets.without(first, second))).toEqual(a.filter((of) => !b.includes(of)));
        expect(sets.union(first, second)).toBe(sets.union(second, first));
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('know the empty one and the one of all', () => {
    expect(sets.of([])).toBe(noSelections);
    expect([0, 31, 32, 1_023].map((one) => sets.has(everySelection, one))).toEqual([true, true, true, true]);
    expect([sets.has(sets.of([700]), anySelection), sets.has(noSelections, anySelection)]).toEqual([true, false]);
    expect(sets.without(everySelection, everySelection)).toBe(noSelections);
  });
});
