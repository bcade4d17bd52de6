import { FairTurns } from './fair-turns.js';

/** What is done of one request before others get their turn. */
const itemsPerTurn = 256;
/** Steps of meters: some hundredths of a second. */
const stepsPerTurn = 1024 * 1024;
/** Bytes of rows, so that none of the frames that wait for the log is passed over for long. */
const rowBytesPerTurn = 4 * 1024 * 1024;

/** One for the process, as it has one thread. */
const everybody = new FairTurns();

/** Counts what was done of a request since others had their turn. */
export class Turns {
  #items = 0;
  #steps = 0;
  #rowBytes = 0;
  #rowBytesBefore = 0;

  /** `of` is whose work it is: turns go round among those who have some, however many requests each of them has. */
  constructor(private readonly of = '') {}

  /** Work that belongs to the item at hand. */
  add(steps: number): void {
    this.#steps += steps;
  }

  /** An item is done, `rowBytes` were written for the request so far: whether others should get their turn now, by `next`. */
  isOver(steps: number, rowBytes = 0): boolean {
    this.#items += 1;
    this.#steps += steps;
    this.#rowBytes = rowBytes;
    const written = rowBytes - this.#rowBytesBefore;
    return this.#items >= itemsPerTurn || this.#steps >= stepsPerTurn || written >= rowBytesPerTurn;
  }

  async next(): Promise<void> {
    this.#items = 0;
    this.#steps = 0;
    this.#rowBytesBefore = this.#rowBytes;
    await everybody.next(this.of);
  }
}
