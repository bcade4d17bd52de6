import { outside } from '../scan/outside.js';

/** A slot: the hash, and the number of whose it is, 0 for none. */
const slotWords = 2;
/** In sixteenths: how many of the slots may be taken. A search looks at some more where they are full; eight of them lie in a line of memory. */
const sixteenthsMax = 13;

/**
 * The slots of an open-addressed table of numbered things: each as near behind the slot of its hash as there was room. The hash lies beside the number, so
 * that to search, and to double the slots, reads nothing else. The number of slots is a power of two.
 */
export class HashSlots {
  #words = new Uint32Array(64 * slotWords);
  #mask = 63;
  #held = 0;

  get bytes(): number {
    return this.#words.byteLength;
  }
  /** Things that are in it. */
  get held(): number {
    return this.#held;
  }

  /** Where a search begins. */
  home(hash: number): number {
    return hash & this.#mask;
  }
  next(slot: number): number {
    return (slot + 1) & this.#mask;
  }
  /** The number in the slot, 0 where a search ends. */
  at(slot: number): number {
    return this.#words[slot * slotWords + 1] ?? outside();
  }
  hashAt(slot: number): number {
    return this.#words[slot * slotWords] ?? outside();
  }

  enter(id: number, hash: number): void {
    if ((this.#held + 1) * 16 > (this.#mask + 1) * sixteenthsMax) this.#double();
    this.#held += 1;
    this.#put(id, hash);
  }

  /** Takes a number out that is there. Whoever stands behind and may stand in the hole moves into it, so that no search ends early. */
  leave(id: number, hash: number): void {
    const words = this.#words;
    const mask = this.#mask;
    let hole = hash & mask;
    while (words[hole * slotWords + 1] !== id) hole = (hole + 1) & mask;
    for (let slot = (hole + 1) & mask; words[slot * slotWords + 1] !== 0; slot = (slot + 1) & mask) {
      const home = (words[slot * slotWords] ?? outside()) & mask;
      if (((slot - home) & mask) < ((slot - hole) & mask)) continue;
      words[hole * slotWords] = words[slot * slotWords] ?? outside();
      words[hole * slotWords + 1] = words[slot * slotWords + 1] ?? outside();
      hole = slot;
    }
    words[hole * slotWords + 1] = 0;
    this.#held -= 1;
  }

  #put(id: number, hash: number): void {
    const words = this.#words;
    let slot = hash & this.#mask;
    while (words[slot * slotWords + 1] !== 0) slot = (slot + 1) & this.#mask;
    words[slot * slotWords] = hash;
    words[slot * slotWords + 1] = id;
  }

  #double(): void {
    const before = this.#words;
    this.#words = new Uint32Array(before.length * 2);
    this.#mask = this.#mask * 2 + 1;
    for (let at = 0; at < before.length; at += slotWords) {
      const id = before[at + 1] ?? outside();
      if (id !== 0) this.#put(id, before[at] ?? outside());
    }
  }
}
