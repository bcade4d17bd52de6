import { binOf, reachedBin, type TailView } from '../tail.js';

/** A tail to begin with: from surprise `from` on, which one day of fifty reaches, it falls by `e` every `scale`. */
export interface Prior {
  readonly from: number;
  readonly scale: number;
}

const priorShare = 0.02;
/**
 * Everybody's days stand for so many days of a role of which nothing is known, and for fewer the more is: a role that is alike within itself shall
 * not have the tail of those that are not.
 */
const pooledDays = 100;
/** The prior's scale is worth so many exceedances while nothing is known, half of them once so many account-days are: the first weekend of a group is not yet what it always does. */
const priorExceedances = 10;
const priorHalvedDays = 1_000;
/**
 * The whole of the prior has the square of the share that so many account-days have of all: what is asked for is one day of a hundred thousand, to which even a
 * hundredth of a prior says more than all the days that are known.
 */
const priorDays = 100;
/** The exponential tail begins at the furthest of this share of days, within limits. */
const tailShare = 0.005;
const exceedancesMin = 8;
const exceedancesMax = 30;
const searchSteps = 40;
const surpriseMax = 60;

/**
 * The share of honest account-days that go as far as a surprise z: in the bulk the share of days that did, (reached + 1) / (days + 1);
 * beyond the k-th furthest day an exponential tail, p = (k + 1) / (n + 1) exp(-(z - q) / s) with s = median excess / ln 2 (peaks over
 * threshold, its scale by the median so that single days do not decide); the whole blended with a prior while few days are known.
 * It never grows with z.
 */
export class Fit {
  readonly #pooled: number;
  readonly #total: number;
  readonly #from: number;
  readonly #atFrom: number;
  readonly #scale: number;
  readonly #unsure: number;
  readonly #inverses = new Map<number, number>();

  /** `role` is left out for what any role may do now and then; days of the account `without` do not count in the tail. */
  constructor(
    private readonly role: TailView | undefined,
    private readonly all: TailView,
    private readonly prior: Prior,
    without?: string,
  ) {
    this.#pooled = role ? pooledShare(role.days, all.days) : 1;
    this.#total = (role?.days ?? 0) + this.#pooled * all.days;
    const { list, weights } = this.#furthest(without);
    const wanted = Math.max(exceedancesMin, Math.min(exceedancesMax, tailShare * this.#total));
    let k = 0;
    let count = 0;
    while (count < list.length && k + (weights[count] ?? 0) <= wanted) k += weights[count++] ?? 0;
    this.#from = count > 0 ? (list[count - 1] ?? prior.from) : prior.from;
    let below = 0;
    let at = count - 1;
    while (at > 0 && below + (weights[at] ?? 0) < k / 2) below += weights[at--] ?? 0;
    const median = count > 0 ? Math.max(0, (list[at] ?? this.#from) - this.#from) : prior.scale * Math.LN2;
    const believed = (priorExceedances * priorHalvedDays) / (priorHalvedDays + this.#total);
    this.#scale = (k * (median / Math.LN2) + believed * prior.scale) / (k + believed);
    this.#atFrom = (k + 1) / (this.#total + 1);
    this.#unsure = (priorDays / (all.days + priorDays)) ** 2;
  }

  /** Share of honest account-days that go as far; above 0, at most 1. */
  p(z: number): number {
    const before = z <= this.prior.from ? 1 : priorShare * Math.exp(-(z - this.prior.from) / this.prior.scale);
    return Math.min(1, (1 - this.#unsure) * this.#learned(z) + this.#unsure * before);
  }

  /** The smallest surprise with p at most `alpha`, to within a millionth. */
  inverse(alpha: number): number {
    const known = this.#inverses.get(alpha);
    if (known !== undefined) return known;
    let low = Math.min(this.#from, this.prior.from);
    let high = surpriseMax;
    for (let step = 0; step < searchSteps; step += 1) {
      const middle = (low + high) / 2;
      if (this.p(middle) <= alpha) high = middle;
      else low = middle;
    }
    this.#inverses.set(alpha, high);
    return high;
  }

  /** How many account-days went as far, and of how many; both with everybody's days weighed as in p. */
  counted(z: number): { readonly days: number; readonly of: number } {
    return { days: this.#reached(z), of: this.#total };
  }

  #learned(z: number): number {
    if (z > this.#from) return this.#atFrom * Math.exp(-(z - this.#from) / this.#scale);
    return Math.min(1, Math.max(this.#atFrom, (this.#reached(z) + 1) / (this.#total + 1)));
  }

  #reached(z: number): number {
    const bin = binOf(z);
    return this.#pooled * reachedBin(this.all, bin) + (this.role ? reachedBin(this.role, bin) : 0);
  }

  /**
   * The furthest days of the role and of everybody, weighed, the furthest first: as many as the tail can begin with. Many of everybody's may weigh less than
   * one of the role, and are not to stand for its own.
   */
  #furthest(without: string | undefined): { readonly list: readonly number[]; readonly weights: readonly number[] } {
    const role = this.role?.furthest ?? [];
    const all = this.all.furthest;
    const list: number[] = [];
    const weights: number[] = [];
    for (let a = 0, r = 0, weighed = 0; (a < all.length || r < role.length) && weighed <= exceedancesMax;) {
      const mine = role[r];
      const theirs = all[a];
      const next = mine && (!theirs || mine.z >= theirs.z) ? mine : theirs;
      if (!next) break;
      if (next === mine) r += 1;
      else a += 1;
      if (next.key === without) continue;
      const weight = next === mine ? 1 : this.#pooled;
      weighed += weight;
      list.push(next.z);
      weights.push(weight);
    }
    return { list, weights };
  }
}

/** What a day of everybody counts beside one of the role. */
function pooledShare(roleDays: number, allDays: number): number {
  return allDays > 0 ? ((Math.min(pooledDays, allDays) / allDays) * pooledDays) / (pooledDays + roleDays) : 0;
}
