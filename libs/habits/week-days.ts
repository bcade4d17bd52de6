/** How many account-days a week has, by the last days that were learned. */
export class WeekDays {
  readonly #perDay = new Map<number, number>();
  #last = 0;

  add(day: number, accounts: number): void {
    this.#last = Math.max(this.#last, day);
    this.#perDay.set(day, (this.#perDay.get(day) ?? 0) + accounts);
    for (const old of this.#perDay.keys()) if (old <= this.#last - 7) this.#perDay.delete(old);
  }

  /** Of less than a week, as many as a week would have. */
  get count(): number {
    if (this.#perDay.size === 0) return 0;
    const sum = [...this.#perDay.values()].reduce((total, count) => total + count, 0);
    return (sum * 7) / (this.#last - Math.min(...this.#perDay.keys()) + 1);
  }
}
