/** What one request waits for: every frame that holds a row of it. */
export class Ticket {
  #frames = 0;
  #sealed = false;
  #failure: unknown;
  #settle: (() => void) | undefined;
  #fail: ((cause: unknown) => void) | undefined;
  /** Resolves when every frame is acknowledged, rejects with the first failure. */
  readonly done: Promise<void> = new Promise((resolve, reject) => {
    this.#settle = resolve;
    this.#fail = reject;
  });

  constructor() {
    // A request that was cut off has nobody waiting; its failure is no bug of the process.
    this.done.catch(() => {});
  }

  /** Another frame holds a row of this request. */
  expect(): void {
    this.#frames += 1;
  }
  /** No more rows will come. */
  seal(): void {
    this.#sealed = true;
    this.#check();
  }
  acknowledged(): void {
    this.#frames -= 1;
    this.#check();
  }
  failed(cause: unknown): void {
    this.#failure ??= cause;
    this.#frames -= 1;
    this.#check();
  }
  #check(): void {
    if (this.#failure !== undefined) this.#fail?.(this.#failure);
    else if (this.#sealed && this.#frames === 0) this.#settle?.();
  }
}
