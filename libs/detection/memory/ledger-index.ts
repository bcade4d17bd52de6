import { type CellKey, CellTable } from './cell-table.js';
import { grown } from './grown.js';
import type { Judge } from '../judge/judge.js';
import type { LedgerStore } from './ledger-store.js';
import { hashBytes, viewOf } from '../scan/scan-text.js';
import type { CompiledSeries, Series } from '../compile/series.js';

/** Ledgers of one kind, and who judges them. */
export interface Ledgers {
  readonly store: LedgerStore;
  readonly judge: Judge;
}

/** Which ledger belongs to (account, series, group-by cell). Those without a cell are arrays; cells are looked up by their bytes. */
export class LedgerIndex {
  #main = new Uint32Array(64);
  #plain: Uint32Array;
  readonly #cells = new CellTable();
  readonly #others: number;

  constructor(
    private readonly compiled: CompiledSeries,
    private readonly main: Ledgers,
    private readonly ledgersOf: (series: Series) => Ledgers,
  ) {
    this.#others = compiled.others.length;
    this.#plain = new Uint32Array(64 * Math.max(1, this.#others));
  }

  get bytes(): number {
    return this.#main.byteLength + this.#plain.byteLength + this.#cells.bytes;
  }

  /** The ledger of all selected accesses of the account, or 0. */
  mainOf(account: number): number {
    return this.#main[account] ?? 0;
  }
  openMain(account: number): number {
    const ledger = this.main.store.open();
    this.setMain(account, ledger);
    return ledger;
  }
  setMain(account: number, ledger: number): void {
    while (account >= this.#main.length) this.#main = grown(this.#main, Uint32Array);
    this.#main[account] = ledger;
  }

  /** The ledger of a series, or 0. */
  find(account: number, series: Series, cell: CellKey): number {
    if (cell.start === cell.end) return this.#plain[this.#place(account, series)] ?? 0;
    return this.#cells.find(account, series.index, cell);
  }

  findOrOpen(account: number, series: Series, cell: CellKey): number {
    const found = this.find(account, series, cell);
    if (found) return found;
    const ledger = this.ledgersOf(series).store.open();
    this.set(account, series, cell, ledger);
    return ledger;
  }

  set(account: number, series: Series, cell: CellKey, ledger: number): void {
    if (cell.start !== cell.end) {
      this.#cells.add(account, series.index, cell, ledger);
      return;
    }
    const place = this.#place(account, series);
    while (place >= this.#plain.length) this.#plain = grown(this.#plain, Uint32Array);
    this.#plain[place] = ledger;
  }

  /** Lets go of everything the account holds. */
  close(account: number): void {
    const main = this.mainOf(account);
    if (main) this.#closeLedger(this.main, main);
    if (account < this.#main.length) this.#main[account] = 0;
    for (const { place, series, ledger } of this.#plainOf(account)) {
      this.#closeLedger(this.#numbered(series), ledger);
      this.#plain[place] = 0;
    }
    this.#cells.drop(account, (series, ledger) => {
      this.#closeLedger(this.#numbered(series), ledger);
      return true;
    });
  }

  /** Lets go of the account's ledgers, but for the main one, whose newest entry lies before what their series looks back at. */
  closeIdle(account: number, newest: number): void {
    for (let other = 0; other < this.#others; other += 1) {
      const place = account * this.#others + other;
      const ledger = this.#plain[place] ?? 0;
      if (ledger && this.#isIdle(other + 1, ledger, newest)) {
        this.#closeLedger(this.#numbered(other + 1), ledger);
        this.#plain[place] = 0;
      }
    }
    if (!this.#cells.has(account)) return;
    this.#cells.drop(account, (series, ledger) => {
      if (!this.#isIdle(series, ledger, newest)) return false;
      this.#closeLedger(this.#numbered(series), ledger);
      return true;
    });
  }

  #isIdle(series: number, ledger: number, newest: number): boolean {
    const { store } = this.#numbered(series);
    const length = store.length(ledger);
    return length === 0 || store.timeAt(ledger, length - 1) <= newest - (this.compiled.others[series - 1]?.horizonMs ?? 0);
  }

  /** (series, cell, ledger) of the account, the main ledger left out. */
  *of(account: number): Iterable<{ readonly series: Series; readonly cell: Uint8Array; readonly ledger: number }> {
    for (const { series, ledger } of this.#plainOf(account)) yield* this.#named(series, none, ledger);
    for (const { series, cell, ledger } of this.#cells.of(account)) yield* this.#named(series, cell, ledger);
  }

  *#named(index: number, cell: Uint8Array, ledger: number): Iterable<{ series: Series; cell: Uint8Array; ledger: number }> {
    const series = this.compiled.others[index - 1];
    if (series) yield { series, cell, ledger };
  }

  *#plainOf(account: number): Iterable<{ readonly place: number; readonly series: number; readonly ledger: number }> {
    for (let other = 0; other < this.#others; other += 1) {
      const place = account * this.#others + other;
      const ledger = this.#plain[place] ?? 0;
      if (ledger) yield { place, series: other + 1, ledger };
    }
  }

  #closeLedger({ store, judge }: Ledgers, ledger: number): void {
    judge.forget(ledger);
    store.close(ledger);
  }

  #numbered(index: number): Ledgers {
    const series = this.compiled.others[index - 1];
    return series ? this.ledgersOf(series) : this.main;
  }

  #place(account: number, series: Series): number {
    return account * this.#others + series.index - 1;
  }
}

const none = new Uint8Array(0);
/** A cell is at most this long, in bytes; longer ones are told apart by a digest. */
export const cellBytesMax = 4_096;

export const noCell: CellKey = { bytes: none, view: viewOf(none), start: 0, end: 0, hash: 0 };

export function cellOfBytes(bytes: Uint8Array): CellKey {
  if (bytes.length === 0) return noCell;
  const view = viewOf(bytes);
  return { bytes, view, start: 0, end: bytes.length, hash: hashBytes(view, 0, bytes.length) };
}

/** The values of a cell's group-by fields. */
export function cellValues(cell: Uint8Array): readonly string[] {
  if (cell.length === 0) return [];
  const values: unknown = JSON.parse(`["${Buffer.from(cell).toString()}"]`);
  return Array.isArray(values) ? values.map(String) : [];
}

export function cellBytes(values: readonly string[]): Uint8Array {
  return Buffer.from(JSON.stringify(values).slice(2, -2));
}
