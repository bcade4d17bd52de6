import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { aStoredCase, storeCases } from './case-rows.fixture.js';
import { ruleVerdicts } from './rule-verdicts.js';

const { client, end } = await storeForTests();
const week = 7 * 24 * 60;
const nowMs = Date.parse(atMinute(week + 10));
const resolved = (minute: number, verdict: 'true_positive' | 'authorised' | 'false_positive' | 'test') => ({
  verdict,
  status: 'resolved' as const,
  resolved_at: atMinute(minute),
  changed_at: atMinute(minute),
});

beforeAll(() =>
  storeCases(client, [
    aStoredCase('true', ['r1', 'r2'], resolved(9, 'true_positive'), { patients_at_firing: 40 }),
    aStoredCase('authorised', ['r1'], resolved(30, 'authorised'), { patients_at_firing: 100 }),
    aStoredCase(
      'false',
      ['r1'],
      { ...resolved(week + 2, 'false_positive'), opened_at: atMinute(week) },
      { patients_at_firing: 60 },
    ),
    aStoredCase('open', ['r1'], { opened_at: atMinute(week) }, { patients_at_firing: 500 }),
    aStoredCase('a drill', ['r2'], resolved(5, 'test'), { patients_at_firing: 70 }),
    // Judged and not resolved; its only incident was taken back, so that nothing fired.
    aStoredCase('judged', ['r3'], { verdict: 'authorised', changed_at: atMinute(4) }, { rule_matches: [], state: 'withdrawn' }),
    aStoredCase('not judged yet', ['r4'], {}, { patients_at_firing: 40 }),
    aStoredCase('joined', ['r1'], { ...resolved(5, 'false_positive'), joined_into: anIncidentId('true') }),
    aStoredCase('of another group', ['r1'], resolved(5, 'false_positive'), { group_id: 'other' }),
    aStoredCase('long ago', ['r1'], { ...resolved(5, 'false_positive'), opened_at: atMinute(-5 * week) }),
  ]),
);
afterAll(end);

describe('the verdicts of rules', () => {
  it('count a case once for each of its rules, under the verdict that stands', async () => {
    const { since, rules } = await ruleVerdicts(client, { nowMs, weeks: 2, groupId: 'aleo' });
    expect(since).toBe('2026-01-05');
    expect(rules).toEqual([
      {
        rule_id: 'r1',
        title: 'Title of r1',
        cases: 4,
        true_positive: 1,
        authorised: 1,
        false_positive: 1,
        open: 1,
        patients_at_firing: 80,
        last_verdict: 'false_positive',
        last_judged_at: atMinute(week + 2),
      },
      {
        rule_id: 'r2',
        title: 'Title of r2',
        cases: 2,
        true_positive: 1,
        authorised: 0,
        false_positive: 0,
        open: 0,
        patients_at_firing: 55,
        last_verdict: 'true_positive',
        last_judged_at: atMinute(9),
      },
      {
        rule_id: 'r3',
        title: '',
        cases: 1,
        true_positive: 0,
        authorised: 1,
        false_positive: 0,
        open: 0,
        patients_at_firing: 0,
        last_verdict: 'authorised',
        last_judged_at: atMinute(4),
      },
      {
        rule_id: 'r4',
        title: 'Title of r4',
        cases: 1,
        true_positive: 0,
        authorised: 0,
        false_positive: 0,
        open: 1,
        patients_at_firing: 40,
        last_verdict: '',
        last_judged_at: null,
      },
    ]);
  });

  it('are apart by the week in which the case was first told', async () => {
    const { weeks } = await ruleVerdicts(client, { nowMs, weeks: 2, groupId: 'aleo' });
    expect(weeks.filter(({ rule_id }) => rule_id === 'r1')).toEqual([
      { rule_id: 'r1', week: '2026-01-05', verdict: 'authorised', cases: 1 },
      { rule_id: 'r1', week: '2026-01-05', verdict: 'true_positive', cases: 1 },
      { rule_id: 'r1', week: '2026-01-12', verdict: '', cases: 1 },
      { rule_id: 'r1', week: '2026-01-12', verdict: 'false_positive', cases: 1 },
    ]);
  });

  it.each([
    [1, 'aleo', 2],
    [2, undefined, 5],
    [7, 'aleo', 5],
  ])('are of the last %d weeks, of %s', async (weeks, groupId, cases) => {
    const { rules } = await ruleVerdicts(client, { nowMs, weeks, groupId });
    expect(rules.find(({ rule_id }) => rule_id === 'r1')?.cases).toBe(cases);
  });

  it('take a case of several incidents once, with the patients of the first in which the rule fired', async () => {
    const first = aStoredCase('several', ['r9'], resolved(5, 'authorised'), { patients_at_firing: 41, group_id: 'several' });
    const second = aStoredCase(
      'second',
      ['r9'],
      {},
      {
        patients_at_firing: 900,
        group_id: 'several',
        rule_matches: first.incidents[0]?.rule_matches.map((match) => ({ ...match, first_fired: atMinute(2) })) ?? [],
      },
    );
    const members = [...first.state.members, ...second.state.members];
    await storeCases(client, [{ state: { ...first.state, members }, incidents: [...first.incidents, ...second.incidents] }]);
    const { rules } = await ruleVerdicts(client, { nowMs, weeks: 2, groupId: 'several' });
    expect(rules).toMatchObject([{ rule_id: 'r9', cases: 1, authorised: 1, patients_at_firing: 41 }]);
  });
});
