import type { AccountTable } from '../memory/account-table.js';
import { classFor } from '../memory/entry-arena.js';
import { LedgerIndex } from '../memory/ledger-index.js';
import { type EntryLayout, entryWords, markOf, timeOf } from '../memory/entry.js';
import { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import type { CompiledRule, CompiledSeries, Series } from '../compile/series.js';
import type { Days } from '../days/days.js';
import type { Dormancy } from './dormancy.js';
import type { Firing } from './firing.js';
import { Judge } from './judge.js';
import type { Settler } from './settler.js';
import type { WindowCount } from '../count/window-count.js';
import type { AccountNumber, LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** Ledgers of one kind, and who judges them. */
export interface Ledgers {
  readonly store: LedgerStore;
  readonly judge: Judge;
}

/** What windows and their judges share with the rest of an engine. */
export interface WindowsShared {
  readonly accounts: AccountTable;
  readonly marks: Marks;
  readonly settler: Settler;
  readonly dormancy: Dormancy;
  readonly days: Days | undefined;
  readonly quietMs: Milliseconds;
  /** Every access is kept, so that nothing is ever too late. */
  readonly keepsAll: boolean;
}

/** Entries of a shared ledger as they lie in memory, by time: those at the words `from`, `from + entryWords` and so on below `end`. */
export interface Stretch {
  readonly words: Uint32Array;
  readonly from: number;
  readonly end: number;
}

const noPatients = { value: 0, isLate: false };
const emptyStretch: Stretch = { words: new Uint32Array(0), from: 0, end: 0 };

/** Sessions, the most of what lies in cells, have several accesses each and are gone within the hour: runs begin with room for four. */
const classOfCells = classFor(4);

const plain: EntryLayout = { spreads: false, amounts: false };
const layouts: readonly EntryLayout[] = [
  plain,
  { spreads: true, amounts: false },
  { spreads: false, amounts: true },
  { spreads: true, amounts: true },
];

/** The place among `layouts` of what entries of the series have. */
function placeOf({ spreads, amounts }: Series): number {
  return (spreads ? 1 : 0) + (amounts ? 2 : 0);
}

function slotsOf(series: readonly Series[]): number {
  return Math.max(1, ...series.map(({ rules }) => rules.length));
}

/** The windows of all accounts: which ledgers they lie in, who judges them, and from when on they hold all that has arrived. */
export class Windows {
  readonly accounts: AccountTable;
  readonly main: Ledgers;
  /** Of all other series, by what their entries have (`placeOf`). */
  readonly #others: readonly Ledgers[];
  readonly index: LedgerIndex;
  /** How far back an account's entries are kept from its newest, milliseconds. */
  readonly horizonMs: Milliseconds;
  /** Windows that were filled from history hold what lies above this event time; infinite where none were. */
  knownFrom = Number.NEGATIVE_INFINITY;
  /** Entries that were visited so far. */
  #visited = 0;

  constructor(
    private readonly compiled: CompiledSeries,
    private readonly shared: WindowsShared,
  ) {
    this.accounts = shared.accounts;
    this.horizonMs = shared.keepsAll ? Number.POSITIVE_INFINITY : compiled.main.horizonMs;
    this.main = this.#ledgers(compiled.mainSlots, plain);
    this.#others = layouts.map((layout, place) =>
      this.#ledgers(slotsOf(compiled.others.filter((series) => placeOf(series) === place)), layout, classOfCells),
    );
    this.index = this.#index();
  }

  get entries(): number {
    return this.#all.reduce((sum, { store }) => sum + store.entries, 0);
  }
  get bytes(): number {
    const { accounts, index } = this;
    const held = this.#all.reduce((sum, { store, judge }) => sum + store.bytes + judge.bytes, 0);
    return accounts.bytes + held + index.bytes;
  }
  /** Entries looked at so far. */
  get looked(): number {
    return this.#all.reduce((sum, { judge }) => sum + judge.looked, this.#visited);
  }
  get #all(): readonly Ledgers[] {
    return [this.main, ...this.#others];
  }

  /** Where the windows of the series are. */
  ledgersOf(series: Series): Ledgers {
    if (series.kind === 'main') return this.main;
    return this.#others[placeOf(series)] ?? this.main;
  }

  /** (series, cell, ledger) of the account, the main ledger left out. */
  *othersOf(
    account: AccountNumber,
  ): Iterable<{ readonly series: Series; readonly cell: Uint8Array; readonly ledger: LedgerNumber }> {
    for (const { series: number, cell, ledger } of this.index.of(account)) {
      const series = this.compiled.others[number - 1];
      if (series) yield { series, cell, ledger };
    }
  }

  #index(): LedgerIndex {
    const { others } = this.compiled;
    const ledgers = [this.main, ...others.map((series) => this.ledgersOf(series))];
    const of = (series: number): Ledgers => ledgers[series] ?? this.main;
    return new LedgerIndex(
      {
        horizonsMs: others.map(({ horizonMs }) => horizonMs),
        storeOf: (series) => of(series).store,
        closing: (series, ledger) => of(series).judge.forget(ledger),
      },
      this.accounts,
    );
  }

  #ledgers(slots: number, layout: EntryLayout, firstClass = 0): Ledgers {
    const { marks, settler, dormancy, days, quietMs } = this.shared;
    const store = new LedgerStore(slots, layout, firstClass);
    return { store, judge: new Judge(store, marks, settler, dormancy, quietMs, days) };
  }

  /** Accesses of the account up to this time are no longer held. */
  floor(account: AccountNumber): Milliseconds {
    return this.accounts.newest(account) - this.horizonMs;
  }

  /** The same for the entries of one series. */
  floorOf(account: AccountNumber, series: Series): number {
    if (this.shared.keepsAll) return Number.NEGATIVE_INFINITY;
    return this.accounts.newest(account) - series.horizonMs;
  }

  /** Whether all that the rule's window at that time counts is held, as far as its account was known. */
  isWhole(account: AccountNumber, { series, timespanMs }: CompiledRule, time: Milliseconds): boolean {
    return time - timespanMs >= this.floorOf(account, series);
  }

  /** Event time up to which accesses of the account may have come that its windows never saw. */
  since(account: AccountNumber): number {
    return Math.max(this.accounts.since(account), this.knownFrom);
  }

  /** Above this time every access of the account that has arrived is held. */
  completeAbove(account: AccountNumber): number {
    const floor = this.floor(account);
    const since = this.since(account);
    return this.accounts.oldest(account) <= floor ? Math.max(floor, since) : since;
  }

  /** The time of the account's newest access from which on entries at `time` may be let go of; 0 when they are gone. */
  heldUntil(account: AccountNumber, time: Milliseconds, series?: Series): number {
    const floor = series ? this.floorOf(account, series) : this.floor(account);
    return time > floor ? this.accounts.newest(account) + (time - floor) : 0;
  }

  /** What the window of the firing's rule holds at its first time; `again` where it may be asked for when it has grown. */
  countAt(account: AccountNumber, { rule, ledger, first }: Firing, again: boolean): WindowCount {
    return this.ledgersOf(rule.series).judge.countAt(ledger, rule, first, this.floorOf(account, rule.series), again);
  }

  /** When the earliest access lies that this window counts, event time; 0 where it counts none. */
  beginsAt(account: AccountNumber, { rule, ledger, first }: Firing): number {
    return this.ledgersOf(rule.series).judge.beginsAt(ledger, rule, first, this.floorOf(account, rule.series));
  }

  /** Patients of the account's accesses with `from <= time <= to` under one of the selections of `set`, and whether one came late. */
  countPatients(
    account: AccountNumber,
    from: number,
    to: number,
    set: number,
  ): { readonly value: number; readonly isLate: boolean } {
    const ledger = this.index.mainOf(account);
    if (!ledger) return noPatients;
    return this.main.judge.counts.of(ledger, Math.max(from - 1, this.floor(account)), to, set, true);
  }

  /** Time of the account's earliest access above `after` and not above `until` that the selection takes; infinite without one. */
  earliest(account: AccountNumber, after: number, until: number, selection: number): number {
    const { store } = this.main;
    const { marks } = this.shared;
    const ledger = this.index.mainOf(account);
    if (!ledger) return Number.POSITIVE_INFINITY;
    const words = store.words(ledger);
    const end = store.length(ledger);
    for (let index = store.firstAfter(ledger, Math.max(after, this.floor(account))); index < end; index += 1) {
      const word = store.start(ledger) + index * entryWords;
      const time = timeOf(words, word);
      if (time > until) break;
      this.#visited += 1;
      if (marks.sets.has(marks.setOf(markOf(words, word)), selection)) return time;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** The accesses of the account with `from <= time <= to`, by patient. Valid until an entry comes in. */
  between(account: AccountNumber, from: number, to: number): Stretch {
    const { store } = this.main;
    const ledger = this.index.mainOf(account);
    if (!ledger) return emptyStretch;
    const words = store.words(ledger);
    const start = store.start(ledger);
    const first = store.firstAfter(ledger, Math.max(from - 1, this.floor(account)));
    const behind = store.length(ledger);
    let end = first;
    while (end < behind && timeOf(words, start + end * entryWords) <= to) end += 1;
    this.#visited += end - first;
    return { words, from: start + first * entryWords, end: start + end * entryWords };
  }
}
