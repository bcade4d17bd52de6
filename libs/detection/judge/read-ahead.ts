import type { CompiledSeries } from '../compile/series.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import { optionalPlaces } from '../scan/row-layout.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { Windows, WindowsShared } from './windows.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber } from '../scan/kinds.js';

/** Rows that are read ahead of at a time, at most. */
export const rowsAheadMax = 64;

/** A series whose cells are the values of one optional field. */
interface CellFeed {
  readonly place: number;
  readonly series: number;
  readonly store: LedgerStore;
}

/**
 * Reads what the next rows will need of their accounts, step by step for all of them: reads that do not wait for one another, while each
 * row would wait for its own, one after the other. It changes nothing, and may look at a wrong account, which costs nothing but time.
 */
export class ReadAhead {
  readonly #accounts = new Uint32Array(rowsAheadMax);
  readonly #ledgers = new Uint32Array(rowsAheadMax);
  readonly #feeds: readonly CellFeed[];
  #seen = 0;

  constructor(
    private readonly windows: Windows,
    private readonly shared: WindowsShared,
    { others }: CompiledSeries,
  ) {
    this.#feeds = others.flatMap((series) =>
      series.feeds.flatMap(({ by: [field, ...more] }): CellFeed[] => {
        const place = field === undefined || more.length > 0 ? undefined : optionalPlaces[field];
        return place === undefined ? [] : [{ place, series: series.index, store: windows.ledgersOf(series).store }];
      }),
    );
  }

  /** `count` rows, `rowsAheadMax` at most. */
  take(rows: readonly ScannedRow[], count: number): void {
    const { accounts, main, index } = this.windows;
    const { cells } = index;
    const { days, dormancy } = this.shared;
    const known = this.#accounts;
    const ledgers = this.#ledgers;
    let seen = 0;
    for (let i = 0; i < count; i += 1) known[i] = accounts.firstAt(rows[i]?.accountHash ?? 0);
    for (let i = 0; i < count; i += 1) {
      const account = known[i] ?? outside();
      seen ^= accounts.touch(account) ^ dormancy.touch(account) ^ cells.touch(accounts.cells(account));
      if (days) seen ^= days.table.touch(account);
      ledgers[i] = accounts.main(account);
    }
    for (let i = 0; i < count; i += 1) seen ^= main.store.length(ledgers[i] ?? outside());
    for (let i = 0; i < count; i += 1) seen ^= touchNewest(main.store, ledgers[i] ?? outside());
    for (let i = 0; i < this.#feeds.length; i += 1) {
      const feed = this.#feeds[i];
      if (feed) seen ^= this.#takeCells(feed, rows, count);
    }
    // Kept, so that the reads are not compiled away.
    this.#seen = seen;
  }

  #takeCells({ place, series, store }: CellFeed, rows: readonly ScannedRow[], count: number): number {
    const { cells } = this.windows.index;
    const known = this.#accounts;
    const ledgers = this.#ledgers;
    let seen = this.#seen;
    let there = 0;
    for (let i = 0; i < count; i += 1) {
      const row = rows[i];
      if (!row || (row.ends[place] ?? outside()) === 0) continue;
      const account = known[i] ?? outside();
      // Mostly it is the cell that the account had last. Of another one the bytes must be hashed.
      ledgers[there] = cells.firstOf(account, series) || cells.touch(cells.firstAt(account, series, row.hashOf(place)));
      there += 1;
    }
    for (let i = 0; i < there; i += 1) seen ^= store.length(ledgers[i] ?? outside());
    for (let i = 0; i < there; i += 1) seen ^= touchLast(store, ledgers[i] ?? outside());
    return seen;
  }
}

/** Reads the newest entries: so many as are looked back at (`look-back.ts`). */
function touchNewest(store: LedgerStore, ledger: LedgerNumber): number {
  const words = store.words(ledger);
  const start = store.start(ledger);
  const end = start + store.length(ledger) * store.width;
  // Never before the run: V8 is slow where an index is negative.
  return (
    (words[Math.max(start, end - 1)] ?? 0) ^
    (words[Math.max(start, end - 16)] ?? 0) ^
    (words[Math.max(start, end - 32)] ?? 0) ^
    (words[Math.max(start, end - 48)] ?? 0)
  );
}

/** Reads the newest one. */
function touchLast(store: LedgerStore, ledger: LedgerNumber): number {
  return store.words(ledger)[store.start(ledger) + Math.max(0, store.length(ledger) - 1) * store.width] ?? 0;
}
