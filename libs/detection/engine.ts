// Longer than the house likes: what can be done with the windows of a partition is read on one page.
import type { AccountDay } from '#libs/habits/seams.js';
import type { AccountView } from '#libs/contracts/accounts/account-view.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { EngineStats, FrameOutcome, GivenFrame } from './state/engine-figures.js';
import type { EngineOptions } from './state/engine-options.js';
import { EngineState } from './state/engine-state.js';
import { explainAccount } from './explain/explain-account.js';
import { Fill } from './late/fill.js';
import { FrameScanner } from './scan/frame-scanner.js';
import { freshWindowsMs } from './compile/fresh-windows.js';
import { reinstate, type ToldIncident } from './late/reinstate.js';
import { Rejudging, rejudgementsOf } from './late/rejudge.js';
import type { Rejudgement } from './state/rejudgements.js';
import { renewedWhenCrowded } from './snapshot/renew-numbers.js';
import { RowIntake } from './row/row-intake.js';
import type { Rule, Selection } from './rule/rule.js';
import { ScannedRow } from './scan/scanned-row.js';
import { SnapshotReading } from './snapshot/read-snapshot.js';
import { writeSnapshot } from './snapshot/write-snapshot.js';
import type { Milliseconds } from './scan/kinds.js';

export type { EngineOptions, EngineStats, Fill, FrameOutcome, Rejudgement, Rejudging, ToldIncident };

/** An engine under other rules; see `withRules`. */
export type Changed = { readonly engine: Engine; readonly backfillFromMs: number | undefined };

const rowsAtATime = 32;
const rowsPerLook = 16; // for so many rows one account is looked at, to see whether what it holds can be let go

/**
 * The windows and incidents of one partition of the log. It has no clock and does no I/O: the same frames give the same changes, whatever
 * happens between them (snapshots and restores included). See `docs/decisions/engine.md` for the definitions that it keeps.
 */
export class Engine {
  #state: EngineState;
  #intake: RowIntake;
  /** Rows are scanned and their accounts touched some at a time, so that the waits for memory overlap; they are judged one by one, in order. Made with the engine: made with its first frame, rows took twice as long. */
  readonly #rows = Array.from({ length: rowsAtATime }, () => new ScannedRow());
  /** Of the frame that was judged last. */
  #offset: number;

  constructor(options: EngineOptions, state = new EngineState(options)) {
    this.#state = state;
    this.#intake = new RowIntake(state);
    this.#offset = state.versions.offset;
  }

  /** Takes the rows of a frame in. `detectedAt` is the wall clock, milliseconds, for `detected_at` and `changed_at`. Never throws on content. */
  apply(frame: GivenFrame, detectedAt: Milliseconds): FrameOutcome {
    this.#offset = frame.offset;
    this.#state.versions.beginFrame(frame.offset);
    this.#intake.boundTime(frame.appendedAt);
    const outcome = this.#take(frame.bytes, detectedAt);
    this.#settle(detectedAt);
    this.#state.forgetIdle(Math.ceil(outcome.rows / rowsPerLook));
    this.#renewWhenCrowded();
    return outcome;
  }

  /** Begins to fill windows that began empty, of idle accounts too. See `Fill`. History is handed over from `fromMs` on, event time. */
  beginFill(fromMs: Milliseconds): Fill {
    this.#state.sharesNumbers = true;
    return new Fill(this.#state, this.#beside({ ...this.#state.options, forgetAfterMs: Infinity }), () => this.#offset, fromMs);
  }

  /** The same in one go: the rows in order of time that have come since `fromMs`. */
  backfill(bytes: Uint8Array, fromMs: Milliseconds): void {
    const fill = this.beginFill(fromMs);
    fill.take(bytes);
    for (let more = true; more;) more = fill.moveNext();
  }

  /**
   * Takes in when accounts were there before the windows: rows of the outline that a rule set's reach asks for, before or after all others, so
   * that an account is taken to have slept only where it has.
   */
  recall(bytes: Uint8Array): void {
    for (const row = new ScannedRow(), scanner = new FrameScanner(bytes, this.#state.reader); scanner.next(row);) {
      this.#state.keepForSnapshot([row], 1);
      this.#intake.recall(row);
    }
  }

  /** Changes since the last call: those to be told, in order; with `includeUpdates` also the figures that changed without being told. */
  takeChanges(options: { readonly includeUpdates: boolean }): IncidentChange[] {
    const { incidents, suppressed, now } = this.#state;
    return [...incidents.takeChanges(options.includeUpdates, now), ...suppressed.takeChanges(options.includeUpdates, now)];
  }

  /** Days that have ended, lateness included, since the last call, and days again that have changed since; so many at most, the next call gives more. */
  takeDays(most = Number.POSITIVE_INFINITY): readonly AccountDay[] {
    const { days, watermark, options, copies } = this.#state;
    return days?.take(watermark - options.allowedLatenessMs, most, (account) => copies?.keep(account)) ?? [];
  }

  /** Says that event time has reached `watermarkMs`: incidents that were quiet for long enough close. */
  advance(watermarkMs: Milliseconds, detectedAt: Milliseconds): void {
    this.#state.watermark = Math.max(this.#state.watermark, watermarkMs);
    this.#settle(detectedAt);
  }

  /**
   * Says that nothing has arrived for `silentMs` of wall time. What waits for late accesses is judged when more time than they are allowed
   * has passed; from `quietMs` on, every open incident closes.
   */
  idle(silentMs: Milliseconds, detectedAt: Milliseconds): void {
    const { options, compiled, settler, incidents, watermark } = this.#state;
    if (settler.size > 0 && silentMs > compiled.allowedLatenessMsMax) this.#intake.settleUntil(watermark + silentMs, detectedAt);
    if (silentMs < options.quietMs) return;
    incidents.closeAll(detectedAt);
    this.#state.now = detectedAt;
  }

  /** Says that no access is to come: what waits for late ones is judged. Given back is what holds so far and accesses from `untilMs` on could undo. */
  finish(detectedAt: Milliseconds, untilMs?: Milliseconds): ReturnType<RowIntake['settle']> {
    return this.#intake.settleUntil(Number.POSITIVE_INFINITY, detectedAt, untilMs);
  }

  /** Ids of the incidents that it knows, those that ended long ago too. */
  *incidentIds(): Iterable<string> {
    for (const incidents of this.#state.incidents.byAccount.values()) for (const { opening } of incidents) yield opening.id;
  }

  /** What waits for its history, oldest first. Snapshots hold it. */
  rejudgements(): readonly Rejudgement[] {
    return this.#state.rejudgements.size === 0 ? [] : rejudgementsOf(this.#state);
  }

  /** Begins to judge accounts again whose history is known now. See `Rejudging`. */
  beginRejudging(): Rejudging {
    const options = { ...this.#state.options, keepsAll: true, keepClosedMs: Number.MAX_SAFE_INTEGER };
    return new Rejudging(this.#state, this.#beside(options).state);
  }

  /** Puts in place what judging again has found, as far as it was asked for and still holds. What that changes is in `takeChanges` then. */
  adopt(rejudging: Rejudging, asked: Rejudgement, detectedAt: Milliseconds): boolean {
    if (!rejudging.isOf(this.#state)) return false;
    this.#state.now = detectedAt;
    const adopted = rejudging.adopt(asked, detectedAt);
    if (adopted) this.#settle(detectedAt);
    return adopted;
  }

  /** The same in one go, over the account's rows in order of time; rows beyond what was asked do no harm. */
  rejudge(asked: Rejudgement, frames: readonly Uint8Array[], detectedAt: Milliseconds): boolean {
    const rejudging = this.beginRejudging();
    rejudging.begin(asked);
    for (const frame of frames) rejudging.take(frame);
    return this.adopt(rejudging, asked, detectedAt);
  }

  /** An engine of the same rules that shares marks and selections, so that its entries and incidents can be taken over. */
  #beside(options: EngineOptions): { readonly engine: Engine; readonly state: EngineState } {
    const state = new EngineState({ ...options, givesNoDays: true }, this.#state.marks, this.#state.compiled.selectionIds);
    state.standBeside(this.#state);
    return { engine: new Engine(options, state), state };
  }

  /**
   * The same windows and incidents under other rules: what both rule sets look at is kept. `backfillFromMs` is the event time from which on
   * stored rows must be taken in (`beginFill`) for windows that began empty; undefined when none did.
   */
  withRules(rules: readonly Rule[]): Changed {
    const changing = this.changing(rules);
    for (let step = changing.next(); ; step = changing.next()) if (step.done) return step.value;
  }

  /** The same in steps of some milliseconds. No frames may be applied between them. */
  *changing(rules: readonly Rule[]): Generator<void, Changed> {
    const options = { ...this.#state.options, rules };
    const reading = new SnapshotReading(options);
    for (const piece of this.snapshot()) {
      reading.take(piece);
      yield;
    }
    const engine = new Engine(options, reading.finish());
    const { compiled, watermark } = engine.#state;
    const freshMs = freshWindowsMs(this.#state.compiled, compiled);
    return { engine, backfillFromMs: freshMs === undefined || watermark === 0 ? undefined : watermark - freshMs };
  }

  /**
   * Makes incidents known that were told by other lists before this engine began anew, with the selections of before that they count by: an access of their time that comes late is in
   * their figures as it is in their lists. In steps of some milliseconds, between which no frames may be applied; not while windows are filled. Gives how many it takes.
   */
  *reinstating(told: readonly ToldIncident[], former: readonly Selection[]): Generator<void, number> {
    const reading = new SnapshotReading(this.#state.options, former);
    for (const piece of this.snapshot()) {
      reading.take(piece);
      yield;
    }
    // Written and read as for other rules: numbers of selections are given out at the beginning, and who judges beside begins anew.
    this.#state = reading.finish();
    this.#intake = new RowIntake(this.#state);
    return reinstate(this.#state, told, this.#offset);
  }

  /**
   * The whole state in pieces of some 256 KiB (a larger account is one piece), each a copy, as it is when the first piece is asked for:
   * frames may be applied between the pieces. One at a time: the next one's first piece makes an unfinished one throw `SnapshotDisturbed`.
   */
  snapshot(): Iterable<Uint8Array> {
    return writeSnapshot(this.#state);
  }

  /**
   * The engine that wrote the snapshot. Rules may differ: windows of series that both have are kept, new ones begin empty. Throws
   * `SnapshotRefused` when the pieces are not a whole snapshot of a version that this code reads.
   */
  static restore(pieces: Iterable<Uint8Array>, options: EngineOptions): Engine {
    const reading = new SnapshotReading(options);
    for (const piece of pieces) reading.take(piece);
    return new Engine(options, reading.finish());
  }
  /** The same from pieces that come one after the other. */
  static async restoreFrom(pieces: AsyncIterable<Uint8Array>, options: EngineOptions): Promise<Engine> {
    const reading = new SnapshotReading(options);
    for await (const piece of pieces) reading.take(piece);
    return new Engine(options, reading.finish());
  }

  /** What the windows of an account hold now; undefined for one that is not known. */
  explain(groupId: string, actorId: string): AccountView | undefined {
    return explainAccount(this.#state, groupId, actorId);
  }

  stats(): EngineStats {
    return this.#state.stats();
  }

  get options(): EngineOptions {
    return this.#state.options;
  }

  #take(bytes: Uint8Array, detectedAt: Milliseconds): FrameOutcome {
    let rows = 0;
    let newestTime = 0;
    let newestReceivedAt = 0;
    const scanner = new FrameScanner(bytes, this.#state.reader);
    for (let read = rowsAtATime; read === rowsAtATime; rows += read) {
      read = scanner.fill(this.#rows);
      this.#state.ahead.take(this.#rows, read);
      this.#state.keepForSnapshot(this.#rows, read);
      for (let i = 0; i < read; i += 1) {
        const row = this.#rows[i];
        if (!row) continue;
        if (row.time > newestTime) newestTime = row.time;
        if (row.receivedAt > newestReceivedAt) newestReceivedAt = row.receivedAt;
        this.#intake.take(row, this.#offset, detectedAt);
      }
    }
    this.#state.lastReceivedAt = Math.max(this.#state.lastReceivedAt, newestReceivedAt);
    return { rows, rejected: scanner.rejected, datedAhead: scanner.datedAhead, newestTime, newestReceivedAt };
  }

  #renewWhenCrowded(): void {
    const renewed = renewedWhenCrowded(this.#state);
    if (renewed === this.#state) return;
    this.#state = renewed;
    this.#intake = new RowIntake(renewed);
  }

  #settle(detectedAt: Milliseconds): void {
    const state = this.#state;
    state.now = detectedAt;
    if (state.settler.size > 0) this.#intake.settle(state.watermark, detectedAt);
    else state.settler.watermark = Math.max(state.settler.watermark, state.watermark);
    state.incidents.settle(state.watermark, detectedAt);
    state.suppressed.settle(state.watermark, detectedAt);
    state.countGrown();
  }
}
