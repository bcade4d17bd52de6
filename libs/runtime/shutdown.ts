import type { Clock } from './clock.js';
import type { Log } from './log.js';

/** A drain that takes longer than this is cut off: the process then ends by force, which loses nothing but repeats some work. */
export const drainMsMax = 20_000;

/** What must be finished before a process ends, in the reverse order of `add`: what was opened first is closed last. */
export class Shutdown {
  readonly #steps: { readonly name: string; readonly run: () => Promise<void> }[] = [];
  #running: Promise<boolean> | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {}

  add(name: string, run: () => Promise<void>): void {
    this.#steps.push({ name, run });
  }

  /** Runs every step once, even when one fails. Resolves with true when all ended well inside `drainMsMax`. */
  run(): Promise<boolean> {
    this.#running ??= this.#drain();
    return this.#running;
  }

  async #drain(): Promise<boolean> {
    const deadline = new AbortController();
    const late = this.clock.sleep(drainMsMax, deadline.signal).then(
      () => false,
      () => true,
    );
    const done = this.#runSteps().finally(() => deadline.abort());
    return (await Promise.race([late, done])) && (await done);
  }

  async #runSteps(): Promise<boolean> {
    let well = true;
    for (const { name, run } of this.#steps.toReversed()) {
      try {
        await run();
      } catch (cause) {
        well = false;
        this.log.error(`shutdown: ${name} failed`, { cause });
      }
    }
    return well;
  }
}
