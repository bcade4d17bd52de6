import { hashWords } from '../scan/keyed-hash.js';

/** Counts distinct values of four words that lie in one array, with tables that are reused from count to count. */
export class DistinctValues {
  #size = 1024;
  #stamps = new Uint32Array(this.#size);
  #words = new Uint32Array(this.#size);
  #counts = new Uint32Array(this.#size);
  #stamp = 0;
  /** Slots in use, values that were removed again included. */
  #held = 0;
  /** Where the stretch that is counted begins: values are known by their places in it, so that it may be moved between two calls. */
  base = 0;

  get bytes(): number {
    return 3 * this.#stamps.byteLength;
  }

  begin(): void {
    this.#held = 0;
    this.#stamp += 1;
    if (this.#stamp < 0xffffffff) return;
    this.#stamps.fill(0);
    this.#stamp = 1;
  }

  /** 1 when the value at `word` is new among those counted and not removed, else 0. */
  add(words: Uint32Array, word: number): number {
    if (this.#held * 2 >= this.#size) this.#grow(words);
    const slot = this.#slotOf(words, word);
    if (this.#stamps[slot] !== this.#stamp) {
      this.#stamps[slot] = this.#stamp;
      this.#words[slot] = word - this.base;
      this.#counts[slot] = 1;
      this.#held += 1;
      return 1;
    }
    const count = this.#counts[slot] ?? 0;
    this.#counts[slot] = count + 1;
    return count === 0 ? 1 : 0;
  }

  /** 1 when it was the last of its value, else 0. */
  remove(words: Uint32Array, word: number): number {
    const slot = this.#slotOf(words, word);
    const count = (this.#counts[slot] ?? 0) - 1;
    this.#counts[slot] = count;
    return count === 0 ? 1 : 0;
  }

  #slotOf(words: Uint32Array, word: number): number {
    const v0 = words[word] ?? 0;
    const v1 = words[word + 1] ?? 0;
    const v2 = words[word + 2] ?? 0;
    const v3 = words[word + 3] ?? 0;
    const mask = this.#size - 1;
    for (let slot = hashWords(v0, v1, v2, v3) & mask; ; slot = (slot + 1) & mask) {
      if (this.#stamps[slot] !== this.#stamp) return slot;
      const held = this.base + (this.#words[slot] ?? 0);
      if (words[held] === v0 && words[held + 1] === v1 && words[held + 2] === v2 && words[held + 3] === v3) return slot;
    }
  }

  /** Doubles the table, keeping what is counted. */
  #grow(words: Uint32Array): void {
    const { size, stamps, held, counts } = { size: this.#size, stamps: this.#stamps, held: this.#words, counts: this.#counts };
    this.#size = size * 2;
    this.#stamps = new Uint32Array(this.#size);
    this.#words = new Uint32Array(this.#size);
    this.#counts = new Uint32Array(this.#size);
    for (let old = 0; old < size; old += 1) {
      if (stamps[old] !== this.#stamp) continue;
      const slot = this.#slotOf(words, this.base + (held[old] ?? 0));
      this.#stamps[slot] = this.#stamp;
      this.#words[slot] = held[old] ?? 0;
      this.#counts[slot] = counts[old] ?? 0;
    }
  }
}
