import { describe, expect, it } from '@jest/globals';
import type { RuleScore } from '#libs/access-store/verdicts/rule-verdicts.js';
import { scorecardOf, scorecardText } from './scorecard-text.js';

const pack = [
  { id: 'r1', title: 'Many patients', raises: true },
  { id: 'r2', title: 'Exports', raises: true },
  { id: 'inner', title: 'Only looked at', raises: false },
];

describe('vigie rules scorecard', () => {
  it('lists rules with cases, then those in use without; one that others only look at has none of its own', () => {
    const { rules } = scorecardOf(pack, {
      since: '2026-01-05',
      weeks: [],
      rules: [aScore('old', { title: 'Gone' }), aScore('r1')],
    });
    expect(rules.map(({ title, in_use, cases }) => [title, in_use, cases])).toEqual([
      ['Gone', false, 10],
      ['Many patients', true, 10],
      ['Exports', true, 0],
    ]);
  });

  it.each([
    [{ true_positive: 1, authorised: 1, false_positive: 2 }, 0.5],
    [{ true_positive: 0, authorised: 0, false_positive: 0 }, null],
    [{ true_positive: 3, authorised: 0, false_positive: 0 }, 0],
  ])('takes the share of false ones among what judges a rule: %j is %p', (given, share) => {
    const { rules } = scorecardOf(pack, { since: '2026-01-05', weeks: [], rules: [aScore('r1', given)] });
    expect(rules[0]?.share_false).toBe(share);
  });

  it('prints columns as wide as they must be, figures to the right', () => {
    const scores = [
      aScore('r1', { open: 123, last_verdict: 'authorised', last_judged_at: '2026-01-09T08:00:00.000Z' }),
      aScore('old', { cases: 2, title: 'Gone', patients_at_firing: 0 }),
    ];
    expect(scorecardText(scorecardOf(pack, { since: '2026-01-05', weeks: [], rules: scores }))).toBe(
      [
        'cases first told since 2026-01-05',
        '',
        'RULE                     CASES  TRUE  AUTHORISED  FALSE  OPEN  SHARE FALSE  AT FIRING  LAST VERDICT',
        'Many patients               10     1           2      3   123         50 %       40.5  authorised, 2026-01-09',
        'Gone (no longer in use)      2     1           2      3     4         50 %          -  -',
        '',
        'without a case (1):',
        '  Exports',
        '',
      ].join('\n'),
    );
  });

  it('shows the budget beside what people found of rules that ask for habits', () => {
    const asking = [{ ...pack[0], habit: { weight: 1, scale: 'volume' } } as const, ...pack.slice(1)].map((rule) => ({
      id: '',
      title: '',
      raises: true,
      ...rule,
    }));
    const card = scorecardOf(
      asking,
      { since: '2026-01-05', weeks: [], rules: [aScore('r1'), aScore('r2')] },
      { perWeek: 1, weeks: 4 },
    );
    expect(card.budget).toEqual({ budget: 1, false_positive: 0.75, authorised: 0.5, weeks: 4 });
    const overDays = asking.map((rule) => ({ ...rule, ...(rule.id === 'r2' && { habitDays: true }) }));
    const verdicts = { since: '2026-01-05', weeks: [], rules: [aScore('r1'), aScore('r2')] };
    expect(scorecardOf(overDays, verdicts, { perWeek: 1, weeks: 4 }).budget).toMatchObject({ false_positive: 1.5 });
    expect(scorecardText(card)).toMatch(
      /\nrules that ask for habits: false 0.75, authorised 0.5 a week over 4 weeks; budget of a group 1 /,
    );
    expect(scorecardOf(pack, { since: '2026-01-05', weeks: [], rules: [] }, { perWeek: 1, weeks: 4 }).budget).toBeUndefined();
  });

  it('says so where there is no case at all', () => {
    expect(scorecardText(scorecardOf(pack, { since: '2026-01-05', weeks: [], rules: [] }))).toMatch(
      /^cases first told since 2026-01-05\n\nno case\n\nwithout a case \(2\):\n {2}Many patients\n {2}Exports\n$/,
    );
  });
});

function aScore(rule_id: string, given: Partial<RuleScore> = {}): RuleScore {
  return {
    rule_id,
    title: '',
    cases: 10,
    true_positive: 1,
    authorised: 2,
    false_positive: 3,
    open: 4,
    patients_at_firing: 40.5,
    last_verdict: '',
    last_judged_at: null,
    ...given,
  };
}
