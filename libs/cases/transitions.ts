import type { CaseActionType } from '#libs/contracts/case-action.js';
import type { CaseStatus } from '#libs/contracts/case-row.js';

/**
 * What moves a case without a person: `grew`, `returned` (the scorer took an incident back and found it again) and `withdrawn` by a change of
 * the scorer; `hold_ended` and `unacknowledged` by the clock.
 */
export type MachineCause = 'grew' | 'returned' | 'withdrawn' | 'hold_ended' | 'unacknowledged';
export type Cause = CaseActionType | MachineCause;

type Row = Readonly<Partial<Record<Cause, CaseStatus>>>;

/** What may be said of a case wherever it stands. */
const always = [
  'case.noted', 'case.note_corrected', 'case.measure', 'breach.informed', 'breach.qualified',
  'dossier.frozen', 'dossier.sent', 'dossier.people_informed', 'dossier.resolution', 'dossier.answered', 'case.counted', 'dossier.outdated',
] as const satisfies readonly CaseActionType[]; // prettier-ignore

function row(status: CaseStatus, given: Row): Row {
  return { ...Object.fromEntries(always.map((type) => [type, status])), ...given };
}

/** Status before, what happens, status after. What has no row here counts for nothing. */
export const transitions: Readonly<Record<CaseStatus, Row>> = {
  new: row('new', {
    'case.acknowledged': 'acknowledged',
    'case.assigned': 'acknowledged',
    'case.verdict': 'acknowledged',
    'case.linked': 'acknowledged',
    'case.unlinked': 'new',
    'case.level_set': 'new',
    'case.resolved': 'resolved',
    withdrawn: 'resolved',
  }),
  acknowledged: row('acknowledged', {
    'case.assigned': 'acknowledged',
    'case.verdict': 'acknowledged',
    'case.linked': 'acknowledged',
    'case.unlinked': 'acknowledged',
    'case.level_set': 'acknowledged',
    'case.held': 'on_hold',
    'case.resolved': 'resolved',
    grew: 'new',
    unacknowledged: 'new',
    withdrawn: 'resolved',
  }),
  on_hold: row('on_hold', {
    'case.assigned': 'on_hold',
    'case.verdict': 'on_hold',
    'case.linked': 'on_hold',
    'case.unlinked': 'on_hold',
    'case.level_set': 'on_hold',
    'case.held': 'on_hold',
    'case.resolved': 'resolved',
    hold_ended: 'acknowledged',
    grew: 'new',
    withdrawn: 'resolved',
  }),
  resolved: row('resolved', {
    'case.reopened': 'new',
    'case.linked': 'new',
    'case.unlinked': 'resolved',
    grew: 'new',
    returned: 'new',
  }),
};

/** What has been said already: right, and without effect. */
export const repeats: Readonly<Record<CaseStatus, readonly CaseActionType[]>> = {
  new: [],
  acknowledged: ['case.acknowledged'],
  on_hold: ['case.acknowledged'],
  resolved: [],
};
