import type { RuleScore, Verdicts } from '#libs/access-store/verdicts/rule-verdicts.js';
import { goesByHabit, type Rule } from '#libs/detection/rule/rule.js';
import { alignedRows } from '../table.js';

/** What people found of a rule, and whether the rules in use have it. */
export interface ScoredRule extends RuleScore {
  readonly in_use: boolean;
  /** Of its cases that were found true, authorised or false, the false ones; null where there is none. The other verdicts do not judge a rule. */
  readonly share_false: number | null;
}

/** What a group is ready to look at in vain, beside what people found, each in cases a week. */
export interface BudgetBeside {
  /** VIGIE_FALSE_INCIDENTS_PER_WEEK, of one group. */
  readonly budget: number;
  /** Cases in which a rule that asks for habits, of one day or of several, fired and that were no theft, a week, over so many weeks. */
  readonly false_positive: number;
  readonly authorised: number;
  readonly weeks: number;
}

export interface Scorecard extends Omit<Verdicts, 'rules'> {
  /** Absent where no rule asks for habits. */
  readonly budget?: BudgetBeside;
  /** Rules with cases, those with most first, then those in use without, in the order of their files. */
  readonly rules: readonly ScoredRule[];
}

/** The verdicts beside the rules in use that raise incidents. */
export function scorecardOf(
  rules: readonly ScoredBy[],
  { rules: scores, ...verdicts }: Verdicts,
  given?: BudgetGiven,
): Scorecard {
  const titles = new Map(rules.filter(({ raises }) => raises).map(({ id, title }) => [id, title]));
  const scored = scores.map((score) =>
    scoredOf({ ...score, title: titles.get(score.rule_id) ?? score.title }, titles.has(score.rule_id)),
  );
  const known = new Set(scores.map(({ rule_id }) => rule_id));
  const silent = [...titles]
    .filter(([id]) => !known.has(id))
    .map(([rule_id, title]) => scoredOf({ ...nothing, rule_id, title }, true));
  const budget = given && budgetBeside(rules, scores, given);
  return { ...verdicts, rules: [...scored, ...silent], ...(budget && { budget }) };
}

type ScoredBy = Pick<Rule, 'id' | 'title' | 'raises'> & Partial<Pick<Rule, 'habit' | 'habitDays'>>;

export interface BudgetGiven {
  readonly perWeek: number;
  readonly weeks: number;
}

/** A case in which two of these rules fired is counted with both: what is shown is rather too much than too little. */
function budgetBeside(
  rules: readonly ScoredBy[],
  scores: readonly RuleScore[],
  { perWeek: budget, weeks }: BudgetGiven,
): BudgetBeside | undefined {
  const asking = new Set(rules.filter(goesByHabit).map(({ id }) => id));
  const found = scores.filter(({ rule_id }) => asking.has(rule_id));
  const perWeek = (pick: (score: RuleScore) => number) => found.reduce((sum, score) => sum + pick(score), 0) / weeks;
  return asking.size === 0
    ? undefined
    : {
        budget,
        false_positive: perWeek((score) => score.false_positive),
        authorised: perWeek((score) => score.authorised),
        weeks,
      };
}

const nothing = {
  cases: 0,
  true_positive: 0,
  authorised: 0,
  false_positive: 0,
  open: 0,
  patients_at_firing: 0,
  last_verdict: '',
  last_judged_at: null,
};

function scoredOf(score: RuleScore, in_use: boolean): ScoredRule {
  const { true_positive, authorised, false_positive } = score;
  const judged = true_positive + authorised + false_positive;
  return { ...score, in_use, share_false: judged === 0 ? null : false_positive / judged };
}

const headings = ['RULE', 'CASES', 'TRUE', 'AUTHORISED', 'FALSE', 'OPEN', 'SHARE FALSE', 'AT FIRING', 'LAST VERDICT'] as const;
/** Columns of figures stand to the right. */
const figures = new Set([1, 2, 3, 4, 5, 6, 7]);

/** A line for each rule with cases; those without are listed below. */
export function scorecardText({ since, rules, budget }: Scorecard): string {
  const scored = rules.filter(({ cases }) => cases > 0);
  const silent = rules.filter(({ cases }) => cases === 0);
  const without =
    silent.length > 0 ? ['', `without a case (${silent.length}):`, ...silent.map((rule) => `  ${nameOf(rule)}`)] : [];
  const table = scored.length > 0 ? alignedRows([headings, ...scored.map(cellsOf)], figures) : ['no case'];
  return `${[`cases first told since ${since}`, '', ...table, ...without, ...(budget ? ['', budgetText(budget)] : [])].join('\n')}\n`;
}

function cellsOf(rule: ScoredRule): readonly string[] {
  const {
    cases,
    true_positive,
    authorised,
    false_positive,
    open,
    share_false,
    patients_at_firing,
    last_verdict,
    last_judged_at,
  } = rule;
  return [
    `${nameOf(rule)}${rule.in_use ? '' : ' (no longer in use)'}`,
    ...[cases, true_positive, authorised, false_positive, open].map(String),
    share_false === null ? '-' : `${Math.round(100 * share_false)} %`,
    patients_at_firing === 0 ? '-' : String(patients_at_firing),
    last_judged_at === null ? '-' : `${last_verdict}, ${last_judged_at.slice(0, 10)}`,
  ];
}

function nameOf({ title, rule_id }: Pick<RuleScore, 'title' | 'rule_id'>): string {
  return title || rule_id;
}

function budgetText({ budget, false_positive, authorised, weeks }: BudgetBeside): string {
  const found = `false ${rounded(false_positive)}, authorised ${rounded(authorised)} a week over ${weeks} weeks`;
  return `rules that ask for habits: ${found}; budget of a group ${rounded(budget)} (VIGIE_FALSE_INCIDENTS_PER_WEEK)`;
}

function rounded(value: number): string {
  return String(Math.round(100 * value) / 100);
}
