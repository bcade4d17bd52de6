import type { Rule } from '#libs/detection/rule/rule.js';
import { and, not, test } from '#libs/detection/rules/match/match.js';
import { selectionOf } from '#libs/detection/rules/match/selection.js';
import { aRule } from '#libs/testkit/a-rule.js';

const minute = 60_000;
const day = 24 * 60 * minute;

const selection = selectionOf(
  and([
    test({ kind: 'glob', field: 'action', parts: [{ literal: 'read' }], cased: false }),
    not(test({ kind: 'glob', field: 'outcome', parts: [{ literal: 'failure' }], cased: false })),
    test({ kind: 'present', field: 'patient_id' }),
  ]),
);
const rule = (id: string, timespanMs: number, atLeast: number): Rule =>
  aRule({
    id,
    title: id,
    selection,
    timespanMs,
    atLeast,
    spread: { field: 'clinic_id', atLeast: 2 },
    steps: [40, 400, 4000, 40_000, 400_000],
  });

/** The three windows of `rules/mass-access.yml`, without their file. */
export const threeRules: readonly Rule[] = [rule('10m', 10 * minute, 40), rule('1h', 60 * minute, 120), rule('24h', day, 400)];
export const threeRulesOptions = { rules: threeRules, quietMs: day, allowedLatenessMs: 15 * minute };
