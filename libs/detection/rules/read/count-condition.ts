import type { CountCondition, RuleType } from '../../rule/rule.js';
import { ruleLimits } from '../text/limits.js';
import type { Mistakes } from '../text/mistakes.js';
import { countOf, refuseUnknownKeys, textsOf } from './read-tree.js';
import type { Located } from './read-tree.js';
import type { Entry, MapTree } from './tree.js';

/** What is counted, and which numbers are enough. */
export interface Count {
  /** Names of fields or aliases; empty where no field is counted. */
  readonly field: readonly Located[];
  readonly condition: CountCondition;
}

const absence =
  'only an absence can meet it, and an access that is missing cannot raise an incident: write a lower bound, gte or gt, too';
const percentile = 'percentile is not taken, since it is no set of patients: count distinct values with gte';
const examples: Readonly<Record<RuleType, string>> = {
  value_count: 'condition: {field: patient_id, gte: 40}',
  event_count: 'condition: {gte: 40}',
  temporal: 'condition: {gte: 2}',
  temporal_ordered: 'condition: {gte: 2}',
};

/** `condition` of a correlation over `rules` rules; undefined when it is wrong (noted). */
export function readCount(body: MapTree, type: RuleType, rules: number, mistakes: Mistakes): Count | undefined {
  const entry = body.entries.get('condition');
  if (!entry && (type === 'temporal' || type === 'temporal_ordered')) return { field: [], condition: noUpper(rules) };
  if (!entry) return mistakes.at(body.line, `condition is missing: write ${examples[type]}`);
  if (entry.value.kind !== 'map')
    return mistakes.at(
      entry.line,
      `condition must be a map such as ${examples[type].slice('condition: '.length)}: conditions as text are not taken yet`,
    );
  if (type === 'temporal') return readMet(entry, entry.value, type, rules, mistakes);
  if (type === 'temporal_ordered') return readOrdered(entry, entry.value, rules, mistakes);
  return readCounted(entry, entry.value, type, mistakes);
}

function readCounted(entry: Entry, map: MapTree, type: RuleType, mistakes: Mistakes): Count | undefined {
  const field = type === 'value_count' ? readField(entry, map, mistakes) : refuseField(map, mistakes);
  const condition = readBounds(map, entry.line, mistakes);
  refuseUnknownKeys(map, 'condition', ['field', ...operators], { percentile }, mistakes);
  return field && condition ? { field, condition } : undefined;
}

/** How many of the rules must be met. */
function readMet(entry: Entry, map: MapTree, type: RuleType, rules: number, mistakes: Mistakes): Count | undefined {
  refuseField(map, mistakes);
  const hint = `${type} counts the rules that are met, and takes gte or gt only`;
  refuseUnknownKeys(map, 'condition', ['field', 'gte', 'gt'], { lt: hint, lte: hint, eq: hint, neq: hint, percentile }, mistakes);
  if (['lt', 'lte', 'eq', 'neq'].some((key) => map.entries.has(key))) return undefined;
  const condition = readBounds(map, entry.line, mistakes);
  if (condition && condition.atLeast > rules)
    return mistakes.at(entry.line, `condition asks for ${condition.atLeast} rules and rules names ${rules}: it could never hold`);
  return condition && { field: [], condition };
}

/** An order is judged whole: a chain of some of the rules would be several chains, each with its own window. */
function readOrdered(entry: Entry, map: MapTree, rules: number, mistakes: Mistakes): Count | undefined {
  const count = readMet(entry, map, 'temporal_ordered', rules, mistakes);
  if (!count || count.condition.atLeast === rules) return count;
  return mistakes.at(
    entry.line,
    `condition asks for ${count.condition.atLeast} of ${rules} rules, and temporal_ordered is met by all of them in their order only: write gte: ${rules} or leave condition away, and one temporal_ordered for each order of fewer rules that is meant; temporal with this condition asks for the same without order`,
  );
}

const operators = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'] as const;

/** Bounds of all operators together, for whole numbers: `gt: 5` is 6 or more, `{gte: 3, lt: 10}` is 3 to 9. */
function readBounds(map: MapTree, line: number, mistakes: Mistakes): CountCondition | undefined {
  const before = mistakes.count;
  for (const [one, other] of [
    ['gte', 'gt'],
    ['lte', 'lt'],
  ] as const)
    // prettier-ignore
    if (map.entries.has(one) && map.entries.has(other))
      mistakes.at(map.entries.get(other)?.line ?? line, `condition has ${one} and ${other}: keep one`);
  const given = new Map(operators.flatMap((key) => operatorOf(map, key, mistakes)));
  const of = (key: (typeof operators)[number]): number | undefined => given.get(key);
  if (mistakes.count > before) return undefined;
  if (given.size === 0) return mistakes.at(line, 'condition has no threshold: write gte or gt with a number');
  const eq = of('eq');
  if (eq !== undefined && given.size > 1)
    return mistakes.at(map.entries.get('eq')?.line ?? line, 'eq already names the one number: leave the other operators away');
  const lower = eq ?? of('gte') ?? plus(of('gt'), 1);
  const upper = eq ?? of('lte') ?? plus(of('lt'), -1);
  const upperName = of('lte') === undefined ? 'lt' : 'lte';
  if (lower === undefined && upper !== undefined)
    return mistakes.at(map.entries.get(upperName)?.line ?? line, `${upperName} alone is not taken: ${absence}`);
  if (lower === 0)
    return mistakes.at(
      map.entries.get(eq === 0 ? 'eq' : 'gte')?.line ?? line,
      `${eq === 0 ? 'eq' : 'gte'}: 0 is not taken: ${eq === 0 ? absence : 'it always holds, write 1 or more'}`,
    );
  const condition = withoutOne(lower ?? 1, upper ?? Number.POSITIVE_INFINITY, of('neq'));
  if (condition.atLeast > condition.atMost)
    return mistakes.at(line, 'no number meets condition: the bounds leave nothing between them');
  return condition;
}

function operatorOf(
  map: MapTree,
  key: (typeof operators)[number],
  mistakes: Mistakes,
): readonly (readonly [typeof key, number])[] {
  const entry = map.entries.get(key);
  const value = entry && countOf(entry.value, `${key} of condition`, 0, ruleLimits.countMax, mistakes);
  return value === undefined ? [] : [[key, value]];
}

/** A range without one number; a number at its edge only moves the edge. */
function withoutOne(atLeast: number, atMost: number, except: number | undefined): CountCondition {
  if (except === undefined || except < atLeast || except > atMost) return { atLeast, atMost };
  if (except === atLeast) return { atLeast: atLeast + 1, atMost };
  return except === atMost ? { atLeast, atMost: atMost - 1 } : { atLeast, atMost, except };
}

function plus(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value + by;
}

function noUpper(atLeast: number): CountCondition {
  return { atLeast, atMost: Number.POSITIVE_INFINITY };
}

function readField(entry: Entry, map: MapTree, mistakes: Mistakes): readonly Located[] | undefined {
  const names = textsOf(map.entries.get('field'), mistakes);
  if (!map.entries.has('field') || names?.length === 0)
    return mistakes.at(entry.line, 'value_count counts distinct values of a field: write field: patient_id in condition');
  return names && withoutTwice(names, 'field', mistakes);
}

function refuseField(map: MapTree, mistakes: Mistakes): readonly Located[] | undefined {
  const field = map.entries.get('field');
  return field ? mistakes.at(field.line, 'field goes with value_count only: leave it away, or write type: value_count') : [];
}

/** The names, or undefined when one stands twice (noted). */
export function withoutTwice(names: readonly Located[], key: string, mistakes: Mistakes): readonly Located[] | undefined {
  const twice = names.find(({ text }, index) => names.findIndex((other) => other.text === text) < index);
  return twice ? mistakes.at(twice.line, `${key} names ${twice.text} twice: name it once`) : names;
}
