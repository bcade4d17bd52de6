/** Runs so many costly pieces of work at once, and lets so many others wait: each hash of a password takes its memory. */
export class Lanes {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly max: { readonly running: number; readonly waiting: number }) {}

  /** Undefined where too many wait already. Rejects as the work does. */
  async run<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#running >= this.max.running) {
      if (this.#waiting.length >= this.max.waiting) return undefined;
      // Who leaves gives their place to the first who waits.
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else this.#running += 1;
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
