import type { Curve } from './curve.js';

/** Patients that a sample may have been drawn from: those of an account, of one of its days, of an incident, of an export. */
export interface Candidate {
  /** How many patients there are, at least those of `rows`. */
  readonly size: number;
  /** The rows of the sample that are among them, each once. */
  readonly rows: ArrayLike<number>;
}

/** A sample, and what it may have been drawn from beside the patients that anybody opened. */
export interface Sample {
  readonly rows: number;
  /** Patients that anybody opened: the background, each as likely as the other. */
  readonly patients: number;
}

/** Chosen candidates with the shares that explain the sample best. */
export interface Mixture {
  readonly chosen: readonly Candidate[];
  /** The background's share, then those of the chosen; together 1. */
  readonly weights: Float64Array;
  /** Rows that the same chosen candidates hold are one class: of each row its class, and of each class its rows and its density. */
  readonly classOf: Int32Array;
  readonly counts: readonly number[];
  /** How many times likelier a row of the class is than under the background alone. */
  readonly densities: Float64Array;
  /** Above the background alone, in nats. */
  readonly lnLikelihood: number;
}

const roundsMax = 500;
/** Rounds end when the log-likelihood grows by less, in nats. */
const grownMin = 1e-7;

/**
 * Fits `p(row) = w0 / T + sum of w_a [row in A_a] / |A_a|` by expectation and maximisation. Linear in the rows that the chosen hold, and
 * then in classes of rows, of which there are few.
 */
export function fit(sample: Sample, chosen: readonly Candidate[]): Mixture {
  const { classOf, counts, members } = classesOf(sample.rows, chosen);
  const ratios = chosen.map(({ size }) => sample.patients / size);
  let weights = new Float64Array(chosen.length + 1).fill(1 / (chosen.length + 1));
  let known = Number.NEGATIVE_INFINITY;
  for (let round = 0; ; round += 1) {
    const { densities, lnLikelihood, next } = improve(weights, { counts, members, ratios, rows: sample.rows });
    if (lnLikelihood - known < grownMin || round === roundsMax)
      return { chosen, weights, classOf, counts, densities, lnLikelihood };
    known = lnLikelihood;
    weights = next;
  }
}

/** What one more candidate would add to a mixture. */
export function curveOf(mixture: Mixture, { patients }: Sample, { size, rows }: Candidate): Curve {
  const held = new Float64Array(mixture.counts.length);
  for (let at = 0; at < rows.length; at += 1) {
    const one = mixture.classOf[rows[at] ?? 0] ?? 0;
    held[one] = (held[one] ?? 0) + 1;
  }
  const present = [...held.keys()].filter((at) => (held[at] ?? 0) > 0);
  return {
    ratios: present.map((at) => patients / size / (mixture.densities[at] ?? 1)),
    counts: present.map((at) => held[at] ?? 0),
    outside: mixture.classOf.length - rows.length,
  };
}

interface Classes {
  readonly classOf: Int32Array;
  readonly counts: readonly number[];
  /** Of each class the chosen that hold its rows, by their place. */
  readonly members: readonly (readonly number[])[];
}

function classesOf(rows: number, chosen: readonly Candidate[]): Classes {
  const classOf = new Int32Array(rows);
  const members: (readonly number[])[] = [[]];
  for (const [place, candidate] of chosen.entries()) {
    const split = new Map<number, number>();
    for (let at = 0; at < candidate.rows.length; at += 1) {
      const row = candidate.rows[at] ?? 0;
      const from = classOf[row] ?? 0;
      let to = split.get(from);
      if (to === undefined) {
        to = members.push([...(members[from] ?? []), place]) - 1;
        split.set(from, to);
      }
      classOf[row] = to;
    }
  }
  const counts = members.map(() => 0);
  for (const one of classOf) counts[one] = (counts[one] ?? 0) + 1;
  return { classOf, counts, members };
}

/** One round: the likelihood at these weights, and the weights of the next. */
function improve(
  weights: Float64Array,
  { counts, members, ratios, rows }: Omit<Classes, 'classOf'> & { readonly ratios: readonly number[]; readonly rows: number },
) {
  const densities = new Float64Array(counts.length);
  const next = new Float64Array(weights.length);
  let lnLikelihood = 0;
  for (const [at, count] of counts.entries()) {
    const holders = members[at] ?? [];
    let density = weights[0] ?? 0;
    for (const place of holders) density += (weights[place + 1] ?? 0) * (ratios[place] ?? 0);
    densities[at] = density;
    if (count === 0) continue;
    lnLikelihood += count * Math.log(density);
    const share = count / density / rows;
    next[0] = (next[0] ?? 0) + share * (weights[0] ?? 0);
    for (const place of holders)
      next[place + 1] = (next[place + 1] ?? 0) + share * (weights[place + 1] ?? 0) * (ratios[place] ?? 0);
  }
  return { densities, lnLikelihood, next };
}
