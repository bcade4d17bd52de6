// run/: runs queries within limits: places, precedence, time, memory, and their end.
// It knows no HTTP.

import { exception } from '../engine/exception.js';

/**
 * A bounded number of places with a bounded queue before them. Readers and writers have each their own, so that no query of a person
 * can hold up an insert.
 */
export class Lane {
  #running = 0;
  readonly #waiting: { readonly start: () => void; readonly signal: AbortSignal }[] = [];

  constructor(
    readonly name: 'read' | 'service' | 'write',
    private readonly placesMax: number,
    private readonly waitingMax: number,
  ) {}

  get running(): number {
    return this.#running;
  }
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Runs `work` when there is a place. Rejects with code 202 when the queue is full, with the signal's reason when it aborts while waiting. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(signal);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#running < this.placesMax) {
      this.#running += 1;
      return Promise.resolve();
    }
    if (this.#waiting.length >= this.waitingMax)
      throw exception(
        202,
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        `Too many simultaneous queries. ${this.#running} run and ${this.#waiting.length} wait (${this.name}); try again in a moment`,
      );
    return new Promise((resolve, reject) => {
      const place = { start: resolve, signal };
      this.#waiting.push(place);
      signal.addEventListener(
        'abort',
        () => {
          const at = this.#waiting.indexOf(place);
          if (at >= 0) this.#waiting.splice(at, 1);
          reject(signal.reason);
        },
        { once: true },
      );
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next.start();
    else this.#running -= 1;
  }
}
