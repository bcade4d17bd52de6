import type { Habits } from '#libs/habits/seams.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { Rule } from '../rule/rule.js';
import type { Milliseconds } from '../scan/kinds.js';

export interface EngineOptions {
  /** Rules of another subject are passed over. */
  readonly rules: readonly Rule[];
  /** Whose windows and incidents it keeps; left out: accounts'. */
  readonly subject?: SubjectKind;
  /** Event time without any rule holding after which an incident closes, milliseconds. */
  readonly quietMs: Milliseconds;
  /** How far an access may lie behind its account's newest one and still be judged from memory alone, milliseconds, unless its rule says otherwise. */
  readonly allowedLatenessMs: Milliseconds;
  /** An account is forgotten when it lies this far behind the partition's newest access; at least the horizon, default 12 h more. */
  readonly forgetAfterMs?: Milliseconds;
  /** Event time for which closed incidents take late accesses in from memory; default 30 days. */
  readonly keepClosedMs?: Milliseconds;
  /** Bytes of the patient sets of closed incidents; the oldest go first. Default 256 MiB. */
  readonly closedBytesMax?: number;
  /** The accesses of an account are held for as long as any rule looks back, so that no incident needs the store; for backtests. */
  readonly holdsReach?: boolean;
  /** What is usual for whom, for rules that ask for it. Without it these never hold, and nothing is learned. */
  readonly habits?: Habits;
  /** Days are given to nobody: what judges beside another engine. */
  readonly givesNoDays?: boolean;
  /** Every access is kept, so that nothing is ever too late: for histories. */
  readonly keepsAll?: boolean;
}
