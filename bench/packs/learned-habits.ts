import { goesByHabit, habitRulesOf, type Rule } from '#libs/detection/rule/rule.js';
import { HabitModel } from '#libs/habits/habit-model.js';
import { generator } from '../rows/generator.js';
import { firstOfTwoDays } from '../rows/two-days.js';

const dayMs = 86_400_000;

/** What of a pack judges without a model. Without one the rules that ask for habits never hold and cost next to nothing, so they are left out of what is compared. */
export function fixedRulesOf(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter((rule) => !goesByHabit(rule)).map(({ habit: _habit, ...rule }) => rule);
}

/** A model of the two weeks before `twoDays`, of whose accounts some do twenty times what others do; most counts are zero on most days. */
export function learnedHabits(pack: readonly Rule[], accounts: number): HabitModel {
  const rules = habitRulesOf(pack).filter(({ subject }) => subject === 'account');
  const model = new HabitModel({ rules, falseIncidentsPerWeek: 1, zone: 'UTC' });
  const random = generator(3);
  const paces = Array.from({ length: accounts }, () => 1 + 20 * random() ** 2);
  const first = Math.floor(firstOfTwoDays / dayMs);
  for (let day = first - 14; day < first; day += 1) {
    for (const [account, pace] of paces.entries()) {
      if (random() < 0.3) continue;
      const most: Record<string, number> = {};
      for (const [column, { id }] of rules.entries()) {
        const times = column % 5 === 0 ? 2 : random() < 0.85 ? 0 : 0.4;
        const count = Math.floor(pace * times * (0.5 + random()));
        if (count > 0) most[id] = count;
      }
      const key = `nurse-${account}`;
      model.add({ groupId: 'aleo', subject: 'account', key, day, role: 'nurse', kind: 'human', most, told: false });
    }
    for (const step of model.learning(day + 2)) void step;
  }
  return model;
}
