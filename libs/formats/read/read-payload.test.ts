import { describe, expect, it } from '@jest/globals';
import { plainReading, type Reading } from '../input-format.js';
import { type Envelope, payloadOf } from '../payload.js';
import { readPayload } from './read-payload.js';

const envelope: Envelope = { receivedMs: Date.UTC(2026, 10, 28) };
const event = { time: '2026-11-28T08:00:00Z', clinic_id: 'nord', actor_id: 'amartin', patient_id: '4711', action: 'read' };
const auditEvent = {
  resourceType: 'AuditEvent',
  recorded: '2026-11-28T08:00:00Z',
  agent: [{ who: { identifier: { value: 'amartin' } }, requestor: true }],
  source: { site: 'nord' },
  entity: [{ what: { reference: 'Patient/4711' } }],
};

function bundle(resource: unknown) {
  return { resourceType: 'Bundle', entry: [{ resource }, { resource: 7 }] };
}

function read(value: unknown, reading: Reading = plainReading) {
  const payload = payloadOf(Buffer.from(JSON.stringify(value)), envelope);
  if (payload.kind === 'rejected') throw new Error(payload.detail);
  return [...readPayload(payload.value, reading)].map(({ outcome }) =>
    outcome.kind === 'accepted'
      ? `${outcome.value.clinicId} ${outcome.value.actorId} ${outcome.value.patients.map(({ id }) => id).join()}`
      : outcome.reason,
  );
}

describe('the events of a payload', () => {
  it('finds the format of each record out', () => {
    expect(read([event, auditEvent])).toEqual(['nord amartin 4711', 'nord amartin 4711']);
  });

  it('unwraps three deep and no deeper', () => {
    expect(read(bundle(bundle(bundle(auditEvent))))).toEqual(['nord amartin 4711', ...Array<string>(3).fill('unknown_format')]);
    expect(read(bundle(bundle(bundle(bundle(auditEvent))))).slice(0, 1)).toEqual(['wrapped_too_deep']);
  });

  it('keeps to the format that the source is pinned to', () => {
    expect(read([event, auditEvent], { ...plainReading, format: 'fhir' })).toEqual(['other_resource', 'nord amartin 4711']);
  });

  it('takes the clinic from the configuration', () => {
    expect(read(event, { ...plainReading, clinic: { fixed: 'sud' } })).toEqual(['sud amartin 4711']);
    expect(read(event, { ...plainReading, clinic: { map: { nord: '750000001' } } })).toEqual(['750000001 amartin 4711']);
    expect(read({ ...event, clinic_id: 'constructor' }, { ...plainReading, clinic: { map: {} } })).toEqual([
      'constructor amartin 4711',
    ]);
    expect(read(event, { ...plainReading, clinic: { map: { est: '750000001' } } })).toEqual(['nord amartin 4711']);
  });

  it('says of text in no format which formats there are', () => {
    const payload = payloadOf(Buffer.from('hello'), envelope);
    if (payload.kind === 'rejected') throw new Error(payload.detail);
    expect([...readPayload(payload.value, plainReading)].map(({ outcome }) => outcome)).toMatchObject([
      { kind: 'rejected', reason: 'unknown_format' },
    ]);
  });
});
