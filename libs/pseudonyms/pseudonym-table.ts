import { createHmac, type KeyObject } from 'node:crypto';

/**
 * Sets of four entries each: half a million patients; with 68 bytes an entry, 34 MiB per authority when full. A derivation costs a third of
 * the whole way of an event, so patients of a week ago are worth remembering.
 */
export const tableSets = 131_072;
const ways = 4;
const entryBytes = 64;
/** Identifiers longer than this are derived every time. */
const identifierBytesMax = 31;
const pseudonymAt = 32;
/** Hexadecimal digits of a pseudonym. */
export const pseudonymBytes = 32;

/**
 * The pseudonyms of one authority, looked up by the identifier's bytes: the cache of the ingestor's hot loop. Four entries a set, the
 * places in it taken in turn, so memory is fixed. An entry is the identifier's length (1 byte, 0: free) and bytes (31) and the pseudonym's
 * digits (32). The hashes of a set lie apart from its entries, in one line of the processor's cache: it fetches one entry at most. A hit has
 * the same bytes, not only the same hash.
 */
export class PseudonymTable {
  readonly #sets: number;
  readonly #hashes: Int32Array;
  /** One entry more than the sets have: the place of what is not kept. */
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #prefix: Uint8Array;
  #turn = 0;

  /** `prefix` is what stands before the identifier in the message of the HMAC. */
  constructor(
    private readonly key: KeyObject,
    prefix: Uint8Array,
    sets: number = tableSets,
  ) {
    if (!Number.isInteger(Math.log2(sets))) throw new RangeError(`a table of ${sets} sets was refused: a power of two is needed`);
    this.#sets = sets;
    this.#prefix = prefix;
    this.#hashes = new Int32Array(sets * ways);
    this.#bytes = new Uint8Array((sets * ways + 1) * entryBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Writes the 32 hexadecimal digits of the pseudonym of a canonical ASCII identifier at `to`. */
  write(bytes: Uint8Array, start: number, end: number, target: DataView, to: number): void {
    const from = this.#entryOf(bytes, start, end) + pseudonymAt;
    const view = this.#view;
    for (let at = 0; at < pseudonymBytes; at += 4) target.setInt32(to + at, view.getInt32(from + at, true), true);
  }

  #entryOf(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length > identifierBytesMax) return this.#derive(this.#sets * ways * entryBytes, bytes, start, end);
    const hash = hashOf(bytes, start, end);
    const hashes = this.#hashes;
    const set = (hash & (this.#sets - 1)) * ways;
    for (let place = set; place < set + ways; place += 1)
      if (hashes[place] === hash && this.#holds(place * entryBytes, bytes, start, length)) return place * entryBytes;
    this.#turn = (this.#turn + 1) % ways;
    const place = set + this.#turn;
    hashes[place] = hash;
    const entry = place * entryBytes;
    const own = this.#bytes;
    own[entry] = length;
    for (let at = 0; at < length; at += 1) own[entry + 1 + at] = bytes[start + at] ?? 0;
    return this.#derive(entry, bytes, start, end);
  }

  #holds(entry: number, bytes: Uint8Array, start: number, length: number): boolean {
    const own = this.#bytes;
    if (own[entry] !== length) return false;
    for (let at = 0; at < length; at += 1) if (own[entry + 1 + at] !== bytes[start + at]) return false;
    return true;
  }

  #derive(entry: number, bytes: Uint8Array, start: number, end: number): number {
    const digits = createHmac('sha256', this.key).update(this.#prefix).update(bytes.subarray(start, end)).digest('hex');
    for (let at = 0; at < pseudonymBytes; at += 1) this.#bytes[entry + pseudonymAt + at] = digits.charCodeAt(at);
    return entry;
  }
}

/** FNV-1a with murmur3's last step. Who chose identifiers that collide would make the cache useless, nothing else. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
