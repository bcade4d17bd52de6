import { accountsListedMax, blockPatientsMax, type ChangeType, type IncidentChange, levels } from '#libs/contracts/incident.js';
import { categories, type SubjectKind } from '#libs/contracts/vocabulary.js';
import type { Incident } from './incident.js';
import { digest } from './incident-digest.js';
import { isoOfMs } from '../scan/iso-time.js';
import type { Marks } from '../memory/marks.js';
import { placeOf } from '../scan/subject-reader.js';

/** What a change adds to the incident it tells of. */
export interface ChangeContext {
  readonly type: ChangeType;
  /** What sets changes of one type and incident apart: the step, the rule, the number of the closing. */
  readonly what: string;
  readonly changedAt: number;
  readonly mergedInto: string;
  readonly kind: 'incidents' | 'suppressed';
  readonly subject: SubjectKind;
}

/** The state of the incident as a row of `vigie.incidents.v1`. `selectionIds` are by number. */
export function changeOf(
  incident: Incident,
  context: ChangeContext,
  selectionIds: readonly string[],
  marks: Marks,
): IncidentChange {
  const { opening } = incident;
  const merged = context.mergedInto !== '';
  const gone = merged || incident.state === 'withdrawn';
  const matches = incident.inOrder;
  const named = new Set([...matches.map(({ selection }) => selection), ...marks.sets.members(incident.firedSet)]);
  const seen = [...incident.marks].filter(([, set]) => marks.sets.meet(set, incident.firedSet)).map(([mark]) => mark);
  const mask = seen.reduce((all, mark) => all | marks.maskOf(mark), 0);
  const { clinics, accounts } = placesOf(
    seen.map((mark) => marks.clinicText(mark)),
    context.subject,
  );
  return {
    incident_id: opening.id,
    group_id: opening.groupId,
    subject_kind: context.subject,
    actor_id: opening.actorId,
    accounts: accounts.slice(0, accountsListedMax),
    account_count: context.subject === 'account' ? 1 : accounts.length,
    ...(context.subject === 'id_block' && !gone && blockPatientsOf(incident)),
    state: merged ? 'merged' : incident.state,
    first_time: isoOfMs(incident.firstTime),
    last_time: isoOfMs(incident.lastTime),
    detected_at: isoOfMs(opening.detectedAt),
    patients: gone ? 0 : incident.patients,
    patients_at_firing: gone ? 0 : incident.patientsAtFiring,
    patients_at_detection: incident.patientsAtDetection,
    clinics,
    categories: categories.filter((_, index) => (mask & (1 << index)) !== 0),
    rules: matches.map(({ ruleId }) => ruleId),
    rule_matches: matches.map((match) => ({
      rule_id: match.ruleId,
      ...match.shown,
      value: match.value,
      spread: match.spread,
      first_fired: isoOfMs(match.firstFired),
      last_fired: isoOfMs(match.lastFired),
    })),
    rule_selections: matches.map(({ selection }) => selectionIds[selection] ?? ''),
    // More than those of its rules where it was told by others before: `patients` counts by all of them.
    selections: [...new Set([...named].map((selection) => selectionIds[selection] ?? ''))],
    level: levels[Math.max(...matches.map(({ shown }) => levels.indexOf(shown.level)))] ?? 'informational',
    step: gone ? 0 : incident.step,
    found: incident.isLate ? 'late' : 'live',
    late_seconds: incident.isLate ? incident.lateMs / 1000 : 0,
    detection_delay_seconds: (opening.detectedAt - opening.completedBy) / 1000,
    merged_into: context.mergedInto,
    suppressed_by: context.kind === 'suppressed' ? [...incident.exceptions] : [],
    change_type: context.type,
    change_id: digest(opening.id, context.type, context.what),
    changed_at: isoOfMs(context.changedAt),
    version: incident.version,
    received_at: isoOfMs(incident.receivedAt),
  };
}

/** Clinics and accounts of the marks of an incident; an account's own are not listed. */
function placesOf(texts: readonly string[], subject: SubjectKind) {
  const places = subject === 'account' ? texts.map((clinic) => ({ clinic, actor: '' })) : texts.map(placeOf);
  return { clinics: distinct(places.map(({ clinic }) => clinic)), accounts: distinct(places.map(({ actor }) => actor)) };
}

/** Pseudonyms of the patients that count, as texts sort. Of an incident that ended long ago none is held. */
function blockPatientsOf({ patientSet, firedSet }: Incident): Pick<IncidentChange, 'block_patients'> {
  const patients = patientSet.textsOf(firedSet).toSorted().slice(0, blockPatientsMax);
  return patients.length > 0 ? { block_patients: patients } : {};
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '').toSorted();
}
