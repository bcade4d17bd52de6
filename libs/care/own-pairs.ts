const wordsOfPair = 4;
const pairsMin = 1024;

/**
 * When an account knows a patient of its own, as stretches of steps that join where they meet, 16 bytes each: (patient, account, from, until).
 * Nearly every pair has one; another, which a pause of a month or a late touch leaves, is put behind it.
 */
export class OwnPairs {
  #slots = new Uint32Array(pairsMin * wordsOfPair);
  #count = 0;

  get count(): number {
    return this.#count;
  }
  get bytes(): number {
    return this.#slots.byteLength;
  }
  /** Stretches that fit before it has to grow. */
  get room(): number {
    return (this.#slots.length / wordsOfPair) * 0.75 - this.#count - 1;
  }

  /** The account knows the patient in `[from, until)`. */
  add(patient: number, account: number, from: number, until: number): void {
    if (until <= from) return;
    if (this.room <= 0) this.grow();
    let first = from;
    let last = until;
    let place = -1;
    // One that grows may come to meet another of its pair.
    for (let at = this.#meeting(patient, account, first, last); at >= 0; at = this.#meeting(patient, account, first, last)) {
      first = Math.min(first, this.#slots[at + 2] ?? 0);
      last = Math.max(last, this.#slots[at + 3] ?? 0);
      this.#slots.set([0, 0], at + 2);
      place = at;
    }
    if (place < 0) this.#put(patient, account, first, last);
    else this.#slots.set([first, last], place + 2);
  }

  /** A stretch of another memory, which meets no other of its pair. */
  restore(patient: number, account: number, from: number, until: number): void {
    if (this.room <= 0) this.grow();
    this.#put(patient, account, from, until);
  }

  /** Whether the account knows the patient in a step. */
  knows(patient: number, account: number, step: number): boolean {
    return this.holds(patient, account, step, step + 1);
  }

  /** Whether it does in all of `[from, until)`. */
  holds(patient: number, account: number, from: number, until: number): boolean {
    const slots = this.#slots;
    for (let at = this.#first(patient, account); slots[at] !== 0; at = this.#next(at)) {
      if (slots[at] !== patient || slots[at + 1] !== account) continue;
      if ((slots[at + 2] ?? 0) <= from && (slots[at + 3] ?? 0) >= until) return true;
    }
    return false;
  }

  /** Calls `each` for every stretch that reaches beyond `lowest`. */
  forEach(lowest: number, each: (patient: number, account: number, from: number, until: number) => void): void {
    const slots = this.#slots;
    for (let at = 0; at < slots.length; at += wordsOfPair) {
      const until = slots[at + 3] ?? 0;
      if (slots[at] !== 0 && until > lowest) each(slots[at] ?? 0, slots[at + 1] ?? 0, slots[at + 2] ?? 0, until);
    }
  }

  /** Where a stretch of the pair lies that meets `[from, until)`; -1 for none. One that another took in is empty. */
  #meeting(patient: number, account: number, from: number, until: number): number {
    const slots = this.#slots;
    for (let at = this.#first(patient, account); slots[at] !== 0; at = this.#next(at)) {
      if (slots[at] !== patient || slots[at + 1] !== account || slots[at + 3] === 0) continue;
      if ((slots[at + 2] ?? 0) <= until && from <= (slots[at + 3] ?? 0)) return at;
    }
    return -1;
  }

  #put(patient: number, account: number, from: number, until: number): void {
    let at = this.#first(patient, account);
    while (this.#slots[at] !== 0) at = this.#next(at);
    this.#slots[at] = patient;
    this.#slots[at + 1] = account;
    this.#slots[at + 2] = from;
    this.#slots[at + 3] = until;
    this.#count += 1;
  }

  #first(patient: number, account: number): number {
    let hash = Math.imul(patient, 0x9e3779b1) ^ Math.imul(account, 0x85ebca77);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    hash ^= hash >>> 13;
    return ((hash >>> 0) & (this.#slots.length / wordsOfPair - 1)) * wordsOfPair;
  }

  #next(at: number): number {
    return at + wordsOfPair === this.#slots.length ? 0 : at + wordsOfPair;
  }

  /** Makes room for twice as many. */
  grow(): void {
    const before = this.#slots;
    this.#slots = new Uint32Array(before.length * 2);
    this.#count = 0;
    for (let at = 0; at < before.length; at += wordsOfPair) {
      const [from, until] = [before[at + 2] ?? 0, before[at + 3] ?? 0];
      if (before[at] !== 0 && until > from) this.#put(before[at] ?? 0, before[at + 1] ?? 0, from, until);
    }
  }
}
