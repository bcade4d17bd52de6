import { describe, expect, it } from '@jest/globals';
import type { RuleView } from '#libs/contracts/accounts/account-view.js';
import { type AccountAnswer, accountAnswer } from '#libs/scorer-views/ask-scorers.js';
import { textOf } from './view-text.js';

describe('the text of an account', () => {
  it.each<readonly [string, Partial<RuleView>, string]>([
    ['what holds', { value: 41, missing: 0, holds: true }, 'HOLDS now'],
    ['that the next patient fires', { value: 39, missing: 1 }, 'FIRES at the next new value'],
    ['what is missing', { value: 30, missing: 10 }, 'fires after 10 more values'],
    [
      'that a clinic is missing too',
      { value: 39, missing: 1, spread: 1, spread_threshold: 2, missing_spread: 1 },
      'FIRES at the next new value of a place that is new too',
    ],
    ['a sum', { type: 'value_sum', value: 4_000, threshold: 5_000, missing: 1_000 }, 'fires after 1,000 more in the sum'],
    ['a sum that lacks one', { type: 'value_sum', value: 39, missing: 1 }, 'fires after 1 more in the sum'],
    [
      'an average',
      { type: 'value_avg', value: 300, missing: 200 },
      'does not hold: it is judged at each access, once those that may still come are there',
    ],
    ['events of a rule that counts them', { type: 'event_count', value: 30, missing: 10 }, 'fires after 10 more events'],
    ['what counts enough and does not hold', { value: 50, missing: 0 }, 'something else keeps it from holding'],
  ])('says %s', (_, given, text) => {
    expect(textOf(anAnswer([aView(given)]))).toContain(text);
  });

  it('puts what holds first, then what is nearest to its threshold', () => {
    const text = textOf(
      anAnswer([aView({ title: 'far', value: 1 }), aView({ title: 'near', value: 39 }), aView({ title: 'holds', holds: true })]),
    );
    expect([...text.matchAll(/^(far|near|holds)$/gm)].map(([title]) => title)).toEqual(['holds', 'near', 'far']);
  });

  it('shows the nearest few of a rule that counts by many things, and how many more there are', () => {
    const views = Array.from({ length: 200 }, (_, n) => aView({ value: n, by: { id_block: `block-${n}` } }));
    const text = textOf(anAnswer([...views, aView({ rule_id: 'other', title: 'Other' })]));
    expect(text.match(/block-\d+/g)).toEqual(['block-199', 'block-198', 'block-197']);
    expect(text).toContain('and 197 more window(s) of this rule');
    expect(text).toContain('Other');
  });

  it('fits 100 columns, whatever titles, groups and falls there are, and breaks no fall in two', () => {
    const expiring = Array.from({ length: 5 }, (_, n) => ({ time: `2026-01-0${5 + n}T09:00:00.000Z`, value: 12_000 - n }));
    const title = 'A rule with a long title that goes on '.repeat(5).trim();
    const text = textOf(anAnswer([aView({ title, expiring, by: { clinic_id: '990000001', source_ip: '10.20.30.40' } })]));
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    for (const { time } of expiring.slice(1)) expect(text).toContain(`at ${time.slice(5, 10)} 09:00:00`);
    // The day at which the windows stand is not said.
    expect(text).toContain('12,000 at 09:00:00');
  });

  it('says once how far a count falls within a second', () => {
    const expiring = ['100', '200', '300'].map((ms, n) => ({ time: `2026-01-05T10:00:00.${ms}Z`, value: 30 - n }));
    expect(textOf(anAnswer([aView({ expiring })]))).toContain('  falls to 28 at 10:00:00\n');
  });

  it('says when counts may be too low, and when nothing is held', () => {
    const text = textOf({ ...anAnswer([]), windows_filling: true, rejudgement_waiting: true });
    expect(text).toContain('counts may be too low');
    expect(text).toContain('wait to be judged again');
    expect(text).toContain('no rule has anything of this account in its window');
  });
});

describe('a rule that asks for habits', () => {
  it('says what is usual, how far peers went and what is left', () => {
    const usual = {
      own: 4.04,
      role: 6,
      ceiling: 9.5,
      compared_with: 4.04,
      p: 0.00002,
      peer_days: 8_400,
      as_far: 1,
      is_newcomer: false,
    };
    const text = textOf(anAnswer([aView({ habit: { day: 20_514, most: 12, told_from: 14, usual } })])).replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'most on 2026-03-02: 12, told from 14, 2 left; usually 4, the role 6, habit excuses up to 9.5, compared with 4;',
    );
    expect(text).toContain('account-days of peers 1 went as far (p: fewer than one day in 10,000)');
  });
  it('says how regular the account is by itself', () => {
    const own_days = { days: 9, mean: 30.2, deviation: 3.04, told_from: 52, p: 0.00001 };
    const usual = {
      own: 29,
      role: 35,
      ceiling: null,
      compared_with: 29,
      p: 0.01,
      peer_days: 400,
      as_far: 4,
      is_newcomer: false,
      own_days,
    };
    const text = textOf(anAnswer([aView({ habit: { day: 20_514, most: 51, told_from: 52, usual } })])).replaceAll(/\s+/g, ' ');
    expect(text).toContain(
      'its own 9 full days: 30.2 a day, give or take 3, beyond them from 52 (p: fewer than one day in 10,000)',
    );
  });
  it('says by which role an account is compared of which no day is known', () => {
    const usual = {
      own: 6,
      role: 6,
      ceiling: 12,
      compared_with: 6,
      p: 0.01,
      peer_days: 400,
      as_far: 4,
      is_newcomer: false,
      as_role: 'secretary',
    };
    const habit = { day: 20_514, most: 12, told_from: 40, roles: ['secretary'], usual };
    expect(textOf(anAnswer([aView({ habit })])).replaceAll(/\s+/g, ' ')).toContain(
      'no day of the account is known: compared by the role "secretary", which its accesses say and which usually has 6; of 400',
    );
  });
  it('speaks of newcomers where they are the peers, and of no ceiling where there is none', () => {
    const usual = { own: 4, role: 6, ceiling: null, compared_with: 4, p: 0.5, peer_days: 40, as_far: 20, is_newcomer: true };
    const text = textOf(anAnswer([aView({ habit: { day: 20_514, most: 12, told_from: null, usual } })])).replaceAll(/\s+/g, ' ');
    expect(text).toContain('the role 6, compared with 4; of 40 days of newcomers 20 went as far (p: 50 % of days)');
  });
});

function anAnswer(rules: readonly RuleView[]): AccountAnswer {
  return accountAnswer.parse({
    group_id: 'helix',
    actor_id: 'nurse.1',
    newest_time: '2026-01-05T09:00:00.000Z',
    watermark: '2026-01-05T09:10:00.000Z',
    rules,
    incidents: [{ incident_id: '0'.repeat(32), state: 'open', patients: 41, rules: ['r'] }],
  });
}

function aView(given: Partial<RuleView>): RuleView {
  return {
    rule_id: 'r',
    title: 'r',
    type: 'value_count',
    level: 'high',
    timespan_seconds: 600,
    by: {},
    value: 0,
    threshold: 40,
    spread: 0,
    spread_threshold: 0,
    holds: false,
    missing: 40,
    missing_spread: 0,
    expiring: [],
    ...given,
  };
}
