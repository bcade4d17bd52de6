import type { PatientReference } from '../event.js';
import { chooseIdentifier, isNationalNumber } from '../identity.js';
import type { JsonObject } from '../json/parse-item.js';
import { hasCode, type Identifier, listOf, textOf } from './elements.js';
import { byIdentifier, byLogicalId, fhirAuthority } from './patient-reference.js';
import type { SearchedFor } from './query.js';
import type { Reference, References } from './references.js';

/** National patient identifiers: INS-C, INS-NIR and INS-NIA with their test twins, the German KVNR, the NHS number. */
const patientSystem =
  /^(?:(?:urn:oid:)?1\.2\.250\.1\.213\.1\.4\.(?:2|8|9|10|11)|https?:\/\/fhir\.de\/sid\/gkv\/kvid-10|https?:\/\/fhir\.nhs\.uk\/Id\/nhs-number)$/i;
/** Kinds of numbers that only patients have: HL7 v2's table 0203, and those of the French identity. */
const patientKinds: readonly string[] = [
  'MR',
  'MRT',
  'PI',
  'PT',
  'PNT',
  'AN',
  'VN',
  'INS',
  'INS-C',
  'INS-NIR',
  'INS-NIA',
  'NIR',
  'NIA',
  'IPP',
];
const insuranceSystem = 'http://fhir.de/sid/gkv/kvid-10';

/** The patients of an event, and the places that speak of one who cannot be told apart from others. */
export interface PatientsOf {
  readonly patients: readonly PatientReference[];
  /** Fields such as `entity[2].what`. */
  readonly unreadable: readonly string[];
}

/**
 * The patients of an AuditEvent: entities in the role of the patient, references to Patient, identifiers in a patient's numbering, R5's
 * `patient`; and where none of these says anything, the patients that the recorded search asks for. Those that it asks for beside others
 * count when they are given in the same numbering: otherwise they may be the same people.
 */
export function patientsOf(resource: JsonObject, references: References, searches: readonly SearchedFor[]): PatientsOf {
  const places = [
    ...listOf(resource['entity']).map((entity, index) => inEntity(entity, references, `entity[${index}].what`)),
    ...listOf(resource['patient']).map((patient) => place(references.of(patient), 'patient')),
  ];
  const named = onePerServerId(places.flatMap(({ people }) => people)).map((numbers) =>
    chooseIdentifier(numbers, references.authorities),
  );
  const unreadable = places.flatMap(({ field }) => field ?? []);
  const asked = searches.flatMap(({ patients }) => patients);
  const authorities = new Set(named.map(({ authority }) => authority));
  const requested = searches.flatMap(({ patients, isMessage }) => (isMessage ? [] : patients));
  const beside = named.length ? requested.filter(({ authority }) => authorities.has(authority)) : asked;
  // Whoever is named by the search and by nothing else is the one whom the entity stands for.
  const explained = !named.length && unreadable.length <= distinct(asked).length;
  return { patients: distinct([...named, ...beside]), unreadable: explained ? [] : unreadable };
}

/** The numbers of one patient. */
type Numbers = readonly PatientReference[];

/** Entities with the same id of a server are about one patient, whatever numbers stand beside it. Nothing else joins them: senders repeat other values. */
function onePerServerId(people: readonly Numbers[]): readonly Numbers[] {
  const joined = Map.groupBy(people, (numbers) => numbers.find(({ authority }) => authority === fhirAuthority)?.id ?? numbers);
  return [...joined.values()].map((groups) => groups.flat());
}

/** Whether a reference is to a patient, or gives a number that only patients have. */
export function isPatient({ type, identifier, asked }: Reference): boolean {
  if (type === 'Patient' || asked?.type === 'Patient') return true;
  return identifier !== undefined && isPatientNumber(identifier);
}

/** Whether a reference is to a patient, or to somebody of a patient's, whose name tells the patient's. */
export function isOfPatient(reference: Reference): boolean {
  return isPatient(reference) || reference.isAboutPatient === true;
}

/** The best name for an organisation, a device or a person: identifier, then logical id, then what is displayed. None for a patient. */
export function nameOf(reference: Reference): string | undefined {
  return isOfPatient(reference) ? undefined : (reference.identifier?.value ?? reference.id ?? reference.display);
}

function isPatientNumber({ system, value, kinds }: Identifier): boolean {
  if (patientSystem.test(system ?? '') || kinds?.some((kind) => patientKinds.includes(kind))) return true;
  return isNationalNumber(value);
}

/** The patient of a reference: of its numbers the best, as `chooseIdentifier` has it. */
export function fromReference(reference: Reference, authorities: readonly string[]): readonly PatientReference[] {
  return numbersOf(reference).map((numbers) => chooseIdentifier(numbers, authorities));
}

/** Identifier and id of the one patient of a reference, or the patients whom a search asks for that stands in its place. */
function numbersOf({ identifier, id, type, asked }: Reference): readonly Numbers[] {
  const one = [identifier && byIdentifier(identifier), id === undefined ? undefined : byLogicalId(id, type)];
  const numbers = one.filter((number) => number !== undefined);
  return numbers.length ? [numbers] : (asked?.patients ?? []).map((patient) => [patient]);
}

interface Place {
  readonly people: readonly Numbers[];
  readonly field?: string;
}

function inEntity(entity: JsonObject, references: References, field: string): Place {
  const what = references.of(entity['what']);
  const inRole = hasCode(entity['role'], '1');
  const speaks = isPatient(what) || inRole || Boolean(what.asked?.patients.length);
  const people = speaks && (mayBePatient(what) || !inRole) ? numbersOf(what) : [];
  if (people.length) return { people };
  const byName = fromName(entity, what);
  return speaks && !byName.length ? { people: [], field } : { people: byName.map((patient) => [patient]) };
}

function place(reference: Reference, field: string): Place {
  const people = numbersOf(reference);
  return people.length ? { people } : { people, field };
}

/** Other resources that stand for a person who is treated, or that say nothing of their type. */
function mayBePatient({ type }: Reference): boolean {
  return type === undefined || ['Patient', 'Person', 'RelatedPerson'].includes(type);
}

/** German e-prescription services put the patient's insurance number (a letter, nine digits) into the name of the entity. */
function fromName(entity: JsonObject, { identifier }: Reference): readonly PatientReference[] {
  const name = textOf(entity['name']) ?? '';
  const isTheirs = hasCode(entity['role'], '1') || (identifier?.system?.startsWith('https://gematik.de/') ?? false);
  const patient = isTheirs && /^[A-Z]\d{9}$/.test(name) ? byIdentifier({ system: insuranceSystem, value: name }) : undefined;
  return patient ? [patient] : [];
}

function distinct(patients: readonly PatientReference[]): readonly PatientReference[] {
  return [...new Map(patients.map((patient) => [JSON.stringify([patient.authority, patient.id]), patient])).values()];
}
