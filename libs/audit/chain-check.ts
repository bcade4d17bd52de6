import { chainBeginning } from '#libs/contracts/audit-row.js';
import { auditIdOf, type ChainHead, digestOf, type StoredAuditRow } from './chain.js';

/**
 * What is wrong with the first bad row: `changed` when its digest is not of what it says, or it does not continue the row before it; `missing` when
 * a later row is there; `out_of_order` when it comes after a later one; `doubled` when another row has its number. Against heads that were kept:
 * `made_anew` when the row of a head has another digest; `cut_off` when it, and what followed it up to a head, is gone.
 */
export type Fault = 'changed' | 'missing' | 'out_of_order' | 'doubled' | 'made_anew' | 'cut_off';

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
 * What it cannot see without a head that was kept is a chain that was made anew or is gone, and rows that are gone from the end.
 */
export class ChainCheck {
  #last: StoredAuditRow | undefined;
  #from = '';
  #bad: BadRow | undefined;

  /** `kept` are heads of this chain that were kept elsewhere. */
  constructor(
    private readonly chainId: string,
    private readonly kept: readonly ChainHead[] = [],
  ) {}

  take(row: StoredAuditRow): void {
    if (this.#bad) this.#bad = stillMissing(this.#bad, row);
    else this.#check(row);
  }

  get findings(): ChainFindings {
    const { chainId } = this;
    const { number: holds = 0, sha256: head = chainBeginning, at: to = '' } = this.#last ?? {};
    const isCut = this.kept.some(({ rows }) => rows > holds);
    const bad = this.#bad ?? (isCut ? { number: holds + 1, fault: 'cut_off' as const } : undefined);
    return { chainId, holds, head, from: this.#from, to, bad };
  }

  #check(row: StoredAuditRow): void {
    const { number: held = 0, sha256: head = chainBeginning } = this.#last ?? {};
    const whole = row.chain_id === this.chainId && row.sha256 === digestOf(row) && row.audit_id === auditIdOf(row.sha256);
    if (!whole) this.#bad = { number: row.number, fault: 'changed' };
    else if (row.number > held + 1) this.#bad = { number: held + 1, fault: 'missing' };
    else if (row.number < held || (row.number === held && row.sha256 !== head))
      this.#bad = { number: row.number, fault: 'doubled' };
    else if (row.number === held + 1) this.#continue(row, head);
  }

  #continue(row: StoredAuditRow, head: string): void {
    if (row.previous_sha256 !== head) {
      this.#bad = { number: row.number, fault: 'changed' };
      return;
    }
    if (this.kept.some(({ rows, sha256 }) => rows === row.number && !row.sha256.startsWith(sha256))) {
      this.#bad = { number: row.number, fault: 'made_anew' };
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
