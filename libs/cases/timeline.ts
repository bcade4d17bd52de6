import type { CaseAction } from '#libs/contracts/case-action.js';
import type { CaseStatus } from '#libs/contracts/case-row.js';
import type { ChangeType } from '#libs/contracts/incident.js';
import type { Cause, MachineCause } from './transitions.js';

/**
 * What became of an action: it counted; it said what already held (`repeated`); or it no longer fitted the case (`superseded`) and changed
 * nothing.
 */
export type Effect = 'counted' | 'repeated' | 'superseded';

/** One line of the life of a case: a change of the scorer, an action of a person, or what the clock did. */
export interface CaseEntry {
  /** `change_id`, `action_id`, or 128 bits over the case, the cause and the instant: the same for every reader. */
  readonly id: string;
  /** Wall clock at which it was applied: never before the line above it. */
  readonly at: string;
  readonly what: ChangeType | Cause;
  readonly by: string;
  readonly effect: Effect;
  readonly before: CaseStatus;
  readonly after: CaseStatus;
  /** What else moved the status with it: growth, or the scorer taking an incident back. */
  readonly because?: MachineCause;
  /** Version of the case afterwards. */
  readonly version: number;
  readonly incident_id?: string;
  readonly patients: number;
  readonly action?: CaseAction;
  /** Place in the order of the fold: sorts the lines of cases that were joined. */
  readonly place: number;
  /** `case_id` of the case that it was written in: a case that leaves another takes its own lines along. */
  readonly writtenIn: string;
}

/** The actions that counted, oldest first. */
export function countedOf({ entries }: { readonly entries: readonly CaseEntry[] }): readonly CaseAction[] {
  return entries.flatMap(({ action, effect }) => (action && effect === 'counted' ? action : []));
}
