import type { HabitTerms } from '../../rule/rule.js';
import { countTypes, isCount } from '../../rule/rule-kinds.js';
import type { Meeting } from '../../rule/meeting.js';
import { isMonotone } from '../../rule/rule.js';
import type { CountCondition, RuleType } from '../../rule/rule.js';
import { ruleLimits } from '../text/limits.js';
import { anyOf, shown } from '../text/mistakes.js';
import type { Mistakes } from '../text/mistakes.js';
import { countOf, mapOf, refuseUnknownKeys, textOf, textsOf, timespanOf } from './read-tree.js';
import { checkHabit, readHabit, readHabitDays } from './habit-keys.js';
import { readCases } from './read-cases.js';
import type { RuleCase } from './read-cases.js';
import type { Located } from './read-tree.js';
import type { Entry, MapTree } from '../yaml/tree.js';

/** What stands under `vigie:` of a correlation; other tools leave it aside. */
export interface VigieKeys {
  /** `field` is the name of a field or alias. */
  readonly spread: { readonly field: Located; readonly atLeast: number } | undefined;
  readonly steps: readonly number[];
  readonly attack: readonly string[];
  readonly runbook: string;
  readonly dormantMs: number | undefined;
  readonly allowedLatenessMs: number | undefined;
  /** What is usual for the account decides how much is told. */
  readonly habit: HabitTerms | undefined;
  /** What is usual over several days does. */
  readonly habitDays: boolean;
  readonly cases: readonly RuleCase[];
}

export const nothing: VigieKeys = {
  spread: undefined,
  steps: [],
  attack: [],
  runbook: '',
  dormantMs: undefined,
  allowedLatenessMs: undefined,
  habit: undefined,
  habitDays: false,
  cases: [],
};
export const correlationKeys = [
  'spread',
  'steps',
  'attack',
  'runbook',
  'dormant',
  'allowed_lateness',
  'habit',
  'habit_days',
  'cases',
] as const;
/** Those that an event rule takes which raises incidents by itself. */
export const aloneKeys = ['steps', 'attack', 'runbook', 'allowed_lateness', 'cases'] as const;
export const filterKeys = ['expires', 'owner', 'reason'] as const;
const elsewhere = {
  time_zone: 'time_zone belongs into the vigie map of an event rule, where hour and day are asked',
  ...belongs(filterKeys, 'filter'),
};

/** Hints for keys that stand in the `vigie` map of another kind of document. */
export function belongs(keys: readonly string[], kind: string): Readonly<Record<string, string>> {
  return Object.fromEntries(keys.map((key) => [key, `${key} belongs into the vigie map of a ${kind}`]));
}

/** Reads the map `vigie`; what is wrong is noted. */
export function readVigie(map: MapTree, mistakes: Mistakes, warnings: Mistakes): VigieKeys {
  const vigie = mapOf(map, 'vigie', mistakes);
  if (!vigie) return nothing;
  refuseUnknownKeys(vigie, 'vigie', correlationKeys, elsewhere, mistakes);
  return { ...readAlone(vigie, mistakes, warnings), ...readCounting(vigie, mistakes) };
}

/** What goes with counting only. */
function readCounting(vigie: MapTree, mistakes: Mistakes): Pick<VigieKeys, 'spread' | 'dormantMs' | 'habit' | 'habitDays'> {
  const dormantMs = timespanOf(vigie, 'dormant', ruleLimits.timespanMsMax, '400d, the longest that is kept', mistakes);
  const habits = { habit: readHabit(vigie, mistakes), habitDays: readHabitDays(vigie, mistakes) };
  return { spread: readSpread(vigie, mistakes), dormantMs, ...habits };
}

/** What goes with whatever raises incidents; what is wrong is noted. */
export function readAlone(vigie: MapTree, mistakes: Mistakes, warnings: Mistakes): VigieKeys {
  return {
    ...nothing,
    steps: readSteps(vigie.entries.get('steps'), mistakes),
    attack: readAttack(vigie.entries.get('attack'), mistakes),
    runbook: readRunbook(vigie, mistakes),
    allowedLatenessMs: timespanOf(
      vigie,
      'allowed_lateness',
      ruleLimits.latenessMsMax,
      '7d, a later access is judged again from the store anyway',
      mistakes,
    ),
    cases: readCases(vigie.entries.get('cases'), mistakes, warnings),
  };
}

interface Body {
  readonly type: RuleType;
  readonly timespanMs: number;
  readonly condition: CountCondition;
  readonly meeting?: Meeting;
}

/** What goes with some correlations only. */
export function checkVigie(
  map: MapTree,
  vigie: VigieKeys,
  { type, timespanMs, condition, meeting }: Body,
  mistakes: Mistakes,
): void {
  const keys = mapOf(map, 'vigie', mistakes);
  const lineOf = (key: string): number => keys?.entries.get(key)?.line ?? map.line;
  if (vigie.spread && type === 'temporal_ordered')
    mistakes.at(lineOf('spread'), 'spread does not go with temporal_ordered, which looks at an order and counts nothing');
  if (vigie.spread && meeting)
    mistakes.at(lineOf('spread'), 'spread does not go with a condition as text, which looks at what is met and counts nothing');
  checkHabit(map, vigie, { type, condition }, mistakes);
  if (vigie.dormantMs === undefined) return;
  const line = lineOf('dormant');
  if (!isCount(type)) mistakes.at(line, `dormant goes with ${anyOf(countTypes, 'and')} only, not with ${type}`);
  else if (!isMonotone({ type, condition }))
    mistakes.at(line, 'dormant goes with a lower bound only: leave lt, lte, eq and neq away');
  if (vigie.dormantMs < timespanMs)
    mistakes.at(line, 'dormant is shorter than timespan: an account sleeps longer than it is watched');
}

function readSpread(vigie: MapTree, mistakes: Mistakes): VigieKeys['spread'] {
  const spread = mapOf(vigie, 'spread', mistakes);
  if (!spread) return undefined;
  const hint = {
    gt: 'gt is not taken in spread: write gte, one higher',
    ...Object.fromEntries(['lt', 'lte', 'eq', 'neq'].map((key) => [key, `${key} is not taken in spread: write gte`])),
  };
  refuseUnknownKeys(spread, 'spread', ['field', 'gte'], hint, mistakes);
  const line = vigie.entries.get('spread')?.line ?? spread.line;
  const text = textOf(spread, 'field', mistakes);
  const gte = spread.entries.get('gte');
  if (!spread.entries.has('field')) mistakes.at(line, 'spread has no field: write spread: {field: clinic_id, gte: 2}');
  if (!gte) mistakes.at(line, 'spread has no gte: write spread: {field: clinic_id, gte: 2}');
  if (!gte || text === undefined) return undefined;
  if (gte.value.kind === 'scalar' && (gte.value.value === 0 || gte.value.value === 1))
    return mistakes.at(gte.value.line, `spread with gte: ${gte.value.text} always holds: write 2 or more, or leave spread away`);
  const atLeast = countOf(gte.value, 'gte of spread', 2, ruleLimits.countMax, mistakes);
  const field = { text, line: spread.entries.get('field')?.value.line ?? line };
  return atLeast === undefined ? undefined : { field, atLeast };
}

function readSteps(entry: Entry | undefined, mistakes: Mistakes): readonly number[] {
  if (!entry) return [];
  const { value } = entry;
  if (value.kind !== 'list' || value.items.length === 0 || value.items.length > ruleLimits.stepsPerRule) {
    mistakes.at(entry.line, `steps must be a list of 1 to ${ruleLimits.stepsPerRule} numbers such as [40, 400, 4000]`);
    return [];
  }
  const steps: number[] = [];
  for (const item of value.items) {
    const step = countOf(item, 'a step', 1, ruleLimits.countMax, mistakes);
    if (step === undefined) return [];
    const previous = steps.at(-1) ?? 0;
    if (step <= previous) mistakes.at(item.line, `steps must ascend: ${step} follows ${previous}`);
    steps.push(step);
  }
  return steps;
}

function readAttack(entry: Entry | undefined, mistakes: Mistakes): readonly string[] {
  return (textsOf(entry, mistakes) ?? []).map(({ text, line }) => {
    if (!/^T\d{4}(\.\d{3})?$/.test(text))
      mistakes.at(line, `${shown(text)} is no ATT&CK technique: write one such as T1078 or T1078.002`);
    return text;
  });
}

function readRunbook(vigie: MapTree, mistakes: Mistakes): string {
  const path = textOf(vigie, 'runbook', mistakes);
  if (path === undefined) return '';
  if (/^[\w-][\w./-]*\.md$/.test(path) && !path.includes('..')) return path;
  mistakes.at(
    vigie.entries.get('runbook')?.line ?? vigie.line,
    `runbook must be the path of a .md file in this repository, not ${shown(path)}`,
  );
  return '';
}
