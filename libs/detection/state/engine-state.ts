import { Crowd } from './crowd.js';
import { AccountTable } from '../memory/account-table.js';
import { Days } from '../days/days.js';
import { DayCounts } from '../habits/day-counts.js';
import { Dormancy } from '../judge/dormancy.js';
import type { EngineStats } from './engine-figures.js';
import type { EngineOptions } from './engine-options.js';
import { IncidentBook } from '../incidents/incident-book.js';
import { isStricter } from '../incidents/incident-match.js';
import type { Match } from '../incidents/match.js';
import type { BookOptions } from '../incidents/incident-seams.js';
import { Versions } from '../incidents/incident-teller.js';
import { Marks } from '../memory/marks.js';
import { rememberedMs } from '../rule/reach.js';
import { rulesOf } from '../rule/rule.js';
import { asksUnstored } from '../rule/unstored-fields.js';
import { Rejudgements } from './rejudgements.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import { PatientLinks } from '../memory/patient-links.js';
import { readerOf, type SubjectReader } from '../scan/subject-reader.js';
import { noSelections, SelectionSets } from '../memory/selection-sets.js';
import { FormerSelections } from '../select/former-selections.js';
import { Selector } from '../select/selector.js';
import type { CompiledRule, CompiledSeries } from '../compile/series.js';
import type { Selection } from '../rule/rule.js';
import { compileSeries } from '../compile/compile-series.js';
import { Settler } from '../judge/settler.js';
import { ReadAhead } from '../judge/read-ahead.js';
import { Windows } from '../judge/windows.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** Who must see an account as it is before anything of it changes. */
export interface AccountKeeper {
  keep(account: AccountNumber): void;
}

const hourMs = 3_600_000;
const defaults = { idleMs: 12 * hourMs, keepClosedMs: 30 * 24 * hourMs, closedBytesMax: 256 * 1024 * 1024 };

/** Everything that an engine remembers. */
export class EngineState {
  readonly compiled: CompiledSeries;
  readonly windows: Windows;
  readonly ahead: ReadAhead;
  /** The largest counts of days, where rules ask for habits and there is a model of them. */
  readonly days: DayCounts | undefined;
  readonly marks: Marks;
  readonly settler = new Settler();
  readonly dormancy: Dormancy;
  readonly selector: Selector;
  /** What incidents were told by and no rule asks for any more. */
  readonly former: FormerSelections;
  /** Makes rows those of their subject, where that is not the account. */
  readonly reader: SubjectReader | undefined;
  readonly versions = new Versions();
  readonly incidents: IncidentBook;
  /** What would be incidents without exceptions. */
  readonly suppressed: IncidentBook;
  readonly rejudgements: Rejudgements;
  links = new PatientLinks();
  readonly forgetAfterMs: Milliseconds;
  readonly crowd: Crowd;
  /** Another state uses the same numbers, which must not be given out anew meanwhile. */
  sharesNumbers = false;
  /** Largest event time of the partition, milliseconds, as far as it is believed. */
  watermark = 0;
  now = 0;
  lastReceivedAt = 0;
  /** Rows that took no part in a rule for want of a field, that came later than allowed, and that came behind every window. */
  readonly counts = { missingGroupBy: 0, late: 0, beyondHorizon: 0 };
  /** Present while a snapshot is being taken: told of every account before it changes. */
  copies: AccountKeeper | undefined;
  /** Rules that raise incidents by their id, and the set of their selections. */
  readonly #raising: ReadonlyMap<string, CompiledRule>;
  readonly #raisingSet: number;
  #looked = 1;

  constructor(
    readonly options: EngineOptions,
    /** Those of a state with the same selections, to be shared with it. */
    marks?: Marks,
    /** Selections by number; those of a snapshot first, so that what its incidents say stays true. */
    selectionIds: readonly string[] = [],
    /** Conditions of selections that incidents name, as far as they are known. */
    named: readonly Selection[] = [],
  ) {
    this.compiled = compileSeries(rulesOf(options), selectionIds, options);
    this.marks = marks ?? new Marks(new SelectionSets(this.compiled.selectionIds.length));
    const raising = this.compiled.rules.filter(({ raises }) => raises === 'incident');
    this.#raising = new Map(raising.map((one) => [one.rule.id, one]));
    this.#raisingSet = this.marks.sets.of(raising.map(({ selection }) => selection));
    this.crowd = new Crowd(this.marks);
    this.dormancy = new Dormancy(this.compiled.dormancies, this.marks.sets);
    this.reader = readerOf(options.subject);
    const { marks: shared, settler, dormancy } = this;
    const { quietMs, keepsAll = false } = options;
    const accounts = new AccountTable();
    this.selector = new Selector(this.compiled.live, shared.texts, shared.sets, this.reader !== undefined, accounts);
    this.former = this.#formerOf(named);
    const days = this.#daysOf(accounts);
    const parts = { accounts, marks: shared, settler, dormancy, days, quietMs, keepsAll };
    this.windows = new Windows(this.compiled, parts);
    this.ahead = new ReadAhead(this.windows, parts, this.compiled);
    this.days = days && new DayCounts(days, this.windows, this.compiled, shared);
    const longestMs = Math.max(this.windows.horizonMs, this.compiled.horizonMsMax);
    this.forgetAfterMs = Math.max(longestMs, options.forgetAfterMs ?? longestMs + defaults.idleMs);
    this.incidents = this.#book('incidents');
    this.suppressed = this.#book('suppressed');
    this.rejudgements = new Rejudgements(this.compiled, quietMs, days && ((groupId, time) => days.dayOf(groupId, time)));
  }

  #formerOf(named: readonly Selection[]): FormerSelections {
    const { compiled, marks, selector } = this;
    const live = new Set(compiled.live.map(({ number }) => number));
    const former = named.flatMap((selection) => {
      const number = compiled.selectionIds.indexOf(selection.id);
      return number < 0 || live.has(number) ? [] : [{ number, selection }];
    });
    return new FormerSelections(former, compiled.live, marks.sets, (row) => selector.wholeRow(row));
  }

  #daysOf(accounts: AccountTable): Days | undefined {
    const { compiled, options } = this;
    const { habits, subject = 'account', givesNoDays: isSilent = false } = options;
    if (!habits || compiled.dayCounts.length === 0) return undefined;
    const tests = compiled.daysRules.length > 0;
    const retainMs = options.keepsAll ? Number.POSITIVE_INFINITY : compiled.horizonMsMax;
    const toldOf = (account: AccountNumber, start: number, end: number): boolean =>
      (this.incidents.byAccount.get(account) ?? []).some(
        ({ state, firstTime, lastTime }) => state !== 'withdrawn' && firstTime < end && lastTime >= start,
      );
    const isAsked = (account: AccountNumber): boolean => this.rejudgements.byAccount.has(account);
    return new Days({ habits, counts: compiled.dayCounts, tests, subject, retainMs, isSilent, toldOf, isAsked }, accounts);
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
      subject: options.subject ?? 'account',
      formerWithin: (set: number) => (kind === 'incidents' ? this.formerOf(set) : this.former.within(set)),
      stands: (match: Match) =>
        kind === 'incidents' ? this.#raises(match) : this.former.isLive(this.marks.sets.single(match.selection)),
      unstoredRules: new Set(this.compiled.rules.flatMap(({ rule }) => (asksUnstored(rule) ? [rule.id] : []))),
    };
    return new IncidentBook(book, this.windows, this.marks, this.versions);
  }

  /** Shares with another state what both must know alike: what numbers stand for, and who two pseudonyms are one patient of. */
  standBeside({ links, former, windows }: EngineState): void {
    this.sharesNumbers = true;
    this.links = links;
    this.former.standBeside(former, (account) => windows.accounts.key(account));
  }

  /**
   * Those of a set of selections by which no rule raises incidents any more. One that a rule has without its exceptions alone is among them:
   * accesses are asked for it, and what was told by it is not found again.
   */
  formerOf(set: number): number {
    return this.marks.sets.without(set, this.#raisingSet);
  }

  /** Whether history holds a match as it was told. */
  #raises(match: Match): boolean {
    const now = this.#raising.get(match.ruleId);
    return now?.selection === match.selection && !isStricter(now.rule, match);
  }

  /** Notes which selections the incidents of an account name that no rule has any more. */
  noteFormer(account: AccountNumber): void {
    if (this.former.known.length === 0) return;
    const { sets } = this.marks;
    const named = [this.incidents, this.suppressed].flatMap(({ byAccount }) => byAccount.get(account) ?? []);
    this.former.note(
      account,
      named.reduce((all, { firedSet }) => sets.union(all, firedSet), noSelections),
    );
  }

  /** Whatever waited to be counted is counted. */
  countGrown(): void {
    this.incidents.countGrown();
    this.suppressed.countGrown();
  }

  /** Has the accounts of the next rows copied for the snapshot that is being taken, before the rows change them. */
  keepForSnapshot(rows: readonly ScannedRow[], count: number): void {
    if (!this.copies) return;
    const { accounts } = this.windows;
    for (const row of rows.slice(0, count))
      if (row.hasAccount) this.copies.keep(accounts.find(row.keyView, row.accountStart, row.accountEnd, row.accountHash));
  }

  /** An account whose windows and quiet time have long passed begins anew. */
  isForgotten(account: AccountNumber): boolean {
    return this.windows.accounts.newest(account) < this.watermark - this.forgetAfterMs;
  }

  /** Empties the windows of an account. What was there is known no more up to its newest access. */
  forget(account: AccountNumber): void {
    const { accounts, index } = this.windows;
    this.countGrown();
    this.days?.forget(account);
    index.close(account);
    if (this.settler.size) this.settler.forget(new Set([account]));
    accounts.setSince(account, Math.max(accounts.since(account), accounts.newest(account)));
    accounts.setOldest(account, Number.POSITIVE_INFINITY);
  }

  /** Lets go of what some accounts that are idle hold; the next call looks at the next ones. */
  forgetIdle(count: number): void {
    if (this.copies) return;
    const { accounts, index } = this.windows;
    for (let i = 0; i < count; i += 1) {
      this.#looked = this.#looked + 1 < accounts.end ? this.#looked + 1 : 1;
      const account = this.#looked;
      if (!accounts.isUsed(account)) continue;
      if (this.compiled.others.length) index.closeIdle(account, accounts.newest(account));
      if (!this.isForgotten(account)) continue;
      this.forget(account);
      this.#remove(account);
    }
  }

  #remove(account: AccountNumber): void {
    const { accounts } = this.windows;
    if (this.incidents.byAccount.has(account) || this.suppressed.byAccount.has(account) || this.rejudgements.has(account)) return;
    if (this.dormancy.width > 0 && accounts.newest(account) >= this.watermark - rememberedMs) return;
    if (this.dormancy.width > 0) this.dormancy.forget(account);
    this.former.forget(account);
    accounts.remove(account);
  }

  stats(): EngineStats {
    const { windows, incidents, suppressed, counts } = this;
    return {
      accounts: windows.accounts.count,
      pairs: windows.main.store.entries,
      entries: windows.entries,
      bytes:
        windows.bytes +
        incidents.bytes +
        suppressed.bytes +
        this.dormancy.bytes +
        this.marks.bytes +
        this.links.bytes +
        (this.days?.days.bytes ?? 0),
      bare: this.marks.bare,
      openIncidents: incidents.openCount,
      watermark: this.watermark,
      ...counts,
      looked: windows.looked + (this.days?.looked ?? 0),
      rejudgements: this.rejudgements.size,
    };
  }
}
