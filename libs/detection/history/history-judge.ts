import type { AccountDay, HabitRule, Habits } from '#libs/habits/seams.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { Engine, type FrameOutcome } from '../engine.js';
import type { Anchor } from '../judge/settler.js';
import { forwardOf } from '../rule/reach.js';
import { FrameScanner } from '../scan/frame-scanner.js';
import { isoOfMs } from '../scan/iso-time.js';
import { habitRulesOf, lanesOf, type Rule } from '../rule/rule.js';
import { piecesByDay } from './by-day.js';
import { ScannedRow } from '../scan/scanned-row.js';
import type { Milliseconds } from '../scan/kinds.js';

/** What learns from the days of a history: the model of habits, whose answers for a day are made of what it was given before. */
export interface LearnsHabits extends Habits {
  add(day: AccountDay): void;
  /** Makes what it answers for the day. */
  learning(day: number): Iterable<void>;
}

export interface HistoryJudgeOptions {
  /** A model that knows nothing yet, for rules that ask for habits: it learns as the rows go by. Left out, such rules never hold. */
  readonly learner?: (rules: readonly HabitRule[]) => LearnsHabits;
  /** Event time without any rule holding after which an incident closes, milliseconds. */
  readonly quietMs: Milliseconds;
  /** How far an access may lie behind its account's newest one, for rules that do not say so themselves, milliseconds. */
  readonly allowedLatenessMs: Milliseconds;
}

/** Where a rule holds unless something follows that must not: its time was not over when the rows ended. */
export interface Undecided {
  readonly rule_id: string;
  readonly title: string;
  /** Of how many accounts, or of how many of what else the rule groups by. */
  readonly subjects: number;
  /** Event time at which the last of them is decided, ISO 8601. */
  readonly until: string;
}

/** Closed incidents are kept this much longer than rows can be late, milliseconds. */
const keepClosedMs = 3_600_000;

/**
 * The incidents of a stretch of history that is handed over in frames, in order of time but for `disorderMsMax`. It is the live engine
 * over one partition of each kind of subject, so what it shows is what fires. Memory holds the windows and the last state of each incident, not the rows.
 */
export class HistoryJudge {
  readonly #engine: Engine;
  /** Those of other subjects than accounts. */
  readonly #lanes: readonly Engine[];
  readonly #incidents = new Map<string, IncidentChange>();
  readonly #openings = new Map<string, Opening>();
  /** Those of which it is not known yet how late they were. */
  #watched: Opening[] = [];
  readonly #row = new ScannedRow();
  /** Present where rules ask for habits. */
  readonly #habits: LearnsHabits | undefined;
  /** What is learned has been asked for up to this day. */
  #day = Number.NEGATIVE_INFINITY;
  #offset = 0;

  constructor(
    rules: readonly Rule[],
    private readonly options: HistoryJudgeOptions,
  ) {
    const { quietMs, allowedLatenessMs } = options;
    // After so much event time every rule has been judged.
    const settledMs = Math.max(allowedLatenessMs, ...rules.map((rule) => rule.allowedLatenessMs ?? 0));
    const closedMs = quietMs + settledMs + keepClosedMs;
    const asking = habitRulesOf(rules);
    this.#habits = asking.length > 0 ? options.learner?.(asking) : undefined;
    const habits = this.#habits && { habits: this.#habits };
    const engineOptions = { rules, quietMs, allowedLatenessMs, keepClosedMs: closedMs, holdsReach: true, ...habits };
    this.#engine = new Engine(engineOptions);
    this.#lanes = lanesOf(rules).map((subject) => new Engine({ ...engineOptions, subject }));
  }

  /** Judges the rows of a frame: newline-delimited access rows. Lines that are no rows are named in the outcome and change nothing. */
  take(bytes: Uint8Array): FrameOutcome {
    const outcome = this.#habits ? this.#takeByDay(bytes, this.#habits) : this.#apply(bytes);
    if (this.#watched.length > 0) this.#watch(bytes);
    return outcome;
  }

  #apply(bytes: Uint8Array): FrameOutcome {
    const outcome = this.#engine.apply({ offset: this.#offset, bytes }, 0);
    for (const lane of this.#lanes) lane.apply({ offset: this.#offset, bytes }, 0);
    this.#offset += 1;
    this.#note(false);
    return outcome;
  }

  /** Before the rows of a day are judged, what it is told from is made of the days that are over. */
  #takeByDay(bytes: Uint8Array, habits: LearnsHabits): FrameOutcome {
    const outcomes = piecesByDay(bytes, this.#day, (time) => habits.dayOf('', time)).map(({ day, bytes: piece, line }) => {
      if (day > this.#day) this.#learn(day, habits);
      const outcome = this.#apply(piece);
      return { ...outcome, rejected: outcome.rejected.map((one) => ({ ...one, line: one.line + line })) };
    });
    return outcomes.reduce(bothOf, nothing);
  }

  #learn(day: number, habits: LearnsHabits): void {
    for (const one of [this.#engine, ...this.#lanes].flatMap((engine) => engine.takeDays())) habits.add(one);
    for (const _ of habits.learning(day));
    this.#day = day;
  }

  /**
   * The last state of every incident once event time has reached `untilMs`, joined and withdrawn ones left out, and what nobody can decide yet.
   * `detected_at` is `received_at` of the access that opened it: when a scorer that keeps up would have told it. No rows can be taken afterwards.
   */
  finish(untilMs: Milliseconds): { readonly incidents: readonly IncidentChange[]; readonly undecided: readonly Undecided[] } {
    const open = [this.#engine, ...this.#lanes].flatMap((engine) => {
      const anchors = engine.finish(0, untilMs);
      engine.advance(untilMs + this.options.allowedLatenessMs, 0);
      return anchors;
    });
    this.#note(true);
    const lasting = [...this.#incidents.values()].filter(({ state }) => state !== 'merged' && state !== 'withdrawn');
    return { incidents: lasting.map((incident) => this.#dated(incident)), undecided: undecidedOf(open) };
  }

  #note(includeUpdates: boolean): void {
    for (const change of [this.#engine, ...this.#lanes].flatMap((engine) => engine.takeChanges({ includeUpdates }))) {
      const key = keyOf(change);
      this.#incidents.set(key, change);
      if (this.#openings.has(key)) continue;
      const opening = { receivedAt: Date.parse(change.received_at), firedAt: firedAt(change), lateMs: 0 };
      this.#openings.set(key, opening);
      if (opening.receivedAt - opening.firedAt > this.options.allowedLatenessMs) this.#watched.push(opening);
    }
  }

  /**
   * An access was late by as much as the newest of those that had come before it is newer, as a scorer sees it; a whole history that was fed
   * long afterwards is not late. What had come before it lies later in time, so that it shows only now.
   */
  #watch(bytes: Uint8Array): void {
    const scanner = new FrameScanner(bytes);
    while (scanner.next(this.#row))
      for (const opening of this.#watched)
        if (this.#row.receivedAt <= opening.receivedAt)
          opening.lateMs = Math.max(opening.lateMs, this.#row.time - opening.firedAt);
    // Nothing comes before it happens, so that nothing newer than its arrival had come before it.
    this.#watched = this.#watched.filter(({ receivedAt }) => this.#row.time < receivedAt);
  }

  #dated(incident: IncidentChange): IncidentChange {
    const { receivedAt, firedAt: fired, lateMs } = this.#openings.get(keyOf(incident)) ?? openingNow(incident);
    const late = lateMs > this.options.allowedLatenessMs;
    const detected_at = isoOfMs(receivedAt);
    return {
      ...incident,
      detected_at,
      changed_at: detected_at,
      detection_delay_seconds: (receivedAt - fired) / 1000,
      found: late ? 'late' : 'live',
      late_seconds: late ? lateMs / 1000 : 0,
    };
  }
}

const nothing: FrameOutcome = { rows: 0, rejected: [], datedAhead: 0, newestTime: 0, newestReceivedAt: 0 };

function bothOf(a: FrameOutcome, b: FrameOutcome): FrameOutcome {
  return {
    rows: a.rows + b.rows,
    rejected: [...a.rejected, ...b.rejected],
    datedAhead: a.datedAhead + b.datedAhead,
    newestTime: Math.max(a.newestTime, b.newestTime),
    newestReceivedAt: Math.max(a.newestReceivedAt, b.newestReceivedAt),
  };
}

/** What would only be suppressed says nothing of incidents. A rule belongs to one kind of subject, and so to one engine. */
function undecidedOf(open: readonly Anchor[]): readonly Undecided[] {
  const byRule = Map.groupBy(
    open.filter(({ rule }) => rule.raises !== 'suppressed'),
    ({ rule }) => rule.rule.id,
  );
  return [...byRule].map(([rule_id, anchors]) => {
    const untilMs = Math.max(...anchors.map(({ time, rule }) => time + forwardOf(rule.rule)));
    const title = anchors[0]?.rule.rule.title ?? rule_id;
    return { rule_id, title, subjects: new Set(anchors.map(({ account }) => account)).size, until: isoOfMs(untilMs) };
  });
}

/** When the access that opened an incident came, and when it was, milliseconds. */
interface Opening {
  readonly receivedAt: number;
  readonly firedAt: number;
  lateMs: Milliseconds;
}

function openingNow(incident: IncidentChange): Opening {
  return { receivedAt: Date.parse(incident.received_at), firedAt: firedAt(incident), lateMs: 0 };
}

/** One access may open an incident and a suppressed match, which then have the same id. */
function keyOf({ incident_id, suppressed_by }: IncidentChange): string {
  return `${incident_id} ${suppressed_by.length > 0}`;
}

/** Event time at which the first rule of the incident held first, milliseconds. */
export function firedAt({ rule_matches, last_time }: Pick<IncidentChange, 'rule_matches' | 'last_time'>): number {
  return Math.min(Date.parse(last_time), ...rule_matches.map(({ first_fired }) => Date.parse(first_fired)));
}

/** How far rows may lie behind one another and still be judged exactly: what the least patient rule allows, milliseconds. */
export function disorderMsMax(rules: readonly Rule[], allowedLatenessMs: Milliseconds): number {
  return Math.min(...rules.map((rule) => rule.allowedLatenessMs ?? allowedLatenessMs), allowedLatenessMs);
}
