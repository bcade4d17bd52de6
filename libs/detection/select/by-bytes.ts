// select/: which selections a row meets, each distinct value asked once.
// Its answer is the number of a set; nobody above looks at conditions again.

import { copied } from '../memory/grown.js';
import { hashBytes, hashWords } from '../scan/keyed-hash.js';
import { packText } from '../scan/packed-text.js';
import { outside } from '../scan/outside.js';

/** Strings that are remembered; above, they are forgotten. */
const valuesMax = 65_536;
const keyWords = 4;
/** Strings that are found without a search, a power of two: rows repeat few. */
const recentSlots = 64;
/** In the last word of a string that is too long to be packed. */
const long = 0xffffffff;

/**
 * Numbers by byte strings, exact: open addressing, emptied when full. A short string is its own key of four words; of a longer one
 * these are hash and length, and its bytes are compared as well.
 */
export class ByBytes {
  #slots = new Uint32Array(256);
  #keys = new Uint32Array(64 * keyWords);
  /** Of the longer ones, by number. */
  #bytes: (Uint8Array | undefined)[] = [undefined];
  #values: number[] = [0];
  readonly #key = { v0: 0, v1: 0, v2: 0, v3: 0 };
  /** Numbers of strings met lately, direct-mapped. */
  readonly #recent = new Uint32Array(recentSlots);

  constructor(private readonly make: (bytes: Uint8Array, start: number, end: number) => number) {}

  of(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const key = this.#key;
    const isShort = packText(view, start, end - start, key);
    if (!isShort) [key.v0, key.v1, key.v2, key.v3] = [hashBytes(view, start, end), end - start, 0, long];
    const { v0, v1, v2, v3 } = key;
    const keys = this.#keys;
    const recentSlot = Math.imul(v0 ^ v1 ^ v2 ^ v3, 0x9e3779b1) >>> 26;
    const recent = (this.#recent[recentSlot] ?? outside()) * keyWords;
    if (isShort && keys[recent] === v0 && keys[recent + 1] === v1 && keys[recent + 2] === v2 && keys[recent + 3] === v3)
      return this.#values[recent / keyWords] ?? outside();
    const mask = this.#slots.length - 1;
    for (let slot = hashWords(v0, v1, v2, v3) & mask; ; slot = (slot + 1) & mask) {
      const id = this.#slots[slot] ?? outside();
      if (id === 0) return this.#add(bytes, start, end);
      const at = id * keyWords;
      if (keys[at] !== v0 || keys[at + 1] !== v1 || keys[at + 2] !== v2 || keys[at + 3] !== v3) continue;
      if (!isShort && !same(this.#bytes[id], bytes, start, end)) continue;
      this.#recent[recentSlot] = id;
      return this.#values[id] ?? outside();
    }
  }

  #add(bytes: Uint8Array, start: number, end: number): number {
    if (this.#values.length > valuesMax) this.#empty();
    const { v0, v1, v2, v3 } = this.#key;
    const value = this.make(bytes, start, end);
    const id = this.#values.push(value) - 1;
    this.#bytes.push(v3 === long ? copied(bytes, start, end) : undefined);
    if ((id + 1) * keyWords > this.#keys.length) {
      const wider = new Uint32Array(this.#keys.length * 2);
      wider.set(this.#keys);
      this.#keys = wider;
    }
    this.#keys.set([v0, v1, v2, v3], id * keyWords);
    if (this.#values.length * 2 <= this.#slots.length) this.#place(id);
    else {
      this.#slots = new Uint32Array(this.#slots.length * 2);
      for (let again = 1; again <= id; again += 1) this.#place(again);
    }
    return value;
  }

  #place(id: number): void {
    const [v0 = 0, v1 = 0, v2 = 0, v3 = 0] = this.#keys.subarray(id * keyWords, (id + 1) * keyWords);
    const mask = this.#slots.length - 1;
    let slot = hashWords(v0, v1, v2, v3) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = id;
  }

  #empty(): void {
    this.#slots = new Uint32Array(256);
    this.#keys = new Uint32Array(64 * keyWords);
    this.#bytes = [undefined];
    this.#values = [0];
    this.#recent.fill(0);
  }
}

function same(key: Uint8Array | undefined, bytes: Uint8Array, start: number, end: number): boolean {
  if (!key || key.length !== end - start) return false;
  for (let i = 0; i < key.length; i += 1) if (key[i] !== bytes[start + i]) return false;
  return true;
}
