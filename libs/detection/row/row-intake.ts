// row/: takes one row in, from the scan to what it changes: the road is `take` in row-intake.ts.
// Whatever it changes is in state.

// Longer than the house likes: the way of one row, from its account to its incidents, is read in one place; its first half is the hot loop.
import { createHash } from 'node:crypto';
import type { CellKey } from '../memory/cell-table.js';
import { clear } from '../judge/dormancy.js';
import type { EngineState } from '../state/engine-state.js';
import { accountOf } from '../scan/row-layout.js';
import { parseWhole } from '../scan/frame-scanner.js';
import { digest } from '../incidents/incident-change.js';
import type { Arrival } from '../incidents/incident-seams.js';
import type { Opening } from '../incidents/incident.js';
import type { Firing, Place } from '../judge/judge.js';
import { cellValues, noCell } from '../memory/cell-key.js';
import { type Entry, noEntry } from '../memory/ledger-store.js';
import { cellOf, RowValues, setDigest, setInput, setSpread } from './row-values.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import { everySelection, noSelections } from '../memory/selection-sets.js';
import type { MatchFeed, RowFeed, Series } from '../compile/series.js';
import { accessKey } from '../state/rejudgements.js';
import type { Anchor } from '../judge/settler.js';

/** How far clocks of services and of the log may lie apart, milliseconds. */
const clockSkewMsMax = 3_600_000;

/** The way of one row: account, selections, ledgers, rules, incidents. */
export class RowIntake {
  readonly #values: RowValues;
  /** The access by its patient. */
  readonly #access: Entry = noEntry();
  /** What goes to a series of its own. */
  readonly #entry: Entry = noEntry();
  readonly #place: Place;
  readonly #cell: CellKey = { ...noCell };
  readonly #firings: Firing[] = [];
  readonly #feeds: readonly { readonly series: Series; readonly feed: RowFeed }[];
  /** By set of selections: those that take rows of it, and how far back they look. */
  readonly #feedsOf: (readonly { readonly series: Series; readonly feed: RowFeed }[])[] = [];
  readonly #limits: { readonly behindMs: number; readonly reachMs: number }[] = [];
  #offset = 0;
  /** No row of the frame moves the partition's time beyond it. */
  #reachedMax = Number.POSITIVE_INFINITY;

  /** `late`: accesses of a history that came late when they came. */
  constructor(
    private readonly state: EngineState,
    public late?: ReadonlySet<string>,
  ) {
    const { compiled } = state;
    this.#values = new RowValues(state.selector);
    this.#place = { series: compiled.main, account: 0, ledger: 0, cell: noCell, floor: 0 };
    this.#feeds = compiled.others.flatMap((series) => series.feeds.map((feed) => ({ series, feed })));
    // Which rows it takes is known: all of them count.
    this.#entry.mark = state.marks.of(0, 0, everySelection, 0);
  }

  /**
   * The partition's time goes no further than the log's own clock when it took the rows: a row may be wrong by both of its clocks, and must
   * not close or forget what belongs to others.
   */
  boundTime(appendedAt: number | undefined): void {
    this.#reachedMax = appendedAt === undefined ? Number.POSITIVE_INFINITY : appendedAt + clockSkewMsMax;
  }

  /** `offset` is that of the row's frame. */
  take(row: ScannedRow, offset: number, detectedAt: number): void {
    const { state } = this;
    const { accounts } = state;
    this.#offset = offset;
    const watermark = state.watermark;
    const reached = Math.min(row.time, this.#reachedMax);
    if (reached > watermark) {
      // Before the account's windows move on.
      if (state.settler.size > 0) this.settle(reached, detectedAt);
      state.watermark = reached;
    }
    if (!row.hasAccount) {
      state.missingGroupBy += 1;
      return;
    }
    const set = this.#lookUp(row);
    if (set === noSelections) return;
    const account = row.account || this.#newAccount(row, watermark);
    if (state.isForgotten(account)) state.forget(account);
    const newest = accounts.newest(account);
    const oldest = accounts.oldest(account);
    const wokeBy = state.dormancy.width > 0 ? state.dormancy.note(account, set, row.time) : clear;
    let unclear = wokeBy !== clear;
    if (row.time >= state.incidents.grownUntil || row.time >= state.suppressed.grownUntil) state.countGrown();
    if (row.time > newest) accounts.setNewest(account, row.time);
    if (row.time < oldest) accounts.setOldest(account, row.time);
    if (this.#isBeyond(account, row.time, newest, set)) unclear = true;
    const floor = state.floor(account);
    const lateMs = this.#lateMsOf(row, account, watermark);
    this.#readAccess(row, state.marks.of(row.clinic, row.categoryMask, set, lateMs > 0 ? 1 : 0));
    this.#firings.length = 0;
    if (row.time <= floor) state.beyondHorizon += 1;
    this.#judge(row, set, account, floor);
    if (this.#firings.length > 0 || state.incidents.byAccount.has(account) || state.suppressed.byAccount.has(account)) {
      const arrival = this.#arrival(row, account, set, lateMs, detectedAt);
      if (this.#tell(arrival)) unclear = true;
    }
    if (state.settler.missed) {
      state.settler.missed = false;
      unclear = true;
    }
    if (unclear || state.rejudgements.size > 0) this.#noteUnclear(row, account, unclear, { lateMs, wokeBy });
  }

  /** An access that lies before all windows: it tells no more than when its account was there, and that an account woke up which was judged. */
  recall(row: ScannedRow): void {
    const { state } = this;
    if (!row.hasAccount || state.dormancy.width === 0) return;
    const set = this.#lookUp(row);
    if (set === noSelections) return;
    const account = row.account || this.#newAccount(row, state.watermark);
    const wokeBy = state.dormancy.note(account, set, row.time);
    if (row.time > state.accounts.newest(account)) state.accounts.setNewest(account, row.time);
    if (wokeBy !== clear) state.rejudgements.ask(account, this.#askedNames(account), wokeBy, wokeBy, this.#offset);
  }

  /** Finds account and clinic of the row, and the selections that it meets. */
  #lookUp(row: ScannedRow): number {
    const { accounts, marks, selector } = this.state;
    row.clinic = marks.texts.ofBytes(row.bytes, row.view, row.clinicStart, row.clinicEnd);
    row.account = accounts.find(row.view, row.accountStart, row.accountEnd, row.accountHash);
    return selector.setOf(row);
  }

  /** Judges what no more accesses are expected for, up to `watermark`. */
  settle(watermark: number, detectedAt: number): void {
    for (let anchor = this.state.settler.next(watermark); anchor; anchor = this.state.settler.next(watermark)) {
      this.state.copies?.keep(anchor.account);
      this.#firings.length = 0;
      if (!this.#holds(anchor)) continue;
      const { account, rule, ledger, cell, time } = anchor;
      this.#firings.push({ rule, ledger, cell, first: time, last: time, by: time });
      this.#propagate(account);
      const entry = noEntry(time);
      const opening = (order: number, nth: number): Opening => {
        const { group_id: groupId, actor_id: actorId } = this.names(account);
        const id = digest(
          'incident',
          'settled',
          rule.rule.id,
          Buffer.from(cell).toString(),
          String(time),
          groupId,
          actorId,
          String(nth),
        );
        return { id, groupId, actorId, order, detectedAt, completedBy: time };
      };
      const receivedAt = this.state.lastReceivedAt;
      if (this.#tell({ account, entry, set: noSelections, receivedAt, detectedAt, lateMs: 0, opening }))
        this.state.rejudgements.ask(account, this.#askedNames(account), time, time, this.#offset);
    }
    this.state.settler.missed = false;
  }

  names(account: number): { readonly group_id: string; readonly actor_id: string } {
    const key = this.state.accounts.key(account) ?? new Uint8Array(0);
    return accountOf(key, 0, key.length);
  }

  #newAccount(row: ScannedRow, watermark: number): number {
    const { accounts, selector, forgetAfterMs } = this.state;
    const account = accounts.add(row.bytes, row.accountStart, row.accountEnd, row.accountHash);
    accounts.setSince(account, watermark - forgetAfterMs);
    selector.accountAdded(account);
    row.account = account;
    return account;
  }

  /** Whether windows that the access changes may lack accesses that were forgotten. Counts what is late. */
  #isBeyond(account: number, time: number, newest: number, set: number): boolean {
    const { state } = this;
    if (state.options.keepsAll) return false;
    const behind = newest - time;
    if (behind > state.options.allowedLatenessMs) state.late += 1;
    const { behindMs, reachMs } = this.#limitsOf(set);
    if (time - reachMs <= state.since(account)) return true;
    return behind > behindMs;
  }

  #limitsOf(set: number): { readonly behindMs: number; readonly reachMs: number } {
    const known = this.#limits[set];
    if (known) return known;
    const { compiled, marks } = this.state;
    const of = <T>(values: readonly T[]): readonly T[] => values.filter((_, selection) => marks.sets.has(set, selection));
    const made = { behindMs: Math.min(...of(compiled.behindMs)), reachMs: Math.max(...of(compiled.reachMs)) };
    this.#limits[set] = made;
    return made;
  }

  #judge(row: ScannedRow, set: number, account: number, floor: number): void {
    const { state } = this;
    const place = this.#place;
    place.account = account;
    place.floor = floor;
    place.series = state.compiled.main;
    place.cell = noCell;
    place.ledger = state.index.mainOf(account) || state.index.openMain(account);
    if (row.time > floor) state.main.judge.take(place, this.#access, this.#firings);
    if (this.#feeds.length > 0) this.#feedSeries(row, set, account);
    if (this.#firings.length > 0) this.#propagate(account);
  }

  #feedSeries(row: ScannedRow, set: number, account: number): void {
    const { state } = this;
    const place = this.#place;
    const feeds = (this.#feedsOf[set] ??= this.#feeds.filter(({ feed }) => state.marks.sets.has(set, feed.selection)));
    for (const { series, feed } of feeds) {
      place.floor = state.floorOf(account, series);
      if (row.time <= place.floor) continue;
      const cell = this.#values.cell(row, feed.by);
      if (!cell) {
        state.missingGroupBy += 1;
        continue;
      }
      place.ledger = state.index.findOrOpen(account, series.index, cell);
      // The next look at a field may overwrite the cell that was read.
      this.#cell.bytes = cell.bytes;
      this.#cell.start = cell.start;
      this.#cell.end = cell.end;
      place.cell = this.#cell;
      if (!this.#values.value(row, feed, this.#entry)) continue;
      if (series.spreads) this.#values.spread(row, feed.spread, this.#entry);
      this.#entry.time = row.time;
      place.series = series;
      state.ledgersOf(series).judge.take(place, this.#entry, this.#firings);
    }
  }

  /** Matches of rules that others look at go to their series, whose matches may go on. */
  #propagate(account: number): void {
    const firings = this.#firings;
    for (let i = 0; i < firings.length; i += 1) {
      const firing = firings[i];
      if (firing) for (const feed of firing.rule.feeds) this.#feedMatch(account, firing, feed);
    }
  }

  #feedMatch(account: number, firing: Firing, feed: MatchFeed): void {
    const { state } = this;
    const values = cellValues(firing.cell);
    const place = this.#place;
    const cell = cellOf(feed.by.map((at) => values[at] ?? ''));
    place.account = account;
    place.series = feed.series;
    place.cell = cell;
    place.ledger = state.index.findOrOpen(account, feed.series.index, cell);
    place.floor = state.floorOf(account, feed.series);
    if (firing.first <= place.floor) return;
    if (feed.value.kind === 'input') setInput(this.#entry, feed.value.input);
    else if (feed.value.kind === 'match') setDigest(this.#entry, JSON.stringify([firing.rule.key, values, firing.first]));
    else setDigest(this.#entry, JSON.stringify(feed.value.places.map((at) => values[at] ?? '')));
    if (feed.series.spreads) setSpread(this.#entry, feed.spread === undefined ? '' : (values[feed.spread] ?? ''));
    this.#entry.time = firing.first;
    state.ledgersOf(feed.series).judge.take(place, this.#entry, this.#firings);
  }

  #holds({ rule, account, ledger, time }: Anchor): boolean {
    const { value, spread } = this.state.countAt(account, {
      rule,
      ledger,
      cell: noCell.bytes,
      first: time,
      last: time,
      by: time,
    });
    const { atMost, except } = rule.rule.condition;
    return value >= rule.atLeast && value <= atMost && value !== except && spread >= rule.spreadAtLeast;
  }

  /** Tells both books; true when one of them needs what the ledgers no longer hold. */
  #tell(arrival: Arrival): boolean {
    const { incidents, suppressed } = this.state;
    incidents.take(arrival, this.#raising('incident'));
    let needs = incidents.needsHistory;
    suppressed.take(arrival, this.#raising('suppressed'));
    needs ||= suppressed.needsHistory;
    return needs && !this.state.options.keepsAll;
  }

  #raising(raises: 'incident' | 'suppressed'): readonly Firing[] {
    return this.#firings.length === 0 ? this.#firings : this.#firings.filter(({ rule }) => rule.raises === raises);
  }

  #readAccess(row: ScannedRow, mark: number): void {
    this.#access.v0 = row.patient0;
    this.#access.v1 = row.patient1;
    this.#access.v2 = row.patient2;
    this.#access.v3 = row.patient3;
    this.#access.time = row.time;
    this.#access.mark = mark;
  }

  #noteUnclear(
    row: ScannedRow,
    account: number,
    unclear: boolean,
    { lateMs, wokeBy }: { readonly lateMs: number; readonly wokeBy: number },
  ): void {
    const { state } = this;
    const { rejudgements } = state;
    if (state.options.keepsAll) return;
    const pending = unclear
      ? rejudgements.ask(account, this.#askedNames(account), row.time, wokeBy, this.#offset)
      : rejudgements.byAccount.get(account);
    if (!pending) return;
    const line = row.bytes.subarray(row.lineStart, row.lineEnd);
    rejudgements.note(pending, Buffer.concat([line, newline]), this.#offset);
    if (lateMs > 0) rejudgements.noteLate(pending, accessKey(row.time, row.patient0, row.patient1, row.patient2, row.patient3));
    if (!unclear) return;
    pending.lateMs = Math.max(pending.lateMs, lateMs);
    pending.receivedAt = Math.max(pending.receivedAt, row.receivedAt);
    rejudgements.noteOpener(pending, { time: row.time, id: digest('late', this.#idOf(row, 0)) });
  }

  #askedNames(account: number): { readonly groupId: string; readonly actorId: string } {
    const { group_id: groupId, actor_id: actorId } = this.names(account);
    return { groupId, actorId };
  }

  #idOf(row: ScannedRow, nth: number): string {
    const { group_id, actor_id, patient_id, event_id } = parseWhole(row);
    return digest('incident', String(event_id), String(patient_id), String(group_id), String(actor_id), String(nth));
  }

  /**
   * How far the access came behind the newest of its partition, and after it happened, whichever is less, when that is more than allowed; else 0.
   * So neither a clock that was wrong when it came makes it late, nor that its partition or its past was read after others.
   */
  #lateMsOf(row: ScannedRow, account: number, watermark: number): number {
    const { time, patient0, patient1, patient2, patient3 } = row;
    if (this.late) return this.late.size > 0 && this.late.has(accessKey(time, patient0, patient1, patient2, patient3)) ? 1 : 0;
    const lateMs = Math.min(watermark, row.receivedAt) - row.time;
    return lateMs > this.state.options.allowedLatenessMs && !this.#cameInTime(row, account) ? lateMs : 0;
  }

  /** Whether it comes again and was in time before, as far as memory goes. */
  #cameInTime(row: ScannedRow, account: number): boolean {
    const { index, main, marks } = this.state;
    const ledger = index.mainOf(account);
    if (!ledger) return false;
    this.#readAccess(row, 0);
    const fits = (mark: number): boolean => marks.lateOf(mark) === 0 && marks.clinicOf(mark) === row.clinic;
    return main.judge.twins.find(ledger, this.#access, main.store.firstAfter(ledger, row.time), fits) >= 0;
  }

  #arrival(row: ScannedRow, account: number, set: number, lateMs: number, detectedAt: number): Arrival {
    const opening = (order: number, nth: number): Opening => {
      const { group_id, actor_id } = this.names(account);
      return {
        id: this.#idOf(row, nth),
        groupId: group_id,
        actorId: actor_id,
        order,
        detectedAt,
        completedBy: row.time,
      };
    };
    return { account, entry: this.#access, set, receivedAt: row.receivedAt, detectedAt, lateMs, opening };
  }
}

const newline = Buffer.from('\n');

/** The id of an incident that history, not an access, opened; for openings that no late access is known of. */
export function idOfHistory(groupId: string, actorId: string, firstFired: number, offset: number): string {
  return createHash('sha256')
    .update(JSON.stringify(['incident', 'history', groupId, actorId, firstFired, offset]))
    .digest('hex')
    .slice(0, 32);
}
