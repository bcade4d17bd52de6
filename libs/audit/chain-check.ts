import { chainBeginning } from '#libs/contracts/audit-row.js';
import { auditIdOf, digestOf, type StoredAuditRow } from './chain.js';

/**
 * What is wrong with the first bad row: `changed` when its digest is not of what it says, or it does not continue the row before it; `missing` when
 * a later row is there; `out_of_order` when it comes after a later one; `doubled` when another row has its number.
 */
export type Fault = 'changed' | 'missing' | 'out_of_order' | 'doubled';

export interface BadRow {
  readonly number: number;
  readonly fault: Fault;
}

/** What a check of a chain has found. */
export interface ChainFindings {
  readonly chainId: string;
  /** Rows that hold, from the first on. */
  readonly holds: number;
  /** Digest of the last of them: kept elsewhere, it shows later that none of them was changed or taken away. */
  readonly head: string;
  /** Instants of the first and the last row that hold; empty without any. */
  readonly from: string;
  readonly to: string;
  readonly bad: BadRow | undefined;
}

/**
 * Checks the rows of one chain in the order in which they lie, one by one. The same row again is no fault: a frame may be in the log twice.
 * What it cannot see is a chain that is gone, and rows that are gone from the end.
 */
export class ChainCheck {
  #last: StoredAuditRow | undefined;
  #from = '';
  #bad: BadRow | undefined;

  constructor(private readonly chainId: string) {}

  take(row: StoredAuditRow): void {
    if (this.#bad) this.#bad = stillMissing(this.#bad, row);
    else this.#check(row);
  }

  get findings(): ChainFindings {
    const { chainId } = this;
    const { number: holds = 0, sha256: head = chainBeginning, at: to = '' } = this.#last ?? {};
    return { chainId, holds, head, from: this.#from, to, bad: this.#bad };
  }

  #check(row: StoredAuditRow): void {
    const { number: held = 0, sha256: head = chainBeginning } = this.#last ?? {};
    const whole = row.chain_id === this.chainId && row.sha256 === digestOf(row) && row.audit_id === auditIdOf(row.sha256);
    if (!whole) this.#bad = { number: row.number, fault: 'changed' };
    else if (row.number > held + 1) this.#bad = { number: held + 1, fault: 'missing' };
    else if (row.number < held || (row.number === held && row.sha256 !== head)) this.#bad = { number: row.number, fault: 'doubled' };
    else if (row.number === held + 1) this.#continue(row, head);
  } // prettier-ignore

  #continue(row: StoredAuditRow, head: string): void {
    if (row.previous_sha256 !== head) {
      this.#bad = { number: row.number, fault: 'changed' };
      return;
    }
    this.#last = row;
    this.#from ||= row.at;
  }
}

/** A row that was missed and comes later was not missing. */
function stillMissing(bad: BadRow, row: StoredAuditRow): BadRow {
  return bad.fault === 'missing' && row.number === bad.number ? { ...bad, fault: 'out_of_order' } : bad;
}
