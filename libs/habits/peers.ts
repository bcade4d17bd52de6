import { ceilingAccountsMin, ceilingShare, dayKept, tailKept } from './constants.js';
import { OwnPeers, type OwnPeersView } from './own/own-peers.js';
import { emptyTail, Tail, type TailView } from './tail.js';

/** What a role, or everybody, usually does, as it stood when a model was made. One number a rule. */
export interface PeersView {
  /** Mean of a day at work; undefined for a rule that nobody has met yet. */
  readonly means: readonly (number | undefined)[];
  /** Above this lie a fiftieth of the accounts' own habits; undefined with too few accounts. */
  readonly ceilings: readonly (number | undefined)[];
  readonly tails: readonly TailView[];
  /** Of rules that ask for own days, in their order. */
  readonly own: readonly OwnPeersView[];
  /** How far the evidence of several days went, in its logarithm; of everybody alone. */
  readonly evidence: TailView;
  /** Account-days in the means, forgotten ones less. */
  readonly days: number;
}

export const noPeers: PeersView = { means: [], ceilings: [], tails: [], own: [], evidence: emptyTail, days: 0 };

/** Accounts that are compared with each other. */
export class Peers {
  readonly #sums: Float64Array;
  readonly #weights: Float64Array;
  readonly #tails: readonly Tail[];
  /** Of rules that ask for own days. */
  readonly own: readonly OwnPeers[];
  readonly #evidence = new Tail();
  readonly #today: Float64Array;
  #todayDays = 0;
  #days = 0;
  #ceilings: readonly (number | undefined)[] = [];

  /** `columns` is how many rules there are, `ownColumns` how many of them ask for own days. */
  constructor(
    private readonly columns: number,
    ownColumns: number,
  ) {
    this.#sums = new Float64Array(columns);
    this.#weights = new Float64Array(columns);
    this.#today = new Float64Array(columns);
    this.#tails = Array.from({ length: columns }, () => new Tail());
    this.own = Array.from({ length: ownColumns }, () => new OwnPeers());
  }

  /** An honest account-day: its counts are whole numbers, so that their sum is the same in every order. */
  count(column: number, count: number): void {
    this.#today[column] = (this.#today[column] ?? 0) + count;
  }
  countDay(): void {
    this.#todayDays += 1;
  }
  /** The logarithm of the evidence of several days. */
  evidence(logarithm: number, key: string, day: number): void {
    this.#evidence.add(logarithm, key, day);
  }
  surprise(column: number, z: number, key: string, day: number): void {
    this.#tails[column]?.add(z, key, day);
  }

  /** A day is over. `isNewer`: no later day was learned before, so that what is older counts less; `weight` is what the day counts. */
  endDay(
    day: number,
    { isNewer, weight, has }: { readonly isNewer: boolean; readonly weight: number; readonly has: (column: number) => boolean },
  ): void {
    const kept = isNewer && this.#todayDays > 0 ? dayKept : 1;
    this.#days = kept * this.#days + weight * this.#todayDays;
    for (let column = 0; column < this.columns; column += 1) {
      this.#sums[column] = kept * (this.#sums[column] ?? 0) + weight * (this.#today[column] ?? 0);
      this.#weights[column] = kept * (this.#weights[column] ?? 0) + (has(column) ? weight * this.#todayDays : 0);
      this.#tails[column]?.endDay(isNewer ? tailKept : 1, day);
    }
    for (const own of this.own) own.endDay(isNewer ? tailKept : 1, day);
    this.#evidence.endDay(isNewer ? tailKept : 1, day);
    this.#today.fill(0);
    this.#todayDays = 0;
  }

  /** Sets the ceilings, one a rule. */
  raise(ceilings: readonly (number | undefined)[]): void {
    this.#ceilings = ceilings;
  }

  mean(column: number): number | undefined {
    const weight = this.#weights[column] ?? 0;
    return weight > 0 ? (this.#sums[column] ?? 0) / weight : undefined;
  }

  view(): PeersView {
    return {
      means: Array.from({ length: this.columns }, (_, column) => this.mean(column)),
      ceilings: this.#ceilings,
      tails: this.#tails.map((tail) => tail.view()),
      own: this.own.map((own) => own.view()),
      evidence: this.#evidence.view(),
      days: this.#days,
    };
  }
}

/** What answers go by, of peers. */
export function outlineOf({ means, ceilings, evidence, tails, own }: PeersView): readonly unknown[] {
  const far = tails.map(({ days, furthest }) => [days, furthest]);
  return [means, ceilings, evidence.days, far, own.map(({ tail, variance, days }) => [tail.days, tail.furthest, variance, days])];
}

/** The habit, of those in ascending order, above which only a fiftieth of the accounts' lie. */
export function ceilingOf(sorted: Float64Array): number | undefined {
  return sorted.length < ceilingAccountsMin ? undefined : sorted[Math.floor(ceilingShare * (sorted.length - 1))];
}

export function tailOf(peers: PeersView | undefined, column: number): TailView {
  return peers?.tails[column] ?? emptyTail;
}
