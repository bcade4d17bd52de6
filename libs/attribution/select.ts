import { bestOf, evenBest, lnBayesOf } from './curve.js';
import { type Candidate, curveOf, fit, type Mixture, type Sample } from './mixture.js';

/** A candidate without which the sample is explained worse. */
export interface Chosen {
  /** Its place among the candidates. */
  readonly place: number;
  /** Of the touched sample, 0 to 1. */
  readonly share: number;
  /** Log-likelihood that is lost without it, the others fitted again, in nats. */
  readonly gain: number;
  /** Logarithm of the Bayes factor for it against the others alone, divided by the number of candidates: any of them could have stood out. */
  readonly lnBayes: number;
  /** Places of candidates that would explain the sample nearly as well in its stead. */
  readonly alike: readonly number[];
}

/** Largest share first. */
export type Selection = readonly Chosen[];

/** As many candidates are told; each costs a pass over the sample. */
const chosenMax = 100;
/** Nats within which two candidates cannot be told apart: odds of 20. */
const alikeNats = 3;
const alikeMax = 5;

/** Gain from which on a candidate is named, among so many: by chance any of them gains this in fewer than one sample of a hundred. Nats. */
export function thresholdOf(candidates: number): number {
  return Math.log(Math.max(1, candidates)) + 3;
}

/**
 * Fewest rows, all of one candidate, that can name it. `Infinity` for one that holds nearly everything that anybody opened: no sample tells
 * it from anybody.
 */
export function smallestSample(candidates: number, patients: number, size: number): number {
  return size < patients ? Math.ceil(thresholdOf(candidates) / Math.log(patients / size)) : Number.POSITIVE_INFINITY;
}

/**
 * The candidate that explains most of a sample by itself, by how many rows each holds and how many patients it has; undefined where none
 * explains any. Its gain over the background is exact, and is what `select` begins with.
 */
export function firstOf(
  { rows, patients }: Sample,
  held: ArrayLike<number>,
  sizes: ArrayLike<number>,
): { readonly place: number; readonly gain: number } | undefined {
  let first: { place: number; gain: number } | undefined;
  for (let place = 0; place < sizes.length; place += 1) {
    const count = held[place] ?? 0;
    if (count === 0) continue;
    const { gain } = evenBest(count, rows - count, patients / (sizes[place] ?? 1));
    if (gain > (first?.gain ?? 0)) first = { place, gain };
  }
  return first;
}

/**
 * Which candidates a sample was drawn from: the one with the largest gain is added and all shares are fitted again, until the gain falls
 * below the threshold of so many candidates; then whoever is not needed any more is taken out.
 *
 * @param common what explains a sample without anybody: always fitted, never named.
 */
export function select(sample: Sample, candidates: readonly Candidate[], common: readonly Candidate[] = []): Selection {
  const threshold = thresholdOf(candidates.length);
  const places: number[] = [];
  const of = (some: readonly number[]) => [...some.flatMap((place) => candidates[place] ?? []), ...common];
  let mixture = fit(sample, common);
  while (places.length < chosenMax) {
    const next = largestGain(mixture, sample, candidates, places);
    if (!next || next.gain < threshold) break;
    places.push(next.place);
    mixture = fit(sample, of(places));
  }
  for (;;) {
    const whole = fit(sample, of(places));
    const needed = places.map((place) => neededOf(place, { sample, of, places, whole }));
    const least = needed.toSorted((a, b) => a.gain - b.gain)[0];
    if (!least || least.gain >= threshold) return selectionOf(needed, { sample, candidates });
    places.splice(places.indexOf(least.place), 1);
  }
}

interface Needed {
  readonly place: number;
  readonly gain: number;
  readonly share: number;
  /** Fitted without it. */
  readonly without: Mixture;
}

function neededOf(
  place: number,
  {
    sample,
    of,
    places,
    whole,
  }: {
    readonly sample: Sample;
    readonly of: (places: readonly number[]) => readonly Candidate[];
    readonly places: readonly number[];
    readonly whole: Mixture;
  },
): Needed {
  const without = fit(sample, of(places.filter((other) => other !== place)));
  const gain = Math.max(0, whole.lnLikelihood - without.lnLikelihood);
  return { place, gain, share: whole.weights[places.indexOf(place) + 1] ?? 0, without };
}

function selectionOf(
  needed: readonly Needed[],
  { sample, candidates }: { readonly sample: Sample; readonly candidates: readonly Candidate[] },
): Selection {
  const taken = new Set(needed.map(({ place }) => place));
  const chosen = needed.map(({ place, gain, share, without }): Chosen => {
    const own = candidates[place];
    const curve = own && curveOf(without, sample, own);
    const alike = candidates.flatMap((candidate, other) => {
      if (taken.has(other) || boundOf(without, sample, candidate) < gain - alikeNats) return [];
      const best = bestOf(curveOf(without, sample, candidate));
      return best.gain >= gain - alikeNats ? [{ other, gain: best.gain }] : [];
    });
    const nearest = alike.toSorted((a, b) => b.gain - a.gain).slice(0, alikeMax);
    return {
      place,
      share,
      gain,
      lnBayes: curve ? lnBayesOf(curve) - Math.log(candidates.length) : 0,
      alike: nearest.map(({ other }) => other),
    };
  });
  return chosen.toSorted((a, b) => b.share - a.share);
}

/** Exact gains are computed in order of their bounds, so that nearly all candidates cost one pass over their rows. */
function largestGain(
  mixture: Mixture,
  sample: Sample,
  candidates: readonly Candidate[],
  taken: readonly number[],
): { readonly place: number; readonly gain: number } | undefined {
  const bounds = candidates
    .map((candidate, place) => ({ place, candidate, bound: boundOf(mixture, sample, candidate) }))
    .filter(({ place, bound }) => bound > 0 && !taken.includes(place))
    .toSorted((a, b) => b.bound - a.bound);
  let largest: { place: number; gain: number } | undefined;
  for (const { place, candidate, bound } of bounds) {
    if (bound <= (largest?.gain ?? 0)) break;
    const { gain } = bestOf(curveOf(mixture, sample, candidate));
    if (gain > (largest?.gain ?? 0)) largest = { place, gain };
  }
  return largest;
}

function boundOf({ classOf, densities }: Mixture, sample: Sample, { size, rows }: Candidate): number {
  let sum = 0;
  for (let at = 0; at < rows.length; at += 1) sum += 1 / (densities[classOf[rows[at] ?? 0] ?? 0] ?? 1);
  const mean = rows.length > 0 ? (sum / rows.length) * (sample.patients / size) : 0;
  return evenBest(rows.length, sample.rows - rows.length, mean).gain;
}
