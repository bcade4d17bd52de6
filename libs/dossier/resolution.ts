import { canonicalAuthority, canonicalIdentifier, groupAuthority } from '#libs/pseudonyms/canonical.js';
import type { GroupKeys } from '#libs/pseudonyms/key-ring.js';
import { PseudonymPlaces } from './pseudonym-places.js';

/** What the hospital's index made of a list: numbers only, so that it may go back to whoever counts. */
export interface ResolutionNumbers {
  readonly list_sha256: string;
  readonly pseudonyms: number;
  readonly matched: number;
  readonly unmatched: number;
  readonly persons: number;
  readonly deceased?: number;
  readonly minors?: number;
}

/** A row of the index, by the names of its columns. Identifiers are as the index writes them. */
export interface IndexRow {
  readonly id: string;
  /** Assigning authority; the group's own where it is empty. */
  readonly authority: string;
  /** Names a person who has several rows; empty where each row is one. */
  readonly person: string;
}

/**
 * Joins a list of pseudonyms with the hospital's own index, where the key is: each row's pseudonym is derived under every key of the list.
 * One person may have several pseudonyms (an older key, the numbering of another clinic) and several rows, and counts once: by `person` where
 * the index names it, else because all pseudonyms of a row have been met before.
 */
export class Resolver {
  readonly #places = new PseudonymPlaces();
  readonly #keyIds = new Set<string>();
  readonly #persons = new Set<string>();
  #met = new Uint8Array(1024);
  #matched = 0;
  #count = 0;

  constructor(private readonly keys: GroupKeys) {}

  /** A pseudonym of the list, of each clinic once, and the keys that made it. */
  take(pseudonym: string, keyIds: readonly string[]): void {
    this.#places.add(pseudonym);
    for (const id of keyIds) this.#keyIds.add(id);
  }

  /** Keys of the list that the hospital does not have; without them their pseudonyms stay unmatched. */
  get missingKeys(): readonly string[] {
    return [...this.#keyIds].filter((id) => !this.keys.of(id));
  }

  /** The pseudonyms of the list that a row stands for, and whether it is the first row of its person. */
  match({ id, authority, person }: IndexRow): { readonly pseudonyms: readonly string[]; readonly isNew: boolean } {
    const identifier = canonicalIdentifier(id);
    if (identifier === '') return { pseudonyms: [], isNew: false };
    const of = authority === '' ? groupAuthority(this.keys.groupId) : canonicalAuthority(authority);
    const pseudonyms: string[] = [];
    let isNew = false;
    for (const keyId of this.#keyIds) {
      const pseudonym = this.keys.of(keyId)?.once(of, identifier);
      const place = pseudonym === undefined ? -1 : this.#places.of(pseudonym);
      if (pseudonym === undefined || place < 0) continue;
      pseudonyms.push(pseudonym);
      if (this.#meet(place)) isNew = true;
    }
    if (pseudonyms.length === 0) return { pseudonyms, isNew: false };
    if (person !== '') isNew = !this.#persons.has(person);
    if (person !== '') this.#persons.add(person);
    if (isNew) this.#count += 1;
    return { pseudonyms, isNew };
  }

  isMatched(pseudonym: string): boolean {
    const place = this.#places.of(pseudonym);
    return place >= 0 && this.#met[place] === 1;
  }

  /** So far. */
  get numbers(): Omit<ResolutionNumbers, 'list_sha256'> {
    const pseudonyms = this.#places.size;
    return { pseudonyms, matched: this.#matched, unmatched: pseudonyms - this.#matched, persons: this.#count };
  }

  #meet(place: number): boolean {
    if (place >= this.#met.length) {
      const more = new Uint8Array(this.#places.size);
      more.set(this.#met);
      this.#met = more;
    }
    if (this.#met[place] === 1) return false;
    this.#met[place] = 1;
    this.#matched += 1;
    return true;
  }
}

/** Years of age below which somebody is a minor. */
const majorityYears = 18;

/** Whether somebody born on `birth` (`2010-05-30`) is a minor at a time; undefined when the text is no day. */
export function isMinor(birth: string, at: string): boolean | undefined {
  const [, year = '', rest = ''] = /^(\d{4})-(\d\d-\d\d)/.exec(birth) ?? [];
  if (year === '') return undefined;
  const since = `${String(Number(year) + majorityYears).padStart(4, '0')}-${rest}`;
  return at.slice(0, 10) < since;
}
