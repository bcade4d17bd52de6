import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import { Engine } from '#libs/detection/engine.js';
import { habitRulesOf, lanesOf, type Rule, rulesOf } from '#libs/detection/rule/rule.js';
import { HabitModel, type HabitOptions } from '#libs/habits/habit-model.js';
import type { AccountDay } from '#libs/habits/seams.js';
import { timeOfLine } from '#services/scorer/habits/day-of-frame.js';

export interface LearnDaysOptions extends Omit<HabitOptions, 'rules'> {
  readonly rules: readonly Rule[];
  readonly quietMs: number;
  readonly allowedLatenessMs: number;
}

/**
 * The completed days of accounts, and of other subjects, that accesses in order of time come to. Each day is judged by what was learned of
 * the days before, as a scorer would have: what it would have told is not learned.
 */
export class DayLearning {
  readonly #model: HabitModel;
  readonly #engines: readonly Engine[];
  #offset = 0;

  constructor({ rules, quietMs, allowedLatenessMs, falseIncidentsPerWeek, zone }: LearnDaysOptions) {
    this.#model = new HabitModel({ rules: habitRulesOf(rules), falseIncidentsPerWeek, zone });
    const subjects: readonly SubjectKind[] = ['account', ...lanesOf(rules)];
    this.#engines = subjects
      .filter((subject) => habitRulesOf(rulesOf({ rules, subject })).length > 0)
      .map((subject) => new Engine({ rules, subject, quietMs, allowedLatenessMs, habits: this.#model }));
  }

  /** Takes rows in, newline-delimited JSON in order of time, and gives the days that have ended since. */
  take(bytes: Buffer): readonly AccountDay[] {
    const ended: AccountDay[] = [];
    for (const { day, lines } of byDay(bytes, (timeMs) => this.#model.dayOf('', timeMs))) {
      ended.push(...this.#makeModel(day));
      for (const engine of this.#engines) {
        engine.apply({ offset: this.#offset, bytes: lines }, this.#model.startOf('', day + 1));
        engine.takeChanges({ includeUpdates: true });
        ended.push(...this.#learned(engine));
      }
      this.#offset += 1;
    }
    return ended;
  }

  /** The days that had ended before an instant, milliseconds: no further row comes. */
  finish(toMs: number): readonly AccountDay[] {
    return this.#engines.flatMap((engine) => {
      engine.advance(toMs, toMs);
      return this.#learned(engine);
    });
  }

  #learned(engine: Engine): readonly AccountDay[] {
    const days = engine.takeDays();
    for (const day of days) this.#model.add(day);
    return days;
  }

  /** Before the first row of a day is judged: everything up to the day before yesterday is learned. Gives what has ended. */
  #makeModel(day: number): readonly AccountDay[] {
    if (day <= this.#model.day) return [];
    const ended = this.finish(this.#model.startOf('', day));
    for (const step of this.#model.learning(day)) void step;
    return ended;
  }
}

/** Stretches of rows of one day, in order. */
function* byDay(bytes: Buffer, dayOf: (timeMs: number) => number): Generator<{ readonly day: number; readonly lines: Buffer }> {
  let from = 0;
  let day: number | undefined;
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(0x0a, start);
    const next = end < 0 ? bytes.length : end + 1;
    const time = timeOfLine(bytes, start, next);
    const of = time === undefined ? day : dayOf(time);
    if (of !== undefined && day !== undefined && of !== day) {
      yield { day, lines: bytes.subarray(from, start) };
      from = start;
    }
    day = of;
    start = next;
  }
  if (day !== undefined && from < bytes.length) yield { day, lines: bytes.subarray(from) };
}
