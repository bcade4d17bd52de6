import { expect, it } from '@jest/globals';
import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { AccountState } from '../account-state.js';
import { singleDayShare } from '../constants.js';
import { HabitModel } from '../habit-model.js';
import { Population } from '../population.js';
import type { AccountDay, HabitRule } from '../seams.js';

const firstDay = 20_514;
const rule: HabitRule = { id: 'r', weight: 1, scale: 'volume', floor: 8, timespanMs: 86_400_000, subject: 'account' };
const rules = [rule, { ...rule, id: 's', scale: 'rare' as const }];

it('answers the same whoever was asked for first, where some accounts have no role', () => {
  const days = lived(12, new SeededRandom(5, 'roles'), (n) => (n % 4 === 0 ? '' : 'nurse'));
  const asked = [...new Set(days.map(({ key }) => key))];
  const answers = [asked, asked.toReversed()].map((keys) => {
    const model = new HabitModel({ rules, falseIncidentsPerWeek: 1, zone: 'UTC' });
    for (let day = firstDay; day < firstDay + 12; day += 1) {
      for (const one of days) if (one.day === day) model.add(one);
      for (const step of model.learning(day + 2)) void step;
    }
    return new Map(keys.map((key) => [key, model.least(rule, 'aleo', key, firstDay + 13, [])]));
  });
  expect(new Map(asked.map((key) => [key, answers[0]?.get(key)]))).toEqual(
    new Map(asked.map((key) => [key, answers[1]?.get(key)])),
  );
});

it('asks no more of accounts that no day can bring to what is needed over several days', () => {
  const population = new Population({ rules, budget: 20 });
  const days = lived(9, new SeededRandom(6, 'reach'), () => 'nurse');
  for (let day = firstDay; day < firstDay + 9; day += 1) {
    for (const one of days) if (one.day === day) population.add(one);
    for (const step of population.learning(day + 2, day - 8)) void step;
  }
  const day = firstDay + 10;
  const view = population.viewOf(day);
  if (!view) throw new Error('there is no model of the day');
  const needed = -Math.log(view.alpha * (1 - singleDayShare));
  const state = new AccountState(rules.length);
  const found = { may: 0, not: 0 };
  for (const key of new Set(days.map((one) => one.key))) {
    population.read(key, view, state);
    const most = view.logOverDays(state, (column) =>
      view.logEvidence(view.pOverDays(key, state, column, { count: 65_535, day })),
    );
    if (view.mayReach(key)) found.may += 1;
    else {
      found.not += 1;
      expect(most).toBeLessThan(needed);
    }
  }
  expect(found).toEqual({ may: expect.any(Number), not: expect.any(Number) });
  expect(Math.min(found.may, found.not)).toBeGreaterThan(0);
});

/** Days of 300 accounts, of which every fifth reads more from day to day, those with a role much more. */
function lived(days: number, random: SeededRandom, roleOf: (n: number) => string): readonly AccountDay[] {
  return Array.from({ length: days * 300 }, (_, at): AccountDay => {
    const [n, day] = [at % 300, Math.floor(at / 300)];
    const role = roleOf(n);
    const growth = n % 5 === 0 ? 1 + (role === '' ? day / 4 : 2 * day) : 1;
    const count = Math.floor((30 + (n % 11)) * (0.5 + random.unit()) * growth);
    const most = { r: count, s: n % 7 === 0 ? Math.floor(count / 3) : 0 };
    return {
      groupId: 'aleo',
      subject: 'account',
      key: `account-${n}`,
      day: firstDay + day,
      role,
      kind: 'human',
      most,
      told: false,
    };
  });
}
