import { AuditChain, type ChainHead } from '#libs/audit/chain.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { AuditFact, AuditRow } from '#libs/contracts/audit-row.js';
import { Transient } from '#libs/runtime/outcome.js';
import { readingOf, type Shown } from './reading.js';

/** Rows of one frame: some hundred bytes each. */
const frameRowsMax = 200;

/** Rows that wait for the log; further answers are refused meanwhile. */
export const waitingRowsMax = 1_000;

/** Resolves once everything is durable. `readings` are the accesses to Vigie's own platform that some of the rows are, see `readingOf`. */
export type AppendAudit = (rows: readonly AuditRow[], readings: readonly AccessRow[]) => Promise<unknown>;

interface Waiting {
  readonly row: AuditRow;
  readonly reading: AccessRow | undefined;
  resolve?: () => void;
  reject?: (cause: unknown) => void;
}

/**
 * The rows of this process, in the log in the order of their chain. What comes while an append is under way goes with the next one. Rows whose append
 * is not known stay in front, and go again with the next: the chain has no gap, and the same row twice is one.
 */
export class AuditTrail {
  readonly #chain: AuditChain;
  #waiting: Waiting[] = [];
  #appending = false;
  #head: ChainHead | undefined;

  constructor(
    private readonly chainId: string,
    private readonly append: AppendAudit,
  ) {
    this.#chain = new AuditChain(chainId);
  }

  /** Of the rows that are durable; undefined before the first. */
  get head(): ChainHead | undefined {
    return this.#head;
  }

  /** Resolves once the row of a fact, and its access, are durable. Rejects, with `Transient` while the log is away, when that is not known. */
  record(fact: AuditFact, shown?: Shown): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#waiting.length < waitingRowsMax) this.#waiting.push({ ...this.#link(fact, shown), resolve, reject });
    else reject(new Transient(`${waitingRowsMax} audit rows wait for the log already`));
    if (!this.#appending) void this.#appendAll();
    return promise;
  }

  #link(fact: AuditFact, shown: Shown | undefined): Waiting {
    const row = this.#chain.next(fact);
    return { row, reading: shown && readingOf(row, shown) };
  }

  async #appendAll(): Promise<void> {
    this.#appending = true;
    try {
      while (this.#waiting.length > 0) {
        const frame = this.#waiting.slice(0, frameRowsMax);
        await this.append(
          frame.map(({ row }) => row),
          frame.flatMap(({ reading }) => reading ?? []),
        );
        this.#waiting = this.#waiting.slice(frame.length);
        const last = frame.at(-1)?.row;
        if (last) this.#head = { chainId: this.chainId, rows: last.number, sha256: last.sha256 };
        for (const { resolve } of frame) resolve?.();
      }
    } catch (cause) {
      // Nobody is let wait for a second try: they ask again.
      const refused = this.#waiting;
      this.#waiting = refused.map(({ row, reading }) => ({ row, reading }));
      for (const { reject } of refused) reject?.(cause);
    } finally {
      this.#appending = false;
    }
  }
}
