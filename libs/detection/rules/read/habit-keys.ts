import { type HabitScale, habitScales } from '#libs/habits/seams.js';
import { countTypes, isCount } from '../../rule/rule-kinds.js';
import { isMonotone } from '../../rule/rule.js';
import type { CountCondition, HabitTerms, RuleType } from '../../rule/rule.js';
import { anyOf, shown } from '../text/mistakes.js';
import type { Mistakes } from '../text/mistakes.js';
import type { Entry, MapTree } from '../yaml/tree.js';
import { anyCountOf, mapOf, refuseUnknownKeys } from './read-tree.js';

const example = 'habit: {weight: 0.1, scale: volume}';

/** `habit` of a correlation; undefined where it is absent or wrong (noted). */
export function readHabit(vigie: MapTree, mistakes: Mistakes): HabitTerms | undefined {
  const habit = mapOf(vigie, 'habit', mistakes);
  if (!habit) return undefined;
  refuseUnknownKeys(habit, 'habit', ['weight', 'scale', 'own', 'excuses', 'programs'], {}, mistakes);
  const line = vigie.entries.get('habit')?.line ?? habit.line;
  const weight = readWeight(habit.entries.get('weight'), line, mistakes);
  const scale = readScale(habit.entries.get('scale'), line, mistakes);
  const own = readOwn(habit.entries.get('own'), scale, mistakes);
  const excuses = readExcuses(habit, scale, mistakes);
  const programs = readPrograms(habit, scale, mistakes);
  if (weight === undefined || scale === undefined) return undefined;
  return { weight, scale, ...(own !== undefined && { own }), ...(excuses && { excuses }), ...(programs && { programs }) };
}

/** Whether what is usual only excuses; false where the key is absent or wrong (noted). */
function readExcuses({ entries }: MapTree, scale: HabitScale | undefined, mistakes: Mistakes): boolean {
  const entry = entries.get('excuses');
  if (!entry) return false;
  if (entry.value.kind !== 'scalar' || entry.value.value !== true) mistakes.at(entry.line, 'excuses is true or left away');
  else if (scale === 'own' || entries.has('own'))
    mistakes.at(entry.line, 'excuses goes with what peers do: leave own away, and write scale: volume or scale: rare');
  else return true;
  return false;
}

/** Whether the rule counts programs alone; false where the key is absent or wrong (noted). */
function readPrograms({ entries }: MapTree, scale: HabitScale | undefined, mistakes: Mistakes): boolean {
  const entry = entries.get('programs');
  if (!entry) return false;
  if (entry.value.kind !== 'scalar' || entry.value.value !== true) mistakes.at(entry.line, 'programs is true or left away');
  else if (scale === 'own' || entries.has('own'))
    mistakes.at(entry.line, 'programs have a measure of their own: leave own away, and write scale: volume or scale: rare');
  else return true;
  return false;
}

/** The share of the budget for days beyond the account's own; undefined where it is absent or wrong (noted). */
function readOwn(entry: Entry | undefined, scale: HabitScale | undefined, mistakes: Mistakes): number | undefined {
  if (!entry) return undefined;
  if (scale === 'own')
    return mistakes.at(
      entry.line,
      'own of habit goes with scale: volume only: with scale: own all of its weight is for own days',
    );
  if (scale === 'rare')
    return mistakes.at(entry.line, 'own of habit goes with scale: volume only: what is mostly zero has no spread of its own');
  const own = anyCountOf(entry.value, 'own of habit', 0, 1, mistakes);
  if (own !== 0) return own;
  return mistakes.at(entry.line, 'own: 0 is not taken: without a share of the budget own days are not compared, leave it away');
}

function readWeight(entry: Entry | undefined, line: number, mistakes: Mistakes): number | undefined {
  if (!entry) return mistakes.at(line, `habit has no weight, its share of the budget: write ${example}`);
  const weight = anyCountOf(entry.value, 'weight of habit', 0, 1, mistakes);
  if (weight !== 0) return weight;
  return mistakes.at(entry.line, 'weight: 0 is not taken: a rule without a share of the budget never holds, leave habit away');
}

function readScale(entry: Entry | undefined, line: number, mistakes: Mistakes): HabitScale | undefined {
  if (!entry) return mistakes.at(line, `habit has no scale: write ${example}, or scale: rare for what is mostly zero`);
  const { value } = entry;
  const scale = value.kind === 'scalar' ? habitScales.find((known) => known === value.text) : undefined;
  const got = value.kind === 'scalar' ? shown(value.text) : `a ${value.kind}`;
  return scale ?? mistakes.at(value.line, `scale of habit must be ${anyOf(habitScales)}, not ${got}`);
}

/** `habit_days: true`; false where it is absent or wrong (noted). */
export function readHabitDays(vigie: MapTree, mistakes: Mistakes): boolean {
  const entry = vigie.entries.get('habit_days');
  if (!entry) return false;
  if (entry.value.kind === 'scalar' && entry.value.value === true) return true;
  mistakes.at(entry.line, 'habit_days is true or left away');
  return false;
}

/** What of the map `vigie` habits must agree with. */
interface Keys {
  readonly habit: HabitTerms | undefined;
  readonly habitDays: boolean;
  readonly spread: object | undefined;
  readonly dormantMs: number | undefined;
}

interface Body {
  readonly type: RuleType;
  readonly condition: CountCondition;
}

/** What goes with habits: counts that more accesses can only raise, of accesses, and no second condition beside the count. */
export function checkHabit(map: MapTree, vigie: Keys, { type, condition }: Body, mistakes: Mistakes): void {
  const key = vigie.habit ? 'habit' : vigie.habitDays ? 'habit_days' : undefined;
  if (!key) return;
  const keys = mapOf(map, 'vigie', mistakes);
  const line = keys?.entries.get(key)?.line ?? map.line;
  const body = mapOf(map, 'correlation', mistakes);
  const asked = body && mapOf(body, 'condition', mistakes);
  const taken = key === 'habit' ? anyOf(countTypes, 'and') : 'value_count';
  const fits = key === 'habit' ? isCount(type) : type === 'value_count';
  if (vigie.habit && vigie.habitDays)
    mistakes.at(line, 'habit and habit_days do not go together: one looks at a day, the other at several, write two rules');
  if (!fits) mistakes.at(line, `${key} goes with ${taken} only, not with ${type}`);
  else if (!isMonotone({ type, condition }) || !asked?.entries.has('gte') || asked.entries.has('gt'))
    mistakes.at(line, `${key} goes with gte only: its number is the floor, below which nothing is told`);
  if (vigie.spread && vigie.habitDays)
    mistakes.at(line, 'habit_days does not go with spread: what several days show is shown by counts');
  if (vigie.dormantMs !== undefined) mistakes.at(line, `${key} does not go with dormant: what is usual is a count of awake days`);
}
