import { firstOf, thresholdOf } from './select.js';

/** What the same question answers for samples that nobody leaked. */
export interface Controls {
  readonly samples: number;
  /** Of them, those in which anybody is named. */
  readonly named: number;
  /** The largest gain of any account in any of them, in nats. */
  readonly largestGain: number;
}

export const controlSamples = 200;

export interface Drawing {
  /** Of each row of the sample the accounts that opened it, by their place. */
  readonly sample: readonly (readonly number[])[];
  /** The same of patients drawn at random from those that anybody opened. */
  readonly pool: readonly (readonly number[])[];
  /** Patients of each account, by its place. */
  readonly sizes: readonly number[];
  /** Patients that anybody opened. */
  readonly patients: number;
  /** Accounts that the sample names. */
  readonly named: ReadonlySet<number>;
  /** A whole number: the same gives the same samples. */
  readonly seed: number;
}

/**
 * Draws samples of the same size from the pool and looks whom they name. Each has as many patients that were opened by one account, two,
 * three and so on as the sample has, the named accounts not counted: patients whom many open are in everybody's list, and a sample of them
 * must not count as somebody's. Patients that only the named ones opened are left out of the pool for the same reason. One pass over the drawn rows.
 */
export function drawControls({ sample, pool, sizes, patients, named, seed }: Drawing): Controls {
  const others = (holders: readonly number[]) =>
    named.size === 0 ? holders.length : holders.reduce((count, one) => count + (named.has(one) ? 0 : 1), 0);
  const strata = strataOf(pool, others);
  const outcome = { samples: 0, named: 0, largestGain: 0 };
  if (strata.size === 0) return outcome;
  // Chance draws from the pool, which the theft is no part of: against all opened patients everybody else would stand out.
  const kept = pool.filter((holders) => others(holders) > 0).length;
  const left = Math.max(1, Math.round((patients * kept) / pool.length));
  const wanted = Map.groupBy(sample, (holders) => nearest(strata, stratumOf(others(holders))));
  const next = chanceFrom(seed);
  const threshold = thresholdOf(sizes.length);
  const held = new Int32Array(sizes.length);
  for (; outcome.samples < controlSamples; outcome.samples += 1) {
    held.fill(0);
    for (const [stratum, { length }] of wanted) strata.get(stratum)?.draw(length, next, held);
    const gain = firstOf({ rows: sample.length, patients: left }, held, sizes)?.gain ?? 0;
    outcome.largestGain = Math.max(outcome.largestGain, gain);
    if (gain >= threshold) outcome.named += 1;
  }
  return outcome;
}

/** Counts of holders that are one stratum: 1, 2, 3, 4, 5 to 8, 9 to 16 and so on. */
function stratumOf(holders: number): number {
  return holders <= 4 ? Math.max(1, holders) : 2 + Math.ceil(Math.log2(holders));
}

function strataOf(
  pool: readonly (readonly number[])[],
  others: (holders: readonly number[]) => number,
): ReadonlyMap<number, Stratum> {
  const strata = new Map<number, (readonly number[])[]>();
  for (const holders of pool) {
    const by = others(holders);
    if (by === 0) continue;
    const known = strata.get(stratumOf(by));
    if (known) known.push(holders);
    else strata.set(stratumOf(by), [holders]);
  }
  return new Map([...strata].map(([stratum, patients]) => [stratum, new Stratum(patients)]));
}

/** Patients of the pool, their holders behind one another: lists of their own would lie all over memory, and a draw is one random access. */
class Stratum {
  readonly #starts: Int32Array;
  readonly #holders: Int32Array;
  /** The patients, those of the last draw first. */
  readonly #order: Int32Array;

  constructor(patients: readonly (readonly number[])[]) {
    this.#holders = new Int32Array(patients.reduce((sum, { length }) => sum + length, 0));
    this.#starts = new Int32Array(patients.length + 1);
    this.#order = new Int32Array(patients.length).map((_, at) => at);
    let written = 0;
    for (let at = 0; at < patients.length; at += 1) {
      for (const one of patients[at] ?? []) {
        this.#holders[written] = one;
        written += 1;
      }
      this.#starts[at + 1] = written;
    }
  }

  /** Draws `count` patients, none twice unless there are too few, and adds them to what each account holds. */
  draw(count: number, next: () => number, held: Int32Array): void {
    const order = this.#order;
    for (let drawn = 0; drawn < count; drawn += 1) {
      const from = drawn % order.length;
      const at = from + Math.floor(next() * (order.length - from));
      const taken = order[at] ?? 0;
      order[at] = order[from] ?? 0;
      order[from] = taken;
      const end = this.#starts[taken + 1] ?? 0;
      for (let place = this.#starts[taken] ?? 0; place < end; place += 1) {
        const one = this.#holders[place] ?? 0;
        held[one] = (held[one] ?? 0) + 1;
      }
    }
  }
}

function nearest(strata: ReadonlyMap<number, unknown>, wanted: number): number {
  let found = wanted;
  let distance = Number.POSITIVE_INFINITY;
  for (const stratum of strata.keys())
    if (Math.abs(stratum - wanted) < distance) [found, distance] = [stratum, Math.abs(stratum - wanted)];
  return found;
}

/** Uniform in [0, 1): a permuted congruential generator of 32 bits (O'Neill 2014, RXS-M-XS). */
function chanceFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 747_796_405) + 2_891_336_453) >>> 0;
    const word = Math.imul((state >>> ((state >>> 28) + 4)) ^ state, 277_803_737) >>> 0;
    return (((word >>> 22) ^ word) >>> 0) / 0x1_0000_0000;
  };
}
