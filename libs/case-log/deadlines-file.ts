import { readFileSync, statSync } from 'node:fs';
import { readDeadlines, type Lengths } from '#libs/dossier/deadlines.js';
import { lengthsOfFile, shippedLengths } from '#libs/dossier/shipped.js';
import type { Log } from '#libs/runtime/log.js';

/** The lengths of the clocks of a breach, from `VIGIE_DEADLINES_FILE`, looked at whenever they are needed. A mistake leaves the old ones. */
export class DeadlinesFile {
  #lengths: Lengths;
  #stamp: string | undefined;

  /** Throws with every mistake in it. */
  constructor(
    private readonly file: string | undefined,
    private readonly log: Log,
  ) {
    this.#stamp = this.#stampOf();
    this.#lengths = lengthsOfFile(file);
  }

  lengths(): Lengths {
    const stamp = this.#stampOf();
    if (this.file === undefined || stamp === this.#stamp || stamp === undefined) return this.#lengths;
    this.#stamp = stamp;
    const read = readDeadlines(readFileSync(this.file, 'utf8'), shippedLengths);
    if ('lengths' in read) this.#lengths = read.lengths;
    else this.log.error(`${this.file} is no file of deadlines, and the lengths of before hold: ${read.mistakes.join('; ')}`);
    return this.#lengths;
  }

  /** Another text when the file was written; undefined while it is not there. */
  #stampOf(): string | undefined {
    const found = this.file === undefined ? undefined : statSync(this.file, { throwIfNoEntry: false });
    return found && `${found.mtimeMs} ${found.size}`;
  }
}
