/** Bins of a histogram of surprise: from `lowest` on, each `binWidth` wide. */
const lowest = -20;
const binWidth = 0.02;
const binCount = 4000;

/** How many of the furthest days are remembered, how many of one account, and for how many days. */
const furthestMax = 200;
const furthestOfOneMax = 3;
const rememberedDays = 35;
/** Of a day's furthest, what is kept until the day is over. */
const gatheredMax = 4 * furthestMax;
/** A role of which fewer days are known says little. */
const fewDays = 50;
/** Bins that weigh less are let go. */
const lightest = 1e-3;

export interface FurthestDay {
  /** Surprise, see `surprise.ts`. */
  readonly z: number;
  readonly key: string;
  readonly day: number;
}

export function binOf(z: number): number {
  return Math.max(0, Math.min(binCount - 1, Math.floor((z - lowest) / binWidth)));
}

/** A tail as it stood when a model was made: constant from then on. */
export interface TailView {
  /** Account-days in it, forgotten ones less. */
  readonly days: number;
  /** Bins in descending order, and how many account-days reached each. */
  readonly bins: Int16Array;
  readonly reached: Float64Array;
  /** The furthest days, the furthest first. */
  readonly furthest: readonly FurthestDay[];
}

export const emptyTail: TailView = { days: 0, bins: new Int16Array(0), reached: new Float64Array(0), furthest: [] };

/** How many account-days went at least as far as a bin. */
export function reachedBin(view: TailView, bin: number): number {
  let low = 0;
  let high = view.bins.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((view.bins[middle] ?? 0) >= bin) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : (view.reached[low - 1] ?? 0);
}

/**
 * The share of days on which others than `key` went at least as far as z, of those that are remembered one by one: of a role of which few days are known a
 * small one, since it says little yet of what the role often does.
 */
export function shareOfOthers({ days, furthest }: TailView, z: number, key: string): number {
  let others = 0;
  for (const one of furthest) {
    if (one.z < z) break;
    if (one.key !== key) others += 1;
  }
  return others / (days + fewDays);
}

/**
 * How far honest days went beyond habit: a histogram for the bulk, and the furthest days one by one. A day's additions are counted as whole
 * numbers and weighed once, and the furthest are in a total order: so nothing depends on the order in which accounts are learned.
 */
export class Tail {
  readonly #bins = new Map<number, number>();
  #days = 0;
  readonly #today = new Map<number, number>();
  #furthest: FurthestDay[] = [];
  #gathered: FurthestDay[] = [];
  #least = Number.NEGATIVE_INFINITY;

  add(z: number, key: string, day: number): void {
    const bin = binOf(z);
    this.#today.set(bin, (this.#today.get(bin) ?? 0) + 1);
    if (z < this.#least) return;
    this.#gathered.push({ z, key, day });
    if (this.#gathered.length >= gatheredMax) this.#gather();
  }

  /** A day is over: what was there before is worth `kept` of it, and days before `day - 35` are forgotten. */
  endDay(kept: number, day: number): void {
    this.#days *= kept;
    for (const [bin, weight] of this.#bins)
      if (weight * kept < lightest) this.#bins.delete(bin);
      else this.#bins.set(bin, weight * kept);
    for (const [bin, count] of this.#today) {
      this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count);
      this.#days += count;
    }
    this.#today.clear();
    this.#gather();
    this.#furthest = this.#furthest.filter((one) => one.day > day - rememberedDays);
    this.#least = this.#leastOf();
  }

  view(): TailView {
    const entries = [...this.#bins].toSorted(([a], [b]) => b - a);
    const reached = new Float64Array(entries.length);
    let sum = 0;
    for (const [at, [, weight]] of entries.entries()) reached[at] = sum += weight;
    return { days: this.#days, bins: Int16Array.from(entries, ([bin]) => bin), reached, furthest: this.#furthest };
  }

  #gather(): void {
    const of = new Map<string, number>();
    this.#furthest = [...this.#furthest, ...this.#gathered]
      .toSorted((a, b) => b.z - a.z || b.day - a.day || (a.key < b.key ? -1 : 1))
      .filter(({ key }) => {
        const count = (of.get(key) ?? 0) + 1;
        of.set(key, count);
        return count <= furthestOfOneMax;
      })
      .slice(0, furthestMax);
    this.#gathered = [];
    this.#least = this.#leastOf();
  }

  /** Below, a day is not among the furthest. The limit of three an account only leaves more room, so nothing is missed by it within a day. */
  #leastOf(): number {
    return this.#furthest.length < furthestMax
      ? Number.NEGATIVE_INFINITY
      : (this.#furthest.at(-1)?.z ?? Number.NEGATIVE_INFINITY);
  }
}
