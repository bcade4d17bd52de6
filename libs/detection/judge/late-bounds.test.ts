import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CompiledRule, Series } from '../compile/series.js';
import { noCell } from '../memory/cell-key.js';
import { noEntry } from '../memory/entry.js';
import { LedgerStore } from '../memory/ledger-store.js';
import { Marks } from '../memory/marks.js';
import { anySelection, SelectionSets } from '../memory/selection-sets.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { and } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';
import { Dormancy } from './dormancy.js';
import type { Firing } from './firing.js';
import { GrownCounts } from '../count/grown-counts.js';
import { Judge } from './judge.js';
import { Settler } from './settler.js';

const base = 1_700_000_000_000;
const quietMs = 30;
const selection = selectionOf(and([]));
const horizonMs = 200;

/** What happens to a ledger: an entry comes in, at `time` or at one that is newer than all; or the ledger is closed, and its number given out again. */
const happening = fc.record({
  ledger: fc.nat(1),
  closes: fc.nat(60).map((n) => n === 0),
  isNewest: fc.nat(2).map((n) => n === 0),
  time: fc.nat(120),
  value: fc.integer({ min: 1, max: 24 }),
  spread: fc.nat(3),
  amount: fc.oneof({ weight: 60, arbitrary: fc.constantFrom(0, 1, 1, 2, 7) }, { weight: 1, arbitrary: fc.constant(2 ** 31) }),
  set: fc.nat(1),
});
type Happening = typeof happening extends fc.Arbitrary<infer One> ? One : never;

it.each([
  ['counts', false, false],
  ['counts with a spread of their own', true, false],
  ['sums', false, true],
  ['sums with a spread of their own', true, true],
])('late entries find the same with bounds that are remembered as without: %s', (_, spreads, amounts) => {
  fc.assert(
    fc.property(fc.array(happening, { minLength: 2, maxLength: 160 }), (all) => {
      const remembering = new OneSeries(spreads, amounts, 1);
      const forgetful = new OneSeries(spreads, amounts, Number.POSITIVE_INFINITY);
      for (const one of all) expect(remembering.take(one)).toEqual(forgetful.take(one));
    }),
    { numRuns: casesOf(800, 10_000) },
  );
});

it.each([
  ['new values', (n: number) => n],
  ['the same values again and again', (n: number) => n % 19],
])('what comes late between what came before, %s, is looked at no more often than a few times', (_, valueOf) => {
  for (const amounts of [false, true]) {
    const windows = new OneSeries(false, amounts, undefined, [[20_000, amounts ? 1_000_000 : 20]]);
    const count = 4_000;
    for (const lane of [0, 1, 2, 3])
      for (let n = lane; n < count; n += 4)
        windows.take({ ledger: 0, closes: false, isNewest: false, time: n, value: 1 + valueOf(n), spread: 1, amount: 1, set: 0 });
    expect(windows.judge.looked).toBeLessThan(count * 60);
  }
});

/** Ledgers of one series under some rules: timespans and how much is told. */
class OneSeries {
  readonly #marks = new Marks(new SelectionSets(8));
  readonly #store: LedgerStore;
  readonly #series: Series & { readonly rules: CompiledRule[] };
  readonly #ledgers: number[];
  readonly #newest = [base, base];
  readonly judge: Judge;

  constructor(
    spreads: boolean,
    amounts: boolean,
    lateEntriesMin?: number,
    terms: readonly (readonly [timespanMs: number, atLeast: number, spreadAtLeast?: number])[] = [
      [8, 6],
      [30, 12],
      [30, 9, 3],
      [100, 20],
      [3, 3, 2],
    ],
  ) {
    const kind = spreads || amounts ? 'count' : 'main';
    this.#series = { index: 0, key: '', kind, feeds: [], rules: [], horizonMs, inputs: 0, spreads, amounts };
    terms.forEach(([timespanMs, atLeast, spreadAtLeast = 0], slot) => {
      const counted = kind === 'main' ? slot % 2 : anySelection;
      this.#series.rules.push(
        compiled(this.#series, { slot, timespanMs, atLeast: amounts ? 3 * atLeast : atLeast, spreadAtLeast, counted }),
      );
    });
    const marks = this.#marks;
    const store = new LedgerStore(terms.length, { spreads, amounts });
    this.#store = store;
    this.#ledgers = [0, 1].map(() => store.open());
    this.judge = new Judge(
      store,
      marks,
      new Settler(),
      new Dormancy([], marks.sets),
      quietMs,
      undefined,
      new GrownCounts(store, marks),
      lateEntriesMin,
    );
  }

  /** What holds because of it. */
  take({ ledger: which, closes, isNewest, time: at, value, spread, amount, set }: Happening): readonly Omit<Firing, 'rule'>[] {
    if (closes) this.#close(which);
    const newest = this.#newest[which] ?? 0;
    const time = isNewest ? newest + (at % 5) : base + at;
    this.#newest[which] = Math.max(newest, time);
    const place = { series: this.#series, account: 1, ledger: this.#ledger(which), cell: noCell, floor: newest - horizonMs };
    if (time <= place.floor) return [];
    const { sets } = this.#marks;
    const mark = this.#marks.of(this.#store.spreads ? 0 : spread, 0, sets.of(set === 0 ? [0, 1] : [0]), 0);
    const firings: Firing[] = [];
    this.judge.take(place, { ...noEntry(time), v0: value, s3: spread, amount, mark }, firings);
    return firings.map(({ rule, ...rest }) => ({ ...rest, slot: rule.slot }));
  }

  #close(which: number): void {
    this.judge.forget(this.#ledger(which));
    this.#store.close(this.#ledger(which));
    this.#ledgers[which] = this.#store.open();
    this.#newest[which] = base;
  }

  #ledger(which: number): number {
    return this.#ledgers[which] ?? 0;
  }
}

type Terms = Pick<CompiledRule, 'slot' | 'timespanMs' | 'atLeast' | 'spreadAtLeast' | 'counted'>;

function compiled(series: Series, terms: Terms): CompiledRule {
  return {
    ...terms,
    series,
    rule: aRule({ id: `r${terms.slot}`, selection }),
    raises: 'incident',
    selection: 0,
    exceptions: [],
    feeds: [],
    settleMs: 0,
    waitsMs: 0,
    forwardMs: 0,
    reachMs: terms.timespanMs,
    innerMs: 0,
    habit: -1,
    learns: false,
    days: false,
    dormancy: -1,
    dormantMs: 0,
    key: `r${terms.slot}`,
  };
}
