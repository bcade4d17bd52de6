import { isStoredSubject, type SubjectKind, subjectColumns } from '#libs/contracts/vocabulary.js';

/**
 * What equals `{actor}` for the accesses of `vigie.accesses` that belong to that subject, in SQL. Of a block of numbers these are the accesses to the patients
 * whom its incidents name, in their clinics: the block itself is stored nowhere. Needs the parameters `group` and `actor`.
 */
export function subjectSql(subject: SubjectKind): string {
  if (isStoredSubject(subject)) return subjectColumns[subject];
  return `if((clinic_id, patient_id) IN (
        SELECT arrayJoin(clinics), arrayJoin(block_patients)
        FROM vigie.incident_latest
        WHERE group_id = {group:String} AND subject_kind = '${subject}' AND actor_id = {actor:String}
    ), {actor:String}, '')`;
}
