import type { IncidentChange } from '#libs/contracts/incident.js';
import { EngineState, type EngineOptions } from './engine-state.js';
import { RowIntake } from './row-intake.js';
import { FrameScanner, type RejectedRow } from './frame-scanner.js';
import { versionsPerFrame } from './incident-book.js';
import { ScannedRow } from './scan-row.js';
import { readSnapshot } from './read-snapshot.js';
import { writeSnapshot } from './write-snapshot.js';

export type { EngineOptions } from './engine-state.js';
export type { RejectedRow } from './frame-scanner.js';

/** What became of the rows of one frame: `rows` were taken in, `rejected` could not be used. */
export interface FrameOutcome {
  readonly rows: number;
  readonly rejected: readonly RejectedRow[];
  /** Largest event time and largest `received_at` of the rows, milliseconds; 0 without rows. */
  readonly newestTime: number;
  readonly newestReceivedAt: number;
}

export interface EngineStats {
  readonly accounts: number;
  /** Entries of all ledgers: distinct (account, value) pairs and their repetitions. */
  readonly pairs: number;
  /** Bytes of the structures that grow, counted, not measured. */
  readonly bytes: number;
  readonly openIncidents: number;
  /** Largest event time seen, milliseconds. */
  readonly watermark: number;
  /** Rows that took no part in a rule for want of a group-by field. */
  readonly missingGroupBy: number;
  /** Rows later than the allowed lateness of their account; those before the horizon, which no window has seen, among them. */
  readonly late: number;
  readonly beyondHorizon: number;
}

const rowsAtATime = 32;

/**
 * The windows and incidents of one partition of the log. It has no clock and does no I/O: the same frames give the same changes, whatever
 * happens between them (snapshots and restores included). See `docs/decisions/engine.md` for the definitions that it keeps.
 */
export class Engine {
  readonly #state: EngineState;
  readonly #intake: RowIntake;
  /** Rows are scanned and their accounts touched some at a time, so that the waits for memory overlap; they are judged one by one, in order. */
  readonly #rows = Array.from({ length: rowsAtATime }, () => new ScannedRow());

  constructor(options: EngineOptions, state = new EngineState(options)) {
    this.#state = state;
    this.#intake = new RowIntake(state);
  }

  /** Takes the rows of a frame in. `detectedAt` is the wall clock, milliseconds, for `detected_at` and `changed_at`. Never throws on content. */
  apply(frame: { readonly offset: number; readonly bytes: Uint8Array }, detectedAt: number): FrameOutcome {
    const { book } = this.#state;
    book.versionBase = frame.offset * versionsPerFrame;
    book.versionCounter = 0;
    let rows = 0;
    let newestTime = 0;
    let newestReceivedAt = 0;
    const scanner = new FrameScanner(frame.bytes);
    for (let read = rowsAtATime; read === rowsAtATime; rows += read) {
      read = scanner.fill(this.#rows);
      this.#state.touch(this.#rows, read);
      this.#state.keepForSnapshot(this.#rows, read);
      for (let i = 0; i < read; i += 1) {
        const row = this.#rows[i];
        if (!row) continue;
        if (row.time > newestTime) newestTime = row.time;
        if (row.receivedAt > newestReceivedAt) newestReceivedAt = row.receivedAt;
        this.#intake.take(row, detectedAt);
      }
    }
    this.#state.lastReceivedAt = Math.max(this.#state.lastReceivedAt, newestReceivedAt);
    this.#settle(detectedAt);
    this.#state.forgetIdle(accountsLookedAtPerFrame);
    return { rows, rejected: scanner.rejected, newestTime, newestReceivedAt };
  }

  /** Changes since the last call: those to be told, in order; with `includeUpdates` also the figures that changed without being told. */
  takeChanges(options: { readonly includeUpdates: boolean }): IncidentChange[] {
    return this.#state.book.takeChanges(options.includeUpdates, this.#state.now);
  }

  /** Says that event time has reached `watermarkMs`: incidents that were quiet for long enough close. */
  advance(watermarkMs: number, detectedAt: number): void {
    this.#state.watermark = Math.max(this.#state.watermark, watermarkMs);
    this.#settle(detectedAt);
  }

  /** Says that nothing has arrived for `silentMs` of wall time. From `quietMs` on, every open incident closes. */
  idle(silentMs: number, detectedAt: number): void {
    const { book, options } = this.#state;
    if (silentMs < options.quietMs) return;
    book.closeAll(detectedAt);
    this.#state.now = detectedAt;
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
    return new Engine(options, readSnapshot(pieces, options));
  }

  stats(): EngineStats {
    return this.#state.stats();
  }

  #settle(detectedAt: number): void {
    this.#state.now = detectedAt;
    this.#state.book.settle(this.#state.watermark, detectedAt);
  }
}

/** How many accounts each frame looks at to see whether they can be forgotten. */
const accountsLookedAtPerFrame = 256;
