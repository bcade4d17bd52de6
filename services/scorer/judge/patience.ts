import type { Clock } from '#libs/runtime/clock.js';

/** Pauses after failures, in milliseconds: doubled from the first up to the longest. */
const pauseMs = { first: 1000, max: 60_000 } as const;

/** When to ask again somebody who did not answer. */
export class Patience {
  #pauseMs = 0;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(private readonly clock: Clock) {}

  get isOver(): boolean {
    return this.clock.monotonic() >= this.#notBefore;
  }

  /** Gives the pause that begins now. */
  failed(): number {
    this.#pauseMs = Math.min(pauseMs.max, this.#pauseMs === 0 ? pauseMs.first : 2 * this.#pauseMs);
    this.#notBefore = this.clock.monotonic() + this.#pauseMs;
    return this.#pauseMs;
  }

  succeeded(): void {
    this.#pauseMs = 0;
    this.#notBefore = Number.NEGATIVE_INFINITY;
  }
}
