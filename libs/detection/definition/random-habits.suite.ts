import * as fc from 'fast-check';
import { aRule } from '#libs/testkit/a-rule.js';
import type { Habits } from '#libs/habits/seams.js';
import { type HabitTerms, isMonotone, isSteady, type Rule, type Selection } from '../rule/rule.js';
import { isMeeting, kindOfRule } from '../rule/rule-kinds.js';
import type { History } from './partition-run.suite.js';
import { history } from './random-history.suite.js';
import { shown } from './shown-history.suite.js';
import { base, hour } from './random-conditions.suite.js';

/** A calendar whose days are short, so that a history has many. */
const dayMs = 7 * hour;
const origin = base - 3 * hour;

/** A number that looks random and depends on the texts alone. */
function mixed(...texts: readonly (string | number)[]): number {
  let hash = 2_166_136_261;
  for (const char of texts.join(' ')) hash = Math.imul(hash ^ char.charCodeAt(0), 16_777_619) >>> 0;
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** A model that knows nothing, and answers everything the same every time it is asked. Of accounts on their first days it goes by their roles. */
function habitsOf(seed: number): Habits {
  return {
    dayOf: (_, time) => 1_000 + Math.floor((time - origin) / dayMs),
    startOf: (_, day) => origin + (day - 1_000) * dayMs,
    least: ({ id, floor, excuses }, group, key, day, roles) => {
      // Nobody has called honest what it did.
      if (excuses && mixed(seed, id, key, 'known') % 2 === 0) return floor;
      const leastOf = (...role: readonly string[]) => {
        const any = mixed(seed, id, group, key, day, ...role);
        return any % 7 === 0 ? Number.POSITIVE_INFINITY : floor + (any % 4) - 1;
      };
      // Of every other account days are known, so that it is asked for the same in every role.
      return mixed(seed, key, day) % 2 === 0 || roles.length === 0 ? leastOf() : Math.min(...roles.map((role) => leastOf(role)));
    },
    evidence: (group, key, day, most) => {
      const weighed = Object.entries(most).map(([id, count]) => Math.min(count, 9) * (1 + (mixed(seed, id) % 3)));
      return weighed.reduce((sum, one) => sum + one, 0) / (2 + (mixed(seed, group, key, day, 'needed') % 24));
    },
  };
}

/** The rule with habits, where habits go with it; each version of it with the same. */
function withHabit(rule: Rule, turns: (id: string) => HabitTerms | undefined, known: Map<Rule, Rule>): Rule {
  const made = known.get(rule);
  if (made) return made;
  const inputs = rule.inputs.map((input) =>
    input.kind === 'matches' ? { ...input, rule: withHabit(input.rule, turns, known) } : input,
  );
  const isCount = kindOfRule(rule.type).measure === 'distinct' || kindOfRule(rule.type).measure === 'sum';
  const fits =
    isCount &&
    !isMeeting(rule.type) &&
    isMonotone(rule) &&
    inputs.every((input) => input.kind === 'rows' || isSteady(input.rule));
  const { dormantMs, habit: own, ...rest } = rule;
  const habit = turns(rule.id);
  const turned: Rule = {
    ...rest,
    inputs,
    ...(dormantMs !== undefined && !(fits && habit) && { dormantMs }),
    // What it had by itself it keeps, where it may still have one over what it looks at.
    ...(fits && (habit ?? own) && { habit: habit ?? own }),
  };
  const whole = rule.unfiltered ? { ...turned, unfiltered: withHabit(rule.unfiltered, turns, known) } : turned;
  known.set(rule, whole);
  return whole;
}

function habitFor(seed: number, id: string): HabitTerms | undefined {
  if (mixed(seed, id, 'turn') % 4 === 0) return undefined;
  return { weight: 0.5, scale: 'volume', ...(mixed(seed, id, 'excuses') % 3 === 0 && { excuses: true }) };
}

/** A rule that asks for what several days show, over the accesses of another. */
function daysRuleOver({ selection, subject, level, exceptions, unfiltered }: Rule, atLeast: number): Rule {
  const over = (of: Selection): Rule => ({
    ...aRule({ id: 'days', title: 'days', subject, level, selection: of, atLeast, timespanMs: 10 * hour }),
    habitDays: true,
  });
  return { ...over(selection), ...(unfiltered && { exceptions, unfiltered: over(unfiltered.selection) }) };
}

export interface HabitHistory extends History {
  readonly habits: Habits;
}

/** Random histories some of whose rules ask for habits, over days of seven hours, with a model that is made of nothing but its seed. */
export const habitHistory: fc.Arbitrary<HabitHistory> = fc
  .record({
    of: history,
    seed: fc.nat(1e6),
    days: fc.constantFrom(0, 0, 1, 1, 2),
    roles: fc.array(fc.constantFrom(undefined, 'nurse', 'clerk', 'é"'), { minLength: 1, maxLength: 5 }),
  })
  .map(({ of, seed, days, roles }) => {
    const known = new Map<Rule, Rule>();
    const turned = of.rules.map((rule) => withHabit(rule, (id) => habitFor(seed, id), known));
    const [first] = turned.filter(({ id }) => !id.startsWith('unmet'));
    const rules = days > 0 && first ? [...turned, daysRuleOver(first, days)] : turned;
    const rows = of.rows.map((row) => {
      const role = roles[mixed(row.event_id, row.patient_id) % roles.length];
      return role === undefined ? row : { ...row, actor_role: role };
    });
    return shown({ ...of, rows, rules, habits: habitsOf(seed) });
  });

/**
 * The same, whose habit rules ask for few and whose accesses mostly have one address, session or clinic in common: what these do is mostly too little to be
 * more than anything usual.
 */
export const habitHistoryInCommon: fc.Arbitrary<HabitHistory> = fc.noBias(habitHistory).map(({ rules, rows, ...of }) =>
  shown({
    ...of,
    rules: rules.map(asksForFew),
    rows: rows.map((row) => ({
      ...row,
      ...(row.clinic_id && { clinic_id: '2' }),
      ...(row.source_ip && { source_ip: '10.0.0.1' }),
      ...(row.session_id && { session_id: 's' }),
    })),
  }),
);

/** So do the rules that it looks at, which are judged by themselves, too. */
function asksForFew(rule: Rule): Rule {
  const { habit, condition, unfiltered } = rule;
  return {
    ...rule,
    inputs: rule.inputs.map((input) => (input.kind === 'matches' ? { ...input, rule: asksForFew(input.rule) } : input)),
    ...(habit && { condition: { ...condition, atLeast: 1 + (condition.atLeast % 2) } }),
    ...(unfiltered && { unfiltered: asksForFew(unfiltered) }),
  };
}
