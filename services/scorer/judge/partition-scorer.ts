// Longer than the house likes: what a partition judges and what it tells share its offset, and neither can be read without the other.
import type { IncidentChange } from '#libs/contracts/incident.js';
import { type QuarantineRow, unreadableStretch } from '#libs/contracts/quarantine-row.js';
import type { AccountView } from '#libs/contracts/accounts/account-view.js';
import type { Engine, EngineStats, Fill, Rejudgement, Rejudging } from '#libs/detection/engine.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { Rule, Selection } from '#libs/detection/rule/rule.js';
import type { Frame, TopicPartition } from '#libs/event-log/port.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { Filling } from './filling.js';
import { digestOf } from '../rules/rule-changes.js';
import { Following } from './following.js';
import type { FromSnapshot } from './judged-again.js';
import type { Moment } from './moment.js';
import type { Outbox } from './outbox.js';
import type { RelayedThrough } from './relay-marks.js';
import type { Renaming } from './renaming.js';
import type { Relaying } from './relaying.js';
import { inSlices } from './slices.js';
import type { Told, ToldBefore } from './told-before.js';
import { quarantinedRowOf, type RefusedLine } from './quarantined-row.js';
import { windowsMs } from './window-needs.js';

/** Figures of open incidents go to the store at most this often, per partition, in milliseconds. */
export const updateEveryMs = 1_000;

/** Completed days that are handed on after one frame. */
const daysAtATime = 500;

export interface PartitionScorerTools {
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly outbox: Outbox;
  /** Waited for before a frame is judged: what usual is must be known of its day. */
  readonly habits?: { readonly before: (frame: Frame) => Promise<void> };
  /** Of a partition of the accesses: hands them on to other subjects. */
  readonly relaying?: Relaying;
  /** Of a partition of a subject's topic: from where its accesses have come. */
  readonly relayed?: RelayedThrough;
  /** Of a partition that was judged before by other windows than these. */
  readonly renaming?: Renaming;
}

/**
 * One partition's windows and incidents, the next offset it wants, and what it has decided but not yet appended.
 * Frames before `nextOffset` are in the state already; handing them over again changes nothing and only appends what still waits.
 */
export class PartitionScorer {
  #toldUpdatesAt = Number.NEGATIVE_INFINITY;
  /** When a frame came last, monotonic: a clock that is set is no silence. */
  #arrivedAt: number;
  #newestReceivedAt = 0;
  #following: Following | undefined;
  #renaming: Renaming | undefined;
  /** Pending while nothing may be appended; see `holdUntil`. */
  #held: Promise<void> | undefined;

  constructor(
    readonly at: TopicPartition,
    private engine: Engine,
    public nextOffset: number,
    private readonly tools: PartitionScorerTools,
  ) {
    this.#arrivedAt = tools.clock.monotonic();
    this.#renaming = tools.renaming;
  }

  /** Of a partition of the accesses. */
  get relaying(): Relaying | undefined {
    return this.tools.relaying;
  }

  /** Judges frames and appends what they decide. Rejects with `Transient` when the log does not take it; then call again. */
  async take(frames: readonly Frame[]): Promise<void> {
    for (const frame of frames) {
      if (frame.offset < this.nextOffset) continue;
      await this.tools.habits?.before(frame);
      this.#judge(frame);
      this.nextOffset = frame.offset + 1;
      this.#addDays();
      if (this.tools.outbox.size) await this.#flush();
    }
    await this.tellFigures();
  }

  /** Lets incidents close when nothing has arrived for a while, and sends figures that changed. Called by a timer, never during `take`. */
  async tick(): Promise<void> {
    const now = this.tools.clock.now();
    this.engine.idle(this.tools.clock.monotonic() - this.#arrivedAt, now);
    this.#addChanges(this.engine.takeChanges({ includeUpdates: false }), now);
    this.#addDays();
    await this.tellFigures();
  }

  /** Sends figures that changed: not more often than `updateEveryMs`, unless this is the last chance. */
  async tellFigures(last = false): Promise<void> {
    const at = this.tools.clock.monotonic();
    if (last || at - this.#toldUpdatesAt >= updateEveryMs) {
      this.#toldUpdatesAt = at;
      this.#addChanges(this.engine.takeChanges({ includeUpdates: true }), this.tools.clock.now());
    }
    await this.#flush();
  }

  /** Begins to judge accounts again beside the stream. */
  beginRejudging(): Rejudging {
    return this.engine.beginRejudging();
  }
  /** Puts in place what was found of an account. What that changes is told with what comes next; a snapshot taken before then holds it. */
  adopt(rejudging: Rejudging, asked: Rejudgement): boolean {
    return this.engine.adopt(rejudging, asked, this.tools.clock.now());
  }

  /**
   * Appends nothing before the promise has ended, well or badly. What history decided depends on when it was asked, so it must be in a
   * snapshot before it is told: judged again after a crash, it could be told under another id.
   */
  holdUntil(written: Promise<void>): void {
    const held = written
      .catch(() => {})
      .then(() => {
        if (this.#held === held) this.#held = undefined;
      });
    this.#held = held;
  }
  /** Resolves when nothing is held. */
  async released(): Promise<void> {
    await this.#held;
  }

  async #flush(): Promise<void> {
    if (!this.#held) await this.tools.outbox.flush();
  }

  rejudgements(): readonly Rejudgement[] {
    return this.engine.rejudgements();
  }

  /** Begins to fill windows beside the stream, from an event time on. */
  beginFill(fromMs: number): Fill {
    return this.engine.beginFill(fromMs);
  }

  /** Keeps the frames from the next one on until windows are filled, or other rules need other windows. */
  follow(): Following {
    this.#following = new Following(this.nextOffset, this.engine.stats().watermark);
    return this.#following;
  }
  get following(): Following | undefined {
    return this.#following;
  }
  unfollow(): void {
    this.#following = undefined;
  }

  /**
   * Judges by other rules from now on. Resolves with the event time from which on windows that began empty lack accesses. The event loop has
   * turns meanwhile, in which nothing of the partition may be judged. `renaming`: where what comes next was judged before, by others than these.
   */
  async useRules(rules: readonly Rule[], renaming = this.#renaming): Promise<number | undefined> {
    const { clock } = this.tools;
    this.#addChanges(this.engine.takeChanges({ includeUpdates: true }), clock.now());
    const { engine, backfillFromMs } = await inSlices(this.engine.changing(rules), clock);
    this.engine = engine;
    this.#renaming = renaming;
    this.unfollow();
    this.tools.relaying?.useRules(rules, this.nextOffset, engine.stats().watermark, clock.monotonic());
    return backfillFromMs;
  }

  /** Incidents that were told before windows were built again, which the engine may not know; see `Renaming`. */
  get toldBefore(): ToldBefore | undefined {
    return this.#renaming?.toldBefore(this.nextOffset);
  }

  /**
   * Makes incidents known that were told before, with the selections of before that they count by. Resolves with how many the engine took. The event loop has turns meanwhile, in which
   * nothing of the partition may be judged.
   */
  async reinstate(told: readonly Told[], former: readonly Selection[]): Promise<number> {
    const { clock } = this.tools;
    const renaming = this.#renaming;
    this.#addChanges(this.engine.takeChanges({ includeUpdates: true }), clock.now());
    const known = told.map(({ id, change, closings }) => ({ id: renaming?.idOf(id) ?? id, change, closings }));
    const taken = known.length > 0 ? await inSlices(this.engine.reinstating(known, former), clock) : 0;
    renaming?.reinstated();
    return taken;
  }

  explain(groupId: string, actorId: string): AccountView | undefined {
    const view = this.engine.explain(groupId, actorId);
    return this.#renaming ? this.#renaming.shown(view) : view;
  }

  /** All that is known at this moment, and what goes into the header that stands before it. */
  snapshot(): Moment {
    const { nextOffset, engine, tools } = this;
    return {
      nextOffset,
      rules: engine.options.rules,
      waiting: tools.outbox.waiting,
      relayed: tools.relayed,
      renamed: this.#renaming?.kept,
      pieces: engine.snapshot(),
    };
  }

  /** What it goes on from where other rules judge again what was judged before. */
  get judged(): FromSnapshot {
    return { engine: this.engine, header: { renamed: this.#renaming?.kept, rules: digestOf(this.rules) } };
  }

  /** The rules that its windows are kept for. */
  get rules(): readonly Rule[] {
    return this.engine.options.rules;
  }
  /** How far back accesses decide under these rules, milliseconds. */
  get windowsMs(): number {
    return windowsMs(this.engine.options);
  }

  stats(): EngineStats {
    return this.engine.stats();
  }

  /** Whose windows these are. */
  get subject(): SubjectKind {
    return this.engine.options.subject ?? 'account';
  }
  /** From where the accesses of another subject than an account have come. */
  get relayed(): RelayedThrough | undefined {
    return this.tools.relayed;
  }

  /** What of the past was never relayed to these windows, since the last call: rules that ask for it were not there. */
  takeLacking(): Filling | undefined {
    const began = this.tools.relayed?.takeBegan();
    if (began === undefined) return undefined;
    const to = Math.max(began, this.engine.stats().watermark);
    return { from_ms: to - this.windowsMs, to_ms: to, through_offset: this.nextOffset - 1 };
  }

  /** Largest `received_at` of the frames taken, milliseconds; 0 before the first. */
  get newestReceivedAt(): number {
    return this.#newestReceivedAt;
  }

  #judge(frame: Frame): void {
    const now = this.tools.clock.now();
    this.#arrivedAt = this.tools.clock.monotonic();
    const bytes = this.tools.relayed?.rowsOf(frame) ?? frame.bytes;
    const outcome = this.engine.apply({ ...frame, bytes }, now);
    this.tools.relaying?.take(frame);
    this.#following?.note(bytes);
    if (this.subject === 'account') this.tools.metrics.add('vigie_rows_scored_total', {}, outcome.rows);
    else this.tools.metrics.add('vigie_rows_relayed_total', { subject_kind: this.subject }, outcome.rows);
    this.#newestReceivedAt = Math.max(this.#newestReceivedAt, outcome.newestReceivedAt);
    if (outcome.newestReceivedAt > 0)
      this.tools.metrics.observe('vigie_decision_delay_seconds', Math.max(0, now - outcome.newestReceivedAt) / 1000);
    if (outcome.datedAhead) this.tools.metrics.add('vigie_rows_dated_ahead_total', {}, outcome.datedAhead);
    if (frame.unreadable)
      this.tools.outbox.addQuarantined([this.#quarantined(frame, { line: 0, ...unreadableStretch(frame.unreadable) }, now)]);
    if (outcome.rejected.length)
      this.tools.outbox.addQuarantined(outcome.rejected.map((row) => this.#quarantined(frame, row, now)));
    this.#addChanges(this.engine.takeChanges({ includeUpdates: false }), now);
  }

  /** Days that have ended, some at a time: the rest comes with the next frames. */
  #addDays(): void {
    const days = this.engine.takeDays(daysAtATime);
    if (days.length === 0) return;
    this.tools.metrics.add('vigie_habit_days_published_total', {}, days.length);
    this.tools.outbox.addDays(days);
  }

  #addChanges(decided: readonly IncidentChange[], now: number): void {
    const changes = this.#renaming?.told(decided) ?? decided;
    for (const change of changes) this.tools.metrics.add('vigie_incident_changes_total', { change_type: change.change_type });
    this.tools.outbox.addChanges(changes.map((change) => ({ ...change, changed_at: isoOf(now) })));
  }

  #quarantined(frame: Frame, row: RefusedLine, now: number): QuarantineRow {
    this.tools.metrics.add('vigie_rows_rejected_total', { step: 'score', reason: row.reason });
    return quarantinedRowOf(this.at, frame.offset, row, now);
  }
}
