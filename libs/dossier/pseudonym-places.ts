/** Four words of 32 bits a pseudonym. */
const words = 4;

/**
 * Where each pseudonym of a list stands in it, in 32 bytes a pseudonym: a list may have most patients of a group, and a map of texts would
 * take several times as much. Open addressing; pseudonyms are digests, so that any of their bits are spread evenly.
 */
export class PseudonymPlaces {
  #keys = new Uint32Array(1024 * words);
  /** Place in the list, from 1; 0 for an empty slot. */
  #places = new Uint32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Adds a pseudonym of 32 hexadecimal digits; answers with its place, from 0, the old one when it is there already. */
  add(pseudonym: string): number {
    if ((this.#size + 1) * 2 > this.#places.length) this.#grow();
    const key = keyOf(pseudonym);
    const slot = this.#slotOf(key);
    const known = this.#places[slot] ?? 0;
    if (known > 0) return known - 1;
    this.#keys.set(key, slot * words);
    this.#size += 1;
    this.#places[slot] = this.#size;
    return this.#size - 1;
  }

  /** The place of a pseudonym, or -1. */
  of(pseudonym: string): number {
    return (this.#places[this.#slotOf(keyOf(pseudonym))] ?? 0) - 1;
  }

  #slotOf(key: Uint32Array): number {
    const mask = this.#places.length - 1;
    for (let slot = (key[0] ?? 0) & mask; ; slot = (slot + 1) & mask)
      if (this.#places[slot] === 0 || this.#isAt(slot, key)) return slot;
  }

  #isAt(slot: number, key: Uint32Array): boolean {
    const at = slot * words;
    return (
      this.#keys[at] === key[0] && this.#keys[at + 1] === key[1] && this.#keys[at + 2] === key[2] && this.#keys[at + 3] === key[3]
    );
  }

  #grow(): void {
    const [keys, places] = [this.#keys, this.#places];
    this.#keys = new Uint32Array(keys.length * 2);
    this.#places = new Uint32Array(places.length * 2);
    places.forEach((place, slot) => {
      if (place === 0) return;
      const key = keys.subarray(slot * words, slot * words + words);
      const to = this.#slotOf(key);
      this.#keys.set(key, to * words);
      this.#places[to] = place;
    });
  }
}

function keyOf(pseudonym: string): Uint32Array {
  const key = new Uint32Array(words);
  for (let at = 0; at < words; at += 1) key[at] = Number.parseInt(pseudonym.slice(at * 8, at * 8 + 8), 16);
  return key;
}
