import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { noEntry } from '../memory/entry.js';
import { LedgerStore } from '../memory/ledger-store.js';
import { Marks } from '../memory/marks.js';
import { SelectionSets } from '../memory/selection-sets.js';
import { type WindowCount, WindowCounter } from './window-count.js';

interface Access {
  readonly patient: number;
  readonly clinic: number;
  readonly time: number;
  /** Whether the rule's selection takes it. */
  readonly counts: boolean;
}

const counted = 3;
const timespanMs = 20;

const accesses = fc.array(
  fc.record({
    patient: fc.integer({ min: 1, max: 8 }),
    clinic: fc.integer({ min: 0, max: 3 }),
    time: fc.integer({ min: 1000, max: 1060 }),
    counts: fc.boolean(),
  }),
  { minLength: 1, maxLength: 60 },
);

describe('counting in a window', () => {
  it('stops counting back where the threshold is reached, and else has counted all', () => {
    fc.assert(
      fc.property(accesses, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), (given, atLeast, spreadAtLeast) => {
        const { counter, ledger, length } = ledgerOf(given);
        const newest = Math.max(...given.map(({ time }) => time));
        const edge = newest - timespanMs;
        const result: WindowCount = { value: 0, spread: 0, first: 0 };
        const at = counter.back(ledger, length, edge, { counted, timespanMs, atLeast, spreadAtLeast }, result);
        const all = naive(given, edge, newest);
        const holds = all.value >= atLeast && all.spread >= spreadAtLeast;
        expect(at > 0).toBe(holds);
        if (!holds) expect(result).toMatchObject({ value: all.value, spread: all.spread });
        // The stretch that begins with that access is enough.
        else expect(naive(given, at - 1, newest).value).toBeGreaterThanOrEqual(atLeast);
      }),
      { numRuns: 500 },
    );
  });

  it('names in a sweep every moment at which the threshold is reached', () => {
    fc.assert(
      fc.property(accesses, fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 4 }), (given, atLeast, spreadAtLeast) => {
        const { counter, ledger } = ledgerOf(given);
        const fired: number[] = [];
        const threshold = { counted, timespanMs, atLeast, spreadAtLeast };
        counter.sweep(ledger, 1000, 1061, 0, threshold, (time) => fired.push(time));
        const moments = [...new Set(given.filter(({ counts }) => counts).map(({ time }) => time))].toSorted((a, b) => a - b);
        const wanted = moments.filter((time) => {
          const { value, spread } = naive(given, time - timespanMs, time);
          return value >= atLeast && spread >= spreadAtLeast;
        });
        expect(fired).toEqual(wanted);
      }),
      { numRuns: 500 },
    );
  });
});

/** A ledger that holds these accesses; selections are told by the mark, and one access of a patient at a time is one entry. */
function ledgerOf(given: readonly Access[]) {
  const sets = new SelectionSets(8);
  const marks = new Marks(sets);
  const ledgers = new LedgerStore(4);
  const ledger = ledgers.open();
  const set = { true: sets.of([counted, 5]), false: sets.of([5]) };
  for (const { patient, clinic, time, counts } of given.toSorted((a, b) => a.time - b.time)) {
    const entry = { ...noEntry(time), v0: patient, v3: 7, mark: marks.of(clinic + 1, 0, set[`${counts}`], 0) };
    ledgers.noteSpread(ledger, entry, clinic + 1);
    ledgers.insert(ledger, ledgers.length(ledger), entry, 0);
  }
  return { counter: new WindowCounter(ledgers, marks), ledger, length: given.length };
}

function naive(given: readonly Access[], edge: number, until: number): WindowCount {
  const inside = given.filter(({ time, counts }) => counts && time > edge && time <= until);
  return {
    value: new Set(inside.map(({ patient }) => patient)).size,
    spread: new Set(inside.map(({ clinic }) => clinic)).size,
    first: inside.length ? Math.min(...inside.map(({ time }) => time)) : 0,
  };
}
