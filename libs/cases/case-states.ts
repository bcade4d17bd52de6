import type { CaseStateRow } from '#libs/contracts/case-state-row.js';
import { type CaseState, iso, rowOf } from './case-state.js';
import type { Cases } from './cases.js';

/** What the clock does to cases between two records is less than this. */
const timedMax = 2 ** 16;

/** The cases of a group as they are stored, those that were joined to another among them. `records` is how many the group has. */
export function statesOf(cases: Cases, records: number): readonly CaseStateRow[] {
  const place = records * timedMax + Math.min(cases.timed, timedMax - 1);
  const state = (one: CaseState, joined: string): CaseStateRow => ({
    ...rowOf(one, cases.policy),
    members: [...one.members].map(([incident_id, { linkedAt, linkedBy }]) => ({
      incident_id,
      linked_at: iso(linkedAt),
      linked_by: linkedBy,
    })),
    joined_into: joined,
    place,
  });
  const joined = [...cases.joined].flatMap(([id, { was }]) => {
    const into = cases.of(id)?.caseId;
    return into === undefined || into === id ? [] : [state(was, into)];
  });
  return [...[...cases.standing.values()].map((one) => state(one, '')), ...joined];
}
