import { HttpRefusal } from './http-refusal.js';
import type { Taker } from './taker.js';

/** Who takes what comes, from when the log answers. */
export class TakerInUse<T extends Taker> {
  #taker: T | undefined;

  use(taker: T): void {
    this.#taker = taker;
  }

  get isThere(): boolean {
    return this.#taker !== undefined;
  }

  /** Throws `HttpRefusal` as long as there is none. */
  readonly current = (): T => {
    if (!this.#taker) throw new HttpRefusal(503, 'the log does not answer yet; send this again', 2);
    return this.#taker;
  };
}
