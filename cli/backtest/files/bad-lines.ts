/** How many bad lines are named. */
const namedMax = 10;

/** Lines that cannot be used: counted, the first ones named. */
export class BadLines {
  count = 0;
  readonly #named: string[] = [];

  /** `place` is `file:line`; `reason` never holds the line's content. */
  note(place: string, reason: string): void {
    this.count += 1;
    if (this.#named.length < namedMax) this.#named.push(`${place}: ${reason}`);
  }

  /** One text a line, empty where there are none. */
  told(): readonly string[] {
    const more = this.count - this.#named.length;
    return more > 0 ? [...this.#named, `and ${more.toLocaleString('en')} more`] : this.#named;
  }
}
