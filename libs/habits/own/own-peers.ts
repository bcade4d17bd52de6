import { ownSpreadDaysMin } from '../constants.js';
import { emptyTail, Tail, type TailView } from '../tail.js';

/** Squares are added up in whole numbers of this fraction, so that their sum is the same in every order. */
const fraction = 1_024;
/** What is still added of a day that lies far from its account's own: nine times the variance that is known. */
const boundOfVariance = 9;

/** How regular accounts of a role, or all, are by themselves, under one rule, as it stood when a model was made. */
export interface OwnPeersView {
  /** How far days went beyond their account's own, in units of its own spread. */
  readonly tail: TailView;
  /** Variance of levels within an account, and of how many days it is known; forgotten ones count less. */
  readonly variance: number;
  readonly days: number;
}

export const noOwnPeers: OwnPeersView = { tail: emptyTail, variance: 1, days: 0 };

export class OwnPeers {
  readonly #tail = new Tail();
  #squares = 0;
  #days = 0;
  #todaySquares = 0;
  #todayDays = 0;

  /** The square of a full day's distance from its account's own mean, less what the mean itself is unsure. `variance` is what is known of it. */
  square(square: number, variance: number): void {
    this.#todaySquares += Math.round(fraction * Math.min(square, boundOfVariance * variance));
    this.#todayDays += 1;
  }
  surprise(distance: number, key: string, day: number): void {
    this.#tail.add(distance, key, day);
  }

  /** A day is over: what was there before is worth `kept` of it. */
  endDay(kept: number, day: number): void {
    this.#squares = kept * this.#squares + this.#todaySquares / fraction;
    this.#days = kept * this.#days + this.#todayDays;
    this.#todaySquares = this.#todayDays = 0;
    this.#tail.endDay(kept, day);
  }

  view(): OwnPeersView {
    return { tail: this.#tail.view(), variance: this.#days > 0 ? this.#squares / this.#days : 1, days: this.#days };
  }
}

/** The variance of levels within an account of a role: everybody's while few days of the role are known, and what chance makes while few are of anybody. */
export function varianceWithin(role: OwnPeersView | undefined, everybody: OwnPeersView | undefined): number {
  const known = [role, everybody].find((one) => one !== undefined && one.days >= ownSpreadDaysMin);
  return known?.variance ?? 1;
}
