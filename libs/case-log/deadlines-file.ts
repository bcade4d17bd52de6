import { statSync } from 'node:fs';
import type { Lengths } from '#libs/dossier/deadlines.js';
import { lengthsOfFile } from '#libs/dossier/shipped.js';
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
    try {
      this.#lengths = lengthsOfFile(this.file);
    } catch (cause) {
      this.log.error('the file of deadlines cannot be used, and the lengths of before hold', { cause });
    }
    return this.#lengths;
  }

  /** Another text when the file was written; undefined while it is not there. */
  #stampOf(): string | undefined {
    const found = this.file === undefined ? undefined : statSync(this.file, { throwIfNoEntry: false });
    return found && `${found.mtimeMs} ${found.size}`;
  }
}
