import type { SeenCase, SeenLine } from '../visible/seen-case.js';
import type { Body } from './answer.js';

/** A case with what is in it: `GET /v1/cases/{id}`. */
export function shownCase(seen: SeenCase): Body {
  const shown = {
    case: seen.row,
    incidents: seen.incidents.map((one) => ({
      incident_id: one.incident_id,
      subject_kind: one.subject_kind,
      actor_id: one.actor_id,
      accounts: one.accounts,
      account_count: one.account_count,
      state: one.state,
      level: one.level,
      patients: one.patients,
      clinics: one.clinics,
      other_clinics: one.other_clinics,
      rules: one.rules,
      rule_matches: one.rule_matches,
      detected_at: one.detected_at,
      patients_at_firing: one.patients_at_firing,
      first_time: one.first_time,
      last_time: one.last_time,
      linked_at: one.linked_at,
      linked_by: one.linked_by,
    })),
    notes: seen.notes.map(({ noteId, by, at, texts }) => ({
      note_id: noteId,
      by,
      at,
      /** Null where it may be about clinics that they do not see. */
      text: texts && (texts.at(-1)?.text ?? ''),
      /** What it said before, oldest first. */
      struck: texts?.slice(0, -1) ?? [],
    })),
    measures: seen.actions('case.measure'),
    breaches: seen.actions('breach.'),
  };
  return shown;
}

/** A line of the timeline as it is shown. What counted for nothing stands there too, and says so. */
export function shownLine({ action, ...line }: SeenLine): object {
  return { ...line, ...(action && { via: action.via, action }) };
}
