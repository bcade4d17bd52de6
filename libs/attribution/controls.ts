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
  const others = (holders: readonly number[]) => holders.reduce((count, one) => count + (named.has(one) ? 0 : 1), 0);
  const strata = strataOf(pool, others);
  const wanted = new Map<number, number>();
  for (const holders of sample) {
    const stratum = nearest(strata, stratumOf(others(holders)));
    wanted.set(stratum, (wanted.get(stratum) ?? 0) + 1);
  }
  const next = chanceFrom(seed);
  const threshold = thresholdOf(sizes.length);
  const outcome = { samples: controlSamples, named: 0, largestGain: 0 };
  if (strata.size === 0) return { ...outcome, samples: 0 };
  for (let control = 0; control < controlSamples; control += 1) {
    const held = new Int32Array(sizes.length);
    for (const [stratum, count] of wanted) draw(strata.get(stratum) ?? [], count, next, held);
    const best = firstOf({ rows: sample.length, patients }, held, sizes)?.gain ?? 0;
    outcome.largestGain = Math.max(outcome.largestGain, best);
    if (best >= threshold) outcome.named += 1;
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
): ReadonlyMap<number, (readonly number[])[]> {
  const strata = new Map<number, (readonly number[])[]>();
  for (const holders of pool) {
    if (others(holders) === 0) continue;
    const stratum = stratumOf(others(holders));
    const known = strata.get(stratum);
    if (known) known.push(holders);
    else strata.set(stratum, [holders]);
  }
  return strata;
}

function nearest(strata: ReadonlyMap<number, unknown>, wanted: number): number {
  let found = wanted;
  let distance = Number.POSITIVE_INFINITY;
  for (const stratum of strata.keys())
    if (Math.abs(stratum - wanted) < distance) [found, distance] = [stratum, Math.abs(stratum - wanted)];
  return found;
}

/** Draws `count` patients, none twice unless there are too few, and adds them to what each account holds. */
function draw(stratum: (readonly number[])[], count: number, next: () => number, held: Int32Array): void {
  for (let drawn = 0; drawn < count; drawn += 1) {
    const from = drawn % stratum.length;
    const at = from + Math.floor(next() * (stratum.length - from));
    const taken = stratum[at] ?? [];
    stratum[at] = stratum[from] ?? [];
    stratum[from] = taken;
    for (const one of taken) held[one] = (held[one] ?? 0) + 1;
  }
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
