import type { CaseAction } from '#libs/contracts/case-action.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { rowOf } from './case-state.js';
import { type Cases, dueOf } from './cases.js';
import { foldCases } from './fold.js';
import type { CasePolicy } from './policy.js';
import { type CaseRecords, namedBy } from './records.js';
import { sharing } from './shared.js';

/** The records of incidents that a merge or a link ties together, and their cases as last folded. */
export class Group implements CaseRecords {
  readonly changes = new Map<string, IncidentChange[]>();
  readonly actions = new Map<string, CaseAction[]>();
  /** Every id of an incident or of a case that leads here. */
  readonly ids = new Set<string>();
  /** How many records it has. */
  records = 0;
  folded:
    | {
        readonly cases: Cases;
        /** By `case_id`. */
        readonly rows: ReadonlyMap<string, CaseRow>;
        readonly at: number;
        readonly dueAt: number | undefined;
        readonly edition: number;
      }
    | undefined;

  grew(): void {
    this.records += 1;
    this.folded = undefined;
  }

  /** Folds again only when a record came or the clock has something to do; other controllers give it other rows. */
  foldAt(now: number, policy: CasePolicy): NonNullable<Group['folded']> {
    const old = this.folded;
    const stands = old && old.at <= now && (old.dueAt === undefined || now < old.dueAt);
    const { edition } = policy.controllers;
    if (stands && old.edition === edition) return old;
    const cases = stands ? old.cases : foldCases(this, now, policy);
    const all = [...cases.standing.values()];
    const dues = all.flatMap((one) => dueOf(one, policy)?.at ?? []);
    const rows = new Map(all.map((one) => [one.caseId, rowOf(one, policy)]));
    this.folded = { cases, rows, at: stands ? old.at : now, dueAt: dues.length > 0 ? Math.min(...dues) : undefined, edition };
    return this.folded;
  }
}

/** Records by the group that they belong to: two that could ever touch one case are in one group, so that it is folded for itself. */
export class Connected {
  readonly #groupOf = new Map<string, Group>();
  readonly #groups = new Set<Group>();
  readonly #changeIds = new Set<string>();
  readonly #actionIds = new Set<string>();

  addChange(change: IncidentChange): boolean {
    const { change_id: id, incident_id: incident, merged_into: into, version } = change;
    if (this.#changeIds.has(id)) return false;
    this.#changeIds.add(id);
    const group = this.#tied(into === '' ? [incident] : [incident, into]);
    const lane = group.changes.get(incident) ?? [];
    const after = lane.findLastIndex((known) => known.version <= version);
    if (lane[after]?.version === version) return false;
    lane.splice(after + 1, 0, sharing(change, lane[after] ?? lane[0]));
    group.changes.set(incident, lane);
    group.grew();
    return true;
  }

  addAction(action: CaseAction): boolean {
    if (this.#actionIds.has(action.action_id)) return false;
    this.#actionIds.add(action.action_id);
    const group = this.#tied([...namedBy(action), ...action.seen_incidents.map(({ incident_id }) => incident_id)]);
    const lane = group.actions.get(action.case_id) ?? [];
    lane.push(action);
    group.actions.set(action.case_id, lane);
    group.grew();
    return true;
  }

  hasAction(actionId: string): boolean {
    return this.#actionIds.has(actionId);
  }

  groupOf(id: string): Group | undefined {
    return this.#groupOf.get(id);
  }

  groups(): Iterable<Group> {
    return this.#groups;
  }

  idsBeginning(prefix: string): readonly string[] {
    return [...this.#groupOf.keys()].filter((id) => id.startsWith(prefix));
  }

  /** The one group of all these ids: of several the smaller ones go over into the largest. */
  #tied(ids: readonly string[]): Group {
    const found = [...new Set(ids.flatMap((id) => this.#groupOf.get(id) ?? []))].toSorted(
      (one, other) => other.ids.size - one.ids.size,
    );
    const [group = new Group(), ...others] = found;
    this.#groups.add(group);
    for (const other of others) this.#takeOver(other, group);
    for (const id of ids) this.#lead(id, group);
    return group;
  }

  #takeOver(from: Group, into: Group): void {
    for (const [id, lane] of from.changes) into.changes.set(id, lane);
    for (const [id, lane] of from.actions) into.actions.set(id, lane);
    into.records += from.records;
    for (const id of from.ids) this.#lead(id, into);
    this.#groups.delete(from);
  }

  #lead(id: string, to: Group): void {
    this.#groupOf.set(id, to);
    to.ids.add(id);
  }
}
