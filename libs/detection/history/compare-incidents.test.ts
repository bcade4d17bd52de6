import { describe, expect, it } from '@jest/globals';
import { type BacktestIncident, compareIncidents } from './compare-incidents.js';

describe('incidents of two rule sets', () => {
  it('are the same where account and times overlap, a common moment being enough', () => {
    const { incidents } = compareIncidents([anIncident(0, 10)], [anIncident(10, 20)]);
    expect(incidents).toMatchObject([{ kind: 'same', tried: [{ patients: 10 }], present: [{ patients: 10 }] }]);
  });

  it('are new or gone where times do not touch, or the account is another, or the group', () => {
    const tried = [anIncident(0, 9), anIncident(30, 40, { actor_id: 'b' }), anIncident(50, 60, { group_id: 'other' })];
    const present = [anIncident(10, 20), anIncident(30, 40, { actor_id: 'c' }), anIncident(50, 60)];
    const { incidents, ...counts } = compareIncidents(tried, present);
    expect(counts).toEqual({ new: 3, gone: 3, same: 0, earlier: 0, later: 0 });
    expect(incidents.map(({ kind, actor_id }) => `${kind} ${actor_id}`)).toEqual([
      'new a',
      'gone a',
      'new b',
      'gone c',
      'gone a',
      'new a',
    ]);
  });

  it.each([
    ['earlier, above zero', 2, 5, 3],
    ['later, below zero', 5, 2, -3],
    ['at the same time', 4, 4, 0],
  ])('say how much sooner the first rule fires: %s', (_, tried, present, earlier) => {
    const { incidents } = compareIncidents([anIncident(0, 10, { fired: tried })], [anIncident(0, 10, { fired: present })]);
    expect(incidents[0]).toMatchObject({ earlier_seconds: earlier * 60 });
  });

  it('say how many more patients, in the end and at firing', () => {
    const { incidents } = compareIncidents(
      [anIncident(0, 10, { patients: 500, patients_at_firing: 25 })],
      [anIncident(0, 10, { patients: 480, patients_at_firing: 40 })],
    );
    expect(incidents[0]).toMatchObject({ more_patients: 20, more_patients_at_firing: -15 });
  });

  it('are one comparison where one set sees one incident and the other two', () => {
    const { incidents, same } = compareIncidents(
      [anIncident(0, 30, { patients: 90 })],
      [anIncident(0, 10), anIncident(20, 30, { patients: 50 })],
    );
    expect(same).toBe(1);
    expect(incidents).toMatchObject([{ kind: 'same', more_patients: 40 }]);
    expect(incidents[0]?.present).toHaveLength(2);
  });
});

/** Minutes; it fires at its first time unless `fired` says otherwise. */
function anIncident(
  from: number,
  to: number,
  given: Partial<BacktestIncident> & { readonly fired?: number } = {},
): BacktestIncident {
  const { fired = from, ...rest } = given;
  return {
    incident_id: '0'.repeat(32),
    group_id: 'helix',
    subject_kind: 'account',
    actor_id: 'a',
    state: 'closed',
    level: 'high',
    first_time: iso(from),
    last_time: iso(to),
    detected_at: iso(fired),
    patients: 10,
    patients_at_firing: 10,
    patients_at_detection: 10,
    clinics: ['c1'],
    categories: [],
    rules: ['r'],
    step: 0,
    found: 'live',
    late_seconds: 0,
    detection_delay_seconds: 0,
    rule_matches: [
      {
        rule_id: 'r',
        title: 'r',
        level: 'high',
        value: 10,
        threshold: 10,
        spread: 0,
        spread_threshold: 0,
        timespan_seconds: 600,
        first_fired: iso(fired),
        last_fired: iso(to),
      },
    ],
    ...rest,
  };
}

function iso(minutes: number): string {
  return new Date(Date.UTC(2026, 0, 5, 9, minutes)).toISOString();
}
