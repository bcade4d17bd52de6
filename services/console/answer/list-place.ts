import { createHash } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import type { PatientsPlace } from '#libs/access-store/patients/page-parts.js';

/** For whom a place was made: it leads on in the same list only. */
export interface ListName {
  readonly caseId: string;
  readonly user: string;
  /** What of the case is listed. */
  readonly filters?: string;
}

/** A place, and what was known of the list when its first page was given. */
export interface KeptPlace<Known> {
  readonly place: PatientsPlace;
  readonly known: Known;
}

/**
 * Says where a list of patients goes on, as a text that stands in addresses and in what proxies write down: sealed, since the place is the pseudonym of
 * the last patient that was given. Keys are those of the sessions, the newest first.
 */
export class ListPlaces {
  readonly #keys: readonly Uint8Array[];

  constructor(keys: readonly Uint8Array[]) {
    // What opens one opens no session.
    this.#keys = keys.map((key) => createHash('sha256').update('vigie place of a list ').update(key).digest());
  }

  /** `known` comes back with the place as it was given, since nobody else can have sealed it. */
  seal<Known>({ caseId, user, filters = '' }: ListName, place: PatientsPlace, known: Known): Promise<string> {
    const [key = new Uint8Array()] = this.#keys;
    const content = new TextEncoder().encode(JSON.stringify([caseId, user, filters, place, known]));
    return new CompactEncrypt(content).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key);
  }

  /** Undefined for what was not sealed for this list. */
  async open<Known>({ caseId, user, filters = '' }: ListName, text: string): Promise<KeptPlace<Known> | undefined> {
    for (const key of this.#keys) {
      const content = await compactDecrypt(text, key).then(
        ({ plaintext }) => new TextDecoder().decode(plaintext),
        () => '',
      );
      const [ofCase, ofUser, of, place, known] = content === '' ? [] : JSON.parse(content);
      if (ofCase === caseId && ofUser === user && of === filters) return { place, known };
    }
    return undefined;
  }
}
