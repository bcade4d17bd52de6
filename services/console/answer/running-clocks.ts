import type { CaseBook } from '#libs/cases/case-book.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { type CaseClock, clocksOfCase } from '#libs/routing/deadline-plan.js';

/** Clocks of cases that were resolved go on for this long at most, in milliseconds. */
const clocksMsMax = 62 * 86_400_000;

export interface RunningClock extends CaseClock {
  readonly case_id: string;
}

/** The clocks of some cases that run at `now` (milliseconds of the wall clock), over or not, the one that ends first before the others. */
export function runningClocks(book: CaseBook, rows: readonly CaseRow[], lengths: Lengths, now: number): readonly RunningClock[] {
  const { controllers } = book.policy;
  return rows
    .filter(({ resolved_at }) => resolved_at === null || now - Date.parse(resolved_at) < clocksMsMax)
    .flatMap(({ case_id }) => book.caseOf(case_id, now) ?? [])
    .flatMap((view) =>
      clocksOfCase(view, { lengths, controllers, until: now }).map((clock) => ({ ...clock, case_id: view.row.case_id })),
    )
    .filter(({ state }) => state === 'running')
    .toSorted((one, other) => (one.due_at < other.due_at ? -1 : 1));
}
