/** Account in two halves, from, until, next: ten bytes. */
const wordsOfEntry = 5;
const wordMax = 0xffff;

/** The largest step of a stretch, and one less than the most entries and owners. */
export const stretchesMax = wordMax;

/**
 * When accounts have to do with an owner (a patient), as stretches of steps that join where they meet: for each owner a list of (account, from,
 * until), `until` not included. Owners count from 1, steps lie between 0 and 65,535. Nothing is left out of a list but what ends before the
 * lowest step that is asked for: a stretch that others cover counts again when one of their accounts is barred.
 */
export class Stretches {
  /** By owner: the first entry, 0 for none. */
  readonly #heads: Uint16Array;
  readonly #entries: Uint16Array;
  #end = 1;
  #free = 0;
  #count = 0;

  /** For so many owners and entries. */
  constructor(owners: number, entries: number) {
    this.#heads = new Uint16Array(owners + 1);
    this.#entries = new Uint16Array((entries + 1) * wordsOfEntry);
  }

  get count(): number {
    return this.#count;
  }
  get capacity(): number {
    return this.#entries.length / wordsOfEntry - 1;
  }
  get isFull(): boolean {
    return this.#count >= this.capacity;
  }
  get bytes(): number {
    return this.#heads.byteLength + this.#entries.byteLength;
  }

  /** The account has to do with the owner in `[from, until)`; what ends at `lowest` or before may go. There must be room for one more. */
  add(owner: number, account: number, from: number, until: number, lowest: number): void {
    if (until <= from) return;
    const entries = this.#entries;
    let first = from;
    let last = until;
    let before = 0;
    for (let at = this.#heads[owner] ?? 0; at !== 0;) {
      const word = at * wordsOfEntry;
      const [knownFrom, knownUntil, next] = [entries[word + 2] ?? 0, entries[word + 3] ?? 0, entries[word + 4] ?? 0];
      const meets = this.#accountAt(word) === account && knownFrom <= last && first <= knownUntil;
      if (meets) {
        first = Math.min(first, knownFrom);
        last = Math.max(last, knownUntil);
      }
      if (meets || knownUntil <= lowest) {
        if (before === 0) this.#heads[owner] = next;
        else entries[before * wordsOfEntry + 4] = next;
        this.#release(at);
      } else before = at;
      at = next;
    }
    if (last > lowest) this.#push(owner, account, first, last);
  }

  /** Whether one stretch of the account holds all of `[from, until)`. */
  holds(owner: number, account: number, from: number, until: number): boolean {
    const entries = this.#entries;
    for (let at = this.#heads[owner] ?? 0; at !== 0;) {
      const word = at * wordsOfEntry;
      if (this.#accountAt(word) === account && (entries[word + 2] ?? 0) <= from && (entries[word + 3] ?? 0) >= until) return true;
      at = entries[word + 4] ?? 0;
    }
    return false;
  }

  /** How many accounts besides one have to do with the owner in a step: 0, 1, or 2 for two and more. Those who are barred do not count. */
  others(owner: number, account: number, step: number, isBarred: (account: number) => boolean): number {
    const entries = this.#entries;
    let one = 0;
    for (let at = this.#heads[owner] ?? 0; at !== 0;) {
      const word = at * wordsOfEntry;
      at = entries[word + 4] ?? 0;
      if ((entries[word + 2] ?? 0) > step || (entries[word + 3] ?? 0) <= step) continue;
      const other = this.#accountAt(word);
      if (other === account || other === one || isBarred(other)) continue;
      if (one !== 0) return 2;
      one = other;
    }
    return one === 0 ? 0 : 1;
  }

  /** Stretches of an owner that end after `lowest`. */
  countOf(owner: number, lowest: number): number {
    let count = 0;
    for (let at = this.#heads[owner] ?? 0; at !== 0; at = this.#entries[at * wordsOfEntry + 4] ?? 0)
      if ((this.#entries[at * wordsOfEntry + 3] ?? 0) > lowest) count += 1;
    return count;
  }

  /** Puts these under another owner of another table whose steps are counted from `shift` later on. There must be room. */
  move(owner: number, lowest: number, into: Stretches, under: number, shift: number): void {
    const entries = this.#entries;
    for (let at = this.#heads[owner] ?? 0; at !== 0;) {
      const word = at * wordsOfEntry;
      const until = entries[word + 3] ?? 0;
      if (until > lowest) into.#push(under, this.#accountAt(word), Math.max(0, (entries[word + 2] ?? 0) - shift), until - shift);
      at = entries[word + 4] ?? 0;
    }
  }

  #accountAt(word: number): number {
    return (this.#entries[word] ?? 0) + (this.#entries[word + 1] ?? 0) * (wordMax + 1);
  }

  #push(owner: number, account: number, from: number, until: number): void {
    const entries = this.#entries;
    let at = this.#free;
    if (at !== 0) this.#free = entries[at * wordsOfEntry + 4] ?? 0;
    else {
      at = this.#end;
      this.#end += 1;
    }
    this.#count += 1;
    const word = at * wordsOfEntry;
    entries[word] = account & wordMax;
    entries[word + 1] = account >>> 16;
    entries[word + 2] = from;
    entries[word + 3] = until;
    entries[word + 4] = this.#heads[owner] ?? 0;
    this.#heads[owner] = at;
  }

  #release(at: number): void {
    this.#entries[at * wordsOfEntry + 4] = this.#free;
    this.#free = at;
    this.#count -= 1;
  }
}
