import type { HabitRule, HabitScale } from '#libs/habits/seams.js';
import type { levels } from '#libs/contracts/incident.js';
import type { LaneKind, SubjectKind } from '#libs/contracts/vocabulary.js';
import { laneKinds } from '#libs/contracts/vocabulary.js';
import type { Field } from '../rules/match/fields.js';
import type { Selection } from '../rules/match/selection.js';
import type { Meeting } from './meeting.js';
import { isFigure, isMeeting, type RuleType } from './rule-kinds.js';
import type { Milliseconds } from '../scan/kinds.js';

export type { Field } from '../rules/match/fields.js';
export type { Selection } from '../rules/match/selection.js';

export { ruleTypes, type RuleType } from './rule-kinds.js';

/**
 * Accesses of event rules. `by`, `field` and `spread` are the fields that stand for the rule's group-by fields (besides `group_id` and
 * the subject), counted fields and spread field in these accesses, aliases resolved. An access in which one of `by` or `field` is empty
 * takes no part.
 */
export interface RowsInput {
  readonly kind: 'rows';
  readonly selection: Selection;
  readonly by: readonly Field[];
  /** Empty for `event_count` (the event counts once, by `event_id`), `temporal` and `temporal_ordered`; one that holds numbers for sums and their like. */
  readonly field: readonly Field[];
  readonly spread?: Field;
  /** What its event rules are called, for people. */
  readonly titles?: readonly string[];
}

/**
 * The times at which another rule holds, as events of their own: one for each time and group of that rule. `by`, `field` and `spread`
 * are places in that rule's `by`, the only values that such an event carries.
 */
export interface MatchesInput {
  readonly kind: 'matches';
  readonly rule: Rule;
  readonly by: readonly number[];
  readonly field: readonly number[];
  readonly spread?: number;
}
export type Input = RowsInput | MatchesInput;

/**
 * What the figure of a window is compared with: `atLeast <= figure <= atMost` and `figure != except`. `atLeast` is 1 or more, but for
 * averages and percentiles, which may be asked for an upper bound alone.
 */
export interface CountCondition {
  readonly atLeast: number;
  /** Infinity where there is no upper bound. */
  readonly atMost: number;
  readonly except?: number;
  /** The lower bound itself is not enough, or the upper one too much: of averages, which have no next whole number. */
  readonly above?: boolean;
  readonly below?: boolean;
}

export function meets({ atLeast, atMost, except, above, below }: CountCondition, figure: number): boolean {
  if (figure === except || (above === true && figure === atLeast) || (below === true && figure === atMost)) return false;
  return figure >= atLeast && figure <= atMost;
}

/** Whether more accesses can never undo what the rule asks for, so that it may be judged before all of them are there. */
export function isMonotone({ type, condition, meeting }: Pick<Rule, 'type' | 'condition' | 'meeting'>): boolean {
  if (isFigure(type) || meeting !== undefined) return false;
  return condition.atMost === Number.POSITIVE_INFINITY && condition.except === undefined;
}

/** Whether its matches are there for good and by accesses alone, so that how many there are on a day may be a habit. */
export function isSteady(rule: Rule): boolean {
  const { dormantMs, habit, habitDays, inputs } = rule;
  if (!isMonotone(rule) || isMeeting(rule.type) || dormantMs !== undefined || habit || habitDays) return false;
  return inputs.every((input) => input.kind === 'rows' || isSteady(input.rule));
}

/** How much of its subject's habits a rule asks for. */
export interface HabitTerms {
  /** Its share of the budget, above 0 and at most 1. */
  readonly weight: number;
  readonly scale: HabitScale;
  /** Of a `volume`, a further share of it, above 0 and at most 1, for days far beyond the account's own full ones in units of their spread. */
  readonly own?: number;
  /** It is told from its floor on of whoever is not known for such work: the budget has no part of that. */
  readonly excuses?: boolean;
  /** It counts programs alone: whoever it counts is one, whatever the source calls it. */
  readonly programs?: boolean;
}

/** A Sigma filter that takes accesses out of rules, for a time, with somebody who answers for it. */
export interface Exception {
  /** The `id` of the filter document, else its `name`. */
  readonly id: string;
  readonly title: string;
  readonly owner: string;
  readonly reason: string;
  /** Event time from which on it no longer holds, milliseconds. */
  readonly expiresMs: Milliseconds;
  /** The accesses that it takes out of the rule that it stands in, its times included. */
  readonly excluded: Selection;
  readonly file: string;
  readonly line: number;
}

/**
 * A correlation: it holds at `t`, the time of an access (or match) that takes part, when what lies in `(t - timespanMs, t]` in the same
 * group meets its condition. `value_count`: distinct values of the counted fields. `event_count`: distinct events. `value_sum`, `value_avg`,
 * `value_median`, `value_percentile`: the numbers of a field, one for each distinct event, the largest that its rows in the window say. `temporal`:
 * inputs that are met. `temporal_ordered`: every input is met, in the order of `inputs`, equal times counting as ordered (`atLeast` is their number).
 */
export interface Rule {
  readonly type: RuleType;
  /** The `id` of the document, else its `name`. */
  readonly id: string;
  readonly title: string;
  readonly description: string;
  /** Whose accesses lie in one window, and to whom its incidents belong; the same for every rule that it looks at. */
  readonly subject: SubjectKind;
  readonly level: (typeof levels)[number];
  /** The accesses of all event rules that it looks at, through other correlations too: those whose patients its incidents list. */
  readonly selection: Selection;
  /** Counting types have one input for each way of naming fields; the order matters to `temporal_ordered` only. */
  readonly inputs: readonly Input[];
  /** Group-by besides `group_id` and the subject, as written: fields or aliases. */
  readonly by: readonly string[];
  /** Counted fields as written; empty where none is. */
  readonly field: readonly string[];
  readonly timespanMs: Milliseconds;
  readonly condition: CountCondition;
  /** Of `value_percentile` and `value_median` (50): which, 1 to 100. The smallest number that so many hundredths of the events do not exceed. */
  readonly percentile?: number;
  /** Of `temporal`: which inputs must be met and which not, where that is more than a number of them. `condition.atLeast` is how many must at least. */
  readonly meeting?: Meeting;
  /** A second distinct count over the same window; both must hold. */
  readonly spread?: { readonly field: string; readonly atLeast: number };
  /** It holds only within one timespan after the account woke up: after no access of `selection` for so long. At least `timespanMs`. */
  readonly dormantMs?: Milliseconds;
  /**
   * It holds where the count reaches what is told of its subject on that day of the calendar (`Habits.least`), at least `condition.atLeast`. Of
   * counts that more accesses can only raise, of accesses or of matches that are there for good. With a spread both must hold.
   */
  readonly habit?: HabitTerms;
  /**
   * It holds where, besides its condition, the largest counts of the day up to that time are evidence enough over several days
   * (`Habits.evidence`). Counts patients of the whole subject.
   */
  readonly habitDays?: boolean;
  /** How far behind its account's newest an access may lie and still be judged from memory alone. */
  readonly allowedLatenessMs?: Milliseconds;
  /** It stands for an event rule that raises incidents by itself: every access that it selects is one, or a part of one. */
  readonly isAlone?: boolean;
  /** Whether it raises incidents; false for one that only other correlations look at. */
  readonly raises: boolean;
  /** What takes accesses out of it now or later. */
  readonly exceptions: readonly Exception[];
  /** The same rule without its exceptions; present when there are some. It says what they suppress. */
  readonly unfiltered?: Rule;
  /** Patients exposed at which the incident is told again, ascending. */
  readonly steps: readonly number[];
  readonly attack: readonly string[];
  readonly falsePositives: readonly string[];
  /** Path in this repository, or empty. */
  readonly runbook: string;
  readonly file: string;
  /** Line of the correlation's document in `file`, from 1. */
  readonly line: number;
}

/** What the model of habits needs to know of a rule; undefined of one that asks for no habit. */
export function habitRuleOf({ id, habit, condition, timespanMs, subject }: Rule): HabitRule | undefined {
  return habit && { id, ...habit, floor: condition.atLeast, timespanMs, subject };
}

/**
 * Whether what is usual decides, of the rule's own count or over several days: then it is the budget of false incidents that pays for it. Where it only excuses,
 * the number of the rule decides.
 */
export function goesByHabit({ habit, habitDays }: Partial<Pick<Rule, 'habit' | 'habitDays'>>): boolean {
  return (habit !== undefined && habit.excuses !== true) || habitDays === true;
}

/** The same of all rules that are judged for these, those that other rules look at included; each id once. */
export function habitRulesOf(rules: readonly Rule[]): readonly HabitRule[] {
  const found = new Map<string, HabitRule>();
  const visit = (rule: Rule): void => {
    const own = habitRuleOf(rule);
    if (own) found.set(own.id, own);
    for (const input of rule.inputs) if (input.kind === 'matches') visit(input.rule);
  };
  for (const rule of rules) if (rule.raises) visit(rule);
  return [...found.values()];
}

/** The rules of one kind of subject: what one engine judges. */
export function rulesOf({
  rules,
  subject,
}: {
  readonly rules: readonly Rule[];
  readonly subject?: SubjectKind;
}): readonly Rule[] {
  const wanted = subject ?? 'account';
  return rules.every((rule) => rule.subject === wanted) ? rules : rules.filter((rule) => rule.subject === wanted);
}

/** The kinds of subject besides accounts that rules ask for. */
export function lanesOf(rules: readonly Rule[]): readonly LaneKind[] {
  return laneKinds.filter((kind) => rules.some(({ subject }) => subject === kind));
}
