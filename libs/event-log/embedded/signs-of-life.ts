import { statSync, utimesSync } from 'node:fs';

/**
 * Signs of life of one process as modification times of a file, which cost no fsync. A time is only a number that is another one than before: who
 * looks never compares it with a clock, which may be set.
 */
export class SignsOfLife {
  #beats = 0;

  constructor(readonly path: string) {}

  /** Gives a sign; throws the error of the file system where it cannot be given, as when the file is not there. */
  give(): void {
    this.#beats += 1;
    utimesSync(this.path, this.#beats, this.#beats);
  }
}

/** Who looks whether signs come. */
export class Silence {
  #seen: number | undefined;
  #looks = 0;

  constructor(readonly path: string) {}

  /** Looks in a row, this one included, that have found no new sign; 0 at the first look, and where there is a new one. A file that is not there gives none. */
  look(): number {
    const sign = statSync(this.path, { throwIfNoEntry: false })?.mtimeMs ?? -1;
    this.#looks = this.#seen === sign ? this.#looks + 1 : 0;
    this.#seen = sign;
    return this.#looks;
  }
}
