import { describe, expect, it } from '@jest/globals';
import type { JudgedIncident } from '#libs/access-store/verdicts/judged-cases.js';
import { type BacktestIncident, compareIncidents } from '#libs/detection/history/compare-incidents.js';
import { aChange, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { effectOf, objectionsTo } from './effect.js';
import { effectText } from './effect-text.js';

const own = anIncidentId('own');

describe('what an exception does', () => {
  it.each([
    ['is gone', [], 'gone'],
    ['stays', [found(0)], 'same'],
    ['ends with fewer patients', [found(0, { patients: 39 })], 'weaker'],
    ['fires later', [found(0, { rule_matches: [firing(2)] })], 'weaker'],
    ['is found by more accesses', [found(0, { patients: 50 })], 'same'],
    ['is another one, later', [found(100)], 'gone'],
    ['is another account', [found(0, { actor_id: 'x' })], 'gone'],
  ] as const)('to an incident that %s', (_, tried, fate) => {
    expect(effect([...tried], [found(0)], []).incidents).toMatchObject([{ fate }]);
  });

  it.each([
    ['takes its case away alone', [found(100)], [], undefined],
    ['leaves a part of it', [found(0, { patients: 3 }), found(100)], [], 'does not take away'],
    [
      'takes a true one with it',
      [],
      ['true_positive'],
      'was found true, and its incident of aleo/dr.martin from 2026-01-05 10:40 UTC would be lost',
    ],
    ['makes a true one smaller', [found(100, { patients: 3 })], ['true_positive'], 'later or with fewer patients'],
    ['takes one that was found false with it', [], ['false_positive'], undefined],
  ] as const)('is looked at: %s', (_, tried, [verdict = 'suspicious'], objection) => {
    const told = [toldAs('own', 'authorised', 0), toldAs('other', verdict, 100)];
    const objections = objectionsTo(effect([...tried], [found(0), found(100)], told), own);
    expect(objections.join('\n')).toMatch(objection === undefined ? /^$/ : objection);
    expect(objections).toHaveLength(objection === undefined ? 0 : 1);
  });

  it('objects where nothing of the case is found, and says what nothing can be shown of', () => {
    const told = [toldAs('own', 'authorised', 0), toldAs('old', 'true_positive', 500)];
    expect(objectionsTo(effect([], [], told), own).join('\n')).toMatch(/^case .* is not found by the rules in use/);
    expect(effectText(effect([], [found(0)], told))).toContain(
      `not shown: the incident of aleo/dr.martin from 2026-01-05 17:20 UTC (case ${anIncidentId('old')}, true_positive)`,
    );
  });

  it('warns of an open case that would have been quiet', () => {
    const told = [toldAs('own', 'authorised', 0), toldAs('open', '', 100)];
    const text = effectText(effect([], [found(0), found(100), found(300, { actor_id: 'x' })], told));
    expect(text).toContain(`beware: nobody has judged case ${anIncidentId('open')} yet`);
    expect(text).toMatch(/^gone +aleo\/x from 2026-01-05 14:00 UTC +40 +- +-$/m);
  });
});

function effect(tried: readonly BacktestIncident[], present: readonly BacktestIncident[], told: readonly JudgedIncident[]) {
  return effectOf({ comparison: compareIncidents(tried, present), suppressed: [], undecided: [] }, told);
}

/** Found at a minute, for ten minutes. */
function found(minute: number, given: Parameters<typeof aChange>[2] = {}): BacktestIncident {
  return aChange('found', 1, {
    first_time: atMinute(minute),
    last_time: atMinute(minute + 10),
    rule_matches: [firing(minute + 1)],
    ...given,
  });
}

function firing(minute: number): BacktestIncident['rule_matches'][number] {
  return {
    rule_id: 'r',
    title: 'Many',
    level: 'high',
    value: 40,
    threshold: 40,
    spread: 0,
    spread_threshold: 0,
    timespan_seconds: 600,
    first_fired: atMinute(minute),
    last_fired: atMinute(minute),
  };
}

function toldAs(name: string, verdict: string, minute: number): JudgedIncident {
  return {
    case_id: anIncidentId(name),
    verdict,
    incident_id: anIncidentId(name),
    group_id: 'aleo',
    subject_kind: 'account',
    actor_id: 'dr.martin',
    first_time: atMinute(minute),
    last_time: atMinute(minute + 10),
    rules: ['r'],
    selections: [],
  };
}
