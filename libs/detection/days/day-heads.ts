import { grown } from '../memory/grown.js';

/** Of each account the first of its days, and the earliest time at which one of them is due, or an earlier one: side by side, since each access asks for both. */
export class DayHeads {
  #pairs = new Float64Array(2 * 64);

  get bytes(): number {
    return this.#pairs.byteLength;
  }

  first(account: number): number {
    return this.#pairs[2 * account] ?? 0;
  }
  /** An account has a first day now, or another one; 0 for none any more. */
  setFirst(account: number, record: number): void {
    while (2 * account + 1 >= this.#pairs.length) this.#pairs = grown(this.#pairs, Float64Array);
    if (this.#pairs[2 * account] === 0) this.#pairs[2 * account + 1] = Number.POSITIVE_INFINITY;
    this.#pairs[2 * account] = record;
  }

  due(account: number): number {
    return this.#pairs[2 * account + 1] ?? Number.POSITIVE_INFINITY;
  }
  setDue(account: number, time: number): void {
    if (2 * account + 1 < this.#pairs.length) this.#pairs[2 * account + 1] = time;
  }
}
