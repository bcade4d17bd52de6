import { noEntry } from '../memory/entry.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { EngineState } from '../state/engine-state.js';
import { accessKey } from '../state/late-list.js';
import { readAccess } from './row-values.js';
import type { AccountNumber, MarkNumber, Milliseconds } from '../scan/kinds.js';

/** How late accesses come. */
export class Lateness {
  readonly #access = noEntry();

  constructor(
    private readonly state: EngineState,
    /** Of a history: the accesses that came late when they came. */
    public late?: ReadonlySet<string>,
  ) {}

  /**
   * How far the access came behind the newest of its partition, and after it happened, whichever is less, when that is more than allowed; else 0.
   * So neither a clock that was wrong when it came makes it late, nor that its partition or its past was read after others.
   */
  of(row: ScannedRow, account: AccountNumber, watermark: Milliseconds): number {
    const { time, patient0, patient1, patient2, patient3 } = row;
    if (this.late) return this.late.size > 0 && this.late.has(accessKey(time, patient0, patient1, patient2, patient3)) ? 1 : 0;
    const lateMs = Math.min(watermark, row.receivedAt) - time;
    return lateMs > this.state.options.allowedLatenessMs && !this.#cameInTime(row, account) ? lateMs : 0;
  }

  /** Whether it comes again and was in time before, as far as memory goes. */
  #cameInTime(row: ScannedRow, account: AccountNumber): boolean {
    const { marks } = this.state;
    const { index, main } = this.state.windows;
    const ledger = index.mainOf(account);
    if (!ledger) return false;
    const fits = (mark: MarkNumber): boolean => marks.lateOf(mark) === 0 && marks.clinicOf(mark) === row.clinic;
    readAccess(row, 0, this.#access);
    const after = main.store.firstAfter(ledger, row.time);
    return main.judge.twins.find(ledger, this.#access, after, fits) >= 0;
  }
}
