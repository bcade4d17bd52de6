import type { Clock } from '#libs/runtime/clock.js';

/** Rows that may be set aside at once, and per minute for ever: more than that is not a bad row but a bad deployment. */
export const refusedRowsMax = 1000;
const refillMs = 60_000;

/**
 * Caps how fast rows go to the quarantine. When it is empty the archiver stops moving, says why, and nothing is dropped: the rows stay in
 * the log until somebody has put the table or the producer right.
 */
export class RefusalBreaker {
  #left = refusedRowsMax;
  #at: number;

  constructor(private readonly clock: Clock) {
    this.#at = clock.monotonic();
  }

  /** 0 when one more row may be set aside, which is then counted; else milliseconds until one may be. */
  take(): number {
    const now = this.clock.monotonic();
    this.#left = Math.min(refusedRowsMax, this.#left + ((now - this.#at) / refillMs) * refusedRowsMax);
    this.#at = now;
    if (this.#left >= 1) {
      this.#left -= 1;
      return 0;
    }
    return refillMs;
  }
}
