import { z } from 'zod';
import type { CaseAction } from './case-action.js';
import { caseRow } from './case-row.js';
import type { IncidentChange, RuleMatch } from './incident.js';

/**
 * A case as its reader may see it. Whoever sees all clinics gets it whole, with `other_clinics` 0. To others `clinics`, `controllers` and incidents are
 * those of their clinics, and a figure that counts patients of other clinics too is null: their own are counted by the list of the case.
 */
export const seenRow = caseRow.extend({
  patients: caseRow.shape.patients.nullable(),
  step: caseRow.shape.step.nullable(),
  account_count: caseRow.shape.account_count.nullable(),
  /** How many clinics it touches beside those that the reader sees. */
  other_clinics: z.int().nonnegative(),
});
export type SeenRow = z.infer<typeof seenRow>;

/** One rule that fired, with what it counted; null where that spans other clinics. */
export type SeenMatch = Readonly<Omit<RuleMatch, 'value' | 'spread'>> & {
  readonly value: number | null;
  readonly spread: number | null;
};

type IncidentFigure = 'patients' | 'patients_at_firing' | 'patients_at_detection' | 'account_count' | 'accounts' | 'categories';

/** An incident of a case as its reader may see it, by the same rule. */
export type SeenIncident = Readonly<
  Pick<
    IncidentChange,
    | 'incident_id'
    | 'group_id'
    | 'subject_kind'
    | 'actor_id'
    | 'state'
    | 'level'
    | 'clinics'
    | 'rules'
    | 'detected_at'
    | 'detection_delay_seconds'
    | 'first_time'
    | 'last_time'
    | 'found'
    | 'late_seconds'
  >
> & { readonly [Name in IncidentFigure]: IncidentChange[Name] | null } & {
  readonly rule_matches: readonly SeenMatch[];
  readonly other_clinics: number;
  readonly linked_at: string;
  readonly linked_by: string;
};

/** What a person did, whose words and figures are null where they may be about other clinics. */
export type SeenAction = CaseAction extends infer Action ? (Action extends CaseAction ? Seen<Action> : never) : never;
type Seen<Action> = { readonly [Name in keyof Action]: Name extends Kept ? Action[Name] : Action[Name] | null };
/** Fields that are never kept back: by them it is known what was done, when and by whom. */
type Kept = 'type' | 'action_id' | 'by' | 'via' | 'at' | 'owner' | 'verdict' | 'level' | 'kind' | 'taken_at' | 'controller_id';
