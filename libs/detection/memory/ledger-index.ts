import { noCell } from './cell-key.js';
import type { AccountTable } from './account-table.js';
import { type CellKey, CellTable } from './cell-table.js';
import { grown } from './grown.js';
import type { LedgerStore } from './ledger-store.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, LedgerNumber } from '../scan/kinds.js';

/** What the index must know of the series, by number: 0 is the main one, the others count from 1. */
export interface IndexedSeries {
  /** How far back each of the others keeps entries from the newest of their account, milliseconds; that of number 1 first. */
  readonly horizonsMs: readonly number[];
  storeOf(series: number): LedgerStore;
  /** Told of a ledger before it is closed: its number will be given out again, so that nobody may know anything by it. */
  closing(series: number, ledger: LedgerNumber): void;
}

const mainSeries = 0;

/** Which ledger belongs to (account, series, group-by cell). The shared one stands with the account, those without a cell in an array; cells are looked up by their bytes. */
export class LedgerIndex {
  #plain: Uint32Array;
  readonly cells: CellTable;
  readonly #others: number;

  constructor(
    private readonly series: IndexedSeries,
    private readonly accounts: AccountTable,
  ) {
    this.cells = new CellTable(accounts);
    this.#others = series.horizonsMs.length;
    this.#plain = new Uint32Array(64 * Math.max(1, this.#others));
  }

  get bytes(): number {
    return this.#plain.byteLength + this.cells.bytes;
  }

  /** The ledger of all selected accesses of the account, or 0. */
  mainOf(account: AccountNumber): number {
    return this.accounts.main(account);
  }
  openMain(account: AccountNumber): number {
    const ledger = this.series.storeOf(mainSeries).open();
    this.setMain(account, ledger);
    return ledger;
  }
  setMain(account: AccountNumber, ledger: LedgerNumber): void {
    this.accounts.setMain(account, ledger);
  }

  /** The ledger of a series, or 0. */
  find(account: AccountNumber, series: number, cell: CellKey): number {
    if (cell.start === cell.end) return this.#plain[this.#place(account, series)] ?? 0;
    return this.cells.find(account, series, cell);
  }

  findOrOpen(account: AccountNumber, series: number, cell: CellKey): number {
    const found = this.find(account, series, cell);
    if (found) return found;
    const ledger = this.series.storeOf(series).open();
    this.set(account, series, cell, ledger);
    return ledger;
  }

  set(account: AccountNumber, series: number, cell: CellKey, ledger: LedgerNumber): void {
    if (cell.start !== cell.end) {
      this.cells.add(account, series, cell, ledger);
      return;
    }
    const place = this.#place(account, series);
    while (place >= this.#plain.length) this.#plain = grown(this.#plain, Uint32Array);
    this.#plain[place] = ledger;
  }

  /** Lets go of everything the account holds. */
  close(account: AccountNumber): void {
    const main = this.mainOf(account);
    if (main) this.#closeLedger(mainSeries, main);
    this.accounts.setMain(account, 0);
    for (const { place, series, ledger } of this.#plainOf(account)) {
      this.#closeLedger(series, ledger);
      this.#plain[place] = 0;
    }
    this.cells.drop(account, (series, ledger) => {
      this.#closeLedger(series, ledger);
      return true;
    });
  }

  /** Lets go of the account's ledgers, but for the main one, whose newest entry lies before what their series looks back at. */
  closeIdle(account: AccountNumber, newest: number): void {
    for (let other = 0; other < this.#others; other += 1) {
      const place = account * this.#others + other;
      const ledger = this.#plain[place] ?? 0;
      if (ledger && this.#isIdle(other + 1, ledger, newest)) {
        this.#closeLedger(other + 1, ledger);
        this.#plain[place] = 0;
      }
    }
    if (!this.cells.has(account)) return;
    this.cells.drop(account, (series, ledger) => {
      if (!this.#isIdle(series, ledger, newest)) return false;
      this.#closeLedger(series, ledger);
      return true;
    });
  }

  #isIdle(series: number, ledger: LedgerNumber, newest: number): boolean {
    const store = this.series.storeOf(series);
    const length = store.length(ledger);
    return length === 0 || store.timeAt(ledger, length - 1) <= newest - (this.series.horizonsMs[series - 1] ?? outside());
  }

  /** (number of the series, cell, ledger) of the account, the main ledger left out. */
  *of(account: AccountNumber): Iterable<{ readonly series: number; readonly cell: Uint8Array; readonly ledger: LedgerNumber }> {
    for (const { series, ledger } of this.#plainOf(account)) yield { series, cell: noCell.bytes, ledger };
    yield* this.cells.of(account);
  }

  *#plainOf(
    account: AccountNumber,
  ): Iterable<{ readonly place: number; readonly series: number; readonly ledger: LedgerNumber }> {
    for (let other = 0; other < this.#others; other += 1) {
      const place = account * this.#others + other;
      const ledger = this.#plain[place] ?? 0;
      if (ledger) yield { place, series: other + 1, ledger };
    }
  }

  #closeLedger(series: number, ledger: LedgerNumber): void {
    this.series.closing(series, ledger);
    this.series.storeOf(series).close(ledger);
  }

  #place(account: AccountNumber, series: number): number {
    return account * this.#others + series - 1;
  }
}
