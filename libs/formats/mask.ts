import { limits } from './limits.js';

/** Identifiers shorter than this are replaced only as a whole word: `12` inside `10.4.12.7` is not a patient. */
const anywhereLengthMin = 4;

/** A clear identifier and what stands for it. */
export interface Replacement {
  readonly identifier: string;
  readonly pseudonym: string;
}

/** Replaces an event's own patient identifiers in text by their pseudonyms. */
export class Mask {
  readonly #pseudonyms: ReadonlyMap<string, string>;

  constructor(replacements: readonly Replacement[]) {
    this.#pseudonyms = new Map(replacements.map(({ identifier, pseudonym }) => [identifier, pseudonym]));
  }

  text(text: string): string {
    const present = [...this.#pseudonyms.keys()].filter((identifier) => text.includes(identifier));
    if (!present.length) return text;
    // In one pass, so that no pseudonym is searched again; the longest first, so that none leaves its tail in clear.
    const pattern = new RegExp(
      present
        .toSorted((a, b) => b.length - a.length)
        .map(patternOf)
        .join('|'),
      'gu',
    );
    return text.replace(pattern, (found) => this.#pseudonyms.get(found) ?? '');
  }

  /** The same inside a JSON value: keys, texts and numbers. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#pseudonyms.get(String(value)) ?? value;
    if (Array.isArray(value)) return value.map((inner) => this.value(inner));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [this.text(key), this.value(inner)]));
  }
}

function patternOf(identifier: string): string {
  const literal = identifier.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return identifier.length >= anywhereLengthMin ? literal : `(?<![\\p{L}\\p{N}])${literal}(?![\\p{L}\\p{N}])`;
}

/** Words in a key that say that its value names or finds a person. */
const personWords = new Set([
  'patient', 'patients', 'name', 'names', 'nom', 'noms', 'prenom', 'firstname', 'lastname', 'surname', 'fullname', 'birth', 'birthdate',
  'birthday', 'dob', 'naissance', 'ins', 'nir', 'nia', 'ipp', 'mrn', 'nda', 'ssn', 'nhs', 'address', 'adresse', 'street', 'phone',
  'telephone', 'tel', 'mobile', 'mail', 'email', 'courriel', 'fax', 'person', 'subject', 'beneficiary', 'insured', 'kvnr', 'gender', 'sex',
]); // prettier-ignore
const personStems = /patient|birth|naissance|prenom|firstname|lastname|surname|telephone|e-?mail|identit/;

/** Whether a key says that its value names or finds a person: `patientName`, `INS`, `date_of_birth`; not `insurance`. */
export function namesPerson(key: string): boolean {
  const plain = key.normalize('NFD').replace(/\p{M}/gu, '');
  const words = plain
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word) => personWords.has(word)) || personStems.test(plain.toLowerCase());
}

/**
 * Unknown fields as the JSON text of `extra`: without what names a person, own identifiers replaced. What was left out is listed under
 * `_dropped`, by key. Undefined when there is nothing to keep.
 */
export function extraText(extra: Readonly<Record<string, unknown>> | undefined, mask: Mask): string | undefined {
  if (!extra || !Object.keys(extra).length) return undefined;
  const dropped: string[] = [];
  const kept = mask.value(withoutPersons(extra, dropped));
  const note = dropped.length ? { _dropped: dropped.slice(0, 32).map((key) => mask.text(key)) } : {};
  const text = JSON.stringify({ ...(typeof kept === 'object' ? kept : {}), ...note });
  return Buffer.byteLength(text) <= limits.extraBytesMax
    ? text
    : JSON.stringify({ _dropped: [`all: more than ${limits.extraBytesMax} bytes`] });
}

function withoutPersons(value: unknown, dropped: string[]): unknown {
  if (Array.isArray(value)) return value.map((inner) => withoutPersons(inner, dropped));
  if (typeof value !== 'object' || value === null) return value;
  const kept: [string, unknown][] = [];
  for (const [key, inner] of Object.entries(value)) {
    if (namesPerson(key)) dropped.push(key.slice(0, 64));
    else kept.push([key, withoutPersons(inner, dropped)]);
  }
  return Object.fromEntries(kept);
}
