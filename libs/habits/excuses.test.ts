import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { HabitModel } from './habit-model.js';
import type { HabitRule } from './seams.js';
import { anAccountDay, dayOf, firstDay, groupId, honestDay, learn, rules, staffOf } from './staff.fixture.js';

const clinics: HabitRule = {
  id: 'several_clinics',
  weight: 0.05,
  scale: 'rare',
  excuses: true,
  floor: 15,
  timespanMs: 86_400_000,
  subject: 'account',
};
const lived = firstDay + 16;

describe('a rule that what is usual only excuses', () => {
  it('is told from its floor on before a group is known, of whoever is not known, and of who never does such work', () => {
    const model = modelOf([...rules, clinics]);
    expect(model.least(clinics, groupId, 'a3', firstDay)).toBe(clinics.floor);
    live(model);
    const staff = Array.from({ length: 200 }, (_, n) => `a${n}`);
    expect(new Set(staff.map((key) => model.least(clinics, groupId, key, lived)))).toEqual(new Set([clinics.floor]));
    expect(model.least(clinics, groupId, 'stranger', lived, ['nurse'])).toBe(clinics.floor);
  });

  it('is told beyond what is usual of an account whose day came to the floor and was called honest', () => {
    expect(leastAfter([40], 'honest')).toBeGreaterThan(40);
    // Days on which nothing was told, and what nobody has looked at, excuse nobody.
    expect(leastAfter([14, 14, 14, 14, 14, 14], 'untold')).toBe(clinics.floor);
    expect(leastAfter([40], 'told')).toBe(clinics.floor);
    expect(leastAfter([40, 40, 40], 'untold')).toBe(clinics.floor);
    expect(leastAfter([14], 'honest')).toBe(clinics.floor);
  });

  it('takes nothing of what all others are told by', () => {
    const [beside, alone] = [modelOf([...rules, clinics]), modelOf(rules)];
    for (const model of [beside, alone]) live(model);
    for (const rule of rules)
      for (let n = 0; n < 200; n += 1)
        expect(beside.least(rule, groupId, `a${n}`, lived)).toBe(alone.least(rule, groupId, `a${n}`, lived));
    const most = { unlinked_day: 70, several_clinics: 500 };
    expect(beside.evidence(groupId, 'a3', lived, most)).toBe(alone.evidence(groupId, 'a3', lived, most));
  });
});

function leastAfter(counts: readonly number[], verdict: 'untold' | 'told' | 'honest'): number {
  const model = modelOf([...rules, clinics]);
  live(model);
  for (const [at, count] of counts.entries()) {
    const one = anAccountDay({ key: 'a3', day: lived - 1 + at, most: { [clinics.id]: count }, told: verdict !== 'untold' });
    model.add(one);
    if (verdict === 'honest') model.judge(honestDay(one));
  }
  const day = lived + counts.length + 1;
  learn(model, day);
  return model.least(clinics, groupId, 'a3', day);
}

function modelOf(asked: readonly HabitRule[]): HabitModel {
  return new HabitModel({ rules: asked, falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
}

/** Sixteen days of 200 accounts, none of which is told. */
function live(model: HabitModel): void {
  const random = new SeededRandom(7, 'excuses');
  const staff = staffOf(200, random);
  for (let day = firstDay; day < lived; day += 1) {
    for (const one of staff) {
      const honest = dayOf(one, day, random);
      if (honest && day < lived - 1) model.add(honest);
    }
    learn(model, day + 1);
  }
}
