import type { EngineState } from '../state/engine-state.js';
import type { Series } from '../compile/series.js';
import { cellOfBytes } from '../memory/cell-key.js';
import { settleAgain } from '../state/settle-again.js';
import type { AccountNumber } from '../scan/kinds.js';

/** One account's entries of one series. */
export interface Whole {
  readonly series: Series;
  readonly cell: Uint8Array;
  readonly entries: Uint32Array;
}

/** Tells a series and cell of an account from its others. */
export function nameOf({ series, cell }: Pick<Whole, 'series' | 'cell'>): string {
  return `${series.index} ${Buffer.from(cell).toString('latin1')}`;
}

/** Puts ledgers in the place of all that the account has. The settler must have forgotten it before, and learns again what waits. */
export function replaceLedgers(live: EngineState, account: AccountNumber, wholes: readonly Whole[]): void {
  const { index } = live.windows;
  index.close(account);
  for (const { series, cell, entries } of wholes) {
    if (entries.length === 0) continue;
    const ledger = live.windows.ledgersOf(series).store.reopen(entries);
    if (series.kind === 'main') index.setMain(account, ledger);
    else index.set(account, series.index, cellOfBytes(cell), ledger);
    settleAgain(live, { account, ledger, cell, series }, entries);
  }
}
