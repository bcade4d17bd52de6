import { goesByHabit, type Rule } from '#libs/detection/rule/rule.js';
import type { AttackSettings } from '../hospital/attacks/attack-plans.js';
import { dayMs, hourMs } from '../hospital/local-time.js';
import { exposedOf } from './goals.js';
import { belowRecipes, type Recipe } from './just-below-recipes.js';
import type { Played } from './verdict.js';

/** An attack that stays one below what a rule asks for, beside what the owner of its account does. */
export interface JustBelow {
  readonly rule: Rule;
  readonly order: { readonly name: 'below_floors'; readonly as: string } & AttackSettings;
  /** What it keeps to: so many of what the rule counts within the rule's timespan. */
  readonly atMost: number;
}

/** They begin in the second week, so that accounts have a past, and last for two weeks; against programs once these are judged at all, after nine days that settled. */
const beginsOn = 7;
const programsBeginOn = 12;
const lastsDays = 14;
/** Of a minute's share, so that no window holds one more than it should by rounding. */
const gapMargin = 1.01;
const patientsMax = 3_000;

/**
 * For each rule of the default pack that people can stay below the attack that does so for two weeks, made of the rule's own number and timespan: other numbers in the
 * rules make other attacks. Rules that have no recipe are passed over (`unplanted` says why), and so are those of which one of what they count is enough.
 */
export function attacksJustBelow(rules: readonly Rule[]): readonly JustBelow[] {
  return rules.flatMap((rule) => {
    const recipe = belowRecipes.get(rule.id);
    const atMost = rule.condition.atLeast - 1;
    return recipe && atMost >= 1 && rule.raises ? [{ rule, atMost, order: orderOf(rule, recipe, atMost) }] : [];
  });
}

function orderOf(rule: Rule, recipe: Recipe, atMost: number): JustBelow['order'] {
  const { each, together = 1, hours = [8, 20], ...settings } = recipe;
  const base = {
    name: 'below_floors',
    as: rule.title,
    day: settings.role === 'service' ? programsBeginOn : beginsOn,
    days: lastsDays,
    hour: hours[0],
    hours,
    rhythm: 'even',
    ...settings,
  } as const;
  if (each !== undefined) {
    const pace = (atMost * each) / minutesOf(hours);
    return { ...base, actors: atMost, perDay: each, patients: atMost * each * lastsDays, pace, together: 1 };
  }
  const actors = settings.actors ?? 1;
  if (rule.timespanMs < 12 * hourMs) {
    // As many events as fit into the number, with equal waits.
    const events = Math.max(1, Math.floor(atMost / together));
    const gapMinutes = (gapMargin * rule.timespanMs) / 60_000 / events;
    return {
      ...base,
      actors,
      together: Math.min(together, atMost),
      perDay: Infinity,
      patients: patientsMax,
      pace: Math.min(together, atMost) / gapMinutes,
    };
  }
  const days = Math.max(1, rule.timespanMs / dayMs);
  const perDay = Math.max(1, Math.floor(atMost / days));
  const everyDays = Math.max(1, Math.floor(Math.min(days, lastsDays) / atMost));
  const patients = Math.min(perDay * lastsDays, Math.floor(atMost * Math.max(1, lastsDays / days)));
  return {
    ...base,
    actors,
    together: Math.min(together, perDay),
    perDay,
    everyDays,
    patients,
    pace: (gapMargin * perDay) / minutesOf(hours),
  };
}

function minutesOf([from, to]: readonly [number, number]): number {
  return (to - from) * 60;
}

/** What told them, as a table in Markdown: a row for each rule, over all that were played. Days are counted from the attack's first one, which is 1. */
export function justBelowTable(played: readonly Played[], below: readonly JustBelow[], rules: readonly Rule[]): string {
  const titles = new Map(rules.map(({ id, title }) => [id, title]));
  const rows = below.flatMap(({ rule, atMost }) => {
    const seen = played.flatMap(({ attacks }) => attacks.filter(({ name }) => name === rule.title));
    if (seen.length === 0) return [];
    const told = seen.filter((attack) => attack.told.length > 0);
    const exposed = seen.map(exposedOf).toSorted((a, b) => a - b);
    const days = told
      .map(({ told: [first], beginsMs }) => 1 + Math.floor(((first?.atMs ?? 0) - beginsMs) / dayMs))
      .toSorted((a, b) => a - b);
    const by = new Set(
      told.flatMap(({ told: [first] }) => first?.rules ?? []).map((id) => (id === rule.id ? '_itself_' : (titles.get(id) ?? id))),
    );
    const read = Math.max(...seen.map(({ patients }) => patients));
    const when = days.length ? `${days[Math.floor((days.length - 1) / 2)]}` : '';
    return [
      `| ${rule.title}${goesByHabit(rule) ? ' (learned)' : ''} | ${atMost.toLocaleString('en')} in ${timeText(rule.timespanMs)} | ${told.length} of ${seen.length} | ` +
        `${rangeText(exposed)} of ${read.toLocaleString('en')} | ${when} | ${[...by].join('; ')} |`,
    ];
  });
  return [
    '| stays one below | which is | told | patients when told, median (most) | on day | told first by |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** The median, and where another was further, the most. */
function rangeText(sorted: readonly number[]): string {
  const middle = patientsText(sorted[Math.floor((sorted.length - 1) / 2)]);
  const most = patientsText(sorted.at(-1));
  return middle === most ? middle : `${middle} (${most})`;
}

function patientsText(patients: number | undefined): string {
  return patients === undefined || patients === Infinity ? '**not found**' : patients.toLocaleString('en');
}

function timeText(ms: number): string {
  if (ms >= dayMs) return ms === dayMs ? 'a day' : `${ms / dayMs} days`;
  return ms >= hourMs ? (ms === hourMs ? 'an hour' : `${ms / hourMs} hours`) : `${ms / 60_000} minutes`;
}
