import type { SeenRow } from '#libs/contracts/seen-case.js';
import type { CaseClock } from '#libs/routing/deadline-plan.js';

/** Clocks of cases that were resolved go on for this long at most, in milliseconds. */
const clocksMsMax = 62 * 86_400_000;

export interface RunningClock extends CaseClock {
  readonly case_id: string;
}

/** The clocks of some cases that run at `now` (milliseconds of the wall clock), over or not, the one that ends first before the others. */
export function runningClocks(
  rows: readonly Pick<SeenRow, 'case_id' | 'resolved_at'>[],
  now: number,
  clocksOf: (caseId: string) => readonly CaseClock[],
): readonly RunningClock[] {
  return rows
    .filter(({ resolved_at }) => resolved_at === null || now - Date.parse(resolved_at) < clocksMsMax)
    .flatMap(({ case_id }) => clocksOf(case_id).map((clock) => ({ ...clock, case_id })))
    .filter(({ state }) => state === 'running')
    .toSorted((one, other) => (one.due_at < other.due_at ? -1 : 1));
}
