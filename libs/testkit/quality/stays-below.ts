import type { AccessRow } from '#libs/contracts/access-row.js';
import { habitRulesOf, type Rule } from '#libs/detection/rule/rule.js';
import { HabitModel } from '#libs/habits/habit-model.js';
import type { AccountDay, HabitRule } from '#libs/habits/seams.js';
import { dayMs, hourMs } from '../hospital/local-time.js';

export interface StaysBelowOptions {
  /** What engines learned of a hospital without any attack, day by day. */
  readonly days: readonly AccountDay[];
  readonly rules: readonly Rule[];
  readonly falseIncidentsPerWeek: number;
  readonly roles: readonly string[];
  /** Strangers of its own clinic that an account reads a day, beside its work. */
  readonly perDay: readonly number[];
  /** Accounts of each role that are tried, one at a time. */
  readonly accounts: number;
  /** Day from the first one on which it begins. */
  readonly from: number;
}

/** How long accounts of a role that read so many strangers a day stay below what is learned. */
export interface StaysBelow {
  readonly role: string;
  readonly perDay: number;
  readonly accounts: number;
  /** Of each that was told: patients read until then, and its days at work. */
  readonly told: readonly { readonly patients: number; readonly days: number }[];
  /** The most days at work that one read without being told; 0 where all were told. */
  readonly longest: number;
}

const zone = 'Europe/Paris';
/** A working day over which the strangers are spread. */
const workingMs = 9 * hourMs;
/** What each of the further accesses looks like. */
const stranger: Partial<AccessRow> = {
  action: 'read',
  outcome: 'success',
  patient_id: '0'.repeat(32),
  care_link: 'none',
  event_patients: 1,
};

/**
 * Adds to one honest account at a time so many strangers on each of its days at work, and asks the model of habits on which it would be told: by one of the rules
 * or by the evidence of several days. The account's own habit follows what it reads, as it does live. Nothing is played again: counts only grow by what is added.
 */
export function staysBelow(options: StaysBelowOptions): readonly StaysBelow[] {
  const accounts = options.days.filter(({ subject }) => subject === 'account');
  const byDay = Map.groupBy(accounts, ({ day }) => day);
  const first = Math.min(...byDay.keys());
  const counted = habitRulesOf(
    options.rules.filter(({ selection, by }) => by.length === 0 && selection.matches({ ...stranger, actor_id: 'one' })),
  );
  const trial: Trial = { options, byDay, begins: first + options.from, first, last: Math.max(...byDay.keys()), counted };
  return options.roles.flatMap((role) => {
    const keys = chosen(accounts, role, trial);
    return options.perDay.map((perDay) => {
      const tried = keys.map((key) => tryOne(trial, key, perDay));
      const told = tried.filter(({ isTold }) => isTold).toSorted((a, b) => a.patients - b.patients);
      return {
        role,
        perDay,
        accounts: keys.length,
        told,
        longest: Math.max(0, ...tried.flatMap(({ isTold, days }) => (isTold ? [] : [days]))),
      };
    });
  });
}

interface Trial {
  readonly options: StaysBelowOptions;
  readonly byDay: ReadonlyMap<number, readonly AccountDay[]>;
  readonly begins: number;
  readonly first: number;
  readonly last: number;
  /** Rules that count such an access. */
  readonly counted: readonly HabitRule[];
}

/** Accounts that were there before it begins and afterwards, and never told; evenly over their names. */
function chosen(days: readonly AccountDay[], role: string, { options, begins }: Trial): readonly string[] {
  const told = new Set(days.filter((day) => day.told).map(({ key }) => key));
  const keys = [
    ...Map.groupBy(
      days.filter((day) => day.role === role && !told.has(day.key)),
      ({ key }) => key,
    ),
  ]
    .filter(
      ([, list]) => list.filter(({ day }) => day < begins).length >= 2 && list.filter(({ day }) => day >= begins).length >= 3,
    )
    .map(([key]) => key)
    .toSorted();
  const step = Math.max(1, Math.floor(keys.length / options.accounts));
  return keys.filter((_, index) => index % step === 0).slice(0, options.accounts);
}

function tryOne(
  { options, byDay, begins, first, last, counted }: Trial,
  key: string,
  perDay: number,
): { readonly isTold: boolean; readonly patients: number; readonly days: number } {
  const rules = habitRulesOf(options.rules).filter(({ subject }) => subject === 'account');
  const model = new HabitModel({ rules, falseIncidentsPerWeek: options.falseIncidentsPerWeek, zone });
  const changed = new Map<number, AccountDay>();
  for (let day = first; day <= last; day += 1) {
    for (const one of byDay.get(day - 2) ?? []) {
      model.add(one.key === key ? (changed.get(one.day) ?? one) : one);
      if (one.told) model.judge({ groupId: one.groupId, subject: one.subject, key: one.key, from: one.day, to: one.day });
    }
    for (const learning = model.learning(day); !learning.next().done;);
    const own = day < begins ? undefined : byDay.get(day)?.find((one) => one.key === key);
    if (!own) continue;
    const mostWith = (more: number) => {
      const most: Record<string, number> = { ...own.most };
      for (const rule of counted) {
        const earlier = [...changed.keys()].filter((at) => at > day - rule.timespanMs / dayMs).length * perDay;
        most[rule.id] = (most[rule.id] ?? 0) + Math.min(more, Math.ceil((more * rule.timespanMs) / workingMs)) + earlier;
      }
      return most;
    };
    const tells = (more: number) => {
      const most = mostWith(more);
      return (
        model.evidence(own.groupId, key, day, most) >= 1 ||
        rules.some((rule) => (most[rule.id] ?? 0) >= model.least(rule, own.groupId, key, day))
      );
    };
    if (tells(perDay)) {
      let more = 1;
      while (!tells(more)) more += 1;
      return { isTold: true, patients: changed.size * perDay + more, days: changed.size + 1 };
    }
    changed.set(day, { ...own, most: mostWith(perDay) });
  }
  return { isTold: false, patients: changed.size * perDay, days: changed.size };
}

/** As a table in Markdown. */
export function staysBelowTable(all: readonly StaysBelow[]): string {
  const rows = [...Map.groupBy(all, ({ role, perDay }) => `${role} ${perDay}`).values()].flatMap((same) => {
    const [one] = same;
    if (!one) return [];
    const told = same.flatMap((each) => each.told).toSorted((a, b) => a.patients - b.patients);
    return [
      {
        ...one,
        told,
        accounts: same.reduce((sum, { accounts }) => sum + accounts, 0),
        longest: Math.max(...same.map(({ longest }) => longest)),
      },
    ];
  });
  const lines = rows.map(({ role, perDay, accounts, told, longest }) => {
    const middle = told.length * 2 > accounts ? told[Math.floor((accounts - 1) / 2)] : undefined;
    const text = middle
      ? `${middle.patients.toLocaleString('en')} patients, on the account's day ${middle.days}`
      : '**not told**';
    const rest = longest > 0 ? `${(longest * perDay).toLocaleString('en')} patients in ${longest} days` : '';
    return `| ${role} | ${perDay} | ${told.length} of ${accounts} | ${text} | ${rest} |`;
  });
  return [
    '| role | strangers a day | told | when, the median | untold at most |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}
