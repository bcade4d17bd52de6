import { z } from 'zod';
import type { RuleScore } from '#libs/access-store/verdicts/rule-verdicts.js';
import { levels } from '#libs/contracts/incident.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { ruleTypes } from '#libs/detection/rule/rule.js';
import { explainRule } from '#libs/detection/rules/load/check-rules.js';
import { isoOf } from '#libs/runtime/clock.js';
import { ok, refused } from '../../answer/answer.js';
import type { Sources } from '../sources.js';
import { argumentsOf, type Asking, type AssistantTool, defineTool, everybody, untrusted } from '../tool.js';
import { ownNameText } from '../untrusted.js';

const weeks = 12;
const meaningCharsMax = 2_000;

const verdictCounts = z.strictObject({
  cases: z.number(),
  true_positive: z.number(),
  authorised: z.number(),
  false_positive: z.number(),
  open: z.number(),
  /** Null for whoever does not see all clinics. */
  median_patients_at_firing: z.number().nullable(),
});

/** Titles and sentences of rules come from files, of which some are written by strangers: see Sigma. */
const ruleHead = {
  rule_id: z.string(),
  level: z.enum(levels),
  type: z.enum(ruleTypes),
  timespan_seconds: z.number(),
  threshold: z.number(),
  spread_threshold: z.number(),
  exceptions: z.number(),
  /** Of the cases of the last twelve weeks in which it fired. */
  verdicts: verdictCounts,
  untrusted: untrusted({ title: z.string() }),
};

export function listRulesTool(sources: Pick<Sources, 'rules'>): AssistantTool {
  return defineTool({
    name: 'list_rules',
    title: 'Rules',
    description:
      'The rules that raise incidents: level, thresholds, and what people found of their cases in the last twelve weeks.',
    roles: everybody,
    input: argumentsOf({}),
    output: z.strictObject({ rules: z.array(z.strictObject(ruleHead)) }),
    run: async (asking) => {
      const { rules, scores } = await known(sources, asking);
      const listed = rules.map((rule) => headOf(asking, rule, scores));
      return ok({ rules: listed }, { case_id: '', rows: listed.length });
    },
  });
}

export function getRuleTool(sources: Pick<Sources, 'rules'>): AssistantTool {
  return defineTool({
    name: 'get_rule',
    title: 'One rule',
    description:
      'One rule: what it means in a sentence, thresholds, steps, ATT&CK techniques, its exceptions with their ends, what people found of its cases.',
    roles: everybody,
    input: argumentsOf({ rule_id: z.string().min(1).max(200) }),
    output: z.strictObject({
      ...ruleHead,
      steps: z.array(z.number()),
      attack: z.array(z.string()),
      exceptions_in_force: z.array(z.strictObject({ exception_id: z.string(), until: z.string() })),
      untrusted: untrusted({ title: z.string(), meaning: z.string(), false_positives: z.array(z.string()) }),
    }),
    run: async (asking, { rule_id }) => {
      const { rules, scores } = await known(sources, asking);
      const rule = rules.find(({ id }) => id === rule_id || ownNameText(id) === rule_id);
      if (!rule) return refused(404, 'unknown_rule', 'no rule has this id: list_rules has them');
      const [title = ''] = asking.voice.texts([rule.title]);
      const meaning = sentencesOf(asking, explainRule(rule));
      return ok(
        {
          ...headOf(asking, rule, scores),
          steps: rule.steps,
          attack: rule.attack.map(ownNameText),
          exceptions_in_force: rule.exceptions
            .filter(({ expiresMs }) => expiresMs > asking.now)
            .map(({ id, expiresMs }) => ({ exception_id: ownNameText(id), until: isoOf(expiresMs) })),
          untrusted: { title, meaning, false_positives: asking.voice.texts(rule.falsePositives) },
        },
        { case_id: '', rows: 1 },
      );
    },
  });
}

/** A sentence is longer than one text of others may be: its pieces are cleaned one by one. */
function sentencesOf({ voice }: Asking, text: string): string {
  const pieces = text.match(/.{1,60}(?:\s|$)|.{1,60}/gsu) ?? [];
  return pieces
    .flatMap((piece) => voice.texts([piece]))
    .join(' ')
    .slice(0, meaningCharsMax);
}

async function known(
  { rules }: Pick<Sources, 'rules'>,
  { assistant, now }: Asking,
): Promise<{ readonly rules: readonly Rule[]; readonly scores: ReadonlyMap<string, RuleScore> }> {
  const { loaded, verdicts } = await rules({ groupId: assistant.groupId, nowMs: now, weeks });
  return { rules: loaded.filter(({ raises }) => raises), scores: new Map(verdicts.map((score) => [score.rule_id, score])) };
}

function headOf({ assistant, voice }: Asking, rule: Rule, scores: ReadonlyMap<string, RuleScore>): object {
  const score = scores.get(rule.id);
  const [title = ''] = voice.texts([rule.title]);
  return {
    rule_id: ownNameText(rule.id),
    level: rule.level,
    type: rule.type,
    timespan_seconds: rule.timespanMs / 1000,
    threshold: rule.condition.atLeast,
    spread_threshold: rule.spread?.atLeast ?? 0,
    exceptions: rule.exceptions.length,
    verdicts: {
      cases: score?.cases ?? 0,
      true_positive: score?.true_positive ?? 0,
      authorised: score?.authorised ?? 0,
      false_positive: score?.false_positive ?? 0,
      open: score?.open ?? 0,
      median_patients_at_firing: assistant.user.clinics === undefined ? (score?.patients_at_firing ?? 0) : null,
    },
    untrusted: { title },
  };
}
