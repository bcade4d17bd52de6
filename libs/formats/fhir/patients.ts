import { isNationalNumber } from '#libs/pseudonyms/national-number.js';
import type { PatientReference } from '../event.js';
import { chooseIdentifier } from '../identity.js';
import type { JsonObject } from '../json/parse-item.js';
import { hasCode, type Identifier, listOf, textOf } from './elements.js';
import { byIdentifier, byLogicalId, fhirAuthority } from './patient-reference.js';
import type { SearchedFor } from './query.js';
import type { Reference, References } from './references.js';
import type { Subject } from './targets.js';

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

/** R5's `patient` in an event of an older version. */
const patientExtension = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-AuditEvent.patient';

/** DICOM's role of an object that is the patient. */
export const patientRole: readonly string[] = ['1'];

/** The patients of an event, and the places that speak of one who cannot be told apart from others. */
export interface PatientsOf {
  readonly patients: readonly PatientReference[];
  /** Fields such as `entity[2].what`. */
  readonly unreadable: readonly string[];
}

/**
 * The patients of an AuditEvent: entities in the role of the patient, references to Patient, identifiers in a patient's numbering, R5's
 * `patient`; and where none of these says anything, the patients that the recorded search asks for, and those whom resources are about that are at
 * hand (the subject of a contained Encounter). Those that it asks for beside others count when they are given in the same numbering: otherwise they may be the same people.
 */
export function patientsOf(resource: JsonObject, references: References, searches: readonly SearchedFor[]): PatientsOf {
  const people: Numbers[] = [];
  const stated: Numbers[] = [];
  const unreadable: string[] = [];
  const take = (found: Place, field: string, into = stated) => {
    for (const numbers of found.people) into.push(numbers);
    if (found.isUnreadable) unreadable.push(field);
  };
  listOf(resource['entity']).forEach((entity, index) => take(inEntity(entity, references), `entity[${index}].what`, people));
  for (const patient of listOf(resource['patient'])) take(place(references.of(patient)), 'patient');
  for (const { url, valueReference } of listOf(resource['extension']))
    if (textOf(url) === patientExtension) take(place(references.of(valueReference)), 'extension');
  const about = subjectsOf(resource, references);
  const named = together(onePerServerId(people), stated).map((numbers) => chooseIdentifier(numbers, references.authorities));
  if (!searches.length && !about.length) return { patients: distinct(named), unreadable };
  const asked = [...searches.flatMap(({ patients }) => patients), ...about];
  const authorities = new Set(named.map(({ authority }) => authority));
  const requested = [...searches.flatMap(({ patients, isMessage }) => (isMessage ? [] : patients)), ...about];
  const beside = named.length ? requested.filter(({ authority }) => authorities.has(authority)) : asked;
  // Whoever is named by the search and by nothing else is the one whom the entity stands for.
  const explained = !named.length && unreadable.length <= distinct(asked).length;
  return { patients: distinct([...named, ...beside]), unreadable: explained ? [] : unreadable };
}

/** Whom the resources are about that the event refers to, where they lie beside it. Thousands of entities may refer to one list of thousands. */
function subjectsOf(resource: JsonObject, references: References): readonly PatientReference[] {
  const found: PatientReference[] = [];
  const seen = new Set<readonly Subject[]>();
  const add = (value: unknown) => {
    const { about } = references.of(value);
    if (!about || seen.has(about)) return;
    seen.add(about);
    for (const subject of about) found.push(...ofSubject(subject, references));
  };
  for (const entity of listOf(resource['entity'])) add(entity['what']);
  add(resource['encounter']);
  return found;
}

function ofSubject({ element, isPatients }: Subject, references: References): readonly PatientReference[] {
  const reference = references.of(element);
  const isTheirs = isPatient(reference) || (isPatients && reference.type === undefined && reference.identifier !== undefined);
  return isTheirs ? fromReference(reference, references.authorities) : [];
}

/** The numbers of one patient. */
type Numbers = readonly PatientReference[];

/** R5's `patient` is whom the entities are about: beside one of these a number of another numbering is of the same patient. */
function together(people: readonly Numbers[], stated: readonly Numbers[]): readonly Numbers[] {
  const [one, ...others] = people;
  const [said, ...more] = stated;
  const isSame = one && said && !others.length && !more.length;
  if (!isSame || one.some(({ authority }) => said.some((number) => number.authority === authority)))
    return stated.length ? onePerServerId([...people, ...stated]) : people;
  return [[...one, ...said]];
}

/** Entities with the same id of a server are about one patient, whatever numbers stand beside it. Nothing else joins them: senders repeat other values. */
function onePerServerId(people: readonly Numbers[]): readonly Numbers[] {
  if (people.length < 2) return people;
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
  if ((system && patientSystem.test(system)) || kinds?.some((kind) => patientKinds.includes(kind))) return true;
  return isNationalNumber(value);
}

/** The patient of a reference: of its numbers the best, as `chooseIdentifier` has it. */
export function fromReference(reference: Reference, authorities: readonly string[]): readonly PatientReference[] {
  return numbersOf(reference).map((numbers) => chooseIdentifier(numbers, authorities));
}

/** Identifier and id of the one patient of a reference, or the patients whom a search asks for that stands in its place. */
function numbersOf({ identifier, id, type, asked }: Reference): readonly Numbers[] {
  const numbers: PatientReference[] = [];
  const byNumber = identifier && byIdentifier(identifier);
  if (byNumber) numbers.push(byNumber);
  const ofServer = id === undefined ? undefined : byLogicalId(id, type);
  if (ofServer) numbers.push(ofServer);
  return numbers.length ? [numbers] : (asked?.patients ?? []).map((patient) => [patient]);
}

interface Place {
  readonly people: readonly Numbers[];
  /** It speaks of a patient who cannot be told apart from others. */
  readonly isUnreadable: boolean;
}

const nobody: Place = { people: [], isUnreadable: false };
const somebody: Place = { people: [], isUnreadable: true };

function inEntity(entity: JsonObject, references: References): Place {
  const what = references.of(entity['what']);
  const inRole = hasCode(entity['role'], patientRole);
  const speaks = isPatient(what) || inRole || isOfType(entity, what) || Boolean(what.asked?.patients.length);
  const people = speaks && (mayBePatient(what) || !inRole) ? numbersOf(what) : [];
  if (people.length) return { people, isUnreadable: false };
  const byName = fromName(entity, what);
  if (byName) return { people: [[byName]], isUnreadable: false };
  return speaks ? somebody : nobody;
}

/** Whether an entity is said to be a Patient, and has a number or an id by which it is one; a search for patients is said to be one as well. */
function isOfType(entity: JsonObject, { type, id, identifier }: Reference): boolean {
  return (id !== undefined || identifier !== undefined) && type === undefined && hasCode(entity['type'], ['Patient']);
}

function place(reference: Reference): Place {
  const people = numbersOf(reference);
  return people.length ? { people, isUnreadable: false } : somebody;
}

/** Other resources that stand for a person who is treated, or that say nothing of their type. */
function mayBePatient({ type }: Reference): boolean {
  return type === undefined || ['Patient', 'Person', 'RelatedPerson'].includes(type);
}

/** German e-prescription services put the patient's insurance number (a letter, nine digits) into the name of the entity. */
function fromName(entity: JsonObject, { identifier }: Reference): PatientReference | undefined {
  const name = textOf(entity['name']);
  if (!name || !/^[A-Z]\d{9}$/.test(name)) return undefined;
  const isTheirs = hasCode(entity['role'], patientRole) || (identifier?.system?.startsWith('https://gematik.de/') ?? false);
  return isTheirs ? byIdentifier({ system: insuranceSystem, value: name }) : undefined;
}

function distinct(patients: readonly PatientReference[]): readonly PatientReference[] {
  if (patients.length < 2) return patients;
  return [...new Map(patients.map((patient) => [JSON.stringify([patient.authority, patient.id]), patient])).values()];
}
