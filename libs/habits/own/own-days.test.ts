import { describe, expect, it } from '@jest/globals';
import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { HabitModel } from '../habit-model.js';
import { countOfLevel, fullDaysOf, OwnDays, ownHabitOf, ownTermsOf, rootOf } from './own-days.js';
import type { AccountDay, HabitRule } from '../seams.js';
import { anAccountDay, firstDay, groupId, honestDay, learn, normal, unlinked } from '../staff.fixture.js';

const seed = 20_261_130;
/** A day has four tenths of the budget, and own days as much again. */
const ownRule: HabitRule = { ...unlinked, id: 'own_day', floor: 20, own: 0.4 };
const full = ownTermsOf(ownRule);
const plainRule: HabitRule = { ...unlinked, id: 'own_day', floor: 20 };

describe('full days', () => {
  it('leave weekends and half-days out', () => {
    const { days, mean } = fullDaysOf([30, 33, 4, 27, 31, 14, 30].map(rootOf), full);
    expect(days).toBe(5);
    expect(countOfLevel(mean)).toBeCloseTo(30.2, 0);
  });
  it('go by the second largest, so that one large day does not make half-days of all others', () => {
    expect(fullDaysOf([30, 31, 29, 150].map(rootOf), full).days).toBe(4);
    expect(fullDaysOf([30, 31, 150].map(rootOf), full).days).toBe(1);
  });
  it('are the same in every order', () => {
    const random = new SeededRandom(seed, 'order');
    const roots = Array.from({ length: 12 }, () => rootOf(random.whole(0, 90)));
    expect(fullDaysOf(random.some(roots, roots.length), full)).toEqual(fullDaysOf(roots, full));
  });
});

describe('the spread of own days', () => {
  it('is not known of fewer than three, nor of such as hold less than half of the floor', () => {
    expect(ownHabitOf(fullDaysOf([30, 31].map(rootOf), full), 1, full)).toBeUndefined();
    expect(ownHabitOf(fullDaysOf([9, 9, 9].map(rootOf), full), 1, full)).toBeUndefined();
    expect(ownHabitOf(fullDaysOf([30, 31, 30].map(rootOf), full), 1, full)).toBeDefined();
  });
  it('is drawn to that of the role, the less the more days are known', () => {
    expect(deviationOf(12)).toBeLessThan(deviationOf(3) ?? 0);
    expect(deviationOf(3)).toBeLessThan(2);
  });
});

describe('days that are remembered', () => {
  it('are the last twelve, and those before add up where they lay beyond the mean', () => {
    const own = new OwnDays(2);
    for (let day = 1; day <= 20; day += 1)
      own.push(
        day,
        (column) => rootOf(10 * day + column),
        (column) => (column === 1 && day > 17 ? 252 : 0),
      );
    expect(own.rootsOf(0)).toEqual(Array.from({ length: 12 }, (_, index) => rootOf(10 * (index + 9))));
    expect(own.added(0)).toBe(0);
    // Three days of four spreads, of which three count each: 3 (1 + 0.9 + 0.81).
    expect(own.added(1)).toBeCloseTo(8.13, 2);
    own.raise(20, 0, rootOf(999));
    own.raise(3, 0, rootOf(999));
    expect(own.rootsOf(0).filter((root) => root === rootOf(999))).toHaveLength(1);
  });
});

describe('who is regular', () => {
  it('is told at less than what the role would need, and nobody honest of a month beyond the budget', () => {
    const withOwn = aMonth([ownRule]);
    const without = aMonth([plainRule]);
    const day = firstDay + 27;
    const ratios = desks.map(
      ({ key }) => withOwn.model.least(ownRule, groupId, key, day) / without.model.least(plainRule, groupId, key, day),
    );
    expect(ratios.toSorted((a, b) => a - b)[30]).toBeLessThan(0.8);
    expect(withOwn.told).toBeLessThanOrEqual(4);
  });

  it('hardly learns of a raised habit that is not told', () => {
    const raised = (from: number) => (day: AccountDay) =>
      day.key === 'd7' && day.day >= from
        ? { ...day, most: { [ownRule.id]: Math.round(1.5 * (day.most[ownRule.id] ?? 0)) } }
        : day;
    const before = explained(aMonth([ownRule]).model, 'd7');
    const after = explained(aMonth([ownRule], raised(firstDay + 18)).model, 'd7');
    expect(after?.mean).toBeLessThan(1.25 * (before?.mean ?? 0));
    // What it went beyond its own days adds up instead.
    expect(after?.least).toBeLessThan(before?.least ?? 0);
  });

  it('is compared with days behind a common step alone, from the third on, and learns them as they are', () => {
    const { model } = aMonth([ownRule]);
    const random = new SeededRandom(seed, 'step');
    const before = explained(model, 'd7')?.mean ?? 0;
    const means: (number | undefined)[] = [];
    for (let day = firstDay + 26; day < firstDay + 40; day += 1) {
      for (const one of daysOf(day, random)) model.add({ ...one, most: { [ownRule.id]: 3 * (one.most[ownRule.id] ?? 0) } });
      learn(model, day + 2);
      means.push(explained(model, 'd7', day + 2)?.mean);
    }
    expect(model.waiting()).toEqual([]);
    expect(means.slice(0, 4)).toContain(undefined);
    // Three times as many, and not what a deviation a day would have made of it.
    expect((means.at(-1) ?? 0) / before).toBeGreaterThan(2.4);
  });

  it('learns what somebody has called honest as it was', () => {
    expect(meanAfter(true)).toBeGreaterThan(1.5 * meanAfter(false));
  });

  it('is compared with the same days whatever their order, twice, or in parts', () => {
    const random = new SeededRandom(seed, 'shuffled');
    const ordered = new HabitModel({ rules: [ownRule], falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
    const shuffled = new HabitModel({ rules: [ownRule], falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
    for (let day = firstDay; day < firstDay + 20; day += 1) {
      const days = daysOf(day - 2, random);
      for (const one of days) ordered.add(one);
      const part = ({ most, ...one }: AccountDay) => ({
        ...one,
        most: { [ownRule.id]: Math.floor((most[ownRule.id] ?? 0) / 2) },
      });
      for (const one of random.some([...days, ...days, ...days.map(part)], 3 * days.length)) shuffled.add(one);
      learn(ordered, day);
      learn(shuffled, day);
    }
    const answers = (model: HabitModel) =>
      desks.map(({ key }) => [key, model.least(ownRule, groupId, key, firstDay + 19), explained(model, key, firstDay + 19)]);
    expect(answers(shuffled)).toEqual(answers(ordered));
    expect(shuffled.digest).toBe(ordered.digest);
  });

  it('has the mean, the spread and the sum that a plain recount has', () => {
    const random = new SeededRandom(seed, 'recount');
    const model = new HabitModel({ rules: [ownRule], falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
    const given: AccountDay[] = [];
    const change = (one: AccountDay) =>
      one.key === 'd3' && one.day > firstDay + 9 ? { ...one, most: { [ownRule.id]: 70 } } : one;
    for (let day = firstDay; day < firstDay + 24; day += 1) {
      for (const one of daysOf(day - 2, random).map(change)) {
        given.push(one);
        model.add(one);
      }
      learn(model, day);
    }
    const last = firstDay + 23;
    const plain = recount(given, last);
    for (const { key } of desks) {
      const found = explained(model, key, last);
      const own = plain(key, last);
      expect([key, found?.days, found?.mean.toFixed(6), found?.deviation.toFixed(6)]).toEqual([
        key, own?.days, own?.mean.toFixed(6), own?.deviation.toFixed(6),
      ]); // prettier-ignore
    }
  });
});

describe('who usually does little', () => {
  /** Beside a department of the same role that meets some twenty-five a day. */
  const anyRule: HabitRule = { ...unlinked, id: ownRule.id, weight: 0.4, scale: 'own', floor: 12 };

  it('is told for eighteen a day within three days, where the role does more, and nobody honest of a month beyond the budget', () => {
    const honest = aWard([anyRule]);
    expect(honest.told.size).toBeLessThanOrEqual(4);
    const { told } = aWard([anyRule], firstDay + 14);
    expect(told.get('w3')).toBeLessThanOrEqual(firstDay + 16);
    expect([...told.keys()].filter((key) => key !== 'w3').length).toBeLessThanOrEqual(4);
    expect(aWard([{ ...plainRule, floor: 12 }], firstDay + 14).told.has('w3')).toBe(false);
  });

  it('teaches little of itself from its third day at work on, though two days of it were not known yet when that was judged', () => {
    const never = { ...anyRule, floor: 200 };
    const { model } = aWard([never], firstDay + 14, firstDay + 12);
    const { ownDays } = model.explainDay(never, groupId, 'w3', { day: firstDay + 18, count: 20 }) ?? {};
    expect(ownDays?.days).toBeGreaterThanOrEqual(4);
    expect(ownDays?.mean).toBeLessThan(8);
  });

  it('is not compared with the days of others', () => {
    const { model } = aWard([anyRule]);
    expect(model.least(anyRule, groupId, 'nobody', firstDay + 27, ['nurse'])).toBe(Infinity);
  });
});

/**
 * Four weeks of forty nurses of wards, who meet three strangers a day, and eight of an emergency department. `w3` reads eighteen more a day from the day `raised`
 * on, and is there from the day `comes` on.
 */
function aWard(rules: readonly HabitRule[], raised = Infinity, comes = 0) {
  const [rule = ownRule] = rules;
  const random = new SeededRandom(seed, 'ward');
  const model = new HabitModel({ rules, falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
  const lived = new Map<number, readonly AccountDay[]>();
  const told = new Map<string, number>();
  for (let day = firstDay; day < firstDay + 28; day += 1) {
    for (const one of lived.get(day - 2) ?? []) model.add(one);
    learn(model, day);
    const today = Array.from({ length: 48 }, (_, index) => {
      const isWard = index < 40;
      const usual = isWard ? 3 : 25;
      const more = index === 3 && day >= raised ? 18 : 0;
      const count = Math.max(0, Math.round(usual + Math.sqrt(usual) * normal(random))) + more;
      return anAccountDay({ key: `${isWard ? 'w' : 'e'}${index}`, role: 'nurse', day, most: { [rule.id]: count } });
    }).filter(({ key }) => key !== 'w3' || day >= comes);
    lived.set(
      day,
      today.map((one) => {
        if ((one.most[rule.id] ?? 0) < model.least(rule, groupId, one.key, day, ['nurse'])) return one;
        if (!told.has(one.key)) told.set(one.key, day);
        return { ...one, told: true };
      }),
    );
  }
  return { model, told };
}

interface Learned {
  readonly day: number;
  readonly root: number;
}

/**
 * The mean and deviation of own days, in counts, as the documentation says it, of days without verdicts: every account and every day again from the
 * beginning, as they were known two days later.
 */
function recount(given: readonly AccountDay[], until: number) {
  const learned = new Map<string, Learned[]>();
  const squares: { readonly day: number; readonly square: number }[] = [];
  const fullOf = (key: string, day: number) => {
    const roots = (learned.get(key) ?? [])
      .filter((one) => one.day <= day - 2)
      .slice(-12)
      .map(({ root }) => root)
      .toSorted((a, b) => b - a);
    const top = roots.length > 3 ? roots[1] : roots[0];
    return roots.filter((root) => root * root * 2 >= (top ?? 0) ** 2).map(level);
  };
  const varianceOn = (day: number) => {
    const known = squares.filter((one) => one.day <= day - 2);
    const weights = known.map((one) => 0.97 ** (day - 2 - one.day));
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return sum < 30 ? 1 : known.reduce((total, { square }, index) => total + square * (weights[index] ?? 0), 0) / sum;
  };
  const habitOf = (key: string, day: number) => {
    const levels = fullOf(key, day);
    const mean = levels.reduce((total, one) => total + one, 0) / levels.length;
    if (levels.length < 3 || countOfLevel(mean) < 10) return undefined;
    const around = levels.reduce((total, one) => total + (one - mean) ** 2, 0);
    return {
      days: levels.length,
      mean,
      deviation: Math.max(0.6, Math.sqrt((16 * varianceOn(day) + around) / (15 + levels.length))),
    };
  };
  for (const { key, day, most } of given.toSorted((a, b) => a.day - b.day)) {
    if (day === firstDay - 2) continue;
    const root = Math.round(255 * Math.sqrt((most[ownRule.id] ?? 0) + 0.375));
    const levels = fullOf(key, day);
    const mean = levels.reduce((total, one) => total + one, 0) / levels.length;
    if (levels.length > 0 && countOfLevel(mean) >= 10 && level(root) >= Math.SQRT1_2 * mean) {
      const square = ((level(root) - mean) ** 2 * levels.length) / (levels.length + 1);
      squares.push({ day, square: Math.round(1_024 * Math.min(square, 9 * varianceOn(day))) / 1_024 });
    }
    // What is learned of a day goes by all days before it, those of yesterday too.
    const own = habitOf(key, day + 1);
    const most1 = own === undefined ? root : Math.min(root, Math.floor((255 * (own.mean + own.deviation)) / 2));
    learned.set(key, [...(learned.get(key) ?? []), { day, root: most1 }]);
  }
  return (key: string, day: number) => {
    const own = day <= until ? habitOf(key, day) : undefined;
    const mean = countOfLevel(own?.mean ?? 0);
    return own && { days: own.days, mean, deviation: own.deviation * Math.sqrt(mean) };
  };
}

/** Desks that differ among each other and hardly by the day. */
const desks = Array.from({ length: 60 }, (_, index) => ({ key: `d${index}`, pace: 18 + index }));

/** Days of all of them; every seventh account has the day off, and some leave early. */
function daysOf(day: number, random: SeededRandom): readonly AccountDay[] {
  return desks.flatMap(({ key, pace }, index) => {
    const count = Math.max(0, Math.round(pace + Math.sqrt(pace) * normal(random)));
    const isShort = random.chance(0.1);
    return (index + day) % 7 === 0
      ? []
      : [anAccountDay({ key, role: 'desk', day, most: { [ownRule.id]: isShort ? Math.round(count / 4) : count } })];
  });
}

/** Four weeks, judged as they come and learned two days later; how many accounts were told. */
function aMonth(rules: readonly HabitRule[], change: (day: AccountDay) => AccountDay = (day) => day) {
  const random = new SeededRandom(seed, 'month');
  const model = new HabitModel({ rules, falseIncidentsPerWeek: 1, zone: 'Europe/Paris' });
  const lived = new Map<number, readonly AccountDay[]>();
  const told = new Set<string>();
  for (let day = firstDay; day < firstDay + 28; day += 1) {
    for (const one of lived.get(day - 2) ?? []) model.add(one);
    learn(model, day);
    const today = daysOf(day, random).map(change);
    lived.set(day, today);
    for (const { key, most } of today)
      if ((most[ownRule.id] ?? 0) >= model.least(rules[0] ?? ownRule, groupId, key, day)) told.add(key);
  }
  return { model, told: told.size };
}

function explained(model: HabitModel, key: string, day = firstDay + 27) {
  return model.explainDay(ownRule, groupId, key, { day, count: 40 })?.ownDays;
}

/** Of so many equal days, in a role that is less regular. */
function deviationOf(days: number): number | undefined {
  return ownHabitOf(
    fullDaysOf(
      Array.from({ length: days }, () => rootOf(30)),
      full,
    ),
    4,
    full,
  )?.deviation;
}

function level(root: number): number {
  return (2 * root) / 255;
}

/** The mean of own days after a week that was told. */
function meanAfter(isHonest: boolean): number {
  const { model } = aMonth([ownRule]);
  for (let at = 0; at < 6; at += 1) {
    const one = {
      ...anAccountDay({ key: 'd7', role: 'desk', day: firstDay + 27 + at, most: { [ownRule.id]: 120 } }),
      told: true,
    };
    model.add(one);
    if (isHonest) model.judge(honestDay(one));
    learn(model, firstDay + 30 + at);
  }
  return explained(model, 'd7', firstDay + 35)?.mean ?? 0;
}
