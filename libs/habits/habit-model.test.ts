import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { HabitModel } from './habit-model.js';
import type { AccountDay, HabitRule } from './seams.js';
import {
  aModel,
  anAccountDay,
  away,
  burst,
  dayOf,
  firstDay,
  groupId,
  honestDay,
  learn,
  Life,
  live,
  rules,
  type Staff,
  staffOf,
  type Told,
  unlinked,
} from './staff.fixture.js';

const seed = 20_261_129;

describe('what is told of honest days', () => {
  it('stays within the budget', () => {
    const weeks = isLongRun ? 40 : 8;
    const random = new SeededRandom(seed, 'honest');
    const staff = staffOf(isLongRun ? 1_400 : 500, random);
    const life = new Life(aModel(1), () => true);
    const told = incidentsOf(life.live({ staff, from: firstDay, to: firstDay + 7 * weeks, random }));
    // Poisson of mean `weeks`: more than three standard deviations above it is no chance.
    expect(told).toBeLessThanOrEqual(weeks + 3 * Math.sqrt(weeks));
  });

  it('grows with a larger budget', () => {
    expect(toldWith(40)).toBeGreaterThan(toldWith(0.2));
  });
});

describe('a threshold', () => {
  it('is not known in the first two days of a group, and is at least the floor after them', () => {
    const random = new SeededRandom(seed, 'first');
    const staff = staffOf(200, random);
    const model = aModel();
    const leasts: number[][] = [];
    live(model, { staff, from: firstDay, to: firstDay + 2, random });
    for (let day = firstDay; day < firstDay + 2; day += 1)
      leasts.push(staff.map(({ key }) => model.least(unlinked, groupId, key, day)));
    expect(new Set(leasts.flat())).toEqual(new Set([Infinity]));
    const more = aModel();
    live(more, { staff, from: firstDay, to: firstDay + 5, random: new SeededRandom(seed, 'more') });
    const known = staff.map(({ key }) => more.least(unlinked, groupId, key, firstDay + 4));
    expect(known.every((least) => least >= unlinked.floor && least < Infinity)).toBe(true);
  });

  it('of several days is not known while windows hold the first day of the group, on which nobody was known to be in care', () => {
    const random = new SeededRandom(seed, 'week');
    const week: HabitRule = { ...unlinked, id: 'unlinked_week', timespanMs: 7 * unlinked.timespanMs };
    const model = new HabitModel({ rules: [unlinked, week], falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
    const staff = staffOf(100, random);
    const leasts: number[] = [];
    for (let day = firstDay; day < firstDay + 10; day += 1) {
      learn(model, day);
      leasts.push(model.least(week, groupId, 'a1', day));
      for (const one of staff) {
        const lived = dayOf(one, day, random);
        if (lived) model.add({ ...lived, most: { ...lived.most, [week.id]: 5 * (lived.most[unlinked.id] ?? 0) } });
      }
    }
    expect(leasts.slice(0, 8).every((least) => least === Infinity)).toBe(true);
    expect(leasts.slice(8).every((least) => least < Infinity)).toBe(true);
    expect(model.least(unlinked, groupId, 'a1', firstDay + 4)).toBeLessThan(Infinity);
  });

  it('follows the account, but no further than forty-nine of fifty of the role excuse', () => {
    const random = new SeededRandom(seed, 'ceiling');
    const paces = { calm: 3, busy: 8, greedy: 60, greedier: 200 };
    const model = aModel();
    const staff = staffOf(400, random);
    for (let day = firstDay; day < firstDay + 30; day += 1) {
      learn(model, day);
      for (const one of staff) {
        const lived = dayOf(one, day - 2, random);
        if (lived) model.add(lived);
      }
      for (const [key, count] of Object.entries(paces))
        model.add(anAccountDay({ key, day: day - 2, most: { [unlinked.id]: count } }));
    }
    const leastOf = (key: string) => model.least(unlinked, groupId, key, firstDay + 29);
    expect(leastOf('busy')).toBeGreaterThan(leastOf('calm'));
    // Both are above the ceiling: the larger habit excuses nothing more.
    expect(leastOf('greedier')).toBe(leastOf('greedy'));
    expect(explainedOf(model, 'greedy', firstDay + 29)?.own).toBeGreaterThan(40);
    expect(explainedOf(model, 'greedy', firstDay + 29)?.usual).toBeLessThan(20);
  });

  it('of a role whose people are alike goes by its own days, however far others go', () => {
    const random = new SeededRandom(seed, 'narrow');
    const staff = staffOf(300, random);
    const model = aModel();
    for (let day = firstDay; day < firstDay + 25; day += 1) {
      learn(model, day);
      for (const [index, one] of staff.entries()) {
        const lived = dayOf(one, day - 2, random, index % 10 === 0 && (day + index / 10) % 6 === 0 ? 8 : 1);
        if (lived) model.add(lived);
      }
      for (let clerk = 0; clerk < 40; clerk += 1) model.add(clerkDay(`clerk${clerk}`, day - 2, random.whole(36, 48)));
    }
    const leasts = Array.from({ length: 40 }, (_, clerk) => model.least(unlinked, groupId, `clerk${clerk}`, firstDay + 24));
    // Twice and a half of what all of them do every day; by the furthest days of everybody it would be four times.
    expect(Math.max(...leasts)).toBeLessThan(110);
    expect(Math.min(...leasts)).toBeGreaterThan(60);
  });

  it('never answers for a day without a model, and answers for ten days that are past', () => {
    const { model, day } = aLivedModel(100, 21);
    expect(model.least(unlinked, groupId, 'a1', day + 1)).toBe(Infinity);
    expect(model.least(unlinked, groupId, 'a1', day - 9)).toBeLessThan(Infinity);
    expect(model.least(unlinked, groupId, 'a1', day - 10)).toBe(Infinity);
  });

  it('of a day never changes, whatever is learned after it', () => {
    const random = new SeededRandom(seed, 'constant');
    const staff = staffOf(150, random);
    const model = aModel();
    live(model, { staff, from: firstDay, to: firstDay + 12, random });
    const day = firstDay + 11;
    const asked = () => staff.flatMap(({ key }) => rules.map((rule) => model.least(rule, groupId, key, day)));
    const before = asked();
    // Further days, a correction of one that was learned, and a verdict.
    live(model, { staff, from: day + 1, to: day + 9, random });
    model.add(anAccountDay({ key: 'a3', day: day - 4, most: { [unlinked.id]: 500 } }));
    const told = anAccountDay({ key: 'a4', day: day - 3, most: { [unlinked.id]: 400 }, told: true });
    model.add(told);
    model.judge(honestDay(told));
    learn(model, day + 9);
    expect(asked()).toEqual(before);
  });
});

describe('what is learned', () => {
  it('is the same in every order, with everything twice', () => {
    const random = new SeededRandom(seed, 'order');
    const staff = staffOf(120, random);
    const ordered = aModel();
    const shuffled = aModel();
    for (let day = firstDay + 2; day < firstDay + 16; day += 1) {
      const days = staff.flatMap((one) => dayOf(one, day - 2, random) ?? []);
      // A late correction now and then, of a day that was learned already.
      const late = random.pick(staff);
      if (day > firstDay + 5)
        days.push(anAccountDay({ key: late.key, role: late.role, day: day - 4, most: { [unlinked.id]: 77 } }));
      for (const one of days) ordered.add(one);
      for (const one of random.some([...days, ...days], 2 * days.length)) shuffled.add(one);
      learn(ordered, day);
      learn(shuffled, day);
    }
    expect(answersOf(shuffled, staff, firstDay + 15)).toEqual(answersOf(ordered, staff, firstDay + 15));
  });

  it('is not what raised an incident, until somebody says that it was honest', () => {
    const leastAfter = (told: boolean, isHonest: boolean) => {
      const { model, day } = aLivedModel(300, 20);
      for (let at = day - 6; at < day - 1; at += 1) {
        const one = anAccountDay({ key: 'a3', role: 'nurse', day: at, most: { [unlinked.id]: 90 }, told });
        model.add(one);
        if (isHonest) model.judge(honestDay(one));
      }
      learn(model, day + 1);
      return model.least(unlinked, groupId, 'a3', day + 1);
    };
    const { model, day } = aLivedModel(300, 20);
    learn(model, day + 1);
    expect(leastAfter(true, false)).toBe(model.least(unlinked, groupId, 'a3', day + 1));
    const honest = leastAfter(true, true);
    // The ceiling is lifted for whoever was judged honest: a recurring report is told once.
    expect(honest).toBeGreaterThan(90);
    expect(leastAfter(false, false)).toBeLessThan(honest);
  });

  it('is the same whether the verdict comes before, with or long after the day', () => {
    expect(leastAfterVerdict(0)).toBe(leastAfterVerdict(1));
    // Thresholds of the days between differ, and with them the surprise of the day; habit does not.
    expect(leastAfterVerdict(15)).toBeGreaterThan(leastAfterVerdict(40));
  });

  it('of a newcomer is what newcomers of its role did, and no old hand changes its threshold', () => {
    const random = new SeededRandom(seed, 'newcomers');
    const staff = staffOf(400, random);
    const hired = Array.from({ length: 6 }, (_, week) =>
      staffOf(12, random, firstDay + 10 + 7 * week, `new${week}-`).map((one) => ({ ...one, role: 'nurse', pace: 14 })),
    ).flat();
    const model = aModel();
    live(model, { staff: [...staff, ...hired], from: firstDay, to: firstDay + 50, random });
    const withoutHired = aModel();
    live(withoutHired, { staff, from: firstDay, to: firstDay + 50, random: new SeededRandom(seed, 'newcomers-not') });
    const day = firstDay + 49;
    const newcomer = explainedOf(model, 'new4-1', day);
    expect(newcomer?.isNewcomer).toBe(true);
    expect(newcomer?.role).toBeGreaterThan((explainedOf(model, 'a1', day)?.role ?? Infinity) * 0.9);
    // Without newcomers before it, a careful prior.
    expect(withoutHired.least(unlinked, groupId, 'somebody', day)).toBeGreaterThan(
      withoutHired.least(unlinked, groupId, calmest(staff), day),
    );
  });

  it('of somebody who was away for the first week of a group is what old hands of the role do', () => {
    const random = new SeededRandom(seed, 'holiday');
    const staff = staffOf(400, random).map((one) => ({ ...one, role: 'secretary', pace: 12 }));
    const model = aModel();
    const days = staff.concat(secretaryFrom(8), secretaryFrom(14));
    live(model, { staff: days, from: firstDay, to: firstDay + 20, random });
    const [holiday, hired] = ['back8', 'back14'].map((key) => explainedOf(model, key, firstDay + 19));
    expect([holiday?.isNewcomer, hired?.isNewcomer]).toEqual([false, true]);
    expect(holiday?.threshold).toBeLessThan(1.2 * (explainedOf(model, 'a1', firstDay + 19)?.threshold ?? 0));
    expect(hired?.threshold).toBeGreaterThan(holiday?.threshold ?? Infinity);
    // Of whom no day is known there is no role either.
    expect(explainedOf(model, 'back0', firstDay + 19)?.isNewcomer).toBe(true);
  });

  it('of somebody who is there for the first time is what old hands of the role do that its accesses say', () => {
    const random = new SeededRandom(seed, 'first seen');
    const staff = staffOf(400, random);
    const model = aModel();
    live(model, { staff, from: firstDay, to: firstDay + 12, random });
    const day = firstDay + 11;
    const leastAs = (...said: readonly string[]) => model.least(unlinked, groupId, 'somebody', day, said);
    const known = (role: string) =>
      staff
        .filter((one) => one.role === role)
        .map(({ key }) => model.least(unlinked, groupId, key, day))
        .toSorted((a, b) => a - b);
    for (const role of ['nurse', 'secretary']) {
      const leasts = known(role);
      expect(leastAs(role)).toBeGreaterThan(leasts[Math.floor(0.05 * leasts.length)] ?? Infinity);
      expect(leastAs(role)).toBeLessThan(leasts[Math.floor(0.95 * leasts.length)] ?? 0);
    }
    expect(leastAs('nurse')).toBeLessThan(leastAs('secretary'));
    // Of several the one by which the least is told, in whatever order they are said.
    expect(leastAs('secretary', 'nurse')).toBe(leastAs('nurse'));
    expect(leastAs('nurse', 'secretary')).toBe(leastAs('nurse'));
    // A role that nobody is known to have says nothing, nor does none.
    expect([leastAs('juggler'), leastAs('')]).toEqual([leastAs(), leastAs()]);
    expect(model.explainDay(unlinked, groupId, 'somebody', { day, count: 20, roles: ['secretary', 'nurse'] })).toMatchObject({
      asRole: 'nurse',
      isNewcomer: false,
      threshold: leastAs('nurse'),
    });
    // Of whom a day is known the day's accesses say nothing.
    expect(model.least(unlinked, groupId, 'a1', day, ['nurse', 'secretary'])).toBe(model.least(unlinked, groupId, 'a1', day));
    // In a group that is known for two weeks it is one of the role's newcomers.
    live(model, { staff, from: firstDay + 12, to: firstDay + 20, random });
    expect(model.explainDay(unlinked, groupId, 'somebody', { day: firstDay + 19, count: 20, roles: ['nurse'] })).toMatchObject({
      asRole: 'nurse',
      isNewcomer: true,
    });
  });

  it('of a program that nobody has met before is the floor', () => {
    const random = new SeededRandom(seed, 'new program');
    const ofPrograms: HabitRule = { ...unlinked, id: 'looked_at', weight: 0.01, floor: 20 };
    const model = new HabitModel({ rules: [...rules, ofPrograms], falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
    const staff = staffOf(200, random);
    for (let day = firstDay; day < firstDay + 10; day += 1) {
      for (const one of staff) for (const lived of [dayOf(one, day, random)]) if (lived) model.add(lived);
      model.add(anAccountDay({ key: 'robot', kind: 'service', role: '', day, most: { [ofPrograms.id]: 900 } }));
      learn(model, day + 2);
    }
    expect(model.least(ofPrograms, groupId, 'another robot', firstDay + 11)).toBe(20);
    expect(model.least(unlinked, groupId, 'another robot', firstDay + 11)).toBeGreaterThan(20);
  });

  it('of whoever a rule of programs counts is that of a program, where its source says nothing of its kind as where it does', () => {
    const ofPrograms: HabitRule = { ...unlinked, id: 'looked_at', weight: 0.01, floor: 20, programs: true };
    const robots = ['portal', 'letters', 'backup', 'dispensing', 'results'];
    const [said, unsaid] = ['service', ''].map((kind) => {
      const random = new SeededRandom(seed, 'programs without a kind');
      const model = new HabitModel({ rules: [...rules, ofPrograms], falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
      const staff = staffOf(100, random);
      for (let day = firstDay; day < firstDay + 12; day += 1) {
        for (const one of staff) for (const lived of [dayOf(one, day, random)]) if (lived) model.add(lived);
        for (const key of robots)
          model.add(anAccountDay({ key, kind, role: '', day, most: { [ofPrograms.id]: 600 + random.whole(-20, 20) } }));
        learn(model, day + 2);
      }
      return [
        ...robots.map((key) => model.least(ofPrograms, groupId, key, firstDay + 12)),
        ...['a1', 'a2', 'a3'].map((key) => model.least(unlinked, groupId, key, firstDay + 12)),
      ];
    });
    expect(unsaid).toEqual(said);
    expect(Math.max(...(unsaid ?? []))).toBeLessThan(900);
  });

  it('of a program is its own spread, from the day on that has a week before it, without the first two days of the group', () => {
    const model = aModel();
    const random = new SeededRandom(seed, 'program');
    const at = (count: number) => {
      const day = firstDay + count;
      model.add(
        anAccountDay({
          key: 'robot',
          kind: 'service',
          role: '',
          day: day - 2,
          most: { [unlinked.id]: 1_500 + random.whole(-10, 10) },
        }),
      );
      learn(model, day);
      return model.least(unlinked, groupId, 'robot', day);
    };
    const leasts = Array.from({ length: 14 }, (_, count) => at(count));
    expect(leasts.slice(0, 8).every((least) => least === Infinity)).toBe(true);
    expect(leasts.slice(8).every((least) => least > 1_520 && least < 1_700)).toBe(true);
  });

  it('of a program that runs on working days is known after a week as well, so that the first days of a stolen key are not its own', () => {
    const model = aModel();
    const leasts = Array.from({ length: 12 }, (_, count) => {
      const day = firstDay + count;
      // The first day is a Monday; the job itself meets nobody whom this rule counts.
      if (count % 7 < 5) model.add(anAccountDay({ key: 'robot', kind: 'service', role: '', day, most: {} }));
      model.add(anAccountDay({ key: 'other robot', kind: 'service', role: '', day, most: { [unlinked.id]: 100 + count } }));
      learn(model, day + 2);
      return model.least(unlinked, groupId, 'robot', day + 2);
    });
    // From the day on on which the second Tuesday is known; of seven days on which it ran that would be a Friday.
    expect(leasts.map((least) => least === Infinity)).toEqual([
      ...Array<boolean>(8).fill(true),
      ...Array<boolean>(4).fill(false),
    ]);
    expect(leasts.at(-1)).toBe(unlinked.floor);
  });
});

describe('the test over several days', () => {
  it('tells of somebody who stays below every threshold, day after day', () => {
    const random = new SeededRandom(seed, 'slow');
    const staff = staffOf(600, random);
    const model = aModel();
    const from = firstDay + 25;
    const life = new Life(model, (key) => key !== 'a7');
    life.live({ staff, from: firstDay, to: from, random });
    const change = (day: AccountDay): AccountDay => {
      if (day.key !== 'a7') return day;
      const least = model.least(unlinked, groupId, 'a7', day.day);
      return { ...day, most: { [unlinked.id]: Math.round(0.85 * Math.min(least, 300)) } };
    };
    const told = life.live({ staff, from, to: from + 24, random, change }).filter(({ key }) => key === 'a7');
    expect(told[0]?.by).toEqual(['days']);
  });

  it('never says less for a larger count', () => {
    const { model, day, staff } = aLivedModel(200, 20);
    for (const { key } of staff.slice(0, 40))
      for (const rule of rules) {
        const asked = Array.from({ length: 60 }, (_, count) => model.evidence(groupId, key, day, { [rule.id]: count * 3 }));
        expect(asked).toEqual(asked.toSorted((a, b) => a - b));
      }
  });
});

describe('addresses', () => {
  it('have a budget of their own, by which many accounts from one of them are told', () => {
    const accountsOf: HabitRule = {
      id: 'new_accounts',
      weight: 1,
      scale: 'rare',
      floor: 5,
      timespanMs: 86_400_000,
      subject: 'source_ip',
    };
    const model = new HabitModel({ rules: [...rules, accountsOf], falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
    const random = new SeededRandom(seed, 'addresses');
    let told = 0;
    for (let day = firstDay; day < firstDay + 40; day += 1) {
      learn(model, day);
      for (let address = 0; address < 300; address += 1) {
        const key = `192.0.2.${address}`;
        const count = random.chance(0.2) ? random.whole(1, 3) : 0;
        if (count >= model.least(accountsOf, groupId, key, day - 2)) told += 1;
        model.add(
          anAccountDay({ subject: 'source_ip', key, role: '', kind: '', day: day - 2, most: { [accountsOf.id]: count } }),
        );
      }
    }
    expect(told).toBe(0);
    const least = model.least(accountsOf, groupId, '198.51.100.7', firstDay + 39);
    expect(least).toBeGreaterThanOrEqual(5);
    expect(least).toBeLessThan(12);
    // What accounts do changes nothing for addresses.
    expect(model.least(unlinked, groupId, 'a1', firstDay + 39)).toBe(Infinity);
  });

  it('are told by the floor of a rule that none of them has met, once accounts are known for days on which one could have', () => {
    const readers: HabitRule = {
      id: 'readers',
      weight: 1,
      scale: 'rare',
      floor: 10,
      timespanMs: 86_400_000,
      subject: 'clinic_id',
    };
    const model = new HabitModel({ rules: [...rules, readers], falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
    const random = new SeededRandom(seed, 'unmet');
    live(model, { staff: staffOf(60, random), from: firstDay, to: firstDay + 8, random });
    const leasts = Array.from({ length: 8 }, (_, count) => model.least(readers, groupId, 'c1', firstDay + count));
    expect(leasts.slice(0, 4).every((least) => least === Infinity)).toBe(true);
    expect(leasts.slice(4).every((least) => least === 10)).toBe(true);
    // A clinic whose days are known has thresholds of its own from then on.
    model.add(anAccountDay({ subject: 'clinic_id', key: 'c1', role: '', kind: '', day: firstDay + 7, most: { readers: 9 } }));
    learn(model, firstDay + 9);
    expect(model.least(readers, groupId, 'c1', firstDay + 9)).toBeGreaterThan(10);
    expect(model.least(readers, groupId, 'c1', firstDay + 7)).toBe(10);
  });
});

describe('a step that is common to many accounts', () => {
  it('is an operator’s alert and lets thresholds wait, until it is what is usual', () => {
    const random = new SeededRandom(seed, 'step');
    const staff = staffOf(700, random);
    const model = aModel();
    const step = firstDay + 30;
    const life = new Life(model, () => true);
    life.live({ staff, from: firstDay, to: step, random });
    const told = life.live({ staff, from: step, to: step + 3, random, change: doubled });
    expect(model.waiting().map(({ rule }) => rule)).toContain(unlinked.id);
    expect(model.least(unlinked, groupId, 'a1', step + 2)).toBe(Infinity);
    expect(model.least(away, groupId, 'a1', step + 2)).toBeLessThan(Infinity);
    const later = life.live({ staff, from: step + 3, to: step + 30, random, change: doubled });
    expect(model.waiting()).toEqual([]);
    // Three of a hundred accounts at most in the two days before it is seen, and a handful while habits follow.
    expect(told.length).toBeLessThan(0.03 * staff.length);
    expect(incidentsOf(later)).toBeLessThan(0.03 * staff.length);
  });

  it('is seen where everybody was told on its days and nobody has said what of', () => {
    const { model, told } = stepOf(() => 25);
    expect(told).toBeGreaterThan(0.9);
    expect(model.waiting().map(({ rule }) => rule)).toContain(unlinked.id);
  });

  it('is not what a quarter of the accounts do of whom something is told', () => {
    const { model, told } = stepOf((index) => (index % 4 === 0 ? 25 : 1));
    expect(told).toBeGreaterThan(0.2);
    expect(model.waiting()).toEqual([]);
  });

  it('is not half the staff away in summer', () => {
    const random = new SeededRandom(seed, 'summer');
    const staff = staffOf(600, random);
    const model = aModel();
    const life = new Life(model, () => true);
    life.live({ staff, from: firstDay, to: firstDay + 28, random });
    const told = life.live({ staff: staff.slice(0, 300), from: firstDay + 28, to: firstDay + 42, random });
    expect(model.waiting()).toEqual([]);
    expect(incidentsOf(told)).toBeLessThanOrEqual(6);
  });
});

function clerkDay(key: string, day: number, count: number): AccountDay {
  return anAccountDay({ key, role: 'clerk', day, most: { [unlinked.id]: count } });
}

function aLivedModel(count: number, days: number) {
  const random = new SeededRandom(seed, 'lived');
  const staff = staffOf(count, random);
  const model = aModel();
  live(model, { staff, from: firstDay, to: firstDay + days, random });
  return { model, staff, random, day: firstDay + days - 1 };
}

/** The threshold of an account one of whose days was told, with a verdict so many models later. */
function leastAfterVerdict(verdictAfter: number): number {
  const { model, day } = aLivedModel(200, 16);
  const told = anAccountDay({ key: 'a3', role: 'nurse', day: day - 1, most: { [unlinked.id]: 90 }, told: true });
  for (let at = 0; at < 20; at += 1) {
    if (at === 1) model.add(told);
    if (at === verdictAfter) model.judge(honestDay(told));
    learn(model, day + 1 + at);
  }
  return model.least(unlinked, groupId, 'a3', day + 20);
}

function toldWith(budget: number): number {
  const random = new SeededRandom(seed, 'budgets');
  return incidentsOf(live(aModel(budget), { staff: staffOf(300, random), from: firstDay, to: firstDay + 28, random }));
}

/** A step on the thirteenth day of some accounts, without verdicts, up to the model that knows of it; and which share of the accounts at work was told. */
function stepOf(timesOf: (index: number) => number): { readonly model: HabitModel; readonly told: number } {
  const random = new SeededRandom(seed, 'large step');
  const staff = staffOf(200, random);
  const times = new Map(staff.map(({ key }, index) => [key, timesOf(index)]));
  const model = aModel();
  const life = new Life(model);
  const step = firstDay + 12;
  life.live({ staff, from: firstDay, to: step, random });
  let atWork = 0;
  const change = (day: AccountDay): AccountDay => {
    atWork += 1;
    return { ...day, most: { ...day.most, [unlinked.id]: (times.get(day.key) ?? 1) * (day.most[unlinked.id] ?? 0) } };
  };
  const told = life.live({ staff, from: step, to: step + 1, random, change });
  const share = told.length / atWork;
  life.live({ staff, from: step + 1, to: step + 3, random, change });
  return { model, told: share };
}

/** A feed that counts everything twice. */
function doubled(day: AccountDay): AccountDay {
  const most = { ...day.most, [unlinked.id]: 2 * (day.most[unlinked.id] ?? 0), [burst.id]: 2 * (day.most[burst.id] ?? 0) };
  return { ...day, most };
}

/** Of one account, what is told on days that follow one another within two days is one incident. */
function incidentsOf(told: readonly Told[]): number {
  return told.filter(({ key, day }) => !told.some((other) => other.key === key && other.day < day && other.day >= day - 2))
    .length;
}

/** One who is there from so many days after the first one on. */
function secretaryFrom(after: number): Staff {
  return { key: `back${after}`, role: 'secretary', pace: 12, from: firstDay + after, kind: 'human' };
}

function explainedOf(model: HabitModel, key: string, day: number) {
  return model.explainDay(unlinked, groupId, key, { day, count: 20 });
}

function calmest(staff: ReturnType<typeof staffOf>): string {
  return staff.filter(({ role }) => role === 'nurse').toSorted((a, b) => a.pace - b.pace)[0]?.key ?? '';
}

function answersOf(model: HabitModel, staff: ReturnType<typeof staffOf>, day: number): readonly unknown[] {
  return staff.map(({ key }) => [
    key,
    ...rules.map((rule) => model.least(rule, groupId, key, day)),
    model.evidence(groupId, key, day, { [unlinked.id]: 12, [away.id]: 3 }),
    explainedOf(model, key, day),
  ]);
}
