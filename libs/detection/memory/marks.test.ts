import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Marks } from './marks.js';
import { SelectionSets } from './selection-sets.js';
import { Texts } from './texts.js';

/** As many marks as are kept free, and some. */
const most = 2 ** 16 + 50;

describe('marks', () => {
  it('never end: beyond what can be told apart an access keeps its selections and its lateness, and loses clinic and categories', () => {
    const access = fc.tuple(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 7 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 0, max: 1 }),
    );
    fc.assert(
      fc.property(fc.array(access, { minLength: 100, maxLength: 400 }), (accesses) => {
        const marks = new Marks(new SelectionSets(8), new Texts(), most);
        const given = accesses.map((one) => ({ one, mark: marks.of(...one) }));
        for (const { one, mark } of given) {
          const [clinic, mask, set, late] = one;
          expect([marks.setOf(mark), marks.lateOf(mark)]).toEqual([set, late]);
          expect([
            [clinic, mask],
            [0, 0],
          ]).toContainEqual([marks.clinicOf(mark), marks.maskOf(mark)]);
        }
        const distinct = new Set(accesses.map(String)).size;
        if (distinct > 100) expect(marks.bare).toBeGreaterThan(0);
        expect(marks.count).toBeLessThan(most);
      }),
      { numRuns: 100 },
    );
  });

  it('are counted in bytes with their texts', () => {
    const marks = new Marks(new SelectionSets(8));
    const before = marks.bytes;
    for (let n = 0; n < 1_000; n += 1) marks.of(marks.texts.of(`clinic ${n}`), 0, 1, 0);
    expect(marks.bytes - before).toBeGreaterThan(1_000 * 300);
  });
});
