import { expect, it } from '@jest/globals';
import type { CareStay } from '#libs/contracts/care/care-fact.js';
import { PatientKey } from './patient-key.js';
import { Stays } from './stays.js';

/** Two patients whose pseudonyms share what they are looked up by. */
const [one, other] = [`${'a'.repeat(24)}${'1'.repeat(8)}`, `${'a'.repeat(24)}${'2'.repeat(8)}`];

function aStay(patient_id: string, given: Partial<CareStay>): CareStay {
  return {
    what: 'stay',
    group_id: 'g',
    patient_id,
    stay_id: 's',
    from: 10,
    until: 20,
    visible: 5,
    received_at: '2026-01-05T09:00:00.000Z',
    ...given,
  };
}

function keyOf(patient: string): PatientKey {
  const key = new PatientKey();
  key.set(patient, 1);
  return key;
}

function staysOf(...given: readonly CareStay[]): Stays {
  const stays = new Stays();
  for (const stay of given) stays.take(stay, 1);
  return stays;
}

const linked = (stays: Stays, patient: string, steps: readonly number[]): readonly boolean[] =>
  steps.map((step) => stays.links(keyOf(patient), step));

it('a stay links its patient from its first step to before its last, once it is visible', () => {
  expect(linked(staysOf(aStay(one, {})), one, [9, 10, 19, 20])).toEqual([false, true, true, false]);
  expect(linked(staysOf(aStay(one, { visible: 15 })), one, [14, 15])).toEqual([false, true]);
  expect(linked(staysOf(aStay(one, {})), other, [10])).toEqual([false]);
});

it('of versions that become visible together the one that came later counts, then the one that says more, in whatever order they come', () => {
  const early = aStay(one, { until: 12 });
  const late = aStay(one, { until: 15, received_at: '2026-01-05T09:00:01.000Z' });
  const longer = { ...late, until: 18 };
  for (const given of [
    [early, late, longer],
    [longer, late, early],
    [late, early, longer, late],
  ])
    expect(linked(staysOf(...given), one, [12, 15, 17, 18])).toEqual([true, true, true, false]);
});

it('what no access from a step on asks for is forgotten, of each patient by itself', () => {
  const stays = staysOf(
    aStay(one, {}),
    aStay(one, { visible: 12, until: 40 }),
    aStay(other, { until: 30 }),
    aStay(other, { stay_id: 't' }),
  );
  stays.forget(11);
  // The first version still says what held before the second was visible.
  expect([linked(stays, one, [11, 30]), linked(stays, other, [11])]).toEqual([[true, true], [true]]);
  stays.forget(30);
  expect([linked(stays, one, [30, 39]), linked(stays, other, [29]), stays.size]).toEqual([[true, true], [false], 1]);
  stays.forget(40);
  expect(stays.size).toBe(0);
});
