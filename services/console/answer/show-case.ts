import type { CaseView } from '#libs/cases/case-book.js';
import { type CaseEntry, countedOf } from '#libs/cases/timeline.js';

/** A case with what is in it: `GET /v1/cases/{id}`. */
export function shownCase({ row, state }: CaseView): object {
  return {
    case: row,
    incidents: [...state.members.values()].map(({ change, linkedAt, linkedBy }) => ({
      incident_id: change.incident_id,
      subject_kind: change.subject_kind,
      actor_id: change.actor_id,
      accounts: change.accounts,
      account_count: change.account_count,
      state: change.state,
      level: change.level,
      patients: change.patients,
      clinics: change.clinics,
      rules: change.rules,
      rule_matches: change.rule_matches,
      detected_at: change.detected_at,
      patients_at_firing: change.patients_at_firing,
      first_time: change.first_time,
      last_time: change.last_time,
      linked_at: new Date(linkedAt).toISOString(),
      linked_by: linkedBy,
    })),
    notes: [...state.notes.values()].map(({ noteId, by, at, texts }) => ({
      note_id: noteId,
      by,
      at,
      text: texts.at(-1)?.text ?? '',
      /** What it said before, oldest first. */
      struck: texts.slice(0, -1),
    })),
    measures: countedOf(state).filter(({ type }) => type === 'case.measure'),
    breaches: countedOf(state).filter(({ type }) => type.startsWith('breach.')),
  };
}

/** A line of the timeline as it is shown. What counted for nothing stands there too, and says so. */
export function shownLine({ place: _place, writtenIn: _writtenIn, action, ...line }: CaseEntry): object {
  return { ...line, ...(action && { via: action.via, action }) };
}
