// turns/: whose work goes on when much of it waits, so that sockets, timers and small senders are not kept waiting.
// It knows no requests and no log.

/** Turns are a millisecond or two: so few keep nobody waiting, and with fewer a flood of requests that are turned away leaves no time for work. */
const turnsAtOnce = 4;

/**
 * Who goes on next of all that wait: a few at a time, and between them whatever came in meanwhile. All at once would keep sockets and
 * timers waiting for as long as the work of a flood takes. Turns go round among those whose work it is, so that many requests of one are no
 * more than one of another.
 */
export class FairTurns {
  /** By whose work it is, in the order in which they come; nobody stands here without waiting. */
  readonly #waiting = new Map<string, (() => void)[]>();
  #isRunning = false;

  /** `later` runs something once after what came in meanwhile. */
  constructor(
    private readonly later: (work: () => void) => void = setImmediate,
    private readonly atOnce = turnsAtOnce,
  ) {}

  /** Resolves when it is the turn of `of`; its own wait in the order in which they asked. */
  next(of: string): Promise<void> {
    return new Promise((resolve) => {
      const own = this.#waiting.get(of);
      if (own) own.push(resolve);
      else this.#waiting.set(of, [resolve]);
      if (this.#isRunning) return;
      this.#isRunning = true;
      this.later(() => this.#run());
    });
  }

  #one(): void {
    for (const [of, own] of this.#waiting) {
      // To the end of the round, or out of it.
      this.#waiting.delete(of);
      own.shift()?.();
      if (own.length) this.#waiting.set(of, own);
      break;
    }
  }

  #run(): void {
    for (let turn = 0; turn < this.atOnce; turn += 1) this.#one();
    this.#isRunning = this.#waiting.size > 0;
    if (this.#isRunning) this.later(() => this.#run());
  }
}
