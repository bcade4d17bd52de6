import { describe, expect, it } from '@jest/globals';
import { readOne } from '../read/reads.fixture.js';

const log = {
  id: 9,
  date: '2026-11-28 09:00:00',
  user: 'amartin',
  groupname: 'Default',
  comments: '',
  patient_id: 12,
  success: 1,
};
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe("OpenEMR's logs", () => {
  it.each([
    ['patient-record-select', base64('SELECT * FROM patient_data WHERE pid = 12'), 'read', ['identity'], [{ id: '12' }]],
    ['patient-record-select', 'SELECT * FROM `insurance_data` WHERE pid = 12', 'read', ['insurance'], [{ id: '12' }]],
    ['patient-record-insert', base64('INSERT INTO prescriptions VALUES (1)'), 'create', ['prescription'], [{ id: '12' }]],
    ['lab-order-update', '', 'update', ['lab'], [{ id: '12' }]],
    ['lab-results-select', base64('select x from procedure_result r join forms f'), 'read', ['lab', 'notes'], [{ id: '12' }]],
    ['patient-record-replace', '', 'update', ['identity'], [{ id: '12' }]],
    ['login', 'success', 'login', undefined, [{ id: '12' }]],
  ])('log: %s with %s', (event, comments, action, categories, patients) => {
    expect(readOne({ ...log, event, comments })).toMatchObject({
      id: 'log:9',
      timeMs: Date.UTC(2026, 10, 28, 8),
      actorId: 'amartin',
      action,
      outcome: 'success',
      patients,
      ...(categories && { categories }),
    });
  });

  it('has failures, and rows of nobody', () => {
    expect(readOne({ ...log, event: 'login', success: '0', patient_id: '0' })).toMatchObject({
      outcome: 'failure',
      patients: [],
    });
  });

  it.each([
    [
      { method: 'GET', request_url: '/apis/default/fhir/Patient/12', patient_id: 0 },
      'read',
      [{ id: '12', authority: 'fhir:Patient' }],
    ],
    [{ method: 'PUT', request_url: '/apis/default/api/patient/5', patient_id: 5 }, 'update', [{ id: '5' }]],
  ])('api_log: %j', (part, action, patients) => {
    const row = { log_id: 1, user_id: 3, ip_address: '10.1.1.1', request: 'patient', created_time: '2026-11-28 09:00:00' };
    expect(readOne({ ...row, ...part })).toMatchObject({ id: 'api_log:1', actorId: '3', sourceIp: '10.1.1.1', action, patients });
  });

  it('extended_log: what was disclosed was taken out', () => {
    const row = {
      id: 1,
      date: '2026-11-28 09:00:00',
      event: 'disclosure-treatment',
      user: 'amartin',
      recipient: 'x',
      patient_id: 12,
    };
    expect(readOne(row)).toMatchObject({ action: 'export', patients: [{ id: '12' }] });
  });
});
