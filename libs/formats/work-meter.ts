import { type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';

/** What a record, and what a request may cost, whatever is in them. */
export const workLimits = {
  /**
   * Steps of one record: characters that are read, elements that are looked at, patients that are taken. An item of 1 MiB is read some times
   * over; whatever would look at everything for everything is over it at once.
   */
  stepsMax: 16 * 1024 * 1024,
  /** Bytes of the rows of one record: 20,000 patients with rows of 1.6 KiB. */
  rowBytesMax: 32 * 1024 * 1024,
  /** Bytes of the rows of one request. */
  requestRowBytesMax: 64 * 1024 * 1024,
} as const;

/** The word of it for metrics. */
export const tooMuchWork = 'too_much_work';

/** Ends the work on a record; caught by `metered` and nowhere else. */
class Exhausted extends Error {
  constructor(readonly field: string) {
    super(`the work allowed for one record is used up at ${field}`);
  }
}

/**
 * The budget of work of one record. Readers and masks draw from it before they begin on something whose size the sender chose. It is counted
 * and not timed, so that a record has the same fate on every machine.
 */
export class WorkMeter {
  #steps = 0;

  constructor(private readonly stepsMax: number = workLimits.stepsMax) {}

  /** Steps drawn so far. */
  get steps(): number {
    return this.#steps;
  }

  /** Draws steps for a field, before they are done. Throws past the rest of the record when none are left: only inside `metered`. */
  draw(steps: number, field: string): void {
    this.#steps += steps;
    if (this.#steps > this.stepsMax) throw new Exhausted(field);
  }
}

/** Works on one record; a budget that runs out is told as a refusal with the field, the limit, and what to do. */
export function metered<T>(work: () => Accepted<T> | Rejected): Accepted<T> | Rejected {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof Exhausted)) throw cause;
    const detail = `the record takes more than ${workLimits.stepsMax} steps to read; send fewer entities, patients or texts in one record`;
    return rejected(tooMuchWork, cause.field, detail);
  }
}
