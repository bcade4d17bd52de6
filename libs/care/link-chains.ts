const wordsOfChain = 4;
const chainsMin = 1024;

/**
 * When each account's touches link a patient, as chains of steps that join where they meet: for a patient a list of (account, from, until), 16
 * bytes each. What is asked is how many others there are in a step, so that nothing may be left out of a list: a chain that others cover
 * counts again when one of these is barred.
 */
export class LinkChains {
  /** By patient: the first chain, 0 for none. */
  #heads = new Uint32Array(chainsMin);
  /** Account, from, until, next; chain 0 is none. */
  #chains = new Uint32Array(chainsMin * wordsOfChain);
  #end = 1;
  #free = 0;

  get bytes(): number {
    return this.#heads.byteLength + this.#chains.byteLength;
  }

  /** The account's touches link the patient in `[from, until)`. */
  add(patient: number, account: number, from: number, until: number, lowest: number): void {
    if (until <= from) return;
    while (patient >= this.#heads.length) this.#heads = twice(this.#heads);
    let first = from;
    let last = until;
    let before = 0;
    for (let at = this.#heads[patient] ?? 0; at !== 0;) {
      const chains = this.#chains;
      const word = at * wordsOfChain;
      const [knownFrom, knownUntil, next] = [chains[word + 1] ?? 0, chains[word + 2] ?? 0, chains[word + 3] ?? 0];
      const meets = chains[word] === account && knownFrom <= last && first <= knownUntil;
      if (meets) {
        first = Math.min(first, knownFrom);
        last = Math.max(last, knownUntil);
      }
      if (meets || knownUntil <= lowest) {
        this.#unlink(patient, before, next);
        this.#release(at);
      } else before = at;
      at = next;
    }
    if (last > lowest) this.#push(patient, account, first, last);
  }

  /** Whether an account's chain holds all of `[from, until)`. */
  holds(patient: number, account: number, from: number, until: number): boolean {
    const chains = this.#chains;
    for (let at = this.#heads[patient] ?? 0; at !== 0; at = chains[at * wordsOfChain + 3] ?? 0) {
      const word = at * wordsOfChain;
      if (chains[word] === account && (chains[word + 1] ?? 0) <= from && (chains[word + 2] ?? 0) >= until) return true;
    }
    return false;
  }

  /** How many accounts besides one link the patient in a step: 0, 1, or 2 for two and more. `isBarred` says whose touches do not count. */
  others(patient: number, account: number, step: number, isBarred: (account: number) => boolean): number {
    const chains = this.#chains;
    let one = 0;
    for (let at = this.#heads[patient] ?? 0; at !== 0; at = chains[at * wordsOfChain + 3] ?? 0) {
      const word = at * wordsOfChain;
      const other = chains[word] ?? 0;
      if (other === account || other === one || (chains[word + 1] ?? 0) > step || (chains[word + 2] ?? 0) <= step) continue;
      if (isBarred(other)) continue;
      if (one !== 0) return 2;
      one = other;
    }
    return one === 0 ? 0 : 1;
  }

  /** Whether any account's touches link the patient in a step from `lowest` on. */
  isHeld(patient: number, lowest: number): boolean {
    const chains = this.#chains;
    for (let at = this.#heads[patient] ?? 0; at !== 0; at = chains[at * wordsOfChain + 3] ?? 0)
      if ((chains[at * wordsOfChain + 2] ?? 0) > lowest) return true;
    return false;
  }

  /** Puts the chains of a patient that reach beyond `lowest` under another number of another memory. */
  move(patient: number, lowest: number, into: LinkChains, number: number): void {
    const chains = this.#chains;
    for (let at = this.#heads[patient] ?? 0; at !== 0; at = chains[at * wordsOfChain + 3] ?? 0) {
      const word = at * wordsOfChain;
      const until = chains[word + 2] ?? 0;
      if (until > lowest) into.#restore(number, chains[word] ?? 0, chains[word + 1] ?? 0, until);
    }
  }

  #restore(patient: number, account: number, from: number, until: number): void {
    while (patient >= this.#heads.length) this.#heads = twice(this.#heads);
    this.#push(patient, account, from, until);
  }

  #push(patient: number, account: number, from: number, until: number): void {
    let at = this.#free;
    if (at !== 0) this.#free = this.#chains[at * wordsOfChain + 3] ?? 0;
    else {
      at = this.#end;
      this.#end += 1;
      if (this.#end * wordsOfChain > this.#chains.length) this.#chains = twice(this.#chains);
    }
    const word = at * wordsOfChain;
    this.#chains[word] = account;
    this.#chains[word + 1] = from;
    this.#chains[word + 2] = until;
    this.#chains[word + 3] = this.#heads[patient] ?? 0;
    this.#heads[patient] = at;
  }

  #unlink(patient: number, before: number, next: number): void {
    if (before === 0) this.#heads[patient] = next;
    else this.#chains[before * wordsOfChain + 3] = next;
  }

  #release(at: number): void {
    this.#chains[at * wordsOfChain + 3] = this.#free;
    this.#free = at;
  }
}

function twice(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
