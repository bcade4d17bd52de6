import type { ScannedRow } from '../scan/scanned-row.js';
import type { EngineState } from '../state/engine-state.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** Finds the account and the clinic of a row by their numbers, and the selections that it meets. */
export class FindAccount {
  constructor(private readonly state: EngineState) {}

  /** Sets account (0 for a new one) and clinic of the row; the set of selections that it meets. */
  select(row: ScannedRow): number {
    const { windows, marks, selector } = this.state;
    row.clinic = marks.texts.ofBytes(row.keyBytes, row.keyView, row.clinicStart, row.clinicEnd, row.clinicSeen);
    row.account = windows.accounts.find(row.keyView, row.accountStart, row.accountEnd, row.accountHash);
    return selector.setOf(row);
  }

  /** The account of a row that was selected. One that was away for longer than it is remembered begins anew. */
  accountOf(row: ScannedRow, watermark: Milliseconds): AccountNumber {
    if (row.account === 0) return this.#newAccount(row, watermark);
    if (this.state.isForgotten(row.account)) this.state.forget(row.account);
    return row.account;
  }

  /** The same, its windows as they are. */
  openedAccountOf(row: ScannedRow, watermark: Milliseconds): number {
    return row.account || this.#newAccount(row, watermark);
  }

  #newAccount(row: ScannedRow, watermark: Milliseconds): number {
    const { windows, selector, forgetAfterMs } = this.state;
    const { keyBytes, keyView, accountStart, accountEnd, accountHash } = row;
    const account = windows.accounts.add(keyBytes, keyView, accountStart, accountEnd, accountHash);
    windows.accounts.setSince(account, Math.max(0, watermark - forgetAfterMs));
    selector.accountAdded(account);
    row.account = account;
    return account;
  }
}
