import { describe, expect, it } from '@jest/globals';
import { parseAuditEvent } from './audit-event.js';

describe('a FHIR AuditEvent', () => {
  it('is the access of its user, at the start of its period, with its offset', () => {
    expect(read({ period: { start: '2024-11-19T09:00:00.5+01:00' } })).toMatchObject({
      timeMs: Date.UTC(2024, 10, 19, 8, 0, 0, 500),
      actorId: '10100000001',
      clinicId: '750300123',
      action: 'read',
      outcome: 'success',
      patients: [{ id: '8001234', authority: 'fhir:Patient' }],
      categories: ['identity'],
    });
  });

  it.each([
    ['Patient/12', '12'],
    ['https://records.example/r4/Patient/12', '12'],
    ['Patient/12/_history/3', '12'],
  ])('takes the reference %s for patient %s of the server', (reference, id) => {
    expect(read({ entity: [{ what: { reference } }] })).toMatchObject({ patients: [{ id, authority: 'fhir:Patient' }] });
  });

  it('prefers an identifier with its system, also of a contained patient', () => {
    const identifier = [{ system: 'urn:oid:1.2.250.1.213.1.4.8', value: '299999999999999' }];
    const contained = [{ resourceType: 'Patient', id: 'p1', identifier }];
    expect(read({ contained, entity: [{ what: { reference: '#p1' }, role: { code: '1' } }] })).toMatchObject({
      patients: [{ id: '299999999999999', authority: 'urn:oid:1.2.250.1.213.1.4.8' }],
    });
  });

  it('decodes a search in base64, plain, or a whole HTTP request', () => {
    const requests = [
      'GET https://records.example/r4/Observation?patient=12 HTTP/1.1\r\nHost: x',
      'Observation?patient=Patient/12',
    ];
    for (const text of requests)
      for (const query of [text, Buffer.from(text).toString('base64')])
        expect(read({ subtype: [{ code: 'search' }], entity: [{ role: { code: '24' }, query }] })).toMatchObject({
          action: 'search',
          categories: ['lab'],
          patients: [{ id: '12' }],
        });
  });

  it('is an emergency when its purpose is to break the glass', () => {
    expect(read({ purposeOfEvent: [{ coding: [{ code: 'BTG' }] }] })).toMatchObject({ emergency: true, purpose: 'BTG' });
  });

  it('keeps no narrative, description or query', () => {
    expect(read({ text: { div: '<div>Jane</div>' }, outcomeDesc: 'Jane' })).not.toHaveProperty('extra');
  });

  it('says that the account is a patient when a patient reads the own record', () => {
    expect(read({ agent: [{ who: { reference: 'Patient/12' }, requestor: true }] })).toMatchObject({
      actorPatient: { id: '12' },
    });
  });

  it.each([
    [{ agent: [] }, 'agent'],
    [{ recorded: undefined }, 'recorded'],
    [{ recorded: '2024-11-19T08:12:03' }, 'recorded'],
    [{ resourceType: 'Patient' }, 'resourceType'],
  ])('is refused with the field that is wrong: %j', (overrides, field) => {
    expect(parseAuditEvent(auditEvent(overrides))).toMatchObject({ kind: 'rejected', field });
  });
});

function read(overrides: object): object {
  const outcome = parseAuditEvent(auditEvent(overrides));
  if (outcome.kind === 'rejected') throw new Error(outcome.detail);
  return outcome.value;
}

function auditEvent(overrides: object): object {
  return {
    resourceType: 'AuditEvent',
    type: { code: 'rest' },
    subtype: [{ code: 'read' }],
    action: 'R',
    recorded: '2024-11-19T08:12:03.120+01:00',
    outcome: '0',
    agent: [{ who: { identifier: { system: 'https://rpps.esante.gouv.fr', value: '10100000001' } }, requestor: true }],
    source: { observer: { display: 'Record platform' }, site: '750300123' },
    entity: [{ what: { reference: 'Patient/8001234' }, role: { code: '1' } }],
    ...overrides,
  };
}
