import { type AccessRow, believedRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { AccountDay, Habits } from '#libs/habits/seams.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import { askedRows } from '#libs/testkit/asked-rows.js';
import { Engine, type EngineOptions, type Rejudgement } from '../engine.js';
import type { Fill } from '../late/fill.js';
import { base, hour } from './random-conditions.suite.js';
import type { Rejudging } from '../late/rejudge.js';
import type { Rule } from '../rule/rule.js';
import { usedAgain } from './used-again.suite.js';

/** Accesses in the order in which they arrive, and everything that happens to those who judge them. */
export interface History {
  readonly rows: readonly AccessRow[];
  readonly rules: readonly Rule[];
  /** Of the rules; left out: accounts. */
  readonly subject?: SubjectKind;
  /** What is usual for whom, where rules ask for it. */
  readonly habits?: Habits;
  readonly quietMs: number;
  readonly allowedLatenessMs: number;
  /** What an engine may let go of sooner than it would. */
  readonly held?: Pick<EngineOptions, 'forgetAfterMs' | 'keepClosedMs' | 'closedBytesMax'>;
  /** The log says when it took a frame, so that wrong clocks move the partition's time no further. */
  readonly dated?: boolean;
  readonly partitions: number;
  /** Frames of each partition. */
  readonly frames: number;
  /** Frames after which a snapshot is written, and after which the engine is killed and goes on from the newest snapshot. */
  readonly snapshots: readonly number[];
  readonly kills: readonly number[];
  /** By how much the wall clock is set before each of the first frames. */
  readonly clock: readonly number[];
  /** How many frames the store lies behind. */
  readonly storeLag: number;
  /** Frames that come while an account is judged again. */
  readonly judgingFrames: number;
  /** The first rules alone are judged until the others come before a frame, and windows are filled beside so many frames or more. */
  readonly changed: { readonly first: number; readonly before: number; readonly filledFor: number } | undefined;
}

interface Kept {
  readonly next: number;
  readonly pieces: readonly Uint8Array[];
  readonly rules: readonly Rule[];
  readonly lacks: boolean;
}

/** Whether both clocks of the access were wrong. */
export function isLiar({ received_at }: AccessRow): boolean {
  return Date.parse(received_at) > base + 30 * 24 * hour;
}

/** One partition's engine, and its store. */
export class PartitionRun {
  rejudged = 0;
  filled = 0;
  readonly #frames: readonly (readonly AccessRow[])[];
  readonly #kills: Set<number>;
  #engine: Engine;
  #kept: Kept | undefined;
  /** The next frame. */
  #next = 0;
  /** The store has everything up to this frame, but for its lag. */
  #stored = -1;
  #judging: { readonly rejudging: Rejudging; readonly asked: readonly Rejudgement[]; readonly from: number } | undefined;
  #fill: { readonly fill: Fill; readonly from: number } | undefined;

  constructor(
    private readonly of: History,
    rows: readonly AccessRow[],
    private readonly told: IncidentChange[],
    private readonly days: AccountDay[] = [],
  ) {
    const size = Math.max(1, Math.ceil(rows.length / of.frames));
    this.#frames = Array.from({ length: Math.ceil(rows.length / size) }, (_, frame) =>
      rows.slice(frame * size, (frame + 1) * size),
    );
    this.#kills = new Set(of.kills);
    this.#engine = new Engine(this.#options(of.changed ? of.rules.slice(0, of.changed.first) : of.rules));
  }

  play(): void {
    const { of } = this;
    while (this.#next < this.#frames.length) {
      const frame = this.#next;
      if (of.changed?.before === frame) this.#change();
      this.#apply(frame);
      this.#moveOn(false);
      this.#serve(this.#stored - of.storeLag);
      this.told.push(...this.#engine.takeChanges({ includeUpdates: frame % 3 === 0 }));
      if (frame % 2 === 0) this.days.push(...this.#engine.takeDays(3));
      if (of.snapshots.includes(frame)) this.#keep();
      if (this.#kills.delete(frame)) this.#restart();
    }
    if (of.changed) this.#change();
    // Silence: first for long enough to judge what waited for late accesses, then for long enough to close everything.
    this.#moveOn(true);
    this.#serveAll();
    this.#engine.idle(400 * 24 * hour, base);
    this.#serveAll();
    this.told.push(...this.#engine.takeChanges({ includeUpdates: true }));
    const newest = Math.max(
      base,
      ...this.#frames.flat().map(({ time, received_at }) => Math.min(Date.parse(time), Date.parse(received_at))),
    );
    this.#engine.advance(newest + 14 * 24 * hour, base);
    this.days.push(...this.#engine.takeDays());
  }

  #options(rules: readonly Rule[]): EngineOptions {
    const { subject = 'account' } = this.of;
    const { quietMs, allowedLatenessMs, habits, held } = this.of;
    return { rules, subject, quietMs, allowedLatenessMs, ...held, ...(habits && { habits }) };
  }

  #apply(frame: number): void {
    const bytes = bytesOf(this.#frames[frame] ?? []);
    const at = base + frame + this.of.clock.slice(0, frame + 1).reduce((sum, by) => sum + by, 0);
    this.#engine.apply({ offset: frame, bytes, ...(this.of.dated && { appendedAt: this.#appendedAt(frame) }) }, at);
    this.#fill?.fill.take(bytes);
    usedAgain(bytes);
    this.#next = frame + 1;
    this.#stored = Math.max(this.#stored, frame);
  }

  #appendedAt(frame: number): number {
    const rows = this.#frames.slice(0, frame + 1).flat();
    return Math.max(base, ...rows.filter((row) => !isLiar(row)).map(({ received_at }) => Date.parse(received_at)));
  }

  /** What was decided is kept before it is told where a replay could decide otherwise. */
  #keep(): void {
    const { rules } = this.#engine.options;
    this.#kept = { next: this.#next, pieces: [...this.#engine.snapshot()], rules, lacks: this.#fill !== undefined };
  }

  #change(): void {
    const { rules } = this.of;
    if (this.#engine.options.rules === rules) return;
    this.told.push(...this.#engine.takeChanges({ includeUpdates: true }));
    const { engine, backfillFromMs } = this.#engine.withRules(rules);
    this.#engine = engine;
    this.#judging = undefined;
    if (backfillFromMs !== undefined) this.#beginFill();
    this.#keep();
  }

  #beginFill(): void {
    this.filled += 1;
    const fill = this.#engine.beginFill(0);
    const past = this.#stores(this.#next);
    takeAll(inOrder(past), 7, (bytes) => fill.take(bytes));
    this.#fill = { fill, from: this.#next };
  }

  /** Moves an account over to the windows that are being filled, or all. */
  #moveOn(last: boolean): void {
    if (!this.#fill) return;
    const { fill, from } = this.#fill;
    if (!last && this.#next <= from + (this.of.changed?.filledFor ?? 0)) return;
    for (let moves = last ? this.#frames.flat().length : 1; moves > 0 && this.#fill; moves -= 1)
      if (!fill.moveNext(1)) this.#fill = undefined;
    // A replay would move them at another frame.
    this.#keep();
  }

  /** The store gives what it has, which may be more than was asked for, but nothing that the engine has not seen. */
  #serve(through: number): void {
    const { of } = this;
    if (this.#stored >= this.#next) return;
    if (!this.#judging) {
      const asked = this.#engine.rejudgements().filter(({ throughOffset }) => throughOffset <= through);
      if (asked.length === 0) return;
      const rejudging = this.#engine.beginRejudging();
      for (const one of asked) {
        rejudging.begin(one);
        const has = this.#stores(through + 1);
        const wanted = askedRows(has, one, this.of.subject);
        takeAll(inOrder(wanted), 5, (bytes) => rejudging.take(bytes));
      }
      this.#judging = { rejudging, asked, from: this.#next };
    }
    const { rejudging, asked, from } = this.#judging;
    if (this.#next < from + of.judgingFrames && this.#next < this.#frames.length) return;
    this.#judging = undefined;
    for (const one of asked) {
      if (!this.#engine.adopt(rejudging, one, base + this.#next - 1)) continue;
      this.rejudged += 1;
      this.#keep();
    }
  }

  /** Rows of the first frames, as the archiver stores them. */
  #stores(frames: number): readonly AccessRow[] {
    return this.#frames.slice(0, frames).flat().map(believedRow);
  }

  /** What is asked for otherwise while it is being judged is judged once more. */
  #serveAll(): void {
    for (let round = 0; round < 4 && this.#engine.rejudgements().length > 0; round += 1) this.#serve(this.#stored);
  }

  #restart(): void {
    const kept = this.#kept;
    const { rules } = this.#engine.options;
    this.#engine = kept ? Engine.restore(kept.pieces, this.#options(rules)) : new Engine(this.#options(rules));
    this.#next = kept?.next ?? 0;
    this.#judging = undefined;
    this.#fill = undefined;
    if (kept?.lacks || (kept && kept.rules !== rules)) this.#beginFill();
  }
}

/** As frames of some rows each. */
function takeAll(rows: readonly AccessRow[], together: number, take: (bytes: Uint8Array) => void): void {
  for (let at = 0; at < rows.length; at += together) {
    const bytes = bytesOf(rows.slice(at, at + together));
    take(bytes);
    usedAgain(bytes);
  }
}

function inOrder(rows: readonly AccessRow[]): readonly AccessRow[] {
  return rows.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

function bytesOf(rows: readonly AccessRow[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
