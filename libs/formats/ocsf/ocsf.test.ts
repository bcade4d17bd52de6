import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readOne, reads } from '../read/reads.fixture.js';
import { activitiesOfClass } from './mapping.js';

const event = {
  class_uid: 6005,
  activity_id: 1,
  time: Date.UTC(2026, 10, 28, 8),
  metadata: { uid: 'm1', version: '1.5.0', product: { name: 'EMR' }, tenant_uid: 'north' },
  actor: { user: { uid: 'amartin', type_id: 1, groups: [{ name: 'physicians' }] }, session: { uid: 's1', is_mfa: true } },
  src_endpoint: { ip: '10.4.2.17' },
  status_id: 1,
  resources: [
    { type: 'Patient', uid: '4711' },
    { type: 'patient', uid: '4712' },
    { type: 'MedicationRequest', uid: '9' },
  ],
};

describe('an event in OCSF', () => {
  it('is the access that its class says', () => {
    expect(readOne(event)).toMatchObject({
      id: 'm1',
      timeMs: event.time,
      clinicId: 'north',
      actorId: 'amartin',
      actorKind: 'human',
      actorRole: 'physicians',
      action: 'read',
      outcome: 'success',
      patients: [{ id: '4711' }, { id: '4712' }],
      sessionId: 's1',
      mfa: true,
      sourceIp: '10.4.2.17',
      application: 'EMR',
    });
  });

  const activities = Object.entries(activitiesOfClass).flatMap(([classUid, of]) =>
    Object.entries(of).map(([activity, action]) => [Number(classUid), Number(activity), action] as const),
  );
  it.each(activities)('of class %d activity %d is %s', (classUid, activity, action) => {
    const record = { ...event, class_uid: classUid, activity_id: activity };
    expect(readOne(record).action).toBe(action);
    expect(readOne({ ...record, activity_id: undefined, type_uid: classUid * 100 + activity }).action).toBe(action);
  });

  it('has its time in seconds, milliseconds or as text', () => {
    const at = event.time;
    for (const time of [at, at / 1000, String(at), '2026-11-28T08:00:00Z']) expect(readOne({ ...event, time }).timeMs).toBe(at);
    expect(readOne({ ...event, time: undefined, time_dt: '2026-11-28T08:00:00Z' }).timeMs).toBe(at);
  });

  it.each([
    ['a failure', { status_id: 2 }, { outcome: 'failure' }],
    ['a status that is a word', { status_id: 99, status: 'Failure' }, { outcome: 'failure' }],
    ['a denied access, older', { class_uid: 6004, activity_id: 2, status_id: undefined }, { outcome: 'failure', action: 'read' }],
    ['a system', { actor: { user: { name: 'svc', type_id: 3 } } }, { actorKind: 'service', actorId: 'svc' }],
    ['an administrator', { actor: { user: { name: 'root', type_id: 2 } } }, { actorKind: 'human', privileged: true }],
    ['a program', { actor: { app_name: 'sync' } }, { actorKind: 'service', actorId: 'sync' }],
    [
      'a sign-in',
      { class_uid: 3002, user: { name: 'amartin' }, actor: { user: { name: 'sso' } } },
      { actorId: 'amartin', action: 'login' },
    ],
    ['no patient', { resources: [{ type: 'table', uid: '1' }] }, { patients: [] }],
    ['a patient in what is not mapped', { resources: [], unmapped: { patient_id: 12 } }, { patients: [{ id: '12' }] }],
    [
      'a patient in the address',
      { resources: [], http_request: { url: { path: '/fhir/Patient/12' } } },
      { patients: [{ id: '12', authority: 'fhir:Patient' }] },
    ],
    ['an activity by its name', { activity_id: 99, activity_name: 'Export' }, { action: 'export' }],
  ])('%s', (_, part, expected) => expect(readOne({ ...event, ...part })).toMatchObject(expected));

  it.each([
    [{ class_uid: 2004 }, 'other_class'],
    [{ class_uid: 'constructor' }, 'other_class'],
    [{ actor: {} }, 'missing_field'],
    [{ time: -1 }, 'bad_time'],
  ])('refuses %j', (part, reason) => expect(reads({ ...event, ...part })).toEqual([reason]));

  it('never throws, whatever stands in its fields', () => {
    const key = fc.constantFrom(...Object.keys(event));
    fc.assert(fc.property(fc.dictionary(key, fc.jsonValue()), (part) => void reads({ ...event, ...part, class_uid: 6001 })));
  });
});
