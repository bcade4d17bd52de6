import { hashWords } from '../scan/keyed-hash.js';
import { outside } from '../scan/outside.js';

/** Words of a slot, side by side so that a look costs one line of memory: the count that it belongs to, its place, how often it was added. */
const slotWords = 3;
/** Slots to begin with, a power of two: many engines judge a few accounts and are let go of, and a larger table costs more to make than to double. */
const slotsFirst = 32;

/** Counts distinct values of four words that lie in one array, with a table that is reused from count to count. */
export class DistinctValues {
  #size = slotsFirst;
  #slots = new Uint32Array(this.#size * slotWords);
  #stamp = 0;
  /** Slots in use, values that were removed again included. */
  #held = 0;

  begin(): void {
    this.#held = 0;
    this.#stamp += 1;
    if (this.#stamp < 0xffffffff) return;
    this.#slots.fill(0);
    this.#stamp = 1;
  }

  /** 1 when the value at `word` is new among those counted and not removed, else 0. */
  add(words: Uint32Array, word: number): number {
    if (this.#held * 2 >= this.#size) this.#grow(words);
    const slots = this.#slots;
    const at = this.#slotOf(words, word);
    if (slots[at] !== this.#stamp) {
      slots[at] = this.#stamp;
      slots[at + 1] = word;
      slots[at + 2] = 1;
      this.#held += 1;
      return 1;
    }
    const count = slots[at + 2] ?? outside();
    slots[at + 2] = count + 1;
    return count === 0 ? 1 : 0;
  }

  /** The place of the value where it was met last, -1 for nowhere; it is at `word` now. Counts that ask this neither add nor remove. */
  meet(words: Uint32Array, word: number): number {
    if (this.#held * 2 >= this.#size) this.#grow(words);
    const slots = this.#slots;
    const at = this.#slotOf(words, word);
    const before = slots[at] === this.#stamp ? (slots[at + 1] ?? outside()) : -1;
    if (before < 0) {
      slots[at] = this.#stamp;
      this.#held += 1;
    }
    slots[at + 1] = word;
    return before;
  }

  /** 1 when it was the last of its value, else 0. */
  remove(words: Uint32Array, word: number): number {
    const at = this.#slotOf(words, word) + 2;
    const count = (this.#slots[at] ?? outside()) - 1;
    this.#slots[at] = count;
    return count === 0 ? 1 : 0;
  }

  /** The first word of the slot that holds the value, or may. */
  #slotOf(words: Uint32Array, word: number): number {
    const v0 = words[word] ?? outside();
    const v1 = words[word + 1] ?? outside();
    const v2 = words[word + 2] ?? outside();
    const v3 = words[word + 3] ?? outside();
    const slots = this.#slots;
    const mask = this.#size - 1;
    for (let slot = hashWords(v0, v1, v2, v3) & mask; ; slot = (slot + 1) & mask) {
      const at = slot * slotWords;
      if (slots[at] !== this.#stamp) return at;
      const held = slots[at + 1] ?? outside();
      if (words[held] === v0 && words[held + 1] === v1 && words[held + 2] === v2 && words[held + 3] === v3) return at;
    }
  }

  /** Doubles the table, keeping what is counted. */
  #grow(words: Uint32Array): void {
    const before = this.#slots;
    this.#size *= 2;
    this.#slots = new Uint32Array(this.#size * slotWords);
    for (let old = 0; old < before.length; old += slotWords) {
      if (before[old] !== this.#stamp) continue;
      const at = this.#slotOf(words, before[old + 1] ?? outside());
      this.#slots[at] = this.#stamp;
      this.#slots[at + 1] = before[old + 1] ?? outside();
      this.#slots[at + 2] = before[old + 2] ?? outside();
    }
  }
}
