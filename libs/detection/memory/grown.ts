/** A copy with half as much room again, for columns that grow. */
export function grown<T extends { readonly length: number; set(from: T): void }>(from: T, Make: new (length: number) => T): T {
  const to = new Make(Math.ceil(from.length * 1.5));
  to.set(from);
  return to;
}

/** Slots that a direct-mapped table begins with. */
const slotsFirst = 16;

/**
 * How many slots a direct-mapped table has, a power of two up to `most`: few to begin with, four times as many once so many have been noted. Most engines are made
 * to judge one account beside the live one, see some dozens of rows and are let go of: to make their tables was most of what they cost.
 */
export class SlotsNoted {
  #noted = 0;
  #slots = slotsFirst;

  constructor(private readonly most: number) {}

  /** To be asked before each is noted. Where it is more than the table has, a wider one takes its place, and what it held is found anew. */
  wanted(): number {
    this.#noted += 1;
    if (this.#noted > this.#slots && this.#slots < this.most) this.#slots = Math.min(this.most, this.#slots * 4);
    return this.#slots;
  }
}
/** A part of `bytes` in memory of its own: frames and scratch are `Buffer`s, whose `slice` is the same memory, which is used again or held as a whole. */
export function copied(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}
