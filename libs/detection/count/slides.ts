import type { Threshold } from '../compile/series.js';
import type { LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** Which entries count, and for how long. */
export type Counted = Pick<Threshold, 'counted' | 'timespanMs'>;

/** Windows that slide over the entries of a ledger, from the index `first` to the one before `end`: those that end from the time `from` on. */
export interface Slide {
  readonly ledger: LedgerNumber;
  readonly from: number;
  readonly end: number;
  readonly first: number;
}

/** The same by times, and how long the stretches are at whose beginnings windows are looked at, too. */
export interface Cut {
  readonly ledger: LedgerNumber;
  readonly from: number;
  readonly until: number;
  readonly floor: Milliseconds;
  readonly widthMs: Milliseconds;
}

/** Who is told what windows hold. */
export interface Heeding {
  /** Of each time at which an entry lies that takes part, ascending. */
  heed(time: Milliseconds, value: number, spread: number): void;
  /** Where a stretch of time begins, before its first entry comes in. */
  begins?(time: Milliseconds, value: number, spread: number): void;
}
