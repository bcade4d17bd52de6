// store/: cases as they stand, written down for analysts.
// The log is the truth: what the store does not take now, it gets later.

import { createHash } from 'node:crypto';
import type { AccessStore } from '#libs/access-store/contract/port.js';
import type { CaseBook } from '#libs/cases/case-book.js';
import type { CaseStateRow } from '#libs/contracts/case-state-row.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';

export type CaseStore = Pick<AccessStore, 'insert'>;

/** Rows of one insert. */
const insertRowsMax = 2_000;

/** The pause between two looks at the book, in milliseconds. */
export const writeEveryMs = 1_000;

/**
 * Writes the newest state of each case that has changed. Several consoles write the same rows, and each a start writes all of them once: the
 * table keeps one of each place.
 */
export class CaseWriter {
  /** What was seen of the book. */
  readonly #known = new WeakMap<object, object>();
  /** What waits for the store, the newest of each case. */
  readonly #waiting = new Map<string, CaseStateRow>();
  #writing: Promise<void> | undefined;

  constructor(
    private readonly book: CaseBook,
    private readonly tools: { readonly store: CaseStore; readonly clock: Clock; readonly log: Log },
  ) {}

  /** Resolves when what there is was offered to the store once. Never rejects. */
  flush(): Promise<void> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #write(): Promise<void> {
    for (const row of this.book.states(this.tools.clock.now(), this.#known)) this.#waiting.set(row.case_id, row);
    while (this.#waiting.size > 0) {
      const rows = [...this.#waiting.values()].slice(0, insertRowsMax);
      if (!(await this.#insert(rows))) return;
      for (const row of rows) if (this.#waiting.get(row.case_id) === row) this.#waiting.delete(row.case_id);
    }
  }

  async #insert(rows: readonly CaseStateRow[]): Promise<boolean> {
    const { store, log } = this.tools;
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    try {
      const outcome = await store.insert(
        'case_states',
        bytes,
        rows.length,
        `cases-${createHash('sha256').update(bytes).digest('hex')}`,
      );
      if (outcome.kind === 'rejected') log.error('the table case_states refuses rows', { reason: outcome.reason });
      return outcome.kind !== 'rejected';
    } catch (cause) {
      log.warn('cases could not be written to the store; they will be', { cause });
      return false;
    }
  }
}
