import { grown } from '../memory/grown.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** Of each account the first of its days, and the earliest time at which one of them is due, or an earlier one: side by side, since each access asks for both. */
export class DayHeads {
  #pairs = new Float64Array(2 * 64);

  get bytes(): number {
    return this.#pairs.byteLength;
  }

  /** 0 for none, as of accounts behind the end: the column grows when one of them has a first day. */
  first(account: AccountNumber): number {
    return this.#pairs[2 * account] ?? 0;
  }
  /** An account has a first day now, or another one; 0 for none any more. */
  setFirst(account: AccountNumber, record: number): void {
    while (2 * account + 1 >= this.#pairs.length) this.#pairs = grown(this.#pairs, Float64Array);
    if (this.#pairs[2 * account] === 0) this.#pairs[2 * account + 1] = Number.POSITIVE_INFINITY;
    this.#pairs[2 * account] = record;
  }

  due(account: AccountNumber): number {
    return this.#pairs[2 * account + 1] ?? Number.POSITIVE_INFINITY;
  }
  setDue(account: AccountNumber, time: Milliseconds): void {
    if (2 * account + 1 < this.#pairs.length) this.#pairs[2 * account + 1] = time;
  }
}
