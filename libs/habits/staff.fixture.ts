import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { HabitModel, type HonestDays } from './habit-model.js';
import type { AccountDay, HabitRule } from './seams.js';

export const groupId = 'helix';
export const unlinked: HabitRule = {
  id: 'unlinked_day',
  weight: 0.4,
  scale: 'volume',
  floor: 8,
  timespanMs: 86_400_000,
  subject: 'account',
};
export const burst: HabitRule = {
  id: 'unlinked_burst',
  weight: 0.3,
  scale: 'volume',
  floor: 8,
  timespanMs: 600_000,
  subject: 'account',
};
export const away: HabitRule = {
  id: 'other_clinics',
  weight: 0.3,
  scale: 'rare',
  floor: 12,
  timespanMs: 86_400_000,
  subject: 'account',
};
export const rules = [unlinked, burst, away] as const;

/** 2026-03-02, a Monday. */
export const firstDay = 20_514;

export interface Staff {
  readonly key: string;
  readonly role: string;
  /** Mean of `unlinked` on a day. */
  readonly pace: number;
  readonly from: number;
  readonly kind: string;
}

/** Roles with their share of the staff and the mean of `unlinked` on a day. */
const roles = [
  [{ role: 'nurse', pace: 6 }, 0.6],
  [{ role: 'physician', pace: 10 }, 0.25],
  [{ role: 'secretary', pace: 25 }, 0.15],
] as const;

/** Accounts of three roles, each with a pace of its own. */
export function staffOf(count: number, random: SeededRandom, from = firstDay, prefix = 'a'): readonly Staff[] {
  return Array.from({ length: count }, (_, index) => {
    const { role, pace } = random.weighted<{ readonly role: string; readonly pace: number }>(roles);
    return { key: `${prefix}${index}`, role, pace: pace * Math.exp(0.4 * normal(random)), from, kind: 'human' };
  });
}

export function normal(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}

/** A whole number with this mean, more widely spread than by chance alone: days differ, too. */
function countOf(mean: number, random: SeededRandom): number {
  const today = mean * Math.exp(0.35 * normal(random) - 0.06);
  return Math.max(0, Math.round(today + Math.sqrt(today) * normal(random)));
}

/** An honest day; five days of seven at work. Undefined on a day off. */
export function dayOf(one: Staff, day: number, random: SeededRandom, times = 1): AccountDay | undefined {
  if (day < one.from || !random.chance(5 / 7)) return undefined;
  const count = countOf(one.pace * times, random);
  const most = {
    [unlinked.id]: count,
    [burst.id]: Math.min(count, countOf((one.pace * times) / 4, random)),
    ...(random.chance(0.05) && { [away.id]: countOf(6, random) }),
  };
  return { groupId, subject: 'account', key: one.key, day, role: one.role, kind: one.kind, most, told: false };
}

export function anAccountDay(given: Partial<AccountDay> = {}): AccountDay {
  return { groupId, subject: 'account', key: 'a0', day: firstDay, role: 'nurse', kind: 'human', most: {}, told: false, ...given };
}

export function aModel(falseIncidentsPerWeek = 1): HabitModel {
  return new HabitModel({ rules, falseIncidentsPerWeek, zone: 'Europe/Paris' });
}

/** Somebody's verdict on a day. */
export function honestDay({ subject, key, day }: AccountDay): HonestDays {
  return { groupId, subject, key, from: day, to: day };
}

export function learn(model: HabitModel, day: number): void {
  for (const step of model.learning(day)) void step;
}

export interface Lived {
  readonly staff: readonly Staff[];
  readonly from: number;
  readonly to: number;
  readonly random: SeededRandom;
  /** Changes a day before it is judged. */
  readonly change?: (day: AccountDay) => AccountDay;
}

/** What was told on a day, and by which rules; `days` for the test over several. */
export interface Told {
  readonly key: string;
  readonly day: number;
  readonly by: readonly string[];
}

/**
 * Days as a scorer lives them: each is judged by the model of that day and learned two days later. What is told is not learned, unless
 * somebody says at once that it was honest.
 */
export class Life {
  #settled: AccountDay[] = [];

  constructor(
    readonly model: HabitModel,
    private readonly isHonest: (key: string) => boolean = () => false,
  ) {}

  live({ staff, from, to, random, change = (day) => day }: Lived): readonly Told[] {
    const told: Told[] = [];
    for (let day = from; day < to; day += 1) {
      this.#learnBefore(day);
      for (const one of staff) {
        const honest = dayOf(one, day, random);
        if (!honest) continue;
        const lived = change(honest);
        const by = this.#judge(lived);
        if (by.length > 0) told.push({ key: one.key, day, by });
        this.#settled.push({ ...lived, told: by.length > 0 });
      }
    }
    return told;
  }

  #judge({ key, day, most }: AccountDay): readonly string[] {
    const by: string[] = rules
      .filter((rule) => (most[rule.id] ?? 0) >= this.model.least(rule, groupId, key, day))
      .map(({ id }) => id);
    return this.model.evidence(groupId, key, day, most) >= 1 ? [...by, 'days'] : by;
  }

  #add(one: AccountDay): void {
    this.model.add(one);
    if (one.told && this.isHonest(one.key)) this.model.judge(honestDay(one));
  }

  #learnBefore(day: number): void {
    for (const one of this.#settled) if (one.day <= day - 2) this.#add(one);
    this.#settled = this.#settled.filter((one) => one.day > day - 2);
    learn(this.model, day);
  }
}

export function live(model: HabitModel, lived: Lived): readonly Told[] {
  return new Life(model).live(lived);
}
