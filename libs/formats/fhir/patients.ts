import { canonicalAuthority, canonicalIdentifier, identifierLengthMax } from '#libs/pseudonyms/canonical.js';
import type { PatientReference } from '../event.js';
import type { JsonObject } from '../json/parse-item.js';
import { hasCode, listOf, type Reference, referenceOf, textOf } from './elements.js';
import { searchedFor } from './query.js';

/** The numbering of a FHIR server's own logical ids. It is not that of record numbers: `Patient/12` need not be record 12. */
export const fhirAuthority = 'fhir:Patient';

/** National patient identifiers: INS-NIR and INS-NIA with their test twins, the German KVNR, the NHS number. */
const patientSystem =
  /^(?:urn:oid:1\.2\.250\.1\.213\.1\.4\.(?:8|9|10|11)|http:\/\/fhir\.de\/sid\/gkv\/kvid-10|https:\/\/fhir\.nhs\.uk\/Id\/nhs-number)$/;

/**
 * The patients of an AuditEvent: entities in the role of the patient, references to Patient, identifiers in a patient's numbering, R5's
 * `patient`; and where none of these says anything, the patients that the recorded search asks for.
 */
export function patientsOf(resource: JsonObject, contained: readonly JsonObject[]): readonly PatientReference[] {
  const entities = listOf(resource['entity']);
  const named = [
    ...entities.flatMap((entity) => fromEntity(entity, contained)),
    ...listOf(resource['patient']).flatMap((patient) => fromReference(referenceOf(patient, contained))),
  ];
  if (named.length) return distinct(named);
  return distinct(
    entities.flatMap((entity) =>
      searchedFor(entity['query']).patients.flatMap(({ id, system }) => reference(id, system ?? fhirAuthority)),
    ),
  );
}

function fromEntity(entity: JsonObject, contained: readonly JsonObject[]): readonly PatientReference[] {
  const what = referenceOf(entity['what'], contained);
  const inRole = hasCode(entity['role'], '1') && (what.type === undefined || what.type === 'Patient');
  const isPatient = inRole || what.type === 'Patient' || patientSystem.test(what.identifier?.system ?? '');
  if (!isPatient) return [];
  const found = fromReference(what);
  return found.length ? found : fromName(entity);
}

/** The identifier with its system is the better one: it means the same on every server. */
export function fromReference({ identifier, id }: Reference): readonly PatientReference[] {
  if (identifier) return reference(identifier.value, identifier.system);
  return id ? reference(id, fhirAuthority) : [];
}

/** German e-prescription services put the patient's insurance number (a letter, nine digits) into the name of the entity. */
function fromName(entity: JsonObject): readonly PatientReference[] {
  const name = textOf(entity['name']) ?? '';
  return /^[A-Z]\d{9}$/.test(name) ? reference(name, 'http://fhir.de/sid/gkv/kvid-10') : [];
}

function reference(id: string, authority: string | undefined): readonly PatientReference[] {
  const canonical = canonicalIdentifier(id);
  if (!canonical || canonical.length > identifierLengthMax || !canonical.isWellFormed()) return [];
  return [authority ? { id: canonical, authority: canonicalAuthority(authority) } : { id: canonical }];
}

function distinct(patients: readonly PatientReference[]): readonly PatientReference[] {
  return [...new Map(patients.map((patient) => [JSON.stringify([patient.authority, patient.id]), patient])).values()];
}
