import { expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { HabitModel, type HonestDays } from '../habit-model.js';
import type { AccountDay, HabitRule } from '../seams.js';
import { away, burst, dayOf, firstDay, groupId, learn, type Staff, staffOf, unlinked } from '../staff.fixture.js';

const excusing = { ...unlinked, id: 'excused_volume', excuses: true };
/** A rule of every kind. */
const rules: readonly HabitRule[] = [
  { ...unlinked, own: 0.1 },
  burst,
  away,
  { ...unlinked, id: 'own_days', scale: 'own' },
  { ...away, id: 'excused', excuses: true },
  excusing,
];

/** What is given to a model before it learns a day: days of two days before, of earlier ones that came late or are told otherwise now, and verdicts. */
interface Given {
  readonly days: readonly AccountDay[];
  readonly verdicts: readonly HonestDays[];
}

it('thresholds are the same in whatever order days, corrections and verdicts come, each of them twice', () => {
  let excused = 0;
  fc.assert(
    fc.property(fc.nat(1e9), fc.integer({ min: 8, max: 60 }), fc.integer({ min: 4, max: 18 }), (seed, accounts, days) => {
      const random = new SeededRandom(seed, 'any order');
      const staff = staffOf(accounts, random);
      const [ordered, shuffled] = [modelOf(), modelOf()];
      for (let day = firstDay + 2; day <= firstDay + days; day += 1) {
        const given = givenBefore(day, staff, random);
        for (const one of given.days) ordered.add(one);
        for (const one of given.verdicts) ordered.judge(one);
        const all = [...given.days, ...given.days, ...given.verdicts, ...given.verdicts];
        for (const one of random.some(all, all.length))
          if ('most' in one) shuffled.add(one);
          else shuffled.judge(one);
        for (const model of [ordered, shuffled]) learn(model, day);
        expect(answersOf(shuffled, staff, day)).toEqual(answersOf(ordered, staff, day));
        for (const { key } of staff) excused += Number(ordered.least(excusing, groupId, key, day) > excusing.floor);
      }
      expect(shuffled.digest).toBe(ordered.digest);
    }),
    { numRuns: casesOf(10, 300) },
  );
  // What is compared has been there.
  if (process.env['VIGIE_TEST_PATH'] === undefined) expect(excused).toBeGreaterThan(0);
});

function modelOf(): HabitModel {
  return new HabitModel({ rules, falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
}

/** Each day of an account once: of one that is given twice the last word counts. */
function givenBefore(day: number, staff: readonly Staff[], random: SeededRandom): Given {
  const late = random.some(staff, 3).flatMap((one) => dayOf(one, day - 3 - random.whole(0, 8), random, 4) ?? []);
  const days = [...staff.flatMap((one) => dayOf(one, day - 2, random) ?? []), ...late]
    .map((one) => ({ ...one, told: random.chance(0.1), most: { ...one.most, ...moreOf(one) } }))
    .filter((one) => one.day >= firstDay);
  const known = [...new Map(days.map((one) => [`${one.key} ${one.day}`, one])).values()];
  const verdicts = random.some(staff, 2).map(({ key }): HonestDays => ({
    groupId,
    subject: 'account',
    key,
    from: day - 2 - random.whole(0, 8),
    to: day - random.whole(0, 2),
  }));
  return { days: known, verdicts };
}

function moreOf({ most }: AccountDay): Record<string, number> {
  const count = most[unlinked.id] ?? 0;
  return { own_days: count, excused_volume: count, excused: most[away.id] ?? 0 };
}

function answersOf(model: HabitModel, staff: readonly Staff[], day: number): readonly unknown[] {
  return staff.map(({ key }) => [
    key,
    ...rules.map((rule) => model.least(rule, groupId, key, day, ['nurse'])),
    model.evidence(groupId, key, day, { [unlinked.id]: 12, [away.id]: 3 }),
  ]);
}
