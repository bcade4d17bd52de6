import { grown } from './grown.js';
import type { Judge } from './judge.js';
import type { LedgerStore } from './ledger-store.js';
import type { Series } from './series.js';

/** Which ledger belongs to (account, series, group-by cell). The plain cell is an array; cells by further fields are looked up by text. */
export class LedgerIndex {
  #plain: Uint32Array;
  readonly #cells = new Map<number, Map<string, number>>();

  constructor(
    private readonly series: readonly Series[],
    private readonly ledgers: LedgerStore,
    private readonly judge: Judge,
  ) {
    this.#plain = new Uint32Array(64 * Math.max(1, series.length));
  }

  get bytes(): number {
    return this.#plain.byteLength;
  }

  /** The ledger, or 0. */
  find(account: number, series: Series, cell: string): number {
    if (series.cell.length) return this.#cells.get(this.#place(account, series))?.get(cell) ?? 0;
    return this.#plain[this.#place(account, series)] ?? 0;
  }

  /** The ledger of the account's first series, or 0. */
  firstOf(account: number): number {
    return this.#plain[account * this.series.length] ?? 0;
  }

  findOrOpen(account: number, series: Series, cell: string): number {
    const found = this.find(account, series, cell);
    if (found) return found;
    const ledger = this.ledgers.open(series.index);
    this.set(account, series, cell, ledger);
    return ledger;
  }

  set(account: number, series: Series, cell: string, ledger: number): void {
    const place = this.#place(account, series);
    if (!series.cell.length) {
      while (place >= this.#plain.length) this.#plain = grown(this.#plain, Uint32Array);
      this.#plain[place] = ledger;
      return;
    }
    const cells = this.#cells.get(place) ?? new Map<string, number>();
    this.#cells.set(place, cells.set(cell, ledger));
  }

  /** Lets go of everything the account holds. */
  close(account: number): void {
    for (const series of this.series) {
      for (const [, ledger] of this.of(account, series)) {
        this.judge.forget(ledger);
        this.ledgers.close(ledger);
      }
      const place = this.#place(account, series);
      if (place < this.#plain.length) this.#plain[place] = 0;
      this.#cells.delete(place);
    }
  }

  /** (cell, ledger) of the account in one series. */
  *of(account: number, series: Series): Iterable<readonly [string, number]> {
    if (series.cell.length) yield* this.#cells.get(this.#place(account, series)) ?? [];
    else {
      const ledger = this.#plain[this.#place(account, series)] ?? 0;
      if (ledger) yield ['', ledger];
    }
  }

  #place(account: number, series: Series): number {
    return account * this.series.length + series.index;
  }
}
