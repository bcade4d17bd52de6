import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isObject } from '../json/parse-item.js';
import { readOne, reads } from '../read/reads.fixture.js';

const event = {
  '@timestamp': '2026-11-28T08:00:00.000Z',
  ecs: { version: '8.11.0' },
  event: {
    id: 'e1',
    action: 'patient-record-viewed',
    outcome: 'success',
    category: ['web'],
    type: ['access'],
    dataset: 'emr.audit',
  },
  user: { id: '10100000001', name: 'amartin', roles: ['physician'] },
  source: { ip: '10.4.2.17' },
  host: { name: 'emr-1' },
  labels: { patient_id: '4711', finess: '750300123', data_category: 'Coverage', session_id: 's1', mfa: 'true', emergency: false },
  user_agent: { original: 'Firefox' },
};

describe('an event in ECS', () => {
  it('is the access that its fields and labels say', () => {
    expect(readOne(event)).toEqual({
      id: 'e1',
      timeMs: Date.UTC(2026, 10, 28, 8),
      clinicId: '750300123',
      actorId: '10100000001',
      actorRole: 'physician',
      action: 'read',
      outcome: 'success',
      patients: [{ id: '4711' }],
      categories: ['insurance'],
      emergency: false,
      mfa: true,
      sessionId: 's1',
      sourceIp: '10.4.2.17',
      userAgent: 'Firefox',
      application: 'emr.audit',
    });
  });

  it('is the same with points in its names, all or some', () => {
    fc.assert(fc.property(fc.func(fc.boolean()), (joins) => expect(readOne(dotted(event, joins))).toEqual(readOne(event))));
  });

  it.each([
    ['a user name that is a list', { user: { name: ['amartin', 'x'] } }, { actorId: 'amartin' }],
    ['a number', { user: { id: 0 } }, { actorId: '0' }],
    ['related users', { user: undefined, related: { user: ['amartin'] } }, { actorId: 'amartin' }],
    ['a program', { user: undefined, service: { name: 'nightly' } }, { actorId: 'nightly', actorKind: 'service' }],
    [
      'a patient that is the account',
      { user: { id: '008001-234' }, labels: { patient_id: '8001234' } },
      { actorPatient: { id: '8001234' } },
    ],
    [
      'a user with the number of a patient, as tables give them',
      { user: { id: 4711 } },
      { actorId: '4711', patients: [{ id: '4711' }] },
    ],
    [
      'the national number of somebody',
      { user: { id: '1 84 12 76 451 089 46' } },
      { actorPatient: { id: '1 84 12 76 451 089 46' } },
    ],
  ])('takes %s for the account', (_, part, expected) => expect(readOne({ ...event, ...part })).toMatchObject(expected));

  it.each([
    ['several', { labels: { patient_id: ['1', '2'] } }, [{ id: '1' }, { id: '2' }]],
    ['several in one text', { labels: { patient_id: '1; 2' } }, [{ id: '1' }, { id: '2' }]],
    ['none', { labels: {} }, []],
    ['with an authority', { patient: { id: 'urn:oid:1.2.3|12' }, labels: {} }, [{ id: '12', authority: 'urn:oid:1.2.3' }]],
    ['a reference', { healthcare: { patient: { id: ['Patient/12'] } }, labels: {} }, [{ id: '12', authority: 'fhir:Patient' }]],
    [
      'in the address of a request',
      { url: { path: '/r4/Patient/12/Observation' }, labels: {} },
      [{ id: '12', authority: 'fhir:Patient' }],
    ],
  ])('finds patients: %s', (_, part, patients) => expect(readOne({ ...event, ...part }).patients).toEqual(patients));

  it('counts one patient with two numbers once, by the order of its source', () => {
    const record = { ...event, labels: { patient_id: '4711', patient_ins: '184127645108946' } };
    const ins = { id: '184127645108946', authority: 'urn:oid:1.2.250.1.213.1.4.8' };
    expect(readOne(record).patients).toEqual([ins]);
    const columns = { 'patient_id|urn:ipp': 'labels.patient_id', 'patient_id|1.2.250.1.213.1.4.8': 'labels.patient_ins' };
    expect(readOne(record, { columns, authorities: ['urn:ipp'] }).patients).toEqual([{ id: '4711', authority: 'urn:ipp' }]);
  });

  it('says where a patient stands who cannot be told apart', () => {
    expect(readOne({ ...event, patient: { id: 'x'.repeat(300) }, labels: {} })).toMatchObject({
      patients: [],
      unreadablePatients: ['patient.id'],
    });
  });

  it.each([
    [{ action: 'user-login' }, 'login'],
    [{ action: 'user_logout' }, 'logout'],
    [{ action: 'report-export' }, 'export'],
    [{ action: 'PrintDocument' }, 'print'],
    [{ action: 'file-downloaded' }, 'download'],
    [{ action: 'SearchPatients' }, 'search'],
    [{ type: ['info', 'access'] }, 'read'],
    [{ type: ['deletion'] }, 'delete'],
    [{ category: ['authentication'], type: ['start'] }, 'login'],
    [{ action: 'thinking' }, 'other'],
    [{}, 'other'],
  ])('%j is %s', (part, action) => expect(readOne({ ...event, event: part }).action).toBe(action));

  it('is named by what its source says that words mean', () => {
    const values = { action: { 'fiche-43': 'print', '*': 'read' } };
    expect(readOne({ ...event, event: { action: 'fiche-43' } }, { values }).action).toBe('print');
    expect(readOne({ ...event, event: { action: 'fiche-44' } }, { values }).action).toBe('read');
  });

  it('must say when and who', () => {
    expect(reads({ ...event, '@timestamp': 'soon' })).toEqual(['bad_time']);
    expect(reads({ ...event, user: undefined, event: {} })).toEqual(['missing_field']);
  });
});

/** The record with some of its objects' names joined to those inside. */
function dotted(record: Readonly<Record<string, unknown>>, joins: (name: string) => boolean): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(record).flatMap(([name, value]): readonly (readonly [string, unknown])[] => {
      if (!isObject(value)) return [[name, value]];
      const inner = dotted(value, joins);
      return joins(name) ? Object.entries(inner).map(([key, one]) => [`${name}.${key}`, one]) : [[name, inner]];
    }),
  );
}
