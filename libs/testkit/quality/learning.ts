import type { Engine } from '#libs/detection/engine.js';
import { habitRulesOf, type Rule } from '#libs/detection/rule/rule.js';
import { HabitModel } from '#libs/habits/habit-model.js';
import type { AccountDay, Habits } from '#libs/habits/seams.js';
import type { TruthBook } from './truth-book.js';

const zone = 'Europe/Paris';

export interface LearningOptions {
  /** False incidents a week; 1 where it is left out. */
  readonly budget?: number;
  readonly onDay?: (day: AccountDay) => void;
  readonly onModel?: (model: HabitModel) => void;
  readonly withoutVerdicts?: boolean;
}

/**
 * What engines learn of a simulated hospital, day by day: as a day begins, the days that have settled since are learned. Whoever looks at incidents says the
 * truth of them by the day's end, unless there are no verdicts: what was told and was no attack is learned, what was one is not.
 */
export class Learning {
  readonly #model: HabitModel;
  #day = 0;
  #endsAt = -Infinity;

  constructor(
    rules: readonly Rule[],
    private readonly book: TruthBook,
    private readonly options: LearningOptions = {},
  ) {
    this.#model = new HabitModel({ rules: habitRulesOf(rules), falseIncidentsPerWeek: options.budget ?? 1, zone });
  }

  get habits(): Habits {
    return this.#model;
  }

  /** Whether the event is the first of a day, so that the engines' days are to be learned before it is judged. */
  isNewDay(atMs: number): boolean {
    return atMs >= this.#endsAt;
  }

  beginDay(groupId: string, atMs: number, engines: readonly Engine[]): void {
    this.#day = this.#model.dayOf(groupId, atMs);
    this.#endsAt = this.#model.startOf(groupId, this.#day + 1);
    for (const engine of engines)
      for (const day of engine.takeDays()) {
        this.#model.add(day);
        this.options.onDay?.(day);
        const from = this.#model.startOf(groupId, day.day);
        const to = this.#model.startOf(groupId, day.day + 1) - 1;
        if (day.told && !this.options.withoutVerdicts && !(day.subject === 'account' && this.book.isAttack(day.key, from, to)))
          this.#model.judge({ groupId, subject: day.subject, key: day.key, from: day.day, to: day.day });
      }
    const learning = this.#model.learning(this.#day);
    while (!learning.next().done);
    this.options.onModel?.(this.#model);
  }
}
