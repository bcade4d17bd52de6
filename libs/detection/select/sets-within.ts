/** Combinations of answers that are remembered; of others the conditions are asked for each row. */
export const combinationsMax = 1 << 20;
/** In place of a set: not asked yet. */
export const unknown = -1;

const recentSlots = 4_096;

/** Sets by combination within another combination. Rows repeat few of them, which lie in a table of numbers before the map that has all. */
export class SetsWithin {
  readonly #all = new Map<string, number>();
  readonly #outer = new Int32Array(recentSlots).fill(-1);
  readonly #inner = new Int32Array(recentSlots);
  readonly #sets = new Int32Array(recentSlots);

  /** The set of the place `inner` within `outer`, or `unknown`. Both are whole numbers from 0 below 2^31. */
  get(outer: number, inner: number): number {
    const slot = slotOf(outer, inner);
    if (this.#outer[slot] === outer && this.#inner[slot] === inner) return this.#sets[slot] ?? unknown;
    const known = this.#all.get(`${outer} ${inner}`);
    if (known === undefined) return unknown;
    this.#note(slot, outer, inner, known);
    return known;
  }

  set(outer: number, inner: number, set: number): void {
    if (this.#all.size >= combinationsMax) this.clear();
    this.#all.set(`${outer} ${inner}`, set);
    this.#note(slotOf(outer, inner), outer, inner, set);
  }

  clear(): void {
    this.#all.clear();
    this.#outer.fill(-1);
  }

  #note(slot: number, outer: number, inner: number, set: number): void {
    this.#outer[slot] = outer;
    this.#inner[slot] = inner;
    this.#sets[slot] = set;
  }
}

function slotOf(outer: number, inner: number): number {
  const mixed = Math.imul(outer, 0x9e3779b1) ^ Math.imul(inner, 0x85ebca6b);
  return (mixed ^ (mixed >>> 15)) & (recentSlots - 1);
}
