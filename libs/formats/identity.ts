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

/**
 * The French number of a person (NIR: sex, year, month, place, order, and a key of two digits), whoever gives it: no account of a hospital
 * is numbered so. The key is not proven: a number with a slip of the pen still is, or nearly is, somebody's. Months beyond 12 stand for
 * births of which the month is not known.
 */
export function isNationalNumber(text: string): boolean {
  const digits = text.length <= 64 ? text.replaceAll(/[\s.-]/g, '') : '';
  const month = /^[1-478]\d\d(\d\d)(?:\d\d|2[AB])\d{6}(?:\d\d)?$/i.exec(digits)?.[1];
  return month !== undefined && ((month >= '01' && month <= '12') || (month >= '20' && month <= '42') || month >= '50');
}

/** Whether two numbers are one: of letters and digits in one case, without zeros in front, since numbers are written in more than one way. */
export function sameNumber(a: string, b: string): boolean {
  return bareNumber(a) === bareNumber(b);
}

/** See `sameNumber`. */
export function bareNumber(text: string): string {
  const bare = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  return bare.replace(/^0+(?=.)/, '') || text;
}
