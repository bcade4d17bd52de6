// refuse/: which lines of a batch can be stored, and what is said of one that cannot, its values masked.
// How fast lines may be refused is breaker.ts.

import type { Clock } from '#libs/runtime/clock.js';

/** Rows that may be set aside at once, and per minute for ever: more than that is not a bad row but a bad deployment. */
export const refusedRowsMax = 10_000;
const refillMs = 60_000;

/**
 * Caps how fast rows go to the quarantine. When it is empty the archiver stops moving, says why, and nothing is dropped: the rows stay in
 * the log until somebody has put the table or the producer right.
 */
export class RefusalBreaker {
  #left = refusedRowsMax;
  #at: number;

  constructor(private readonly clock: Pick<Clock, 'monotonic'>) {
    this.#at = clock.monotonic();
  }

  /** How many of `rows` may be set aside now, which are then counted, and how long to wait before asking for more. */
  take(rows: number): { readonly rows: number; readonly waitMs: number } {
    const now = this.clock.monotonic();
    this.#left = Math.min(refusedRowsMax, this.#left + ((now - this.#at) / refillMs) * refusedRowsMax);
    this.#at = now;
    const taken = Math.min(rows, Math.floor(this.#left));
    this.#left -= taken;
    return { rows: taken, waitMs: refillMs };
  }
}
