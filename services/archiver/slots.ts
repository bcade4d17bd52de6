/** A number of places that work waits for in turn. */
export class Slots {
  readonly #waiting: (() => void)[] = [];

  constructor(private free: number) {}

  /** Runs the work once a place is free. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.free += 1;
    }
  }
}

/**
 * Bytes of frames held in memory by all partitions together. A partition that holds nothing may always take one hand-over, so that none
 * can be starved by the others; beyond that it waits, and with it the log's reader.
 */
export class ByteBudget {
  #held = 0;
  #waiting: (() => void)[] = [];

  constructor(
    private readonly max: number,
    private readonly show: (held: number) => void,
  ) {}

  get full(): boolean {
    return this.#held >= this.max;
  }

  add(bytes: number): void {
    this.#held += bytes;
    this.show(this.#held);
    if (bytes >= 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when bytes were given back, or the signal aborts. */
  async change(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
