import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { HabitModel } from '../habit-model.js';
import type { HabitRule } from '../seams.js';
import { anAccountDay, dayOf, firstDay, groupId, honestDay, learn, rules, staffOf } from '../staff.fixture.js';

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

  it('remembers for two quarters what was called honest, of the first day of a group as well', () => {
    const leastIn = (days: number): number => {
      const model = modelOf([...rules, clinics]);
      tell(model, 'a3', firstDay, 40);
      live(model);
      // Work that comes back every quarter: no day between came to the number.
      for (let day = lived; day < lived + 15; day += 1) model.add(anAccountDay({ key: 'a3', day, most: { [clinics.id]: 1 } }));
      model.add(anAccountDay({ key: 'a3', day: firstDay + days - 2, most: {} }));
      learn(model, firstDay + days);
      return model.least(clinics, groupId, 'a3', firstDay + days);
    };
    expect(leastIn(92)).toBeGreaterThan(60);
    expect(leastIn(210)).toBe(clinics.floor);
  });

  it('is told of others of a role beyond half as much again as a fifth of it, and two at least, were called honest for', () => {
    const counts = [90, 60, 40, 20];
    const leastOf = (honest: number, role = 'coder'): number => {
      const model = modelOf([...rules, clinics]);
      live(model, ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'c6', 'c7', 'c8', 'c9', 'c10']);
      for (let at = 0; at < honest; at += 1) tell(model, `c${at}`, lived - 1, counts[at] ?? 0, role);
      learn(model, lived + 1);
      return model.least(clinics, groupId, 'c10', lived + 1, ['coder']);
    };
    // Eleven coders: three of them.
    expect([0, 1, 2].map((honest) => leastOf(honest))).toEqual([clinics.floor, clinics.floor, clinics.floor]);
    expect(leastOf(3)).toBe(61);
    expect(leastOf(4)).toBe(61);
    expect(leastOf(4, 'nurse')).toBe(clinics.floor);
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

/** A day on which something was told of an account that somebody calls honest. */
function tell(model: HabitModel, key: string, day: number, count: number, role?: string): void {
  const one = anAccountDay({ key, day, most: { [clinics.id]: count }, told: true, ...(role !== undefined && { role }) });
  model.add(one);
  model.judge(honestDay(one));
}

/** Sixteen days of 200 accounts, and of coders, none of which is told. */
function live(model: HabitModel, coders: readonly string[] = []): void {
  const random = new SeededRandom(7, 'excuses');
  const staff = staffOf(200, random);
  for (let day = firstDay; day < lived; day += 1) {
    for (const key of day < lived - 1 ? coders : []) model.add(anAccountDay({ key, day, role: 'coder', most: {} }));
    for (const one of staff) {
      const honest = dayOf(one, day, random);
      if (honest && day < lived - 1) model.add(honest);
    }
    learn(model, day + 1);
  }
}
