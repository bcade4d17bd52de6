import { grown } from '../memory/grown.js';

/** Of each account the first of its days, and the earliest time at which one of them is due, or an earlier one. */
export class DayHeads {
  #first = new Uint32Array(64);
  #due = new Float64Array(64);

  get bytes(): number {
    return this.#first.byteLength + this.#due.byteLength;
  }

  first(account: number): number {
    return this.#first[account] ?? 0;
  }
  /** An account has a first day now, or another one; 0 for none any more. */
  setFirst(account: number, record: number): void {
    while (account >= this.#first.length) {
      this.#first = grown(this.#first, Uint32Array);
      this.#due = grown(this.#due, Float64Array);
    }
    if (this.#first[account] === 0) this.#due[account] = Number.POSITIVE_INFINITY;
    this.#first[account] = record;
  }

  due(account: number): number {
    return account < this.#due.length ? (this.#due[account] ?? 0) : Number.POSITIVE_INFINITY;
  }
  setDue(account: number, time: number): void {
    if (account < this.#due.length) this.#due[account] = time;
  }
}
