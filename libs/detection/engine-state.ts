import { AccountTable } from './account-table.js';
import { entryWords } from './entry-arena.js';
import type { EngineStats } from './engine.js';
import { IncidentBook } from './incident-book.js';
import type { LedgerView } from './incident-seams.js';
import { Judge } from './judge.js';
import { LedgerIndex } from './ledger-index.js';
import { LedgerStore, markOf, timeOf } from './ledger-store.js';
import { Marks } from './marks.js';
import type { Rule } from './rule.js';
import type { ScannedRow } from './scan-row.js';
import { compileSeries, type CompiledSeries } from './series.js';
import type { AccountCopies } from './write-snapshot.js';

export interface EngineOptions {
  readonly rules: readonly Rule[];
  /** Event time without any rule holding after which an incident closes, milliseconds. */
  readonly quietMs: number;
  /** How far an access may lie behind its account's newest one and still be judged exactly, milliseconds. */
  readonly allowedLatenessMs: number;
  /** An account is forgotten when it lies this far behind the partition's newest access; at least the horizon, default 12 h more. */
  readonly forgetAfterMs?: number;
  /** Event time for which closed incidents take late accesses in; default 30 days. */
  readonly keepClosedMs?: number;
  /** Bytes of the patient sets of closed incidents; the oldest go first. Default 256 MiB. */
  readonly closedBytesMax?: number;
}

const hourMs = 3_600_000;
const defaults = { idleMs: 12 * hourMs, keepClosedMs: 30 * 24 * hourMs, closedBytesMax: 256 * 1024 * 1024 };

/** Everything that an engine remembers. */
export class EngineState implements LedgerView {
  readonly compiled: CompiledSeries;
  readonly ledgers: LedgerStore;
  readonly judge: Judge;
  readonly index: LedgerIndex;
  readonly accounts = new AccountTable();
  readonly book: IncidentBook;
  /** How far back an account's entries are kept from its newest. */
  readonly horizonMs: number;
  readonly forgetAfterMs: number;
  watermark = 0;
  now = 0;
  lastReceivedAt = 0;
  missingGroupBy = 0;
  late = 0;
  beyondHorizon = 0;
  /** Present while a snapshot is being taken: told of every account before it changes. */
  copies: AccountCopies | undefined;
  #looked = 1;
  readonly #touching = new Uint32Array(256);

  constructor(
    readonly options: EngineOptions,
    readonly marks = new Marks(),
    /** Selections by bit; those of a snapshot first, so that the bits of its incidents stay true. */
    selectionIds: readonly string[] = [],
  ) {
    this.compiled = compileSeries(options.rules, selectionIds);
    this.horizonMs = Math.max(this.compiled.timespanMsMax, options.quietMs) + options.allowedLatenessMs;
    this.forgetAfterMs = Math.max(this.horizonMs, options.forgetAfterMs ?? this.horizonMs + defaults.idleMs);
    this.ledgers = new LedgerStore(this.compiled.slotsMax);
    this.judge = new Judge(this.ledgers, this.marks, options.quietMs);
    this.index = new LedgerIndex(this.compiled.series, this.ledgers, this.judge);
    const book = {
      quietMs: options.quietMs,
      keepClosedMs: options.keepClosedMs ?? defaults.keepClosedMs,
      closedBytesMax: options.closedBytesMax ?? defaults.closedBytesMax,
      selectionIds: this.compiled.selectionIds,
    };
    this.book = new IncidentBook(book, this, this.marks);
  }

  /** Accesses up to this time are gone for the account. */
  floor(account: number): number {
    return this.accounts.newest(account) - this.horizonMs;
  }

  countAt(account: number, firing: Parameters<LedgerView['countAt']>[1]): ReturnType<LedgerView['countAt']> {
    return this.judge.countAt(firing.ledger, firing.rule, firing.first, this.floor(account));
  }

  visit(account: number, from: number, to: number, add: Parameters<LedgerView['visit']>[3]): void {
    const above = Math.max(from - 1, this.floor(account));
    for (const series of this.compiled.series) {
      if (series.kind === 'other') continue;
      const ledger = this.index.find(account, series, '');
      if (ledger) {
        const words = this.ledgers.words(ledger);
        const start = this.ledgers.start(ledger);
        const end = this.ledgers.length(ledger);
        for (let entry = this.ledgers.firstAfter(ledger, above); entry < end; entry += 1) {
          const word = start + entry * entryWords;
          if (timeOf(words, word) > to) break;
          add(
            words[word] ?? 0,
            words[word + 1] ?? 0,
            words[word + 2] ?? 0,
            words[word + 3] ?? 0,
            markOf(words, word),
            1 << series.selection,
          );
        }
      }
    }
  }

  /**
   * Reads what the next rows will need of their accounts, step by step for all of them: reads that do not wait for one another. It changes
   * nothing and may look at a wrong account, which costs nothing but time.
   */
  touch(rows: readonly ScannedRow[], count: number): void {
    let seen = 0;
    for (let i = 0; i < count; i += 1) this.#touching[i] = this.accounts.firstAt(rows[i]?.accountHash ?? 0);
    for (let i = 0; i < count; i += 1) {
      const account = this.#touching[i] ?? 0;
      seen ^= this.accounts.touch(account);
      this.#touching[i] = this.index.firstOf(account);
    }
    for (let i = 0; i < count; i += 1) seen ^= this.ledgers.touch(this.#touching[i] ?? 0);
    // Kept, so that the reads are not compiled away.
    this.#touching[0] = seen;
  }

  /** Has the accounts of the next rows copied for the snapshot that is being taken, before the rows change them. */
  keepForSnapshot(rows: readonly ScannedRow[], count: number): void {
    if (!this.copies) return;
    for (const row of rows.slice(0, count))
      if (row.hasAccount) this.copies.keep(this.accounts.find(row.view, row.accountStart, row.accountEnd, row.accountHash));
  }

  /** An account whose windows and quiet time have long passed begins anew. */
  isForgotten(account: number): boolean {
    return this.accounts.newest(account) < this.watermark - this.forgetAfterMs;
  }

  /** Lets go of the ledgers of some accounts that are idle; the next call looks at the next ones. */
  forgetIdle(count: number): void {
    if (this.copies) return;
    for (let i = 0; i < count; i += 1) {
      this.#looked = this.#looked + 1 < this.accounts.end ? this.#looked + 1 : 1;
      const account = this.#looked;
      if (!this.accounts.key(account) || !this.isForgotten(account)) continue;
      this.index.close(account);
      if (!this.book.byAccount.has(account)) this.accounts.remove(account);
    }
  }

  stats(): EngineStats {
    const { accounts, ledgers, index, book } = this;
    return {
      accounts: accounts.count,
      pairs: ledgers.entries,
      bytes: accounts.bytes + ledgers.bytes + index.bytes + book.bytes,
      openIncidents: book.openCount,
      watermark: this.watermark,
      missingGroupBy: this.missingGroupBy,
      late: this.late,
      beyondHorizon: this.beyondHorizon,
    };
  }
}
