import type { RejectedRow } from '../scan/frame-scanner.js';
import type { Milliseconds } from '../scan/kinds.js';

/** A frame as the log gave it. */
export interface GivenFrame {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** When the log took it, milliseconds since 1970, where the log says so. */
  readonly appendedAt?: number;
}

/** What became of the rows of one frame: `rows` were taken in, `rejected` could not be used. */
export interface FrameOutcome {
  readonly rows: number;
  readonly rejected: readonly RejectedRow[];
  /** Of `rows`, those that are dated so far ahead that they count as of their arrival; the ingestor writes none. */
  readonly datedAhead: number;
  /** Largest event time and largest `received_at` of the rows, milliseconds; 0 without rows. */
  readonly newestTime: number;
  readonly newestReceivedAt: number;
}

export interface EngineStats {
  readonly accounts: number;
  /** Accesses that the accounts' ledgers hold: distinct (account, patient) pairs and their repetitions. */
  readonly pairs: number;
  /** The same with the entries of all other windows. */
  readonly entries: number;
  /** Bytes of the structures that grow, counted, not measured. */
  readonly bytes: number;
  /** Accesses that were counted without clinic and categories, because more of these are held than can be told apart. */
  readonly bare: number;
  readonly openIncidents: number;
  /** Largest event time seen, milliseconds. */
  readonly watermark: Milliseconds;
  /** Rows that took no part in a rule for want of a group-by field. */
  readonly missingGroupBy: number;
  /** Rows later than the allowed lateness of their account; those before the horizon, which no window has seen, among them. */
  readonly late: number;
  readonly beyondHorizon: number;
  /** Entries of windows that were looked at since the process began: what judging costs, beside the rows themselves. */
  readonly looked: number;
  /** Accounts whose history waits to be judged again. */
  readonly rejudgements: number;
}
