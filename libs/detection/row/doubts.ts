// row/: takes one row in, from the scan to what it changes: the road is `take` in row-intake.ts, seven steps, each in a file of its own.
// Whatever they change is in state; what a step finds it returns.

import { isStoredSubject } from '#libs/contracts/vocabulary.js';
import { digest } from '../incidents/incident-digest.js';
import { idOf } from '../incidents/opening.js';
import { clear } from '../judge/dormancy.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { EngineState } from '../state/engine-state.js';
import type { Pending } from '../state/rejudgements.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** Has accounts wait for their history where memory cannot tell, and keeps the rows of those that wait. */
export class Doubts {
  /** Nobody can be asked what a subject did that no store knows: it is judged by what memory holds. */
  readonly #isStored: boolean;

  constructor(private readonly state: EngineState) {
    this.#isStored = isStoredSubject(state.options.subject ?? 'account');
  }

  /** `until`: the event time up to which what was told of the account is in doubt; `clear` for nothing. */
  note(row: ScannedRow, account: AccountNumber, until: number, lateMs: Milliseconds, offset: number): void {
    const { rejudgements, options } = this.state;
    const isClear = until === clear;
    if ((isClear && rejudgements.size === 0) || options.keepsAll || !this.#isStored) return;
    const pending = isClear ? rejudgements.byAccount.get(account) : this.ask(account, row.time, until, offset);
    if (!pending) return;
    rejudgements.note(pending, row, offset);
    if (lateMs > 0) rejudgements.noteLate(pending, row);
    if (isClear) return;
    pending.lateMs = Math.max(pending.lateMs, lateMs);
    pending.receivedAt = Math.max(pending.receivedAt, row.receivedAt);
    if (!rejudgements.takesOpeners(pending)) return;
    rejudgements.noteOpener(pending, { time: row.time, id: digest('late', idOf(row, 0)) });
  }

  /** What accesses from `time` to `until` can reach waits for the account's history. */
  ask(account: AccountNumber, time: Milliseconds, until: number, offset: number): Pending {
    const { rejudgements, windows } = this.state;
    return rejudgements.ask(account, windows.accounts.names(account), time, until, offset);
  }
}
