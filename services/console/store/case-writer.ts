// store/: cases as they stand, written down for analysts.
// The log is the truth: what the store does not take now, it gets later.

import { createHash } from 'node:crypto';
import { UnexplainedRefusal } from '#libs/access-store/clickhouse/failure.js';
import type { AccessStore } from '#libs/access-store/contract/port.js';
import type { CaseBook } from '#libs/cases/case-book.js';
import type { CaseStateRow } from '#libs/contracts/case-state-row.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { messageOf } from '#libs/runtime/outcome.js';

export type CaseStore = Pick<AccessStore, 'insert'>;

/** Rows of one insert. */
const insertRowsMax = 2_000;

/** Rows that are refused alone, without a word why, before any was stored: then it is rather the table that takes none. */
const doubtfulMax = 16;

/** Why rows were refused; `isRow` when it is for what is in them. */
interface Refusal {
  readonly isRow: boolean;
  readonly reason: string;
}

interface Round {
  stored: number;
  readonly doubtful: { readonly row: CaseStateRow; readonly reason: string }[];
}

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
  /** Why the store takes nothing, as it was told last: it is asked every second. Empty while it does. */
  #trouble = '';

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

  /** Resolves once the store has a case as the book has it now, or had its say: true unless it waits still. Never rejects. */
  async stored(caseId: string): Promise<boolean> {
    // What is under way may have begun before the case became what it is.
    await this.#writing;
    await this.flush();
    return !this.#waiting.has(caseId);
  }

  async #write(): Promise<void> {
    for (const row of this.book.states(this.tools.clock.now(), this.#known)) this.#waiting.set(row.case_id, row);
    const rows = [...this.#waiting.values()];
    const round: Round = { stored: 0, doubtful: [] };
    for (let at = 0; at < rows.length; at += insertRowsMax)
      if (!(await this.#store(rows.slice(at, at + insertRowsMax), round))) return;
    // The table takes other rows, so it is these.
    if (round.stored > 0) for (const { row, reason } of round.doubtful) this.#drop(row, reason);
  }

  /** Stores rows, by halves where they are refused together, down to the ones that are refused alone. False while the table takes nothing. */
  async #store(rows: readonly CaseStateRow[], round: Round): Promise<boolean> {
    const refusal = await this.#insert(rows);
    if (refusal === 'away') return false;
    const [row] = rows;
    if (!refusal || !row) {
      round.stored += rows.length;
      for (const { case_id: id } of rows) this.#waiting.delete(id);
      return true;
    }
    if (rows.length > 1) {
      const middle = Math.ceil(rows.length / 2);
      return (await this.#store(rows.slice(0, middle), round)) && (await this.#store(rows.slice(middle), round));
    }
    if (refusal.isRow) this.#drop(row, refusal.reason);
    else round.doubtful.push({ row, reason: refusal.reason });
    return round.stored > 0 || round.doubtful.length < doubtfulMax;
  }

  /** The case is written again when it changes; until then the table has what it was before. */
  #drop(row: CaseStateRow, reason: string): void {
    this.#waiting.delete(row.case_id);
    this.tools.log.error('the table case_states refuses a row, and it is left out', { caseId: row.case_id, reason });
  }

  /** Undefined when they are stored, `away` when that is not known or may pass. */
  async #insert(rows: readonly CaseStateRow[]): Promise<Refusal | 'away' | undefined> {
    const { store, clock, log } = this.tools;
    const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    // A case may become again what it was, when who answers for its clinics does: of two times the same rows the later stands, too.
    const token = `cases-${clock.now()}-${createHash('sha256').update(bytes).digest('hex')}`;
    try {
      const outcome = await store.insert('case_states', bytes, rows.length, token);
      if (this.#trouble) log.info('the store takes cases again');
      this.#trouble = '';
      if (outcome.kind !== 'rejected') return undefined;
      // A table from before a migration lacks a column, and refuses every row until it is migrated.
      return { isRow: outcome.reason !== 'unknown_or_unfit_field', reason: outcome.reason };
    } catch (cause) {
      if (cause instanceof UnexplainedRefusal) return { isRow: false, reason: `ClickHouse refused it with error ${cause.code}` };
      if (messageOf(cause) !== this.#trouble) log.warn('cases could not be written to the store; they will be', { cause });
      this.#trouble = messageOf(cause);
      return 'away';
    }
  }
}
