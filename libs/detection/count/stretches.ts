import { outside } from '../scan/outside.js';
import type { Milliseconds } from '../scan/kinds.js';

/** Stretches that a timespan is cut into: more of them are counted again for less, and cost each late entry more. */
const cuts = 8;
/** Stretches that are remembered, a power of two: those of some eight timespans. */
const remembered = 64;
/** Numbers of each: which stretch it is, and both bounds. */
const numbers = 3;

/** What one of them takes, about. */
export const stretchesBytes = remembered * numbers * 8 + 256;

/** What there are bounds of. */
export type What = 'value' | 'spread';

/** Times of windows, event time in ms, the end exclusive. */
export interface Times {
  readonly from: number;
  readonly until: number;
}

/**
 * How much the windows of one rule in one ledger hold at most, whenever they end, by stretches of time of an eighth of the timespan: value and spread. A
 * bound is for every time of its stretch, not only those at which an entry lies, since a late entry may make a window end where none did.
 */
export class Stretches {
  readonly widthMs: Milliseconds;
  /** Stretches whose numbers differ by a multiple of `remembered` share a place. */
  readonly #numbers = new Float64Array(remembered * numbers).fill(-1);
  /** The newest stretch in which entries are known to lie, or may. */
  #newest: number;
  /** By what the last late entry has raised which windows, as long as nobody has looked whether all of that was due. */
  readonly #raised = { time: 0, value: 0, spread: 0 };

  /** `newest`: time of the ledger's newest entry. Nothing is known of the stretch that it lies in. */
  constructor(
    private readonly timespanMs: Milliseconds,
    newest: number,
  ) {
    this.widthMs = Math.max(1, Math.ceil(timespanMs / cuts));
    this.#newest = this.at(newest);
  }

  /** The stretch that the time lies in. */
  at(time: Milliseconds): number {
    return Math.floor(time / this.widthMs);
  }
  /** The first time of the stretch, ms. */
  start(stretch: number): number {
    return stretch * this.widthMs;
  }

  /** How much its windows hold at most; infinite where nobody knows. */
  value(stretch: number): number {
    return this.#isKnown(stretch) ? (this.#numbers[placeOf(stretch) + 1] ?? outside()) : Number.POSITIVE_INFINITY;
  }
  spread(stretch: number): number {
    return this.#isKnown(stretch) ? (this.#numbers[placeOf(stretch) + 2] ?? outside()) : Number.POSITIVE_INFINITY;
  }

  /** The window that ends where the stretch begins has been counted; those behind it are to be lifted to. */
  begin(stretch: number, value: number, spread: number): void {
    const place = placeOf(stretch);
    this.#numbers[place] = stretch;
    this.#numbers[place + 1] = value;
    this.#numbers[place + 2] = spread;
    this.#raised.value = 0;
    this.#raised.spread = 0;
  }

  /** A window of the stretch holds so much, at most. */
  lift(stretch: number, value: number, spread: number): void {
    if (!this.#isKnown(stretch)) return;
    const place = placeOf(stretch);
    if ((this.#numbers[place + 1] ?? outside()) < value) this.#numbers[place + 1] = value;
    if ((this.#numbers[place + 2] ?? outside()) < spread) this.#numbers[place + 2] = spread;
  }

  forget(stretch: number): void {
    if (this.#isKnown(stretch)) this.#numbers[placeOf(stretch)] = -1;
  }

  /** An entry that adds so much at most came in at `time`, before newer ones: every window that holds it has grown. */
  raise(time: Milliseconds, value: number, spread: number): void {
    const raised = this.#raised;
    raised.time = time;
    raised.value = value;
    raised.spread = spread;
    if (value > 0) this.#add(1, value, nowhere);
    if (spread > 0) this.#add(2, spread, nowhere);
  }

  /** Several entries came in, at `time` or later, that add so much at most together. */
  raiseFrom(time: Milliseconds, value: number, spread: number): void {
    this.#raised.value = 0;
    this.#raised.spread = 0;
    const first = this.at(time);
    for (let place = 0; place < this.#numbers.length; place += numbers) {
      if ((this.#numbers[place] ?? -1) < first) continue;
      this.#numbers[place + 1] = (this.#numbers[place + 1] ?? outside()) + value;
      this.#numbers[place + 2] = (this.#numbers[place + 2] ?? outside()) + spread;
    }
  }

  /** By how much the last late entry has raised bounds that may not have been due. */
  raised(what: What): number {
    return this.#raised[what];
  }

  /** What was raised last was due only at these times. */
  narrow(what: What, due: Times): void {
    this.#add(what === 'value' ? 1 : 2, -this.#raised[what], due);
    this.#raised[what] = 0;
  }

  /** To the stretches that hold a window with the late entry, but for those that have a part of the times. `at`: which bound. */
  #add(at: number, more: number, but: Times): void {
    const { time } = this.#raised;
    const last = this.at(time + this.timespanMs - 1);
    for (let stretch = this.at(time); stretch <= last; stretch += 1) {
      if (!this.#isKnown(stretch) || this.#overlaps(stretch, but)) continue;
      const place = placeOf(stretch) + at;
      this.#numbers[place] = (this.#numbers[place] ?? outside()) + more;
    }
  }

  #overlaps(stretch: number, { from, until }: Times): boolean {
    return from < until && this.start(stretch) < until && this.start(stretch + 1) > from;
  }

  /** An entry came in as the newest. No window that ends since the one before it, its own included, holds more. */
  append(time: Milliseconds, value: number, spread: number): void {
    const stretch = this.at(time);
    if (stretch > this.#newest && !this.#isKnown(stretch)) this.begin(stretch, value, spread);
    else this.lift(stretch, value, spread);
    if (stretch > this.#newest) this.#newest = stretch;
  }

  #isKnown(stretch: number): boolean {
    return this.#numbers[placeOf(stretch)] === stretch;
  }
}

const nowhere: Times = { from: 0, until: 0 };

function placeOf(stretch: number): number {
  return numbers * (stretch & (remembered - 1));
}
