import { createHmac, type KeyObject } from 'node:crypto';

/** Pseudonyms remembered per key and generation, two generations at most: some 40 MB of memory when full. */
export const cachedPatientsMax = 100_000;

/** What the map of an authority takes, in entries: events may name an authority for each patient. */
const entriesOfAuthority = 4;

const domain = Buffer.from('vigie.patient.v1\0');

/** The key of an HMAC-SHA-256, and what stands before the identifier in its message. */
export interface Derivation {
  readonly key: KeyObject;
  readonly prefix: Uint8Array;
}

/**
 * Pseudonyms under one key: the first 128 bits of HMAC-SHA-256 over a domain label, the length of the authority in bytes (32 bits,
 * big endian), the authority, and the identifier, all UTF-8. The length makes the pair unambiguous.
 *
 * A patient is read many times in a row, and an HMAC costs forty times a look-up, so the latest ones are remembered: two maps, the
 * younger of which becomes the older when it is full, bound the memory without a list per entry.
 */
export class Pseudonymiser {
  readonly #cachedMax: number;
  #young = new Map<string, Map<string, string>>();
  #old = new Map<string, Map<string, string>>();
  #youngSize = 0;
  #latest = { authority: '', prefix: prefixOf('') };

  constructor(
    readonly keyId: string,
    private readonly key: KeyObject,
    options: { readonly cachedMax?: number } = {},
  ) {
    this.#cachedMax = options.cachedMax ?? cachedPatientsMax;
  }

  /** 32 lower-case hexadecimal digits. `authority` and `identifier` must be canonical already. */
  of(authority: string, identifier: string): string {
    const known = this.#young.get(authority)?.get(identifier);
    if (known !== undefined) return known;
    const pseudonym = this.#old.get(authority)?.get(identifier) ?? this.#derive(authority, identifier);
    this.#remember(authority, identifier, pseudonym);
    return pseudonym;
  }

  /** The same without remembering it, for files in which every patient stands about once. */
  once(authority: string, identifier: string): string {
    return this.#derive(authority, identifier);
  }

  /** What the pseudonyms of an authority are made of, for the ingestor's hot loop, which makes them itself. */
  derivation(authority: string): Derivation {
    return { key: this.key, prefix: prefixOf(authority) };
  }

  #remember(authority: string, identifier: string, pseudonym: string): void {
    if (this.#youngSize >= this.#cachedMax) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngSize = 0;
    }
    let patients = this.#young.get(authority);
    if (!patients) {
      patients = new Map<string, string>();
      this.#young.set(authority, patients);
      this.#youngSize += entriesOfAuthority;
    }
    patients.set(identifier, pseudonym);
    this.#youngSize += 1;
  }

  #derive(authority: string, identifier: string): string {
    // Files name one authority for all of their rows.
    if (this.#latest.authority !== authority) this.#latest = { authority, prefix: prefixOf(authority) };
    const mac = createHmac('sha256', this.key).update(this.#latest.prefix).update(identifier, 'utf8');
    return mac.digest('hex').slice(0, 32);
  }
}

/** What stands before the identifier in the message. */
function prefixOf(authority: string): Buffer {
  const length = Buffer.alloc(4);
  const bytes = Buffer.from(authority);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([domain, length, bytes]);
}
