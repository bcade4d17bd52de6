import type { SeenRow } from '#libs/contracts/seen-case.js';

/** What a case is ordered by, of which the first that differs decides; smaller is more urgent. */
export type Urgency = readonly [status: number, level: number, patients: number, caseId: string];

const statuses = ['new', 'acknowledged', 'on_hold', 'resolved'] as const satisfies readonly SeenRow['status'][];
const levels = ['critical', 'high', 'medium', 'low', 'informational'] as const satisfies readonly SeenRow['level'][];

/** First what nobody has taken, then by level, then by patients: what must be looked at first. What is of other clinics too may be any number, and stands before what is known. */
export function urgencyOf({ status, level, patients, case_id }: SeenRow): Urgency {
  return [statuses.indexOf(status), levels.indexOf(level), -(patients ?? Number.MAX_SAFE_INTEGER), case_id];
}

/** Below zero where `one` is more urgent than `other`, zero for the same case as it stands. */
export function compareUrgency(one: Urgency, other: Urgency): number {
  const [status, level, patients, caseId] = one;
  const [otherStatus, otherLevel, otherPatients, otherId] = other;
  return (
    status - otherStatus || level - otherLevel || patients - otherPatients || (caseId === otherId ? 0 : caseId < otherId ? -1 : 1)
  );
}
