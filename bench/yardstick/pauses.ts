/** How long other work kept this thread's event loop, looked at in every turn. */
export class Pauses {
  #longest = { ms: 0, processorMs: 0 };
  #last = now();
  #next: NodeJS.Immediate | undefined;

  constructor() {
    this.#look();
  }

  /** The longest turn since, by the clock and of the processor, each for itself. */
  end(): { readonly ms: number; readonly processorMs: number } {
    clearImmediate(this.#next);
    return this.#longest;
  }

  #look(): void {
    const at = now();
    const { ms, processorMs } = this.#longest;
    this.#longest = {
      ms: Math.max(ms, at.ms - this.#last.ms),
      processorMs: Math.max(processorMs, at.processorMs - this.#last.processorMs),
    };
    this.#last = at;
    this.#next = setImmediate(() => this.#look());
  }
}

function now(): { readonly ms: number; readonly processorMs: number } {
  const { user, system } = process.threadCpuUsage();
  return { ms: performance.now(), processorMs: (user + system) / 1000 };
}
