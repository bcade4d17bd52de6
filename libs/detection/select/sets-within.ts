import { SlotsNoted } from '../memory/grown.js';

/** Combinations of answers that are remembered; of others the conditions are asked for each row. */
export const combinationsMax = 1 << 20;
/** In place of a set: not asked yet. */
export const unknown = -1;

/** At most, a power of two. */
const recentSlots = 4_096;

/** Sets by combination within another combination. Rows repeat few of them, which lie in a table of numbers before the map that has all. */
export class SetsWithin {
  readonly #all = new Map<string, number>();
  readonly #noted = new SlotsNoted(recentSlots);
  #outer = new Int32Array(1).fill(-1);
  #inner = new Int32Array(1);
  #sets = new Int32Array(1);

  /** The set of the place `inner` within `outer`, or `unknown`. Both are whole numbers from 0 below 2^31. */
  get(outer: number, inner: number): number {
    const slot = mixed(outer, inner) & (this.#outer.length - 1);
    if (this.#outer[slot] === outer && this.#inner[slot] === inner) return this.#sets[slot] ?? unknown;
    const known = this.#all.get(`${outer} ${inner}`);
    if (known === undefined) return unknown;
    this.#note(outer, inner, known);
    return known;
  }

  set(outer: number, inner: number, set: number): void {
    if (this.#all.size >= combinationsMax) this.clear();
    this.#all.set(`${outer} ${inner}`, set);
    this.#note(outer, inner, set);
  }

  clear(): void {
    this.#all.clear();
    this.#outer.fill(-1);
  }

  #note(outer: number, inner: number, set: number): void {
    const slots = this.#noted.wanted();
    if (slots > this.#outer.length) {
      this.#outer = new Int32Array(slots).fill(-1);
      this.#inner = new Int32Array(slots);
      this.#sets = new Int32Array(slots);
    }
    const slot = mixed(outer, inner) & (slots - 1);
    this.#outer[slot] = outer;
    this.#inner[slot] = inner;
    this.#sets[slot] = set;
  }
}

function mixed(outer: number, inner: number): number {
  const both = Math.imul(outer, 0x9e3779b1) ^ Math.imul(inner, 0x85ebca6b);
  return both ^ (both >>> 15);
}
