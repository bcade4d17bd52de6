// mcp/: what an assistant may ask: tools that read, each answer without a patient, and a row of the audit for each call.
// Texts that others wrote are under `untrusted` and nowhere else.

/** Counts the calls of each assistant in each minute of this process. */
export class CallRate {
  #minute = -1;
  readonly #counts = new Map<string, number>();

  constructor(readonly perMinuteMax: number) {}

  /** Whether one more call of an assistant is taken. `now` in milliseconds. */
  take(name: string, now: number): boolean {
    const minute = Math.floor(now / 60_000);
    if (minute !== this.#minute) this.#counts.clear();
    this.#minute = minute;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    return count <= this.perMinuteMax;
  }
}
