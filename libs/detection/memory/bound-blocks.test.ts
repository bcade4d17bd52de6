import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { LedgerStore } from './ledger-store.js';

const unknown = 0xffffffff;
const step = fc.record({
  does: fc.constantFrom('set', 'set', 'set', 'close', 'reopen'),
  ledger: fc.nat(40),
  slot: fc.nat(60),
  bound: fc.oneof(fc.nat(3), fc.nat(unknown)),
});

it.each([1, 3, 15, 16, 50])('bounds of ledgers of %i rules are what was set, whichever have pages', (slots) => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const store = new LedgerStore(slots);
      const numbers = Array.from({ length: 41 }, () => store.open());
      const expected = numbers.map(() => Array.from({ length: slots }, () => 0));
      for (const { does, ledger, slot, bound } of steps) {
        if (does === 'set') {
          store.setBound(numbers[ledger] ?? 0, slot % slots, bound);
          (expected[ledger] ?? [])[slot % slots] = bound;
          continue;
        }
        store.close(numbers[ledger] ?? 0);
        numbers[ledger] = does === 'close' ? store.open() : store.reopen(new Uint32Array(6).fill(1));
        expected[ledger] = Array.from({ length: slots }, () => (does === 'close' ? 0 : unknown));
      }
      expect(numbers.map((ledger) => Array.from({ length: slots }, (_, slot) => store.bound(ledger, slot)))).toEqual(expected);
    }),
    { numRuns: casesOf(200, 5_000) },
  );
});
