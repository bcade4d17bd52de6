// attribution/: which accounts, and when, a leaked sample of patients was taken by; pure, no clock, files or network.
// attribute-leak.ts is the door: numbers and pairs come in by a port, findings go out.

/**
 * How much better a sample is explained when a share `w` of it is drawn from the patients of one more candidate, and everything that
 * explained it before is scaled by `1 - w`. Concave in `w`, and 0 at `w = 0`. Rows that the candidate holds are told by `ratios`: how many
 * times likelier one is under the candidate than under what explained it before; `counts` rows have the same.
 */
export interface Curve {
  readonly ratios: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
  /** Rows of the sample that the candidate does not hold. */
  readonly outside: number;
}

export interface Best {
  /** In [0, 1]. */
  readonly weight: number;
  /** Of the log-likelihood, in nats, 0 or more. */
  readonly gain: number;
}

/** Halvings of [0, 1]: to the last bit of a double. */
const halvings = 52;
const integrationSteps = 2_000;

/** The gain at one weight, in nats. */
export function gainAt({ ratios, counts, outside }: Curve, weight: number): number {
  let gain = outside > 0 ? outside * Math.log1p(-weight) : 0;
  for (let at = 0; at < ratios.length; at += 1) gain += (counts[at] ?? 0) * Math.log1p(weight * ((ratios[at] ?? 0) - 1));
  return gain;
}

/** The weight with the largest gain. */
export function bestOf(curve: Curve): Best {
  if (slopeAt(curve, 0) <= 0) return { weight: 0, gain: 0 };
  if (curve.outside === 0 && slopeAt(curve, 1) >= 0) return { weight: 1, gain: gainAt(curve, 1) };
  let [low, high] = [0, 1];
  for (let step = 0; step < halvings; step += 1) {
    const middle = (low + high) / 2;
    if (slopeAt(curve, middle) > 0) low = middle;
    else high = middle;
  }
  return { weight: low, gain: Math.max(0, gainAt(curve, low)) };
}

/**
 * The largest gain when all `held` rows have the same ratio: a bound where `ratio` is their mean, because the logarithm is concave, and the
 * very gain where they have one.
 */
export function evenBest(held: number, outside: number, ratio: number): Best {
  const rows = held + outside;
  if (held === 0 || held * ratio <= rows) return { weight: 0, gain: 0 };
  const weight = (held * ratio - rows) / (rows * (ratio - 1));
  return { weight, gain: held * Math.log1p(weight * (ratio - 1)) + (outside > 0 ? outside * Math.log1p(-weight) : 0) };
}

/**
 * The logarithm of the Bayes factor for the candidate's share being something, all shares between 0 and 1 alike beforehand, against its
 * being nothing: the mean of the likelihood ratio over the weight. The substitution `w = sin^2` is fine where the mass can be narrow, at both ends.
 */
export function lnBayesOf(curve: Curve): number {
  const { gain: largest } = bestOf(curve);
  let sum = 0;
  for (let step = 1; step < integrationSteps; step += 1) {
    const angle = (step / integrationSteps) * (Math.PI / 2);
    sum += Math.exp(gainAt(curve, Math.sin(angle) ** 2) - largest) * Math.sin(2 * angle);
  }
  return largest + Math.log(sum * (Math.PI / 2 / integrationSteps));
}

function slopeAt({ ratios, counts, outside }: Curve, weight: number): number {
  let slope = outside > 0 ? -outside / (1 - weight) : 0;
  for (let at = 0; at < ratios.length; at += 1) {
    const more = (ratios[at] ?? 0) - 1;
    slope += ((counts[at] ?? 0) * more) / (1 + weight * more);
  }
  return slope;
}
