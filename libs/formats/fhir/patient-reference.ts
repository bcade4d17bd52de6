import { canonicalAuthority, canonicalIdentifier, identifierLengthMax } from '#libs/pseudonyms/canonical.js';
import type { PatientReference } from '../event.js';
import { chooseIdentifier, isNoNumber } from '../identity.js';
import { type Identifier, identifiersOf } from './elements.js';

/** The numbering of a FHIR server's own logical ids. It is not that of record numbers: `Patient/12` need not be record 12. */
export const fhirAuthority = 'fhir:Patient';

/** A patient by the id that a FHIR server gave; undefined for what can be no id. */
export function byLogicalId(id: string, type = 'Patient'): PatientReference | undefined {
  return reference(id, type === 'Patient' ? fhirAuthority : `fhir:${type}`);
}

/** A patient by a number and its system, also where both are one HL7 v2 text (`PAT-1^^^&1.2.250&ISO`), as translated ATNA has them. */
export function byIdentifier({ system, value }: Identifier): PatientReference | undefined {
  if (!value.includes('^')) return byNumber(value, system);
  const [number = '', , , assigner] = plain(value).split('^');
  return assigner === undefined ? byNumber(value, system) : byNumber(number, system ?? authorityOf(assigner));
}

function byNumber(number: string, system: string | undefined): PatientReference | undefined {
  return isNoNumber(number) ? undefined : reference(number, system);
}

/**
 * Of the identifiers of one resource or element the one that stands for it: of a patient by the authorities of the source, whatever their
 * order; of anybody else the first.
 */
export function chosenIdentifier(value: unknown, isPatient: boolean, authorities: readonly string[]): Identifier | undefined {
  const identifiers = identifiersOf(value);
  if (!isPatient || identifiers.length < 2) return identifiers[0];
  const of = new Map(
    identifiers.toReversed().flatMap((identifier) => {
      const patient = byIdentifier(identifier);
      return patient ? [[patient, identifier] as const] : [];
    }),
  );
  return of.size ? of.get(chooseIdentifier([...of.keys()], authorities)) : identifiers[0];
}

function reference(id: string, authority: string | undefined): PatientReference | undefined {
  const canonical = canonicalIdentifier(id);
  if (!canonical || canonical.length > identifierLengthMax || !canonical.isWellFormed()) return undefined;
  return authority ? { id: canonical, authority: canonicalAuthority(authority) } : { id: canonical };
}

/** HL7 v2's assigning authority: `namespace & universal id & its kind`. The universal id means the same to everybody. */
function authorityOf(assigner: string): string | undefined {
  const [namespace, id, kind] = assigner.split('&');
  if (id) return kind === undefined || /^ISO$/i.test(kind) ? `urn:oid:${id}` : id;
  return namespace || undefined;
}

/** Some translators escape the ampersand, and some twice. */
function plain(text: string): string {
  return text.replaceAll(/&(?:amp;)+/g, '&');
}
