import { hasAmounts, isMeeting, kindOfRule, ruleKinds } from '../../rule/rule-kinds.js';
import { leastOf, type Meeting } from '../../rule/meeting.js';
import type { CountCondition, RuleType } from '../../rule/rule.js';
import { ruleLimits } from '../text/limits.js';
import type { Mistakes } from '../text/mistakes.js';
import { anyCountOf, countOf, refuseUnknownKeys, textsOf } from './read-tree.js';
import type { Located } from './read-tree.js';
import { readMeeting } from './meeting-condition.js';
import type { Entry, MapTree, ScalarTree } from '../yaml/tree.js';

/** What is counted, and which numbers are enough. */
export interface Count {
  /** Names of fields or aliases; empty where no field is counted. */
  readonly field: readonly Located[];
  readonly condition: CountCondition;
  /** Of percentiles and medians, 1 to 100. */
  readonly percentile?: number;
  /** Of a `temporal` whose condition is a text. */
  readonly meeting?: Meeting;
}

const absence =
  'only an absence can meet it, and an access that is missing cannot raise an incident: write a lower bound, gte or gt, too';
const percentile = 'percentile goes with value_percentile only: leave it away, or write type: value_percentile';

/** `condition` of a correlation over these rules; undefined when it is wrong (noted). */
export function readCount(body: MapTree, type: RuleType, references: readonly Located[], mistakes: Mistakes): Count | undefined {
  const rules = references.length;
  const entry = body.entries.get('condition');
  if (!entry && isMeeting(type)) return { field: [], condition: noUpper(rules) };
  const { example } = ruleKinds[type];
  if (!entry) return mistakes.at(body.line, `condition is missing: write ${example}`);
  if (entry.value.kind === 'scalar' && type === 'temporal') return readText(entry.value, references, mistakes);
  if (entry.value.kind !== 'map')
    return mistakes.at(
      entry.line,
      `condition must be a map such as ${example.slice('condition: '.length)}: a condition as text goes with temporal only`,
    );
  if (type === 'temporal') return readMet(entry, entry.value, type, rules, mistakes);
  if (type === 'temporal_ordered') return readOrdered(entry, entry.value, rules, mistakes);
  return hasAmounts(type) ? readAmounts(entry, entry.value, type, mistakes) : readCounted(entry, entry.value, type, mistakes);
}

/** What the numbers of one field come to. */
function readAmounts(entry: Entry, map: MapTree, type: RuleType, mistakes: Mistakes): Count | undefined {
  const isPercentile = type === 'value_percentile';
  const field = readNumberField(entry, map, type, mistakes);
  const hundredths = isPercentile ? readPercentile(entry, map, mistakes) : 50;
  const condition = type === 'value_sum' ? readBounds(map, entry.line, mistakes) : readFigure(map, entry.line, type, mistakes);
  const keys = ['field', ...(isPercentile ? ['percentile'] : []), ...operators];
  refuseUnknownKeys(map, 'condition', keys, { percentile }, mistakes);
  if (!field || !condition || hundredths === undefined) return undefined;
  return { field, condition, ...(kindOfRule(type).measure === 'percentile' && { percentile: hundredths }) };
}

function readNumberField(entry: Entry, map: MapTree, type: RuleType, mistakes: Mistakes): readonly Located[] | undefined {
  const names = textsOf(map.entries.get('field'), mistakes);
  if (!names) {
    if (map.entries.has('field')) return undefined;
    return mistakes.at(entry.line, `${type} needs a field that holds numbers: write field: record_count in condition`);
  }
  if (names.length === 1) return names;
  return mistakes.at(entry.line, `${type} takes the numbers of one field: write field: record_count in condition`);
}

function readPercentile(entry: Entry, map: MapTree, mistakes: Mistakes): number | undefined {
  const given = map.entries.get('percentile');
  if (given) return countOf(given.value, 'percentile', 1, 100, mistakes);
  return mistakes.at(entry.line, 'value_percentile does not say which: write percentile: 95 in condition');
}

/**
 * Bounds of an average or a percentile, of which an upper one alone is enough: without events there is none. A percentile is one of the numbers, so
 * that `gt: 5` is 6 or more; an average may lie between.
 */
function readFigure(map: MapTree, line: number, type: RuleType, mistakes: Mistakes): CountCondition | undefined {
  const isWhole = kindOfRule(type).measure === 'percentile';
  const given = readOperators(map, line, isWhole ? countOf : anyCountOf, mistakes);
  if (!given) return undefined;
  if (given.get('gte') === 0)
    return mistakes.at(map.entries.get('gte')?.line ?? line, 'gte: 0 is not taken: it always holds, write 1 or more');
  const { eq, gte, gt, lte, lt, neq: except } = Object.fromEntries(given);
  const condition: CountCondition = isWhole
    ? withoutOne(eq ?? gte ?? plus(gt, 1) ?? 0, eq ?? lte ?? plus(lt, -1) ?? Number.POSITIVE_INFINITY, except)
    : {
        atLeast: eq ?? gte ?? gt ?? 0,
        atMost: eq ?? lte ?? lt ?? Number.POSITIVE_INFINITY,
        ...(except !== undefined && { except }),
        ...(gt !== undefined && { above: true }),
        ...(lt !== undefined && { below: true }),
      };
  const isEdge = condition.atLeast === condition.atMost && (condition.above || condition.below || except === condition.atLeast);
  if (condition.atLeast <= condition.atMost && !isEdge) return condition;
  return mistakes.at(line, 'no number meets condition: the bounds leave nothing between them');
}

function readCounted(entry: Entry, map: MapTree, type: RuleType, mistakes: Mistakes): Count | undefined {
  const field = type === 'value_count' ? readField(entry, map, mistakes) : refuseField(map, mistakes);
  const condition = readBounds(map, entry.line, mistakes);
  refuseUnknownKeys(map, 'condition', ['field', ...operators], { percentile }, mistakes);
  return field && condition ? { field, condition } : undefined;
}

/** `export and not reason`; what says no more than a number of rules is that number. */
function readText({ text, line }: ScalarTree, references: readonly Located[], mistakes: Mistakes): Count | undefined {
  const meeting = readMeeting(text, line, references, mistakes);
  if (!meeting) return undefined;
  const isPlain = !('input' in meeting) && meeting.of.every(({ op }) => op === 'met') && meeting.of.length === references.length;
  if (isPlain) return { field: [], condition: noUpper(meeting.op === 'and' ? references.length : 1) };
  return { field: [], condition: noUpper(leastOf(meeting)), meeting };
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
type Operator = (typeof operators)[number];

/** Bounds of all operators together, for whole numbers: `gt: 5` is 6 or more, `{gte: 3, lt: 10}` is 3 to 9. */
function readBounds(map: MapTree, line: number, mistakes: Mistakes): CountCondition | undefined {
  const given = readOperators(map, line, countOf, mistakes);
  if (!given) return undefined;
  const of = (key: Operator): number | undefined => given.get(key);
  const eq = of('eq');
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

/** The operators and their numbers; undefined where something is wrong (noted). */
function readOperators(
  map: MapTree,
  line: number,
  numberOf: typeof countOf,
  mistakes: Mistakes,
): ReadonlyMap<Operator, number> | undefined {
  const before = mistakes.count;
  for (const [one, other] of [
    ['gte', 'gt'],
    ['lte', 'lt'],
  ] as const)
    // prettier-ignore
    if (map.entries.has(one) && map.entries.has(other))
      mistakes.at(map.entries.get(other)?.line ?? line, `condition has ${one} and ${other}: keep one`);
  const given = new Map(operators.flatMap((key) => operatorOf(map, key, numberOf, mistakes)));
  if (mistakes.count > before) return undefined;
  if (given.size === 0) return mistakes.at(line, 'condition has no threshold: write gte or gt with a number');
  if (given.has('eq') && given.size > 1)
    return mistakes.at(map.entries.get('eq')?.line ?? line, 'eq already names the one number: leave the other operators away');
  return given;
}

function operatorOf(
  map: MapTree,
  key: Operator,
  numberOf: typeof countOf,
  mistakes: Mistakes,
): readonly (readonly [Operator, number])[] {
  const entry = map.entries.get(key);
  const value = entry && numberOf(entry.value, `${key} of condition`, 0, ruleLimits.countMax, mistakes);
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
  return field
    ? mistakes.at(
        field.line,
        'field goes with value_count, value_sum and their like only: leave it away, or write type: value_count',
      )
    : [];
}

/** The names, or undefined when one stands twice (noted). */
export function withoutTwice(names: readonly Located[], key: string, mistakes: Mistakes): readonly Located[] | undefined {
  const twice = names.find(({ text }, index) => names.findIndex((other) => other.text === text) < index);
  return twice ? mistakes.at(twice.line, `${key} names ${twice.text} twice: name it once`) : names;
}
