import { createHash } from 'node:crypto';
import { CompactEncrypt, compactDecrypt } from 'jose';
import type { PatientsPlace } from '#libs/access-store/incidents/case-patients.js';

/** For whom a place was made: it leads on in the same list only. */
export interface ListName {
  readonly caseId: string;
  readonly user: string;
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

  seal({ caseId, user }: ListName, place: PatientsPlace): Promise<string> {
    const [key = new Uint8Array()] = this.#keys;
    const content = new TextEncoder().encode(JSON.stringify([caseId, user, ...place]));
    return new CompactEncrypt(content).setProtectedHeader({ alg: 'dir', enc: 'A256GCM' }).encrypt(key);
  }

  /** Undefined for what was not sealed for this list. */
  async open({ caseId, user }: ListName, text: string): Promise<PatientsPlace | undefined> {
    for (const key of this.#keys) {
      const content = await compactDecrypt(text, key).then(({ plaintext }) => new TextDecoder().decode(plaintext), () => ''); // prettier-ignore
      const [ofCase, ofUser, clinicId, patientId] = content === '' ? [] : JSON.parse(content);
      if (ofCase === caseId && ofUser === user) return [clinicId, patientId];
    }
    return undefined;
  }
}
