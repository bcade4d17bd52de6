import type { RuleScore, WeeklyVerdict } from '#libs/access-store/verdicts/rule-verdicts.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import {
  explainException,
  explainExceptionInFrench,
  explainRule,
  explainRuleInFrench,
  mistakeText,
} from '#libs/detection/rules/load/check-rules.js';
import type { LoadedException, LoadedRules } from '#libs/detection/rules/load/load-rules.js';
import { ruleDescriptionIn } from '#libs/texts/rule-descriptions.js';
import { ruleDoubtIn } from '#libs/texts/rule-doubts.js';
import { ruleTitleIn } from '#libs/texts/rule-titles.js';
import { isoOf } from '#libs/runtime/clock.js';
import { type Answer, ok, refused } from '../answer/answer.js';
import type { User } from '../users/users.js';
import { documentOf, type RuleText } from './rule-copy.js';

/** Weeks of verdicts that are shown, this one included. */
export const verdictWeeks = 12;

export interface RuleTools {
  /** The rules in use. Rejects with `ConfigError` where they cannot be read. */
  readonly loaded: () => Promise<LoadedRules>;
  readonly texts: () => Promise<readonly RuleText[]>;
  /** What people found of the cases of each rule. Rejects with `Transient`. */
  readonly verdicts: () => Promise<{
    readonly since: string;
    readonly rules: readonly RuleScore[];
    readonly weeks: readonly WeeklyVerdict[];
  }>;
  readonly user: User;
  /** Wall clock, milliseconds. */
  readonly now: number;
}

/** The rules that raise incidents, and what people found of their cases: `GET /v1/rules`. Whoever sees some clinics is told nothing of cases. */
export async function listRules(tools: RuleTools): Promise<Answer> {
  const isWhole = tools.user.clinics === undefined;
  const [{ rules, warnings }, verdicts] = await Promise.all([tools.loaded(), isWhole ? tools.verdicts() : undefined]);
  const scores = new Map(verdicts?.rules.map((score) => [score.rule_id, score]));
  const listed = rules
    .filter(({ raises }) => raises)
    .map((rule) => headOf(rule, tools, verdicts && (scores.get(rule.id) ?? noScore)));
  const told = isWhole ? warnings.map(mistakeText) : null;
  return ok({ rules: listed, since: verdicts?.since ?? null, warnings: told }, { case_id: '', rows: listed.length });
}

/** One rule whole: `GET /v1/rules/{id}`. Texts of people (exceptions, the file itself) are for those who see all clinics: they name accounts. */
export async function showRule(tools: RuleTools, id: string): Promise<Answer> {
  const isWhole = tools.user.clinics === undefined;
  const { rules, exceptions } = await tools.loaded();
  const rule = rules.find((one) => one.id === id && one.raises);
  if (!rule) return refused(404, 'unknown_rule', 'no rule in use has this id: GET /v1/rules lists them');
  const [verdicts, texts] = await Promise.all([isWhole ? tools.verdicts() : undefined, isWhole ? tools.texts() : []]);
  const own = new Set(rule.exceptions.map((one) => one.id));
  const words = new Map(exceptions.filter((one) => own.has(one.id)).map((one) => [one.id, one]));
  const body = {
    rule: {
      ...headOf(rule, tools, verdicts && (verdicts.rules.find((score) => score.rule_id === id) ?? noScore)),
      description: rule.description,
      /** Null where the house wrote it: it stands as it was given. */
      description_fr: ruleDescriptionIn('fr', rule.description) ?? null,
      steps: rule.steps,
      attack: rule.attack,
      false_positives: rule.falsePositives.map((text) => ({ text, text_fr: ruleDoubtIn('fr', text) ?? null })),
      runbook: rule.runbook,
      exceptions: rule.exceptions.map((one) => exceptionOf(one, isWhole ? words.get(one.id) : undefined, tools.now)),
      /** The text of its document. */
      yaml: documentOf(texts, rule)?.text ?? null,
    },
    since: verdicts?.since ?? null,
    weeks:
      verdicts?.weeks.filter((one) => one.rule_id === id).map(({ week, verdict, cases }) => ({ week, verdict, cases })) ?? null,
  };
  return ok(body, { case_id: '', rows: 1 });
}

/** As it was given where a house wrote it. */
export const frenchTitle = (title: string): string => ruleTitleIn('fr', title) ?? title;

const noScore = { cases: 0, true_positive: 0, authorised: 0, false_positive: 0, open: 0, patients_at_firing: 0 };

function headOf(
  rule: Rule,
  { now }: RuleTools,
  score: Omit<RuleScore, 'rule_id' | 'title' | 'last_verdict' | 'last_judged_at'> | undefined,
) {
  return {
    rule_id: rule.id,
    title: rule.title,
    level: rule.level,
    type: rule.type,
    subject_kind: rule.subject,
    /** What it means, in a sentence. */
    words: explainRule(rule),
    words_fr: explainRuleInFrench(rule, frenchTitle),
    timespan_seconds: rule.timespanMs / 1_000,
    threshold: rule.condition.atLeast,
    spread_threshold: rule.spread?.atLeast ?? 0,
    exceptions_in_force: rule.exceptions.filter(({ expiresMs }) => expiresMs > now).length,
    /** Null for whoever does not see all clinics. */
    verdicts: score
      ? {
          cases: score.cases,
          true_positive: score.true_positive,
          authorised: score.authorised,
          false_positive: score.false_positive,
          open: score.open,
          patients_at_firing: score.patients_at_firing,
        }
      : null,
  };
}

function exceptionOf({ id, expiresMs }: Rule['exceptions'][number], told: LoadedException | undefined, now: number) {
  return {
    exception_id: id,
    until: isoOf(expiresMs),
    is_over: expiresMs <= now,
    owner: told?.owner ?? null,
    words: told ? explainException(told) : null,
    words_fr: told ? explainExceptionInFrench(told, frenchTitle) : null,
  };
}
