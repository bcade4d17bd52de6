import type { Field, Rule, Selection } from '#libs/detection/rule/rule.js';

/** What sets a counting rule apart; everything else has a plain default. */
export interface RuleGiven extends Partial<Omit<Rule, 'inputs' | 'condition' | 'field' | 'by' | 'spread'>> {
  readonly selection: Selection;
  readonly by?: readonly Field[];
  readonly field?: readonly Field[];
  readonly atLeast?: number;
  readonly spread?: { readonly field: Field; readonly atLeast: number } | undefined;
}

/** A `value_count` over the accesses of one selection, as the loader would make it. */
export function aRule({ by = [], field = ['patient_id'], atLeast = 3, spread, ...given }: RuleGiven): Rule {
  return {
    type: 'value_count',
    id: 'r',
    title: 'r',
    description: '',
    subject: 'account',
    level: 'high',
    by,
    field,
    timespanMs: 600_000,
    inputs: [{ kind: 'rows', selection: given.selection, by, field, ...(spread && { spread: spread.field }) }],
    condition: { atLeast, atMost: Number.POSITIVE_INFINITY },
    ...(spread && { spread }),
    raises: true,
    exceptions: [],
    steps: [],
    attack: [],
    falsePositives: [],
    runbook: '',
    file: '',
    line: 1,
    ...given,
  };
}
