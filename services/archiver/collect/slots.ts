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

/** One promise for all who wait for the next change: whoever stops waiting leaves nothing behind. */
export class Turn {
  #next = Promise.withResolvers<void>();

  next(): Promise<void> {
    return this.#next.promise;
  }
  post(): void {
    const { resolve } = this.#next;
    this.#next = Promise.withResolvers();
    resolve();
  }
}

/**
 * Bytes of frames held in memory by all partitions together. A partition that holds nothing may always take one hand-over, so that none
 * can be starved by the others; beyond that it waits, and with it the log's reader.
 */
export class ByteBudget {
  #held = 0;
  readonly #freed = new Turn();

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
    if (bytes < 0) this.#freed.post();
  }

  /** Resolves when bytes were given back. */
  change(): Promise<void> {
    return this.#freed.next();
  }
}
