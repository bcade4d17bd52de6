import type { CaseView } from '#libs/cases/case-book.js';
import { type CaseState, iso, type Member, rowOf, standing } from '#libs/cases/case-state.js';
import type { CasePolicy } from '#libs/cases/policy.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { SeenIncident, SeenRow } from '#libs/contracts/seen-case.js';
import type { User } from '../users/users.js';

/** Who looks. */
export type Reader = Pick<User, 'id' | 'clinics'>;

export function ownOf({ clinics: seen }: Reader, clinics: readonly string[]): readonly string[] {
  return seen === undefined ? clinics : clinics.filter((clinic) => seen.includes(clinic));
}

/** A row all of whose clinics the reader sees; undefined where it has others too. */
export function wholeRow(row: CaseRow, reader: Reader): SeenRow | undefined {
  return ownOf(reader, row.clinics).length === row.clinics.length ? { ...row, other_clinics: 0 } : undefined;
}

/** The row that the incidents of their clinics make by themselves. What the case came to as a whole, its status and level, it keeps. */
export function partRow({ row, state }: CaseView, reader: Reader, policy: CasePolicy): SeenRow {
  const members = membersOf(state, reader);
  const spanning = new Set(standing({ ...state, members }).filter((change) => isSpanning(change, reader)));
  const own = new Map(
    [...members].map(([id, one]) => [id, { ...one, change: { ...one.change, clinics: [...ownOf(reader, one.change.clinics)] } }]),
  );
  const made = rowOf({ ...state, members: own }, policy);
  const seen = <Figure>(figure: Figure) => (spanning.size > 0 ? null : figure);
  const figures = { patients: seen(made.patients), step: seen(made.step), account_count: seen(made.account_count) };
  return { ...made, level: row.level, ...figures, other_clinics: row.clinics.length - ownOf(reader, row.clinics).length };
}

/** The incidents that touch a clinic of theirs; all for whoever sees all. */
export function membersOf({ members }: CaseState, reader: Reader): Map<string, Member> {
  return new Map(
    [...members].filter(([, { change }]) => reader.clinics === undefined || ownOf(reader, change.clinics).length > 0),
  );
}

function isSpanning({ clinics }: IncidentChange, reader: Reader): boolean {
  return ownOf(reader, clinics).length < clinics.length;
}

/** Null where it counts patients of others too. */
export function seenPatients(change: IncidentChange, reader: Reader): number | null {
  return isSpanning(change, reader) ? null : change.patients;
}

export function seenIncident({ change, linkedAt, linkedBy }: Member, reader: Reader): SeenIncident {
  const {
    incident_id,
    group_id,
    subject_kind,
    actor_id,
    state,
    level,
    rules,
    detected_at,
    detection_delay_seconds,
    first_time,
    last_time,
    found,
    late_seconds,
  } = change;
  const clinics = [...ownOf(reader, change.clinics)];
  const seen = <Figure>(figure: Figure) => (isSpanning(change, reader) ? null : figure);
  return {
    incident_id,
    group_id,
    subject_kind,
    actor_id,
    accounts: seen(change.accounts),
    account_count: seen(change.account_count),
    state,
    level,
    patients: seenPatients(change, reader),
    clinics,
    other_clinics: change.clinics.length - clinics.length,
    categories: seen(change.categories),
    rules,
    rule_matches: change.rule_matches.map((match) => ({ ...match, value: seen(match.value), spread: seen(match.spread) })),
    detected_at,
    detection_delay_seconds,
    patients_at_firing: seen(change.patients_at_firing),
    patients_at_detection: seen(change.patients_at_detection),
    first_time,
    last_time,
    found,
    late_seconds,
    linked_at: iso(linkedAt),
    linked_by: linkedBy,
  };
}
