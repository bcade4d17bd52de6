import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { PatientReference } from '../event.js';
import { identifiersOf, listOf, objectOf, textOf } from '../fhir/elements.js';
import { byIdentifier, byLogicalId, chosenIdentifier } from '../fhir/patient-reference.js';
import { askedBy } from '../fhir/query.js';
import type { JsonObject } from '../json/parse-item.js';
import { WorkMeter } from '../work-meter.js';
import type { Stay } from './stay.js';
import { stayTime } from './stay-time.js';

/** Status of an Encounter or an Appointment (R4 and R5) that says that it did not take place. */
const cancelled: readonly string[] = ['cancelled', 'entered-in-error', 'discontinued', 'noshow'];
/** And those of an Encounter that say that it has not begun. */
const planned: readonly string[] = ['planned'];

/** Patients of a Bundle, by the references that its other entries have for them. */
export type BundlePatients = ReadonlyMap<string, JsonObject>;

/** The stay of an Encounter or an Appointment: of each of its patients one, since a session of a group has several. */
export function fhirStays(
  resource: JsonObject,
  patients: BundlePatients,
  authorities: readonly string[],
): Accepted<readonly Stay[]> | Rejected {
  const type = textOf(resource['resourceType']);
  const isAppointment = type === 'Appointment';
  if (!isAppointment && type !== 'Encounter')
    return rejected('not_a_stay', 'resourceType', 'a stay is an Encounter or an Appointment');
  const of = patientsOf(subjectsOf(resource), withContained(resource, patients), authorities);
  if (of.length === 0)
    return rejected(
      'unreadable_patient',
      isAppointment ? 'participant' : 'subject',
      `the ${type} names no patient by a number or a reference`,
    );
  const [identifier] = identifiersOf(resource['identifier']);
  const id = identifier ? `${identifier.system ?? ''}|${identifier.value}` : textOf(resource['id']);
  if (!id)
    return rejected(
      'missing_field',
      'id',
      `the ${type} has neither an identifier nor an id, by which a later version would take its place`,
    );
  const status = textOf(resource['status']) ?? '';
  const isPlanned = isAppointment || planned.includes(status);
  const [first, last] = spanOf(resource, isAppointment);
  if (first === undefined) return rejected('missing_field', isAppointment ? 'start' : 'period', `the ${type} says no begin`);
  const begin = stayTime(first, isAppointment ? 'start' : 'period.start');
  if (begin.kind === 'rejected') return begin;
  const end = last === undefined ? undefined : stayTime(last, isAppointment ? 'end' : 'period.end');
  if (end?.kind === 'rejected') return end;
  const stay = {
    id: `${type} ${id}`,
    clinicId: clinicOf(resource),
    beginMs: begin.value,
    ...(end && { endMs: Math.max(begin.value, end.value) }),
    isPlanned,
    isCancelled: cancelled.includes(status),
  };
  return accepted(of.map((patient) => ({ ...stay, patient })));
}

/** Begin and end; an appointment without an end, and a planned Encounter, end when they begin. */
function spanOf(resource: JsonObject, isAppointment: boolean): readonly [unknown, unknown] {
  if (isAppointment) return [resource['start'] ?? undefined, resource['end'] ?? resource['start'] ?? undefined];
  const period = objectOf(resource['actualPeriod'] ?? resource['period']);
  const start = period['start'] ?? resource['plannedStartDate'] ?? undefined;
  const isActual = period['start'] !== undefined;
  return [start, period['end'] ?? (isActual ? undefined : (resource['plannedEndDate'] ?? start)) ?? undefined];
}

/** References to who it is about: `subject`, and participants that are patients. */
function subjectsOf(resource: JsonObject): readonly JsonObject[] {
  const participants = listOf(resource['participant']).map(({ actor }) => objectOf(actor));
  return [objectOf(resource['subject']), ...participants.filter((actor) => isPatient(actor))];
}

function isPatient(actor: JsonObject): boolean {
  return textOf(actor['type']) === 'Patient' || /(?:^|\/)Patient\//.test(textOf(actor['reference']) ?? '');
}

/** The establishment of an Encounter by its identifier, its address or its name; an Appointment has none. */
function clinicOf(encounter: JsonObject): string {
  const provider = objectOf(encounter['serviceProvider']);
  const [identifier] = identifiersOf(provider['identifier']);
  const id = /(?:^|\/)Organization\/([\w.-]{1,64})(?:$|\/)/.exec(textOf(provider['reference']) ?? '')?.[1];
  return identifier?.value ?? id ?? textOf(provider['display']) ?? '';
}

/** The patients of a Bundle, and those inside of one resource. */
function withContained(resource: JsonObject, patients: BundlePatients): BundlePatients {
  const contained = listOf(resource['contained']);
  if (!contained.length) return patients;
  return new Map([...patients, ...contained.map((inner) => [`#${textOf(inner['id']) ?? ''}`, inner] as const)]);
}

function patientsOf(
  subjects: readonly JsonObject[],
  patients: BundlePatients,
  authorities: readonly string[],
): readonly PatientReference[] {
  return subjects.flatMap((subject) => {
    const reference = textOf(subject['reference']) ?? '';
    const known = patients.get(reference.replace(/\/_history\/.*$/, ''));
    const number = chosenIdentifier(known?.['identifier'] ?? subject['identifier'], true, authorities);
    const id = /(?:^|\/)Patient\/([\w.-]{1,64})(?:$|\/)/.exec(reference)?.[1];
    // As in a transaction: `Patient?identifier=system|value`.
    const asked = reference.includes('?') ? askedBy(reference, new WorkMeter()).patients[0] : undefined;
    return (number && byIdentifier(number)) ?? (id ? byLogicalId(id) : undefined) ?? asked ?? [];
  });
}
