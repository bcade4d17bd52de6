/** A fixed list of ASCII words that can be looked up by bytes, without making a string. */
export class WordTable {
  readonly #slots = new Int8Array(256).fill(-1);
  readonly #bytes: readonly Uint8Array[];
  readonly #factor: number;

  constructor(readonly words: readonly string[]) {
    this.#bytes = words.map((word) => Buffer.from(word));
    this.#factor = this.#factorWithoutCollision();
    this.#bytes.forEach((word, index) => (this.#slots[slotOf(word, 0, word.length, this.#factor)] = index));
  }

  /** Index of the word that lies at `start` to `end`, or -1. */
  indexOf(bytes: Uint8Array, start: number, end: number): number {
    if (end <= start) return -1;
    const index = this.#slots[slotOf(bytes, start, end, this.#factor)] ?? -1;
    const word = this.#bytes[index];
    if (word === undefined || word.length !== end - start) return -1;
    for (let at = 0; at < word.length; at += 1) if (word[at] !== bytes[start + at]) return -1;
    return index;
  }

  #factorWithoutCollision(): number {
    for (let factor = 1; factor < 100_000; factor += 2) {
      const slots = new Set(this.#bytes.map((word) => slotOf(word, 0, word.length, factor)));
      if (slots.size === this.#bytes.length) return factor;
    }
    throw new RangeError(`no table without collision for ${this.words.join(', ')}`);
  }
}

function slotOf(bytes: Uint8Array, start: number, end: number, factor: number): number {
  const first = bytes[start] ?? 0;
  const last = bytes[end - 1] ?? 0;
  const middle = bytes[(start + end) >> 1] ?? 0;
  return (Math.imul((end - start) | (first << 8) | (last << 16) | (middle << 24), factor) >>> 13) & 255;
}
