import { clear } from '../judge/dormancy.js';
import type { Firing } from '../judge/firing.js';
import type { Anchor } from '../judge/settler.js';
import { type Entry, noEntry } from '../memory/entry.js';
import { noSelections } from '../memory/selection-sets.js';
import { forwardOf } from '../rule/reach.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { EngineState } from '../state/engine-state.js';
import { Doubts } from './doubts.js';
import { EnterWindows } from './enter-windows.js';
import { FindAccount } from './find-account.js';
import { Lateness } from './lateness.js';
import { Presence } from './presence.js';
import { readAccess } from './row-values.js';
import { Settling } from './settling.js';
import { TellBooks } from './tell-books.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** How far clocks of services and of the log may lie apart, milliseconds. */
const clockSkewMsMax = 3_600_000;

/** The way of one row: time, account, selections, presence, windows, incidents, doubts. */
export class RowIntake {
  readonly #find: FindAccount;
  readonly #presence: Presence;
  readonly #lateness: Lateness;
  readonly #windows: EnterWindows;
  readonly #books: TellBooks;
  readonly #doubts: Doubts;
  readonly #settling: Settling;
  /** The access by its patient. */
  readonly #access: Entry = noEntry();
  readonly #firings: Firing[] = [];
  /** Of the frame whose row was taken last. */
  #offset = 0;
  /** No row of the frame moves the partition's time beyond it. */
  #reachedMax = Number.POSITIVE_INFINITY;

  /** `late`: accesses of a history that came late when they came. */
  constructor(
    private readonly state: EngineState,
    late?: ReadonlySet<string>,
  ) {
    this.#find = new FindAccount(state);
    this.#presence = new Presence(state);
    this.#lateness = new Lateness(state, late);
    this.#windows = new EnterWindows(state);
    this.#books = new TellBooks(state);
    this.#doubts = new Doubts(state);
    this.#settling = new Settling(state, this.#windows, this.#books);
  }

  /** The accesses that follow are of a history: these came late when they came, no others. */
  set late(late: ReadonlySet<string>) {
    this.#lateness.late = late;
  }

  /**
   * The partition's time goes no further than the log's own clock when it took the rows: a row may be wrong by both of its clocks, and must
   * not close or forget what belongs to others.
   */
  boundTime(appendedAt: number | undefined): void {
    this.#reachedMax = appendedAt === undefined ? Number.POSITIVE_INFINITY : appendedAt + clockSkewMsMax;
  }

  /**
   * The road of a row, top to bottom. `offset` is that of its frame, `detectedAt` the wall clock. Steps 4 to 6 return up to which event time what
   * was told of the account is in doubt, `clear` for nothing; whatever is, its history decides. False where something is.
   */
  take(row: ScannedRow, offset: number, detectedAt: Milliseconds): boolean {
    const { state } = this;
    this.#offset = offset;
    const before = this.#advance(row, detectedAt); // 1. event time moves on
    const set = this.#select(row); // 2. which selections it meets, by the pseudonym as it was written
    state.links.resolve(row); // from here on the patient is who windows count by
    if (set === noSelections) return true;
    const account = this.#find.accountOf(row, before); // 3. whose it is
    if (row.time > state.watermark && state.settler.size > 0) this.#settleBehind(account, row.time, detectedAt);
    state.days?.before(account, row.time);
    const noted = this.#presence.note(row, account, set); // 4. when the account was there
    const lateMs = this.#lateness.of(row, account, before);
    this.#firings.length = 0;
    const mark = state.marks.of(row.clinic, row.categoryMask, set, lateMs > 0 ? 1 : 0);
    readAccess(row, mark, this.#access);
    const judged = this.#windows.take(row, account, set, this.#access, this.#firings); // 5. into its windows: which rules hold
    const told = this.#tell(row, account, set, lateMs, detectedAt); // 6. what that means for incidents
    const until = Math.max(noted, judged, told);
    this.#doubts.note(row, account, until, lateMs, offset); // 7. what only history can tell
    return until === clear;
  }

  /**
   * The partition's time before the row. What is due is judged before the account's windows move on, though the row may come late: so may have what waits,
   * and then the row may let go of what that is counted from.
   */
  #advance({ time }: ScannedRow, detectedAt: Milliseconds): number {
    const { state } = this;
    const before = state.watermark;
    const reached = Math.max(before, Math.min(time, this.#reachedMax));
    const { settler } = state;
    if (settler.size > 0 && (reached > before || settler.isDue(before))) this.settle(reached, detectedAt);
    state.watermark = reached;
    return before;
  }

  /** The set of selections that the row meets, none without an account. */
  #select(row: ScannedRow): number {
    if (row.hasAccount) {
      const set = this.#find.select(row);
      return this.state.former.isNone ? set : this.#withFormer(row, set);
    }
    this.state.counts.missingGroupBy += 1;
    return noSelections;
  }

  /** The set with what its account's incidents were told by before lists changed. */
  #withFormer(row: ScannedRow, set: number): number {
    const { former, marks } = this.state;
    return marks.sets.union(set, former.of(row));
  }

  /** An access that makes nothing hold, of an account without incidents, says nothing to the books. */
  #tell(row: ScannedRow, account: AccountNumber, set: number, lateMs: Milliseconds, detectedAt: Milliseconds): number {
    const { incidents, suppressed } = this.state;
    if (this.#firings.length === 0 && !incidents.byAccount.has(account) && !suppressed.byAccount.has(account)) return clear;
    const { receivedAt, time } = row;
    const arrival = { account, entry: this.#access, set, receivedAt, detectedAt, lateMs, by: row };
    return this.#books.take(arrival, this.#firings) ? time : clear;
  }

  /** An access that lies before all windows: it tells no more than when its account was there, and that an account woke up which was judged. */
  recall(row: ScannedRow): void {
    const { state } = this;
    if (!row.hasAccount || state.dormancy.width === 0) return;
    const set = this.#find.select(row);
    if (set === noSelections) return;
    const account = this.#find.openedAccountOf(row, state.watermark);
    const wokeBy = this.#presence.recall(row, account, set);
    if (wokeBy !== clear) this.#doubts.ask(account, wokeBy, wokeBy, this.#offset);
  }

  /** Judges what no more accesses are expected for, up to `watermark`. Given back is what holds so far and accesses from `untilMs` on could undo. */
  settle(watermark: Milliseconds, detectedAt: Milliseconds, untilMs = Number.POSITIVE_INFINITY): readonly Anchor[] {
    const undecided: Anchor[] = [];
    for (let anchor = this.state.settler.next(watermark); anchor; anchor = this.state.settler.next(watermark))
      if (anchor.time + forwardOf(anchor.rule.rule) > untilMs) {
        if (this.#settling.holds(anchor)) undecided.push(anchor);
      } else this.#judge(anchor, detectedAt);
    return undecided;
  }

  /** Judges some of what waits at once, and what that makes wait of the same kind. */
  settleOf(isAmong: (anchor: Anchor) => boolean): void {
    const { settler } = this.state;
    for (let due = settler.takeOf(isAmong); due.length > 0; due = settler.takeOf(isAmong))
      for (const anchor of due) this.#judge(anchor, 0);
  }

  /**
   * The account goes on ahead of the partition's time, since a clock of it is wrong: what its windows would hold no more is judged before they move on. Accesses
   * that change it afterwards lie behind them, and have the account judged again.
   */
  #settleBehind(account: AccountNumber, time: Milliseconds, detectedAt: Milliseconds): void {
    const { settler } = this.state;
    for (let due = settler.takeBehind(account, time); due.length > 0; due = settler.takeBehind(account, time))
      for (const anchor of due) this.#judge(anchor, detectedAt);
  }

  #judge(anchor: Anchor, detectedAt: Milliseconds): void {
    if (this.#settling.take(anchor, detectedAt)) this.#doubts.ask(anchor.account, anchor.time, anchor.time, this.#offset);
  }

  /** The same without a row that says how far event time has come. */
  settleUntil(time: Milliseconds, detectedAt: Milliseconds, untilMs?: Milliseconds): readonly Anchor[] {
    this.state.now = detectedAt;
    const undecided = this.settle(time, detectedAt, untilMs);
    this.state.countGrown();
    return undecided;
  }
}
