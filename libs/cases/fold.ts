import type { CaseAction } from '#libs/contracts/case-action.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { applyAction } from './apply-action.js';
import { applyChange } from './apply-change.js';
import { Cases, type Observe } from './cases.js';
import type { CasePolicy } from './policy.js';
import { type CaseRecords, inOrder, opens } from './records.js';

/**
 * The cases that records make, as they stand at `now` (milliseconds): a function of the records alone, whoever read them and in whatever
 * order the two topics came.
 *
 * Actions go in the order of their topic; before each go the changes that lay before it (`seen_incidents`). What no action has seen comes
 * last. What the clock does (a hold that ends, a case that nobody touches) happens at its own time between them.
 */
export function foldCases(records: CaseRecords, now: number, policy: CasePolicy, observe?: Observe): Cases {
  const cases = new Cases(policy, observe);
  const changes = new ChangeLanes(cases, records.changes);
  for (const action of inOrder<CaseAction>(records.actions, ({ at }) => at)) {
    changes.applyUpTo(seenBy(action, records));
    applyAction(cases, action);
  }
  changes.applyUpTo(new Map([...records.changes.keys()].map((id) => [id, Infinity])));
  for (const one of cases.standing.values()) cases.pass(one, now);
  return cases;
}

/**
 * Newest version of each incident that lies before an action: what it says, and at least what opened its case. An incident that it links and had
 * not seen comes when it opens: to bring it before the action would change lines that were told long ago.
 */
function seenBy(action: CaseAction, records: CaseRecords): ReadonlyMap<string, number> {
  const seen = new Map(action.seen_incidents.map(({ incident_id, version }) => [incident_id, version]));
  const opened = records.changes.get(action.case_id)?.find(opens)?.version ?? 0;
  return seen.set(action.case_id, Math.max(opened, seen.get(action.case_id) ?? 0));
}

/** The changes of incidents that are not yet applied. */
class ChangeLanes {
  readonly #next = new Map<string, number>();

  constructor(
    private readonly cases: Cases,
    private readonly changes: ReadonlyMap<string, readonly IncidentChange[]>,
  ) {}

  applyUpTo(versions: ReadonlyMap<string, number>): void {
    const lanes = [...versions].map(([id, version]) => [id, this.#waiting(id, version)] as const);
    for (const change of inOrder<IncidentChange>(lanes, ({ changed_at }) => changed_at)) this.#apply(change);
  }

  #waiting(id: string, version: number): readonly IncidentChange[] {
    const rest = (this.changes.get(id) ?? []).slice(this.#next.get(id) ?? 0);
    const beyond = rest.findIndex((change) => change.version > version);
    return beyond < 0 ? rest : rest.slice(0, beyond);
  }

  /** A merge comes after everything that the incident that it names had been through by then. */
  #apply(change: IncidentChange): void {
    const { incident_id: id, version, merged_into: into } = change;
    if ((this.changes.get(id)?.[this.#next.get(id) ?? 0]?.version ?? Infinity) > version) return;
    if (into !== '' && into !== id) this.applyUpTo(new Map([[into, version - 1]]));
    this.#next.set(id, (this.#next.get(id) ?? 0) + 1);
    applyChange(this.cases, change);
  }
}
