import { messageOf } from '#libs/runtime/outcome.js';
/** Work that brings doors in line with the sources in use, one run after another, and why some are not open. */
export class Upkeep {
  readonly #failures = new Map<string, string>();
  #runs: Promise<void> = Promise.resolve();

  constructor(private readonly work: () => Promise<void>) {}

  /** Runs the work behind what runs already. */
  run(): Promise<void> {
    this.#runs = this.#runs.then(() => this.work());
    return this.#runs;
  }

  /** Resolves when nothing runs. */
  rest(): Promise<void> {
    return this.#runs;
  }

  /** Why doors are not open, for `ready`. */
  get trouble(): string | undefined {
    return this.#failures.size ? [...this.#failures.values()].join('; ') : undefined;
  }

  /** True when it was not known of this door. */
  failed(door: string, what: string, cause: unknown): boolean {
    const isNew = !this.#failures.has(door);
    this.#failures.set(door, `${what}: ${messageOf(cause)}`);
    return isNew;
  }

  well(door: string): void {
    this.#failures.delete(door);
  }

  /** Forgets doors that nobody wants open any more. */
  wanted(doors: { readonly has: (door: string) => boolean }): void {
    for (const door of this.#failures.keys()) if (!doors.has(door)) this.#failures.delete(door);
  }
}
