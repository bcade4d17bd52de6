import { describe, expect, it } from '@jest/globals';
import { readOne } from '../read/reads.fixture.js';

const row = {
  id: 'a1',
  user_id: 'u1',
  record_id: 'r1',
  record_type: 'Patient',
  facility_id: 'f1',
  session_id: 's1',
  device_id: 'd1',
  logged_at: '2026-11-28T08:00:00.000Z',
};

describe("Tamanu's accesses", () => {
  it.each([
    ['a patient', {}, [{ id: 'r1', authority: 'tamanu:Patient' }], undefined],
    [
      'an encounter, in the place of its patient',
      { record_type: 'Encounter' },
      [{ id: 'r1', authority: 'tamanu:Encounter' }],
      undefined,
    ],
    [
      'a record whose patient is joined',
      { record_type: 'LabRequest', patient_id: 'p1' },
      [{ id: 'p1', authority: 'tamanu:Patient' }],
      undefined,
    ],
    ['a record of somebody', { record_type: 'LabRequest' }, [], ['record']],
    ['a record of nobody', { record_type: 'User' }, [], undefined],
  ])('%s', (_, part, patients, unreadablePatients) => {
    expect(readOne({ ...row, ...part })).toMatchObject({
      id: 'accesses:a1',
      timeMs: Date.UTC(2026, 10, 28, 8),
      clinicId: 'f1',
      actorId: 'u1',
      action: 'read',
      sessionId: 's1',
      device: 'd1',
      patients,
      ...(unreadablePatients && { unreadablePatients }),
    });
  });
});
