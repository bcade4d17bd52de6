import type { CaseRow, CaseStatus } from '#libs/contracts/case-row.js';

/** What a case is ordered by, of which the first that differs decides; smaller is more urgent. */
export type Urgency = readonly [status: number, level: number, patients: number, caseId: string];

interface Urgent {
  readonly status: CaseStatus;
  readonly level: CaseRow['level'];
  /** Null where it counts patients of other clinics too. */
  readonly patients: number | null;
  readonly case_id: string;
}

const statuses = ['new', 'acknowledged', 'on_hold', 'resolved'] as const satisfies readonly CaseStatus[];
const levels = ['critical', 'high', 'medium', 'low', 'informational'] as const satisfies readonly CaseRow['level'][];

/** First what nobody has taken, then by level, then by patients: what must be looked at first. What is of other clinics too may be any number, and stands before what is known. */
export function urgencyOf({ status, level, patients, case_id }: Urgent): Urgency {
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
