import { type Field, habitRuleOf, type Input, isMonotone, type MatchesInput, type Rule, type RowsInput } from '../rule/rule.js';
import { forwardMsOf } from '../rule/meeting.js';
import { innerMsOf, windowsMsOf } from '../rule/reach.js';
import { hasAmounts, isMeeting, kindOfRule } from '../rule/rule-kinds.js';
import { termsOf } from '../rule/terms.js';
import { anySelection } from '../memory/selection-sets.js';
import type { Build, Draft } from './build.js';
import type { CompiledRule, MatchFeed, RowFeed } from './series.js';

/**
 * Puts a rule, and the rules that it looks at, into series. A rule that was met before with the same meaning is the same compiled rule;
 * it raises what the stronger of the two asks for.
 */
export function compileRule(build: Build, rule: Rule, raises: CompiledRule['raises']): CompiledRule {
  const inner = rule.inputs.map((input) => (input.kind === 'matches' ? compileRule(build, input.rule, 'nothing') : undefined));
  const inputKeys = rule.inputs.map((input, i) => keyOfInput(rule, input, inner[i]));
  const draft = draftFor(build, rule, inputKeys);
  const key = JSON.stringify([rule.id, draft.series.key, draft.series.kind === 'main' ? inputKeys : '', termsOf(rule)]);
  const known = build.compiled.get(key);
  if (known) {
    if (raises !== 'nothing' && known.raises !== 'incident') known.raises = raises;
    return known;
  }
  const lateness = build.latenessOf(rule);
  const innerWaits = Math.max(0, ...inner.map((one) => one?.waitsMs ?? 0));
  const monotone = isMonotone(rule);
  const forwardMs = forwardMsOf(rule);
  const settleMs = Math.max(lateness, innerWaits) + 1 + forwardMs;
  const counted = draft.series.kind === 'main' ? mainSelection(build, rule) : anySelection;
  const compiled: CompiledRule & { readonly feeds: MatchFeed[] } = {
    rule,
    series: draft.series,
    slot: draft.series.rules.length,
    counted,
    timespanMs: rule.timespanMs,
    atLeast: rule.condition.atLeast,
    spreadAtLeast: rule.spread?.atLeast ?? 0,
    raises,
    selection: build.numberOf(rule.selection),
    exceptions: rule.exceptions.map(({ id, excluded }) => ({ id, selection: build.numberOf(excluded) })),
    feeds: [],
    // One more than what it looks at, so that its own judgement comes after theirs.
    settleMs: monotone ? 0 : settleMs,
    waitsMs: monotone ? innerWaits : settleMs,
    forwardMs,
    // What must not be met changes the windows before it, too.
    reachMs: windowsMsOf(rule) + forwardMs,
    innerMs: innerMsOf(rule),
    habit: habitOf(build, rule, [draft.series.key, draft.series.kind === 'main' ? inputKeys : '', rule.timespanMs]),
    learns: !build.isSuppressed,
    days: rule.habitDays === true,
    dormancy: rule.dormantMs === undefined ? -1 : build.dormancy(build.numberOf(rule.selection), rule.dormantMs),
    dormantMs: rule.dormantMs ?? 0,
    key,
  };
  draft.series.rules.push(compiled);
  build.compiled.set(key, compiled);
  if (compiled.habit >= 0 && compiled.learns) build.learns(compiled);
  feed(build, rule, inner, draft);
  return compiled;
}

/**
 * Without their exceptions rules are told by the same thresholds, and what the exceptions take out is not learned: their counts have the column of
 * the rule that has them.
 */
function habitOf(build: Build, rule: Rule, counted: readonly unknown[]): number {
  const habit = habitRuleOf(rule);
  // Without a model nobody is excused, and the number of the rule decides.
  if (habit?.excuses && !build.options.habits) return -1;
  return habit ? build.habit(habit, JSON.stringify([habit.id, ...counted])) : -1;
}

/** Lets inner rules feed the series, once each. */
function feed(build: Build, rule: Rule, inner: readonly (CompiledRule | undefined)[], { series }: Draft): void {
  rule.inputs.forEach((input, index) => {
    const from = inner[index];
    if (input.kind !== 'matches' || !from) return;
    const into = build.compiled.get(from.key)?.feeds;
    const made: MatchFeed = { series, by: input.by, value: valueOfMatch(rule, input, index), spread: input.spread };
    if (
      into?.some((one) => one.series === series && JSON.stringify([one.by, one.value]) === JSON.stringify([made.by, made.value]))
    )
      return;
    into?.push(made);
  });
}

function draftFor(build: Build, rule: Rule, inputKeys: readonly unknown[]): Draft {
  if (isMain(rule, build.options)) return build.main();
  const kind = kindOfRule(rule.type).measure === 'chain' ? 'ordered' : 'count';
  const amounts = hasAmounts(rule.type);
  const feeds = rule.inputs.flatMap((input, index): RowFeed[] =>
    input.kind === 'rows'
      ? [
          {
            selection: build.numberOf(input.selection),
            by: input.by,
            value: valueOfRow(rule, input, index),
            spread: input.spread,
            amount: amounts ? input.field[0] : undefined,
          },
        ]
      : [],
  );
  const spreads = rule.inputs.some(({ spread }) => spread !== undefined);
  return build.other({ kind, key: JSON.stringify([kind, inputKeys]), feeds, spreads, amounts, inputs: rule.inputs.length });
}

/**
 * A count of the patients of the whole account, over its clinics at most: the shared ledger answers it. Of another subject the marks say clinic
 * and account as one, so that clinics alone are counted elsewhere.
 */
function isMain({ type, inputs, spread }: Rule, { subject = 'account' }: Build['options']): boolean {
  const [input] = inputs;
  return (
    type === 'value_count' &&
    inputs.length === 1 &&
    input?.kind === 'rows' &&
    input.by.length === 0 &&
    input.field.length === 1 &&
    input.field[0] === 'patient_id' &&
    (!spread || (subject === 'account' && input.spread === 'clinic_id'))
  );
}

function mainSelection(build: Build, { inputs }: Rule): number {
  const [input] = inputs;
  return input?.kind === 'rows' ? build.numberOf(input.selection) : 0;
}

function valueOfRow({ type }: Rule, { field }: RowsInput, input: number): RowFeed['value'] {
  const { entry } = kindOfRule(type);
  if (entry === 'input') return { kind: 'input', input };
  if (entry === 'event' || entry === 'amount') return { kind: 'event' };
  if (field.length === 1 && field[0] === 'patient_id') return { kind: 'patient' };
  return field.length === 1 && field[0] === 'event_id' ? { kind: 'event' } : { kind: 'fields', fields: field };
}

function valueOfMatch(rule: Rule, { field, rule: inner }: MatchesInput, input: number): MatchFeed['value'] {
  if (isMeeting(rule.type)) return { kind: 'input', input };
  if (rule.type === 'event_count') return { kind: 'match' };
  const [place, ...more] = field;
  if (place === undefined || more.length > 0 || !isMixed(rule)) return { kind: 'places', places: field };
  return { kind: identifiers.has(fieldOf(inner, place)) ? 'identifier' : 'field', place };
}

/** What accesses count by their 128 bits. */
const identifiers: ReadonlySet<Field | undefined> = new Set<Field>(['patient_id', 'event_id']);

/** The field whose value stands at a place of the rule's group-by. */
function fieldOf({ inputs: [input] }: Rule, place: number): Field | undefined {
  if (input?.kind === 'rows') return input.by[place];
  const further = input?.by[place];
  return input && further !== undefined ? fieldOf(input.rule, further) : undefined;
}

/** Whether values of accesses and values of matches are counted together. */
function isMixed({ inputs }: Rule): boolean {
  return new Set(inputs.map(({ kind }) => kind)).size > 1;
}

/** What an input brings into a series, as a part of the series' key. */
function keyOfInput(rule: Rule, input: Input, inner: CompiledRule | undefined): unknown {
  const { entry } = kindOfRule(rule.type);
  // Windows of before, in which values of matches were others than those of accesses, begin anew.
  const mixed = input.kind === 'matches' && isMixed(rule) ? ['as accesses'] : [];
  const values = [...input.field, ...mixed];
  const counted = { input: [], event: ['event'], amount: ['event', 'amount', ...input.field], values }[entry];
  return [input.kind === 'rows' ? input.selection.id : inner?.key, input.by, counted, input.spread ?? null];
}
