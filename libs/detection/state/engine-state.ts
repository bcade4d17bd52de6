// Longer than the house likes: everything that an engine remembers is named in one place.
import { AccountTable } from '../memory/account-table.js';
import { Dormancy } from '../judge/dormancy.js';
import { entryWords } from '../memory/entry-arena.js';
import type { EngineStats } from './engine-figures.js';
import { IncidentBook } from '../incidents/incident-book.js';
import type { BookOptions, LedgerView } from '../incidents/incident-seams.js';
import { Versions } from '../incidents/incident-teller.js';
import { type Firing, Judge } from '../judge/judge.js';
import { LedgerIndex } from '../memory/ledger-index.js';
import { LedgerStore, markMax, markOf, timeOf } from '../memory/ledger-store.js';
import { Marks } from '../memory/marks.js';
import { rememberedMs } from '../rule/reach.js';
import { Rejudgements } from './rejudgements.js';
import type { Rule } from '../rule/rule.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import { SelectionSets } from '../memory/selection-sets.js';
import { Selector } from '../select/selector.js';
import type { CompiledSeries, Series } from '../compile/series.js';
import { compileSeries } from '../compile/compile-series.js';
import { Settler } from '../judge/settler.js';
import type { WindowCount } from '../judge/window-count.js';

/** Ledgers of one kind, and who judges them. */
export interface Ledgers {
  readonly store: LedgerStore;
  readonly judge: Judge;
}

/** Who must see an account as it is before anything of it changes. */
export interface AccountKeeper {
  keep(account: number): void;
}

export interface EngineOptions {
  readonly rules: readonly Rule[];
  /** Event time without any rule holding after which an incident closes, milliseconds. */
  readonly quietMs: number;
  /** How far an access may lie behind its account's newest one and still be judged from memory alone, milliseconds, unless its rule says otherwise. */
  readonly allowedLatenessMs: number;
  /** An account is forgotten when it lies this far behind the partition's newest access; at least the horizon, default 12 h more. */
  readonly forgetAfterMs?: number;
  /** Event time for which closed incidents take late accesses in from memory; default 30 days. */
  readonly keepClosedMs?: number;
  /** Bytes of the patient sets of closed incidents; the oldest go first. Default 256 MiB. */
  readonly closedBytesMax?: number;
  /** The accesses of an account are held for as long as any rule looks back, so that no incident needs the store; for backtests. */
  readonly holdsReach?: boolean;
  /** Every access is kept, so that nothing is ever too late: for histories. */
  readonly keepsAll?: boolean;
}

const hourMs = 3_600_000;
const defaults = { idleMs: 12 * hourMs, keepClosedMs: 30 * 24 * hourMs, closedBytesMax: 256 * 1024 * 1024 };

/** Marks, texts and sets above which there may be a crowd of them that nobody holds. */
const crowds = { marks: 1 << 17, texts: 1 << 17, sets: 1 << 14 };
/** Marks that may come until it is asked again. */
const spareMarks = 1 << 16;

/** Everything that an engine remembers. */
export class EngineState implements LedgerView {
  readonly compiled: CompiledSeries;
  readonly main: Ledgers;
  /** Of series without and with spread values of their own. */
  readonly other: Ledgers;
  readonly spread: Ledgers;
  readonly index: LedgerIndex;
  readonly accounts = new AccountTable();
  readonly marks: Marks;
  readonly settler = new Settler();
  readonly dormancy: Dormancy;
  readonly selector: Selector;
  readonly versions = new Versions();
  readonly incidents: IncidentBook;
  /** What would be incidents without exceptions. */
  readonly suppressed: IncidentBook;
  readonly rejudgements: Rejudgements;
  /** How far back an account's entries are kept from its newest. */
  readonly horizonMs: number;
  readonly forgetAfterMs: number;
  crowd = crowds;
  /** Another state uses the same numbers, which must not be given out anew meanwhile. */
  sharesNumbers = false;
  watermark = 0;
  /** Windows that were filled from history hold what lies above this event time; infinite where none were. */
  knownFrom = Number.NEGATIVE_INFINITY;
  now = 0;
  lastReceivedAt = 0;
  missingGroupBy = 0;
  late = 0;
  beyondHorizon = 0;
  /** Present while a snapshot is being taken: told of every account before it changes. */
  copies: AccountKeeper | undefined;
  #looked = 1;
  /** Entries that were visited so far. */
  #visited = 0;
  readonly #touching = new Uint32Array(256);

  constructor(
    readonly options: EngineOptions,
    /** Those of a state with the same selections, to be shared with it. */
    marks?: Marks,
    /** Selections by number; those of a snapshot first, so that what its incidents say stays true. */
    selectionIds: readonly string[] = [],
  ) {
    this.compiled = compileSeries(options.rules, selectionIds, options);
    this.marks = marks ?? new Marks(new SelectionSets(this.compiled.selectionIds.length));
    this.horizonMs = options.keepsAll ? Number.POSITIVE_INFINITY : this.compiled.main.horizonMs;
    const longestMs = Math.max(this.horizonMs, this.compiled.horizonMsMax);
    this.forgetAfterMs = Math.max(longestMs, options.forgetAfterMs ?? longestMs + defaults.idleMs);
    this.dormancy = new Dormancy(this.compiled.dormancies, this.marks.sets);
    this.selector = new Selector(this.compiled.live, this.marks.texts, this.marks.sets);
    this.main = this.#ledgers(this.compiled.mainSlots);
    this.other = this.#ledgers(this.compiled.otherSlots);
    this.spread = this.#ledgers(this.compiled.spreadSlots, true);
    this.index = this.#index();
    this.incidents = this.#book('incidents');
    this.suppressed = this.#book('suppressed');
    this.rejudgements = new Rejudgements(this.compiled, options.quietMs);
  }

  /** Where the windows of the series are. */
  ledgersOf(series: Series): Ledgers {
    if (series.kind === 'main') return this.main;
    return series.spreads ? this.spread : this.other;
  }

  /** (series, cell, ledger) of the account, the main ledger left out. */
  *othersOf(account: number): Iterable<{ readonly series: Series; readonly cell: Uint8Array; readonly ledger: number }> {
    for (const { series: number, cell, ledger } of this.index.of(account)) {
      const series = this.compiled.others[number - 1];
      if (series) yield { series, cell, ledger };
    }
  }

  #index(): LedgerIndex {
    const { others } = this.compiled;
    const ledgers = [this.main, ...others.map((series) => this.ledgersOf(series))];
    const of = (series: number): Ledgers => ledgers[series] ?? this.main;
    return new LedgerIndex({
      horizonsMs: others.map(({ horizonMs }) => horizonMs),
      storeOf: (series) => of(series).store,
      closing: (series, ledger) => of(series).judge.forget(ledger),
    });
  }

  #ledgers(slots: number, spreads = false): Ledgers {
    const store = new LedgerStore(slots, spreads);
    return { store, judge: new Judge(store, this.marks, this.settler, this.dormancy, this.options.quietMs) };
  }

  #book(kind: BookOptions['kind']): IncidentBook {
    const { options } = this;
    const book = {
      kind,
      quietMs: options.quietMs,
      keepClosedMs: options.keepClosedMs ?? defaults.keepClosedMs,
      allowedLatenessMs: options.allowedLatenessMs,
      closedBytesMax: options.closedBytesMax ?? defaults.closedBytesMax,
      selectionIds: this.compiled.selectionIds,
    };
    return new IncidentBook(book, this, this.marks, this.versions);
  }

  /** Whether so much was given a number that nobody holds any more that the numbers are worth giving out anew. */
  get isCrowded(): boolean {
    const { marks, crowd } = this;
    return marks.count > crowd.marks || marks.texts.count > crowd.texts || marks.sets.count > crowd.sets;
  }

  /** Everything that has a number is held now: twice as much is a crowd. */
  noteCrowd(): void {
    const { marks } = this;
    const most = markMax - spareMarks;
    this.crowd = {
      marks: marks.count > most / 2 ? Math.max(most, marks.count + spareMarks) : Math.max(crowds.marks, 2 * marks.count),
      texts: Math.max(crowds.texts, 2 * marks.texts.count),
      sets: Math.max(crowds.sets, 2 * marks.sets.count),
    };
  }

  /** Accesses up to this time are gone for the account. */
  floor(account: number): number {
    return this.accounts.newest(account) - this.horizonMs;
  }

  /** The same for the entries of one series. */
  floorOf(account: number, series: Series): number {
    if (this.options.keepsAll) return Number.NEGATIVE_INFINITY;
    return this.accounts.newest(account) - series.horizonMs;
  }

  /** Event time up to which accesses of the account may have come that its windows never saw. */
  since(account: number): number {
    return Math.max(this.accounts.since(account), this.knownFrom);
  }

  completeAbove(account: number): number {
    const floor = this.floor(account);
    const since = this.since(account);
    return this.accounts.oldest(account) <= floor ? Math.max(floor, since) : since;
  }

  countAt(account: number, { rule, ledger, first }: Firing): WindowCount {
    return this.ledgersOf(rule.series).judge.countAt(ledger, rule, first, this.floorOf(account, rule.series));
  }

  heldUntil(account: number, time: number, series?: Series): number {
    const floor = series ? this.floorOf(account, series) : this.floor(account);
    return time > floor ? this.accounts.newest(account) + (time - floor) : 0;
  }

  /** Whatever waited to be counted is counted. */
  countGrown(): void {
    this.incidents.countGrown();
    this.suppressed.countGrown();
  }

  visit(account: number, from: number, to: number, add: Parameters<LedgerView['visit']>[3]): void {
    const { store } = this.main;
    const ledger = this.index.mainOf(account);
    if (!ledger) return;
    const words = store.words(ledger);
    const start = store.start(ledger);
    const end = store.length(ledger);
    for (let entry = store.firstAfter(ledger, Math.max(from - 1, this.floor(account))); entry < end; entry += 1) {
      const word = start + entry * entryWords;
      if (timeOf(words, word) > to) break;
      this.#visited += 1;
      const mark = markOf(words, word);
      add(
        words[word] ?? 0,
        words[word + 1] ?? 0,
        words[word + 2] ?? 0,
        words[word + 3] ?? 0,
        mark,
        this.marks.setOf(mark),
        timeOf(words, word),
      );
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
      this.#touching[i] = this.index.mainOf(account);
    }
    for (let i = 0; i < count; i += 1) seen ^= this.main.store.touch(this.#touching[i] ?? 0);
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

  /** Empties the windows of an account. What was there is known no more up to its newest access. */
  forget(account: number): void {
    this.countGrown();
    this.index.close(account);
    if (this.settler.size) this.settler.forget(new Set([account]));
    this.accounts.setSince(account, Math.max(this.accounts.since(account), this.accounts.newest(account)));
    this.accounts.setOldest(account, Number.POSITIVE_INFINITY);
  }

  /** Lets go of what some accounts that are idle hold; the next call looks at the next ones. */
  forgetIdle(count: number): void {
    if (this.copies) return;
    for (let i = 0; i < count; i += 1) {
      this.#looked = this.#looked + 1 < this.accounts.end ? this.#looked + 1 : 1;
      const account = this.#looked;
      if (!this.accounts.key(account)) continue;
      if (this.compiled.others.length) this.index.closeIdle(account, this.accounts.newest(account));
      if (!this.isForgotten(account)) continue;
      this.forget(account);
      this.#remove(account);
    }
  }

  #remove(account: number): void {
    if (this.incidents.byAccount.has(account) || this.suppressed.byAccount.has(account) || this.rejudgements.has(account)) return;
    if (this.dormancy.width > 0 && this.accounts.newest(account) >= this.watermark - rememberedMs) return;
    if (this.dormancy.width > 0) this.dormancy.forget(account);
    this.selector.accountRemoved(account);
    this.accounts.remove(account);
  }

  stats(): EngineStats {
    const { accounts, main, other, spread, index, incidents, suppressed } = this;
    return {
      accounts: accounts.count,
      pairs: main.store.entries,
      entries: main.store.entries + other.store.entries + spread.store.entries,
      bytes:
        accounts.bytes +
        main.store.bytes +
        other.store.bytes +
        spread.store.bytes +
        index.bytes +
        incidents.bytes +
        suppressed.bytes +
        this.dormancy.bytes +
        this.marks.bytes,
      bare: this.marks.bare,
      openIncidents: incidents.openCount,
      watermark: this.watermark,
      missingGroupBy: this.missingGroupBy,
      late: this.late,
      beyondHorizon: this.beyondHorizon,
      looked: [main, other, spread].reduce((sum, { judge }) => sum + judge.looked, this.#visited),
      rejudgements: this.rejudgements.size,
    };
  }
}
