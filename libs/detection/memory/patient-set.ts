import { hashWords } from '../scan/keyed-hash.js';
import type { SelectionSets } from './selection-sets.js';
import { outside } from '../scan/outside.js';

const words = 5;
/** Slots that a set which is emptied keeps at most: to empty so many costs less than to begin anew. */
const keptCapacity = 512;

/** Distinct 128-bit values, each with the set of selections that it was accessed under: open addressing, 20 bytes an entry and spare room. */
export class PatientSet {
  #slots = new Uint32Array(16 * words);
  #capacity = 16;
  #size = 0;

  constructor(private readonly sets: SelectionSets) {}

  get size(): number {
    return this.#size;
  }
  get bytes(): number {
    return this.#slots.byteLength;
  }

  /** Adds selections to a value; returns the set it had before. `set` is not the empty one. */
  add(v0: number, v1: number, v2: number, v3: number, set: number): number {
    const mask = this.#capacity - 1;
    const slots = this.#slots;
    for (let slot = hashWords(v0, v1, v2, v3) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * words;
      const held = slots[at + 4] ?? outside();
      if (held === 0) {
        slots[at] = v0;
        slots[at + 1] = v1;
        slots[at + 2] = v2;
        slots[at + 3] = v3;
        slots[at + 4] = set;
        this.#size += 1;
        if (this.#size * 4 > this.#capacity * 3) this.#grow();
        return 0;
      }
      if (slots[at] !== v0 || slots[at + 1] !== v1 || slots[at + 2] !== v2 || slots[at + 3] !== v3) continue;
      if (held !== set) slots[at + 4] = this.sets.union(held, set);
      return held;
    }
  }

  addAll(other: PatientSet): void {
    other.each((v0, v1, v2, v3, set) => this.add(v0, v1, v2, v3, set));
  }

  /** How many values were accessed under one of the selections. */
  countOf(set: number): number {
    let count = 0;
    for (let at = words - 1; at < this.#slots.length; at += words)
      if (this.sets.meet(this.#slots[at] ?? outside(), set)) count += 1;
    return count;
  }

  /** The values that were accessed under one of the selections, 32 hexadecimal digits each. */
  textsOf(set: number): string[] {
    const texts: string[] = [];
    this.each((v0, v1, v2, v3, held) => {
      if (this.sets.meet(held, set)) texts.push([v0, v1, v2, v3].map((word) => word.toString(16).padStart(8, '0')).join(''));
    });
    return texts;
  }

  each(visit: (v0: number, v1: number, v2: number, v3: number, set: number) => void): void {
    const slots = this.#slots;
    for (let at = 0; at < slots.length; at += words) {
      const set = slots[at + 4] ?? outside();
      if (set !== 0)
        visit(slots[at] ?? outside(), slots[at + 1] ?? outside(), slots[at + 2] ?? outside(), slots[at + 3] ?? outside(), set);
    }
  }

  clear(): void {
    this.#size = 0;
    if (this.#capacity <= keptCapacity) {
      this.#slots.fill(0);
      return;
    }
    this.#slots = new Uint32Array(16 * words);
    this.#capacity = 16;
  }

  #grow(): void {
    const before = this.#slots;
    this.#capacity *= 2;
    this.#slots = new Uint32Array(this.#capacity * words);
    const mask = this.#capacity - 1;
    for (let from = 0; from < before.length; from += words) {
      if (before[from + 4] === 0) continue;
      let slot =
        hashWords(
          before[from] ?? outside(),
          before[from + 1] ?? outside(),
          before[from + 2] ?? outside(),
          before[from + 3] ?? outside(),
        ) & mask;
      while (this.#slots[slot * words + 4] !== 0) slot = (slot + 1) & mask;
      for (let i = 0; i < words; i += 1) this.#slots[slot * words + i] = before[from + i] ?? outside();
    }
  }
}
