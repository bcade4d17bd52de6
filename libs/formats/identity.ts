import { canonicalAuthority } from '#libs/pseudonyms/canonical.js';
import type { PatientReference } from './event.js';

/**
 * The one identifier that stands for a patient who came with several, as a hospital's number beside the national one: that of the first of
 * `authorities` (best first, as the source's configuration names them) that gave one. Where none of them did, the same one is chosen in
 * whatever order they came: one with an authority before a bare one, then by authority and number as text. `candidates` are all of one
 * patient, and at least one.
 */
export function chooseIdentifier(candidates: readonly PatientReference[], authorities: readonly string[]): PatientReference {
  const wanted = authorities.map(plainAuthority);
  const rankOf = ({ authority }: PatientReference) => {
    if (authority === undefined) return wanted.length + 1;
    const rank = wanted.indexOf(plainAuthority(authority));
    return rank < 0 ? wanted.length : rank;
  };
  const [chosen] = candidates.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || order(a.authority ?? '', b.authority ?? '') || order(a.id, b.id),
  );
  if (!chosen) throw new RangeError('a patient is chosen among no identifiers: call this with one at least');
  return chosen;
}

/** An OID is one authority with `urn:oid:` in front and without, as HL7 v2 and FHIR write it. */
function plainAuthority(text: string): string {
  return canonicalAuthority(text).replace(/^urn:oid:/i, '');
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
