import { AuditChain } from '#libs/audit/chain.js';
import type { AuditFact, AuditRow } from '#libs/contracts/audit-row.js';
import { Transient } from '#libs/runtime/outcome.js';

/** Rows of one frame: some hundred bytes each. */
const frameRowsMax = 200;

/** Rows that wait for the log; further answers are refused meanwhile. */
export const waitingRowsMax = 1_000;

interface Waiting {
  readonly row: AuditRow;
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

  constructor(
    chainId: string,
    private readonly append: (rows: readonly AuditRow[]) => Promise<unknown>,
  ) {
    this.#chain = new AuditChain(chainId);
  }

  /** Resolves once the row of a fact is durable. Rejects, with `Transient` while the log is away, when that is not known. */
  record(fact: AuditFact): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#waiting.length < waitingRowsMax) this.#waiting.push({ row: this.#chain.next(fact), resolve, reject });
    else reject(new Transient(`${waitingRowsMax} audit rows wait for the log already`));
    if (!this.#appending) void this.#appendAll();
    return promise;
  }

  async #appendAll(): Promise<void> {
    this.#appending = true;
    try {
      while (this.#waiting.length > 0) {
        const frame = this.#waiting.slice(0, frameRowsMax);
        await this.append(frame.map(({ row }) => row));
        this.#waiting = this.#waiting.slice(frame.length);
        for (const { resolve } of frame) resolve?.();
      }
    } catch (cause) {
      // Nobody is let wait for a second try: they ask again.
      const refused = this.#waiting;
      this.#waiting = refused.map(({ row }) => ({ row }));
      for (const { reject } of refused) reject?.(cause);
    } finally {
      this.#appending = false;
    }
  }
}
