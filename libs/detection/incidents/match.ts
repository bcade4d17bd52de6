import type { RuleMatch } from '#libs/contracts/incident.js';
import type { CompiledRule } from '../compile/series.js';
import type { Milliseconds } from '../scan/kinds.js';

/** A rule that fired for an incident, with what a change tells of it, so that it outlives the rule. */
export interface Match {
  readonly ruleId: string;
  readonly selection: number;
  shown: Pick<RuleMatch, 'title' | 'level' | 'threshold' | 'spread_threshold' | 'timespan_seconds'>;
  readonly steps: readonly number[];
  readonly exceptions: CompiledRule['exceptions'];
  firstFired: number;
  lastFired: number;
  /** Counts (an average without what lies behind the point) and earliest entry of the window at `firstFired`. */
  value: number;
  spread: number;
  windowFirst: number;
  /** How far before `windowFirst` accesses lie that inner rules counted, and the earliest of them; `windowFirst` without inner rules. */
  readonly innerMs: Milliseconds;
  begins: number;
}
