import type { CaseAction } from '#libs/contracts/case-action.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import type { CaseStateRow } from '#libs/contracts/case-state-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { type CaseState, rowOf } from './case-state.js';
import type { Observe } from './cases.js';
import { statesOf } from './case-states.js';
import { Connected, type Group } from './connected.js';
import { foldCases } from './fold.js';
import { type CasePolicy, standardPolicy } from './policy.js';
import type { CaseEntry } from './timeline.js';

/** A case with everything that is known of it. */
export interface CaseView {
  readonly row: CaseRow;
  /** Its lines, oldest first. */
  readonly entries: readonly CaseEntry[];
  readonly state: CaseState;
}

/** Cases that are connected with each other. `key` is the same object for as long as they are. */
export interface CaseGroup {
  readonly key: object;
  readonly id: string;
  readonly records: number;
  readonly dueAt: number | undefined;
}

/**
 * All cases of the records that were added: in any order of the two topics, any number of times each, as long as the records of one
 * incident, and the actions of one case, come for the first time in the order of their topic. Every question names the instant (`now`,
 * milliseconds of the wall clock) for which it is asked, because a hold ends and an untouched case is new again by time alone.
 */
export class CaseBook {
  readonly #connected = new Connected();

  constructor(readonly policy: CasePolicy = standardPolicy) {}

  /** Adds one change of the scorer; `false` when it was known. */
  addChange(change: IncidentChange): boolean {
    return this.#connected.addChange(change);
  }

  /** Adds one action; `false` when its `action_id` was known. */
  addAction(action: CaseAction): boolean {
    return this.#connected.addAction(action);
  }

  hasAction(actionId: string): boolean {
    return this.#connected.hasAction(actionId);
  }

  /** The case that the id of a case or of one of its incidents leads to. */
  caseOf(id: string, now: number): CaseView | undefined {
    const folded = this.#foldAt(id, now);
    const state = folded?.cases.of(id);
    const row = state && folded?.rows.get(state.caseId);
    return row && { row, entries: state.entries, state };
  }

  /** The `case_id`s that ids beginning so lead to. */
  casesBeginning(prefix: string, now: number): readonly string[] {
    const ids = this.#connected.idsBeginning(prefix).flatMap((id) => this.#foldAt(id, now)?.cases.of(id)?.caseId ?? []);
    return [...new Set(ids)].toSorted();
  }

  /** Every case, by the time of its opening, the newest first. */
  rows(now: number): readonly CaseRow[] {
    return this.unsortedRows(now).toSorted((one, other) =>
      one.opened_at === other.opened_at ? compare(one.case_id, other.case_id) : compare(other.opened_at, one.opened_at),
    );
  }

  /** The same in any order: for counting. */
  unsortedRows(now: number): readonly CaseRow[] {
    return this.#folds(now).flatMap(({ rows }) => [...rows.values()]);
  }

  /** Those that are not resolved. */
  openRows(now: number): readonly CaseRow[] {
    return this.rows(now).filter(({ status }) => status !== 'resolved');
  }

  /**
   * Cases as they are stored, of the groups that have changed since `known` was given last: it remembers what it has seen. Without it all.
   */
  states(now: number, known: WeakMap<object, object> = new WeakMap()): readonly CaseStateRow[] {
    return [...this.#connected.groups()].flatMap((group) => {
      const folded = group.foldAt(now, this.policy);
      if (known.get(group) === folded) return [];
      known.set(group, folded);
      return statesOf(folded.cases, group.records);
    });
  }

  /** What became of an action: its line, in the case that it went to. */
  entryOf(action: Pick<CaseAction, 'action_id' | 'case_id'>, now: number): CaseEntry | undefined {
    const lines = this.#foldAt(action.case_id, now)?.cases.of(action.case_id)?.entries ?? [];
    return lines.find(({ id }) => id === action.action_id);
  }

  /**
   * Each line of the cases that an id is connected with, the case as it stood right after it, and the ids of its incidents, merged ones
   * among them; in the order in which they happened.
   */
  replay(id: string, now: number, observe: (entry: CaseEntry, row: CaseRow, members: readonly string[]) => void): void {
    const records = this.#connected.groupOf(id);
    const withRow: Observe = (entry, one) => observe(entry, rowOf(one, this.policy), [...one.members.keys()]);
    if (records) foldCases(records, now, this.policy, withRow);
  }

  /**
   * Cases that are connected with each other: `id` is that of one of them, `records` grows with every record of any of them, and `dueAt` is
   * when the clock alone changes one next (milliseconds).
   */
  groups(now: number): readonly CaseGroup[] {
    return [...this.#connected.groups()].flatMap((group) => {
      const [id] = group.ids;
      group.foldAt(now, this.policy);
      return id === undefined ? [] : [{ key: group, id, records: group.records, dueAt: group.folded?.dueAt }];
    });
  }

  /** Every clinic that any change has named of the incidents that are connected with a case, those that have left it among them. */
  everTouched(id: string): readonly string[] {
    const lanes = [...(this.#connected.groupOf(id)?.changes.values() ?? [])];
    return [...new Set(lanes.flat().flatMap(({ clinics }) => clinics))];
  }

  /** Newest version of each incident of a case, and of others that an action names: what an action written now has seen. */
  seenBy(ids: readonly string[], now: number): CaseAction['seen_incidents'] {
    const all = new Set(ids.flatMap((id) => [id, ...(this.caseOf(id, now)?.state.members.keys() ?? [])]));
    return [...all].slice(0, 1_000).flatMap((incident_id) => {
      const version = this.#connected.groupOf(incident_id)?.changes.get(incident_id)?.at(-1)?.version;
      return version === undefined ? [] : [{ incident_id, version }];
    });
  }

  /** The next instant at which the clock alone changes a case, after `now`. */
  nextDue(now: number): number | undefined {
    this.#folds(now);
    const dues = [...this.#connected.groups()].flatMap((group) => group.folded?.dueAt ?? []);
    return dues.length > 0 ? Math.min(...dues) : undefined;
  }

  #foldAt(id: string, now: number): Group['folded'] {
    return this.#connected.groupOf(id)?.foldAt(now, this.policy);
  }

  #folds(now: number): readonly NonNullable<Group['folded']>[] {
    return [...this.#connected.groups()].map((group) => group.foldAt(now, this.policy));
  }
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
