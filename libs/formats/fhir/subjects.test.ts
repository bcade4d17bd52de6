import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../json/parse-item.js';
import { WorkMeter } from '../work-meter.js';
import { parseAuditEvent } from './audit-event.js';
import { parseBundle } from './bundle.js';

const patient = { id: '8001', authority: 'fhir:Patient' };
const encounter = { resourceType: 'Encounter', id: 'e1', subject: { reference: 'Patient/8001' } };

describe('an AuditEvent that refers to what is about a patient', () => {
  it.each([
    ['the subject', encounter],
    ['the patient', { resourceType: 'Claim', patient: { reference: 'https://records.example/fhir/Patient/8001' } }],
    ['the beneficiary', { resourceType: 'Coverage', beneficiary: { reference: 'Patient/8001/_history/2' } }],
    ['whom it is for', { resourceType: 'Task', for: { reference: 'Patient/8001' } }],
    [
      'participants',
      {
        resourceType: 'Appointment',
        participant: [{ actor: { reference: 'Practitioner/2' } }, { actor: { reference: 'Patient/8001' } }],
      },
    ],
    ['members', { resourceType: 'Group', member: [{ entity: { reference: 'Patient/8001' } }] }],
    [
      'entries',
      { resourceType: 'List', entry: [{ item: { reference: 'Patient/8001' } }, { item: { reference: 'Observation/7' } }] },
    ],
  ])('is an access to %s of a contained resource', (_what, resource) => {
    expect(patientsIn({ contained: [{ ...resource, id: 'x' }], entity: [{ what: { reference: '#x' } }] })).toEqual([patient]);
  });

  it('reads a number that stands in the place of the reference, and a subject that is contained too', () => {
    const byNumber = { ...encounter, subject: { identifier: { system: 'urn:oid:1.2.3', value: '4711' } } };
    const named = { resourceType: 'Patient', id: 'p', identifier: [{ system: 'urn:oid:1.2.3', value: '4711' }] };
    const entity = [{ what: { reference: '#e1' } }];
    const patients = [{ id: '4711', authority: 'urn:oid:1.2.3' }];
    expect(patientsIn({ contained: [byNumber], entity })).toEqual(patients);
    expect(patientsIn({ contained: [{ ...encounter, subject: { reference: '#p' } }, named], entity })).toEqual(patients);
    expect(patientsIn({ contained: [encounter], entity: [], encounter: { reference: '#e1' } })).toEqual([patient]);
  });

  it.each([
    ['https://records.example/fhir/Encounter/e1', 'https://records.example/fhir/Encounter/e1'],
    ['https://records.example/fhir/Encounter/e1', 'Encounter/e1'],
    ['https://records.example/fhir/Encounter/e1', 'Encounter/e1/_history/3'],
    ['urn:uuid:61ebe359-0000-4000-8000-000000000002', 'urn:uuid:61ebe359-0000-4000-8000-000000000002'],
    [undefined, 'Encounter/e1'],
  ])('finds it in its Bundle as %s by %s', (fullUrl, reference) => {
    const bundle = parseBundle({ resourceType: 'Bundle', entry: [{ fullUrl, resource: encounter }] });
    if (bundle.kind === 'rejected') throw new Error(bundle.detail);
    expect(patientsIn({ entity: [{ what: { reference } }] }, bundle.value.targets)).toEqual([patient]);
  });

  it('names people and systems of a Bundle by their address, as records that came without them do', () => {
    const numbered = [
      { resourceType: 'Patient', id: '8001', identifier: [{ system: 'urn:oid:1.2.3', value: '4711' }] },
      { resourceType: 'Device', id: 'd', identifier: [{ value: 'serial' }], patient: { reference: 'Patient/9' } },
    ];
    const bundle = parseBundle({ resourceType: 'Bundle', entry: numbered.map((resource) => ({ resource })) });
    if (bundle.kind === 'rejected') throw new Error(bundle.detail);
    const event = auditEvent({
      entity: [{ what: { reference: 'Patient/8001' } }],
      source: { observer: { reference: 'Device/d' } },
    });
    expect(parseAuditEvent(event, { beside: bundle.value.targets })).toMatchObject({
      value: { patients: [patient], clinicId: 'd', application: 'd' },
    });
  });

  it('counts nobody twice by the number of another numbering, and nobody for a subject that is none', () => {
    const byNumber = { ...encounter, subject: { identifier: { system: 'urn:oid:1.2.3', value: '4711' } } };
    const both = [{ what: { reference: 'Patient/8001' } }, { what: { reference: '#e1' } }];
    expect(patientsIn({ contained: [byNumber], entity: both })).toEqual([patient]);
    const other = { ...encounter, subject: { reference: 'Device/3' } };
    expect(patientsIn({ contained: [other], entity: [{ what: { reference: '#e1' } }] })).toEqual([]);
  });

  it('reads a list once, however many entities point to it', () => {
    const member = Array.from({ length: 2000 }, (_, at) => ({ entity: { reference: `Patient/${at}` } }));
    const stepsOf = (entities: number) => {
      const meter = new WorkMeter();
      const entity = Array.from({ length: entities }, () => ({ what: { reference: '#g' } }));
      parseAuditEvent(auditEvent({ contained: [{ resourceType: 'Group', id: 'g', member }], entity }), { meter });
      return meter.steps;
    };
    expect(stepsOf(1000) - stepsOf(1)).toBeLessThan(stepsOf(1));
  });
});

function patientsIn(event: JsonObject, beside?: NonNullable<Parameters<typeof parseAuditEvent>[1]>['beside']): unknown {
  const outcome = parseAuditEvent(auditEvent(event), beside ? { beside } : {});
  return outcome.kind === 'accepted' ? outcome.value.patients : outcome;
}

function auditEvent(event: JsonObject): JsonObject {
  return {
    resourceType: 'AuditEvent',
    type: { code: 'rest' },
    action: 'R',
    recorded: '2024-11-19T08:00:00Z',
    agent: [{ who: { identifier: { value: 'amartin' } }, requestor: true }],
    source: { site: 'nord' },
    ...event,
  };
}
