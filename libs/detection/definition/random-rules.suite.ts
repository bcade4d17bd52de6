import * as fc from 'fast-check';
import { aRule } from '#libs/testkit/a-rule.js';
import {
  type CountCondition,
  type Exception,
  type Field,
  type Input,
  isMonotone,
  isSteady,
  type Rule,
  type Selection,
} from '../rule/rule.js';
import { hasAmounts, isMeeting } from '../rule/rule-kinds.js';
import { inputsOf, leastOf, type Meeting } from '../rule/meeting.js';
import { type Match, or } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';
import { anyBase, type Base, excluded, filtered, hour, is, minute, selectionFor } from './random-conditions.suite.js';
import { bounded, meetings, ofAmounts, ofFigures, reaching } from './random-counts.suite.js';

// Random rules of every type over the fields that random histories fill: session and application as groups, clinics as spread.

const terms = fc.record({
  timespanMs: fc.constantFrom(1_000, 2 * minute, 10 * minute, hour, 24 * hour, 36 * hour),
  level: fc.constantFrom('low' as const, 'high' as const),
  steps: fc.constantFrom([], [2, 4, 6]),
  allowedLatenessMs: fc.constantFrom(undefined, undefined, minute, 3 * hour),
  condition: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 5 }).map(reaching) }, fc.constantFrom(...bounded)),
  amounts: fc.constantFrom(...ofAmounts),
  figures: fc.constantFrom(...ofFigures),
  meeting: fc.constantFrom(...Object.keys(meetings)),
  percentile: fc.constantFrom(1, 25, 90, 100),
  spread: fc.option(
    fc.constantFrom(
      { field: 'clinic_id' as const, atLeast: 2 },
      { field: 'session_id' as const, atLeast: 2 },
      { field: 'patient_id' as const, atLeast: 3 },
    ),
    {
      nil: undefined,
      freq: 3,
    },
  ),
  dormantMs: fc.option(fc.constantFrom(40 * hour, 60 * hour), { nil: undefined, freq: 5 }),
  /** Where nobody knows what is usual one is told by its number, the other never. */
  habit: fc.option(
    fc.constantFrom({ weight: 0.5, scale: 'rare' as const, excuses: true }, { weight: 0.5, scale: 'own' as const }),
    {
      nil: undefined,
      freq: 10,
    },
  ),
});
type Terms = typeof terms extends fc.Arbitrary<infer T> ? T : never;

interface Shape {
  readonly type: Rule['type'];
  readonly bases: readonly Base[];
  readonly by: readonly Field[];
  readonly alias: boolean;
  readonly field: readonly Field[];
  readonly terms: Terms;
}
const groupings: readonly (readonly Field[])[] = [[], [], [], ['session_id'], ['session_id'], ['session_id', 'application']];
const shapeOver = (base: fc.Arbitrary<Base>): fc.Arbitrary<Shape> =>
  fc.record({
    type: fc.constantFrom(
      'value_count' as const,
      'value_count' as const,
      'event_count' as const,
      'value_sum' as const,
      'value_sum' as const,
      'value_avg' as const,
      'value_median' as const,
      'value_percentile' as const,
      'temporal' as const,
      'temporal_ordered' as const,
    ),
    bases: fc.array(base, { minLength: 1, maxLength: 3 }),
    by: fc.constantFrom(...groupings),
    alias: fc.boolean(),
    field: fc.constantFrom(
      ['patient_id'] as const,
      ['patient_id'] as const,
      ['event_id'] as const,
      ['clinic_id', 'session_id'] as const,
      ['source_ip'] as const,
    ),
    terms,
  });

/** What a rule has twice: with and without exceptions. */
interface Version {
  readonly inputs: readonly Input[];
  readonly selection: Selection;
}

/** What a rule of the type counts. */
function countedBy(type: Rule['type'], field: readonly Field[]): readonly Field[] {
  if (hasAmounts(type)) return ['record_count'];
  return type === 'value_count' ? field : [];
}

function conditionOf(type: Rule['type'], { condition, amounts, figures }: Terms, inputs: number): CountCondition {
  if (isMeeting(type)) return reaching(inputs);
  if (type === 'value_sum') return amounts;
  return hasAmounts(type) ? figures : condition;
}

/** What a rule asks for that is more than a number of inputs; one alone meets nobody. */
function meetingOf(type: Rule['type'], { meeting }: Terms, inputs: number): Meeting | undefined {
  return type === 'temporal' && inputs > 1 ? meetings[meeting]?.(inputs) : undefined;
}

/** Whether accesses of an input are those of the incident. */
function isAskedFor(meeting: Meeting | undefined, input: number): boolean {
  return !meeting || inputsOf(meeting, 'met').has(input);
}

function versionOf(of: Shape, condition: (base: Base) => Match): Version {
  const { type, bases, by, alias, field, terms: given } = of;
  const { spread } = given;
  const isTemporal = isMeeting(type);
  const counted = countedBy(type, field);
  const used = isTemporal ? bases : bases.slice(0, alias ? 2 : 1);
  const inputs = used.map((one, index): Input => {
    // An alias lets the second input name the group by another field.
    const named = alias && index === 1 ? by.map(aliased) : by;
    const of = spread && !isTemporal ? { spread: spread.field } : {};
    return { kind: 'rows', selection: selectionFor(condition(one), one.treeless), by: named, field: counted, ...of };
  });
  const meeting = meetingOf(type, given, used.length);
  const met = used.filter((_, input) => isAskedFor(meeting, input)).map(condition);
  return { inputs, selection: selectionFor(met.length === 1 && met[0] ? met[0] : or(met), false) };
}

function aliased(field: Field): Field {
  return field === 'session_id' ? 'application' : 'session_id';
}

function ruleFrom(id: string, of: Shape): Rule {
  const { type, bases, by, field, terms: given } = of;
  const isTemporal = isMeeting(type);
  const filteredVersion = versionOf(of, filtered);
  const count = filteredVersion.inputs.length;
  const meeting = meetingOf(type, given, count);
  const condition = meeting ? reaching(leastOf(meeting)) : conditionOf(type, given, count);
  const onlyRises = !isTemporal && isMonotone({ type, condition });
  const whole: Rule = {
    ...aRule({
      id,
      title: id,
      selection: filteredVersion.selection,
      timespanMs: given.timespanMs,
      level: given.level,
      steps: given.steps,
    }),
    ...filteredVersion,
    type,
    by,
    field: countedBy(type, field),
    condition,
    ...(type === 'value_percentile' && { percentile: given.percentile }),
    ...(type === 'value_median' && { percentile: 50 }),
    ...(meeting && { meeting }),
    ...(given.spread && !isTemporal && { spread: given.spread }),
    ...(given.dormantMs && onlyRises && { dormantMs: given.dormantMs }),
    ...(given.habit && !given.dormantMs && onlyRises && { habit: given.habit }),
    ...(given.allowedLatenessMs && { allowedLatenessMs: given.allowedLatenessMs }),
  };
  const exceptions = bases.slice(0, count).flatMap((one, index): Exception[] => {
    const out = excluded(one);
    if (!out || !isAskedFor(meeting, index)) return [];
    return [
      {
        id: `${id} exception ${index}`,
        title: '',
        owner: '',
        reason: '',
        expiresMs: 0,
        excluded: selectionFor(out, false),
        file: '',
        line: 1,
      },
    ];
  });
  if (exceptions.length === 0) return whole;
  return { ...whole, exceptions, unfiltered: { ...whole, ...versionOf(of, ({ full }) => full) } };
}

/** A rule over the matches of another, and of the accesses of a condition besides. */
interface Outer {
  readonly type: Rule['type'];
  readonly beside: Base;
  /** It counts the accesses, too, where it counts matches. */
  readonly mixes: boolean;
  readonly byInner: boolean;
  readonly innerRaises: boolean;
  readonly terms: Terms;
}
const outerOver = (base: fc.Arbitrary<Base>): fc.Arbitrary<Outer> =>
  fc.record({
    type: shapeOver(base).map(({ type }) => type),
    beside: base.map((one) => ({ ...one, except: undefined })),
    mixes: fc.constantFrom(false, false, true),
    byInner: fc.boolean(),
    innerRaises: fc.boolean(),
    terms,
  });

/** The inner rule, where it raises incidents itself, and the one over it. */
function outerFrom(id: string, of: Outer, over: Rule): readonly Rule[] {
  const inner: Rule = { ...over, raises: of.innerRaises };
  const carries = inner.by.length > 0;
  const type = hasAmounts(of.type) || (of.type === 'value_count' && !carries) ? 'event_count' : of.type;
  const isTemporal = isMeeting(type);
  const by = carries && of.byInner && type !== 'value_count' ? (['session_id'] as const) : [];
  const field = type === 'value_count' ? (['session_id'] as const) : [];
  const { timespanMs, level, steps, allowedLatenessMs, condition, spread, habit } = of.terms;
  const spreads = spread?.field === 'session_id' && carries && !isTemporal ? spread : undefined;
  const hasRows = isTemporal || of.mixes;
  const meeting = meetingOf(type, of.terms, hasRows ? 2 : 1);
  const inputsOver = (rule: Rule): readonly Input[] => {
    const selection = selectionFor(of.beside.full, of.beside.treeless);
    const matches = { by: by.map(() => 0), field: field.map(() => 0), ...(spreads && { spread: 0 }) };
    const rows = { selection, by, field, ...(spreads && { spread: spreads.field }) };
    return [{ kind: 'matches', rule, ...matches }, ...(hasRows ? [{ kind: 'rows' as const, ...rows }] : [])];
  };
  const selectionOver = ({ selection }: Rule): Selection => {
    const trees = [selection, ...(hasRows ? [selectionFor(of.beside.full, false)] : [])];
    return selectionOf(or(trees.filter((_, input) => isAskedFor(meeting, input)).flatMap(({ tree }) => tree ?? [])));
  };
  const asks = isTemporal ? reaching(meeting ? leastOf(meeting) : 2) : condition;
  const whole: Rule = {
    ...aRule({ id, title: id, selection: selectionOver(inner) }),
    timespanMs,
    level,
    steps,
    ...(allowedLatenessMs && { allowedLatenessMs }),
    type,
    inputs: inputsOver(inner),
    by,
    field,
    condition: asks,
    ...(meeting && { meeting }),
    ...(spreads && { spread: spreads }),
    ...(habit && !isTemporal && isMonotone({ type, condition: asks }) && isSteady(inner) && { habit }),
  };
  const { unfiltered, exceptions } = inner;
  const isSuppressed = unfiltered !== undefined && isAskedFor(meeting, 0);
  const rule: Rule = isSuppressed
    ? { ...whole, exceptions, unfiltered: { ...whole, inputs: inputsOver(unfiltered), selection: selectionOver(unfiltered) } }
    : whole;
  return of.innerRaises ? [inner, rule] : [rule];
}

/** Rules on top of one another. */
function tower(inner: Rule, over: readonly Outer[]): readonly Rule[] {
  return over.reduce<readonly Rule[]>(
    (rules, of, floor) => {
      const last = rules.at(-1);
      return last ? [...rules.slice(0, -1), ...outerFrom(`o${floor}`, of, last)] : rules;
    },
    [inner],
  );
}

/** Rules that no access meets: those behind them have numbers of selections above 32, and 64. */
const unmet: readonly Rule[] = Array.from({ length: 70 }, (_, n) =>
  aRule({ id: `unmet ${n}`, title: '', selection: selectionOf(is('application', `none ${n}`)) }),
);

/** One to six rules that may fire, before, behind or between some that do not. */
export const rulesOver = (base: fc.Arbitrary<Base>): fc.Arbitrary<readonly Rule[]> => {
  const shape = shapeOver(base);
  const outer = outerOver(base);
  return fc
    .tuple(
      fc.array(shape, { minLength: 1, maxLength: 3 }),
      shape,
      fc.oneof(
        { weight: 2, arbitrary: fc.constant([]) },
        { weight: 3, arbitrary: fc.array(outer, { minLength: 1, maxLength: 1 }) },
        fc.array(outer, { minLength: 2, maxLength: 2 }),
      ),
      fc.constantFrom(0, 0, 0, 0, 31, 70),
    )
    .map(([shapes, inner, over, between]) => {
      const [first, ...others] = shapes.map((of, index) => ruleFrom(`r${index}`, of));
      const built = over.length > 0 ? tower(ruleFrom('inner', inner), over) : [];
      return [...(first ? [first] : []), ...unmet.slice(0, between), ...others, ...built];
    });
};
export const anyRules = rulesOver(anyBase);
