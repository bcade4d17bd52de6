import { backslash } from '../scan/scan-text.js';
import { outside } from '../scan/outside.js';

const ascii = /^[\x20-\x7e]*$/;

/**
 * Says of most names that they are on none of some lists without making a text of them. What is on a list is found by a hash of its bytes, capital letters A to Z
 * as small ones; whoever has the hash of one that is may be on a list, or not.
 */
export class NameLists {
  readonly #hashes: ReadonlySet<number>;

  /** `names` in small letters. One that is not ASCII alone is no name of ASCII. */
  constructor(names: readonly string[]) {
    this.#hashes = new Set(
      names.filter((name) => ascii.test(name)).map((name) => hashOf(Buffer.from(name, 'latin1'), 0, name.length)),
    );
  }

  /** Whether the name in `[start, end)` of a row, as it stands in JSON, may be on a list. */
  mayHold(bytes: Uint8Array, start: number, end: number): boolean {
    const hash = hashOf(bytes, start, end);
    return hash < 0 || this.#hashes.has(hash);
  }
}

/** FNV-1a of 31 bits; -1 where a byte is not ASCII, or begins an escape. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? outside();
    if (byte >= 0x80 || byte === backslash) return -1;
    hash = Math.imul(hash ^ (byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte), 0x01000193);
  }
  return hash >>> 1;
}
