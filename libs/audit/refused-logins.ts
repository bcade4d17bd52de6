/** Refused logins that are written down in a minute; nobody fills a log that is kept for ever by knocking. */
export const refusedPerMinuteMax = 60;

/** How a refused login of nobody is answered: as it is, as the first of too many, which is written down as such, or as one more. */
export type Knock = 'refused' | 'too_many' | 'more';

/** Counts the refused logins of each minute of a process. */
export class RefusedLogins {
  #minute = -1;
  #count = 0;

  /** `now` in milliseconds. */
  knock(now: number): Knock {
    const minute = Math.floor(now / 60_000);
    if (minute !== this.#minute) this.#count = 0;
    this.#minute = minute;
    this.#count += 1;
    if (this.#count <= refusedPerMinuteMax) return 'refused';
    return this.#count === refusedPerMinuteMax + 1 ? 'too_many' : 'more';
  }
}
