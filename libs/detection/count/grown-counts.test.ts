import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Series } from '../compile/series.js';
import { noCell } from '../memory/cell-key.js';
import { hasOwnSpread, markOf, noEntry, timeOf } from '../memory/entry.js';
import { LedgerStore } from '../memory/ledger-store.js';
import { Marks } from '../memory/marks.js';
import { anySelection, SelectionSets } from '../memory/selection-sets.js';
import { Dormancy } from '../judge/dormancy.js';
import { GrownCounts } from './grown-counts.js';
import { Judge } from '../judge/judge.js';
import { Settler } from '../judge/settler.js';
import type { StretchCount } from './stretch-count.js';

const base = 1_000_000;
const horizonMs = 3;
const counted = 3;
const timeMax = 3;

/** What happens to a ledger: accesses of one time, so many patients from one on, or those of before once more; or it is closed, and its number given out again. */
const happening = fc.record({
  ledger: fc.nat(1),
  closes: fc.nat(7).map((n) => n === 0),
  time: fc.nat(timeMax),
  from: fc.nat(200),
  patients: fc.integer({ min: 1, max: 300 }),
  clinics: fc.integer({ min: 1, max: 3 }),
  repeats: fc.nat(3).map((n) => n === 0),
  counts: fc.boolean(),
  late: fc.nat(1),
});
type Happening = typeof happening extends fc.Arbitrary<infer One> ? One : never;

interface Question {
  readonly ledger: number;
  readonly edge: number;
  readonly until: number;
  readonly any: boolean;
}
const questions: readonly Question[] = [0, 1].flatMap((ledger) =>
  [
    [-1, 1],
    [-1, timeMax],
    [1, 2],
    [1, timeMax],
  ].flatMap(([edge = 0, until = 0]) => [false, true].map((any) => ({ ledger, edge, until, any }))),
);

it.each([
  ['as much is kept as there is room for', undefined],
  ['next to nothing is kept', 20_000],
])('a count that goes on is one that begins anew, when %s', (_, bytesMax) => {
  fc.assert(
    fc.property(fc.array(happening, { minLength: 2, maxLength: 12 }), fc.boolean(), (all, spreads) => {
      const windows = new OneSeries(spreads, bytesMax);
      let before = all[0];
      for (const one of all) {
        if (one.closes) windows.close(one.ledger);
        else windows.take((before = one.repeats && before ? { ...before, counts: one.counts, late: one.late } : one));
        for (const asked of questions) expect(windows.counted(asked)).toEqual(windows.naive(asked));
      }
    }),
    { numRuns: 100 },
  );
});

it('looks at what has come in since, and at nothing twice', () => {
  const windows = new OneSeries(false);
  const asked = { ledger: 0, edge: 0, until: 20, any: false };
  for (let frame = 0; frame < 20; frame += 1) {
    windows.take({ ledger: 0, time: 9, from: 1 + frame * 500, patients: 500, clinics: 1, counts: true, late: 0 });
    expect(windows.counted(asked).value).toBe((frame + 1) * 500);
  }
  expect(windows.judge.counts.looked).toBe(20 * 500);
});

/** Ledgers of one series that no rule looks at, so that only counts know of them. */
class OneSeries {
  readonly #marks = new Marks(new SelectionSets(8));
  readonly #store: LedgerStore;
  readonly #series: Series;
  readonly #ledgers: number[];
  readonly #newest = [0, 0];
  readonly judge: Judge;

  constructor(spreads: boolean, bytesMax?: number) {
    const marks = this.#marks;
    const store = new LedgerStore(4, { spreads, amounts: false });
    this.#store = store;
    this.#series = { index: 0, key: '', kind: 'main', feeds: [], rules: [], horizonMs, inputs: 0, spreads, amounts: false };
    this.#ledgers = [0, 1].map(() => store.open());
    this.judge = new Judge(
      store,
      marks,
      new Settler(),
      new Dormancy([], marks.sets),
      0,
      undefined,
      new GrownCounts(store, marks, bytesMax),
    );
  }

  take({ ledger: which, time: at, from, patients, clinics, counts, late }: Omit<Happening, 'closes' | 'repeats'>): void {
    const set = this.#marks.sets.of(counts ? [counted, 5] : [5]);
    this.#newest[which] = Math.max(this.#newest[which] ?? 0, base + at);
    const place = { series: this.#series, account: 1, ledger: this.#ledger(which), cell: noCell, floor: this.#floor(which) };
    if (base + at <= place.floor) return;
    for (let n = from; n < from + patients; n += 1) {
      const mark = this.#marks.of(1 + (n % clinics), 0, set, late);
      // The first of them is no patient.
      this.judge.take(place, { ...noEntry(base + at), v0: n, s3: n % clinics, mark }, []);
    }
  }

  close(which: number): void {
    this.judge.forget(this.#ledger(which));
    this.#store.close(this.#ledger(which));
    this.#ledgers[which] = this.#store.open();
  }

  counted({ ledger: which, edge, until, any }: Question): Pick<StretchCount, 'value' | 'spread' | 'first' | 'isLate'> {
    const { counts } = this.judge;
    const set = counts.setOf(any ? anySelection : counted);
    const from = Math.max(this.#floor(which), base + edge);
    const { value, spread, first, isLate } = counts.of(this.#ledger(which), from, base + until, set, true);
    return { value, spread, first, isLate };
  }

  naive({ ledger: which, edge, until, any }: Question): Pick<StretchCount, 'value' | 'spread' | 'first' | 'isLate'> {
    const store = this.#store;
    const words = store.slice(this.#ledger(which));
    const values = new Set<number>();
    const spreads = new Set<number>();
    let first = 0;
    let isLate = false;
    for (let word = 0; word < words.length; word += store.width) {
      const at = timeOf(words, word);
      const mark = markOf(words, word);
      if (at <= Math.max(this.#floor(which), base + edge) || at > base + until) continue;
      if (!any && !this.#marks.sets.has(this.#marks.setOf(mark), counted)) continue;
      isLate ||= this.#marks.lateOf(mark) === 1;
      if (!any && words[word] === 0) continue;
      first ||= at;
      values.add(words[word] ?? 0);
      if (!store.spreads) spreads.add(this.#marks.clinicOf(mark));
      else if (hasOwnSpread(words, word)) spreads.add(words[word + 9] ?? 0);
    }
    return { value: values.size, spread: spreads.size, first, isLate };
  }

  #ledger(which: number): number {
    return this.#ledgers[which] ?? 0;
  }
  #floor(which: number): number {
    return (this.#newest[which] ?? 0) - horizonMs;
  }
}
