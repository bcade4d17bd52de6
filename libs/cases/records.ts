import type { CaseAction } from '#libs/contracts/case-action.js';
import type { ChangeType, IncidentChange } from '#libs/contracts/incident.js';

/** Changes that make a case of an incident that has none: whatever is told of an incident that stands. */
const opening: readonly ChangeType[] = ['incident.opened', 'incident.step', 'incident.rule_added', 'incident.closed'];

export function opens(change: IncidentChange): boolean {
  return opening.includes(change.change_type);
}

/** Everything that was read of some cases, each record once, in an order that does not depend on how it was read. */
export interface CaseRecords {
  /** Changes of each incident by rising `version`. */
  readonly changes: ReadonlyMap<string, readonly IncidentChange[]>;
  /** Actions by the `case_id` they bear, in the order of their topic. */
  readonly actions: ReadonlyMap<string, readonly CaseAction[]>;
}

/** A record and the wall time that it sorts by: the latest of its lane so far, so that a lane keeps its order. */
interface Placed<Record> {
  readonly record: Record;
  readonly at: string;
  readonly lane: string;
  readonly index: number;
}

/**
 * All records of all lanes in one order. It is by time, but keeps the order of each lane whatever its clocks say, and two records stand in
 * the same order whichever other lanes there are.
 */
export function inOrder<Record>(
  lanes: Iterable<readonly [string, readonly Record[]]>,
  timeOf: (record: Record) => string,
): readonly Record[] {
  const placed: Placed<Record>[] = [];
  for (const [lane, records] of lanes) {
    let latest = '';
    records.forEach((record, index) => {
      const at = timeOf(record);
      if (at > latest) latest = at;
      placed.push({ record, at: latest, lane, index });
    });
  }
  return placed.toSorted(byPlace).map(({ record }) => record);
}

function byPlace(one: Placed<unknown>, other: Placed<unknown>): number {
  if (one.at !== other.at) return one.at < other.at ? -1 : 1;
  if (one.lane !== other.lane) return one.lane < other.lane ? -1 : 1;
  return one.index - other.index;
}

/** Ids of the incidents that an action names: the first of its case, and those that it links. */
export function namedBy(action: CaseAction): readonly string[] {
  return action.type === 'case.linked' ? [action.case_id, ...action.incident_ids] : [action.case_id];
}
