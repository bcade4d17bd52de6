import { canonicalAuthority } from '#libs/pseudonyms/canonical.js';
import type { PatientReference } from './event.js';

/**
 * The one identifier that stands for a patient who came with several, as a hospital's number beside the national one: that of the first of
 * `authorities` (best first, as the source's configuration names them) that gave one. Where none of them did, the same one is chosen in
 * whatever order they came: one with an authority before a bare one, the id of a FHIR server last, then by authority and number as text.
 * `candidates` are all of one patient, and at least one.
 */
export function chooseIdentifier(candidates: readonly PatientReference[], authorities: readonly string[]): PatientReference {
  const [only, ...others] = candidates;
  if (only && !others.length) return only;
  const wanted = authorities.map(canonicalAuthority);
  const rankOf = ({ authority }: PatientReference) => {
    const rank = authority === undefined ? -1 : wanted.indexOf(canonicalAuthority(authority));
    if (rank >= 0) return rank;
    return wanted.length + (authority === undefined ? 1 : authority.startsWith('fhir:') ? 2 : 0);
  };
  const [chosen] = candidates.toSorted(
    (a, b) => rankOf(a) - rankOf(b) || order(a.authority ?? '', b.authority ?? '') || order(a.id, b.id),
  );
  if (!chosen) throw new RangeError('a patient is chosen among no identifiers: call this with one at least');
  return chosen;
}

/**
 * The patients of a message that lists numbers of several authorities without saying whose they are, as answers to queries of patient indexes
 * do. Where the source's configuration names authorities and one of them is there, the numbers of one authority count: of that with the most
 * numbers, so that nobody is missing, and among equals of the best. Otherwise each number is a patient.
 */
export function onePerPatient(
  patients: readonly PatientReference[],
  authorities: readonly string[],
): readonly PatientReference[] {
  if (patients.length < 2 || !authorities.length) return patients;
  const groups = Map.groupBy(patients, ({ authority }) => (authority === undefined ? undefined : canonicalAuthority(authority)));
  const wanted = authorities.map(canonicalAuthority);
  if (groups.size < 2 || !wanted.some((authority) => groups.has(authority))) return patients;
  const rankOf = (authority: string | undefined) => {
    const rank = wanted.indexOf(authority ?? '');
    return rank < 0 ? wanted.length : rank;
  };
  const [best] = [...groups].toSorted(
    ([a, ofA], [b, ofB]) => ofB.length - ofA.length || rankOf(a) - rankOf(b) || order(a ?? '', b ?? ''),
  );
  return best?.[1] ?? patients;
}

function order(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

const noNumbers: ReadonlySet<string> = new Set([
  'null', 'none', 'nan', 'nat', 'na', 'n/a', 'nil', 'undefined', 'unknown', 'inconnu', 'inconnue', '-1',
  'anonyme', 'anonymous', 'aucun', 'aucune', 'missing', 'not available', 'non renseigné', 'non renseigne', 'vide',
]); // prettier-ignore
const noNumberLengthMax = 16;

/**
 * Whether a text stands where the number of a patient would, and is none: what languages and databases write where there is nothing (also in brackets), zeros, and
 * what has neither letters nor digits. It would be one patient whom everybody reads.
 */
export function isNoNumber(text: string): boolean {
  const first = text.charCodeAt(0);
  if (text.length > noNumberLengthMax || (first >= 0x31 && first <= 0x39)) return false;
  const plain = text
    .trim()
    .toLowerCase()
    .replace(/^[<([]|[>)\]]$/g, '');
  return noNumbers.has(plain) || !/[\p{L}\p{N}]/u.test(plain.replaceAll('0', ''));
}

/** Whether two numbers are one, however they are written. */
export function sameNumber(a: string, b: string): boolean {
  return bareNumber(a) === bareNumber(b);
}

const alreadyBare = /^[1-9a-z][0-9a-z]*$/;

/** A number in its letters and digits, in one case and without zeros in front, since numbers are written in more than one way. */
export function bareNumber(text: string): string {
  if (alreadyBare.test(text)) return text;
  const bare = text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  return bare.replace(/^0+(?=.)/, '') || text;
}
