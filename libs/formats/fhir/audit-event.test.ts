import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import type { JsonObject } from '../json/parse-item.js';
import { parseAuditEvent } from './audit-event.js';
import { Targets } from './targets.js';

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

  it('lies in the zone of its source where its time has no offset, and is refused where none is known', () => {
    expect(timeWithoutOffset('Europe/Paris')).toBe(Date.UTC(2024, 6, 19, 7, 0, 0, 250));
    expect(timeWithoutOffset('Indian/Reunion')).toBe(Date.UTC(2024, 6, 19, 5, 0, 0, 250));
    expect(timeWithoutOffset()).toBe('bad_time');
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

  it('passes over a number that is no longer in use, and reads a national number however it is grouped', () => {
    const system = 'urn:oid:1.2.250.1.213.1.4.8';
    const identifier = [
      { use: 'old', system, value: '100000000000000' },
      { use: 'official', system, value: '2 99 99 99 999 999 99' },
    ];
    const grouped = read({
      contained: [{ resourceType: 'Patient', id: 'p1', identifier }],
      entity: [{ what: { reference: '#p1' }, role: { code: '1' } }],
    });
    expect(grouped).toMatchObject({ patients: [{ id: '299999999999999', authority: system }] });
    const alone = read({ entity: [{ what: { type: 'Patient', identifier: { use: 'old', system, value: '7' } } }] });
    expect(alone).toMatchObject({ patients: [{ id: '7', authority: system }] });
  });

  it('takes an entity for a patient that is said to be a Patient, and a search that is said to be of Patient for none', () => {
    const type = { system: 'http://hl7.org/fhir/resource-types', code: 'Patient' };
    const what = { identifier: { system: 'urn:oid:1.2', value: '7' } };
    expect(read({ entity: [{ what, type }] })).toMatchObject({ patients: [{ id: '7', authority: 'urn:oid:1.2' }] });
    const search = read({ entity: [{ type, role: { code: '24' }, query: Buffer.from('Patient?name=x').toString('base64') }] });
    expect(search).toMatchObject({ patients: [] });
    expect(search).not.toHaveProperty('unreadablePatients');
  });

  it('knows the requestor by a text, too', () => {
    const agent = [
      { who: { identifier: { value: 'gateway' } }, requestor: 'false' },
      { who: { identifier: { value: '10100000001' } }, requestor: 'true' },
    ];
    expect(read({ agent })).toMatchObject({ actorId: '10100000001' });
  });

  it.each(['null', '<none>', '-', '0', 'Unknown^^^&1.2&ISO'])(
    'takes the number %s for somebody who cannot be told apart',
    (value) => {
      const event = read({ entity: [{ what: { identifier: { value } }, role: { code: '1' } }] });
      expect(event).toMatchObject({ patients: [], unreadablePatients: ['entity[0].what'] });
    },
  );

  it.each([
    ['Patient/12/$everything', 'E', 'operation', 'read'],
    ['Patient/12/$everything?_count=50', 'E', undefined, 'read'],
    ['Group/7/$export?_type=Patient', 'E', 'operation', 'export'],
    ['https://records.example/r4/$export', 'R', 'read', 'export'],
    ['$export', 'D', 'delete', 'delete'],
    ['Patient/$match', 'E', 'operation', 'search'],
    ['Patient/12/$merge', 'E', 'operation', 'other'],
    ['Observation?patient=12', 'E', 'operation', 'other'],
  ])('knows by the operation in %s what was done', (request, letter, subtype, action) => {
    for (const query of [request, Buffer.from(request).toString('base64')])
      expect(
        read({ action: letter, type: { code: 'rest' }, subtype: subtype ? [{ code: subtype }] : [], entity: [{ query }] }),
      ).toMatchObject({ action });
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

  it.each([
    ['Patient?identifier=urn:oid:1.2.3.4|ins-77', 'ins-77', 'urn:oid:1.2.3.4'],
    ['https://records.example/r4/Patient?identifier=urn%3Aoid%3A1.2.3.4%7Cins-77', 'ins-77', 'urn:oid:1.2.3.4'],
    ['Patient?_id=12', '12', 'fhir:Patient'],
    ['https://records.example/r4/Patient/12?_format=json', '12', 'fhir:Patient'],
    ['Patient/12/$everything', '12', 'fhir:Patient'],
    ['urn:uuid:61ebe359-0000-4000-8000-000000000001', '61ebe359-0000-4000-8000-000000000001', 'fhir:Patient'],
  ])('takes %s in the place of a reference for patient %s', (reference, id, authority) => {
    const entity = [{ what: { reference }, role: { code: '1' } }];
    expect(read({ entity })).toMatchObject({ patients: [{ id, authority }] });
  });

  it('looks into the Bundle for what has no number yet, patient and account alike', () => {
    const beside = new Targets([
      [patientUrn.toUpperCase(), { resourceType: 'Patient', identifier: [{ system: 'urn:oid:1.2.3.4', value: 'ins-88' }] }],
      [
        practitionerUrn,
        { resourceType: 'Practitioner', identifier: [{ system: 'https://rpps.esante.gouv.fr', value: '10100000002' }] },
      ],
    ]);
    const event = {
      agent: [{ who: { reference: practitionerUrn }, requestor: true }],
      entity: [{ what: { reference: patientUrn } }],
    };
    expect(parseAuditEvent(auditEvent(event), { beside })).toMatchObject({
      value: { actorId: '10100000002', patients: [{ id: 'ins-88', authority: 'urn:oid:1.2.3.4' }] },
    });
  });

  it.each([
    ['PAT-1^^^&1.2.250.1.71.1&ISO', { id: 'PAT-1', authority: 'urn:oid:1.2.250.1.71.1' }],
    ['PAT-1^^^CLINIC&amp;amp;1.2.250.1.71.1&amp;amp;ISO^PI', { id: 'PAT-1', authority: 'urn:oid:1.2.250.1.71.1' }],
    ['PAT-1^^^MPI', { id: 'PAT-1', authority: 'MPI' }],
    ['PAT-1', { id: 'PAT-1' }],
  ])('reads the HL7 v2 identifier %s', (value, patient) => {
    expect(read({ entity: [{ what: { identifier: { value } }, role: { code: '1' } }] })).toMatchObject({ patients: [patient] });
  });

  it.each([
    ['only a name', { what: { display: 'Jane Doe' }, role: { code: '1' } }],
    ['nothing at all', { role: { code: '1' } }],
    ['a role in R5', { what: { display: 'Jane Doe' }, role: { coding: [{ code: '1' }] } }],
    ['a contained patient without number', { what: { reference: '#p' } }],
    ['a contained resource that is not there', { what: { reference: '#q', type: 'Patient' } }],
    ['a search by name', { what: { reference: 'Patient?family=Doe' } }],
    ['an identifier without value', { what: { type: 'Patient', identifier: { system: 'urn:oid:1.2.3.4' } } }],
    ['an identifier that is too long', { what: { identifier: { value: 'x'.repeat(300) } }, role: { code: '1' } }],
    ['something else in the role', { what: { reference: 'Encounter/5' }, role: { code: '1' } }],
  ])('says where a patient stands who cannot be told apart: %s', (_what, entity) => {
    const contained = [{ resourceType: 'Patient', id: 'p', name: [{ family: 'Doe' }] }];
    const known = { what: { reference: 'Patient/12' } };
    expect(read({ contained, entity: [known, entity] })).toMatchObject({
      patients: [{ id: '12' }],
      unreadablePatients: ['entity[1].what'],
    });
  });

  it('says the same of the patient element of R5', () => {
    expect(read({ entity: [], patient: { display: 'Jane Doe' } })).toMatchObject({
      patients: [],
      unreadablePatients: ['patient'],
    });
  });

  it('has the patient element of R5 where an older version carries it as an extension', () => {
    const url = 'http://hl7.org/fhir/5.0/StructureDefinition/extension-AuditEvent.patient';
    const entity = [{ what: { reference: 'Observation/9' } }];
    const event = read({ entity, extension: [{ url, valueReference: { reference: 'Patient/12' } }] });
    expect(event).toMatchObject({ patients: [{ id: '12' }] });
    expect(read({ entity, extension: [{ url: 'urn:other', valueReference: { reference: 'Patient/12' } }] })).toMatchObject({
      patients: [],
    });
  });

  it('knows whom a nameless entity stands for when the search of the same event says it', () => {
    const search = { role: { code: '24' }, query: 'Observation?patient=12' };
    const event = read({ entity: [{ what: { display: 'Jane Doe' }, role: { code: '1' } }, search] });
    expect(event).toMatchObject({ patients: [{ id: '12' }] });
    expect(event).not.toHaveProperty('unreadablePatients');
  });

  it('counts patients of the search beside those of entities, but nobody twice because of another numbering', () => {
    const entity = { what: { reference: 'Patient/12' }, role: { code: '1' } };
    const searched = (query: string) => read({ entity: [entity, { role: { code: '24' }, query }] });
    expect(searched('Observation?patient=12,13')).toMatchObject({ patients: [{ id: '12' }, { id: '13' }] });
    expect(searched('Observation?patient.identifier=urn:oid:1.2.3.4|ins-77')).toMatchObject({ patients: [{ id: '12' }] });
  });

  it('is an emergency when its purpose is to break the glass', () => {
    expect(read({ purposeOfEvent: [{ coding: [{ code: 'BTG' }] }] })).toMatchObject({ emergency: true, purpose: 'BTG' });
  });

  it('keeps no narrative, description or query', () => {
    expect(read({ text: { div: '<div>Jane</div>' }, outcomeDesc: 'Jane' })).not.toHaveProperty('extra');
  });

  it.each([
    ['by another numbering is that of the one entity', { identifier: { system: 'urn:h', value: '8001' } }, 1, 1],
    ['beside two entities is one more', { identifier: { system: 'urn:h', value: '8001' } }, 2, 3],
    ['in the numbering of the entity is another one', { reference: 'Patient/77' }, 1, 2],
    ['of the same reference is the entity', { reference: 'Patient/1', identifier: { system: 'urn:h', value: '8001' } }, 1, 1],
  ])('has a patient who %s', (_what, patient, entities, count) => {
    const entity = Array.from({ length: entities }, (_, at) => ({
      what: { reference: `Patient/${at + 1}` },
      role: { code: '1' },
    }));
    expect((read({ entity, patient }) as { patients: readonly unknown[] }).patients).toHaveLength(count);
  });

  it.each([
    ['10.4.2.17:51234', '10.4.2.17'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['pc-7.example', undefined],
  ])('comes from the address %s as %s', (address, sourceIp) => {
    const agent = [{ who: { reference: 'Practitioner/amartin' }, requestor: true, network: { address, type: '2' } }];
    expect((read({ agent }) as { sourceIp?: string }).sourceIp).toBe(sourceIp);
  });

  describe('whose account', () => {
    const repository = { who: { identifier: { value: 'https://community.example/Repository' } }, requestor: false };
    const consumer = { who: { identifier: { value: '4711' } }, altId: '4711', network: { address: '10.0.1.42', type: '2' } };
    const human = { who: { identifier: { value: 'dr.martin' } }, name: '<dr.martin@https://sts.example/STS>' };

    it.each([
      ['role', inRole],
      ['type', inType],
    ])(
      'is the person, not the system that fetches for the person, with codes in %s and any requestor or none',
      (_where, coded) => {
        for (const requestors of [
          [false, false, false],
          [false, true, false],
          [false, false, true],
          [true, true, true],
          [true, true, false],
        ]) {
          const agent = [
            { ...repository, ...coded('110153'), requestor: requestors[0] },
            { ...consumer, ...coded('110152'), requestor: requestors[1] },
            { ...human, ...coded('HCP'), requestor: requestors[2] },
          ];
          for (const order of [agent, agent.toReversed()])
            expect(read({ agent: order })).toMatchObject({ actorId: 'dr.martin', actorRole: 'HCP', sourceIp: '10.0.1.42' });
        }
      },
    );

    it('is the person when the requestor is a device', () => {
      const agent = [{ who: { reference: 'Device/gateway' }, requestor: true }, { who: { reference: 'Practitioner/7' } }];
      expect(read({ agent })).toMatchObject({ actorId: '7' });
    });

    it('is one account, and one clinic, however its name is broken, hidden or composed', () => {
      const plain = { actorId: 'Dr Zoë Martin', clinicId: 'Dr Zoë Martin' };
      for (const name of [
        'Dr Zoë Martin',
        'Dr\u00a0Zoe\u0308 Martin',
        'Dr\tZoë\r\nMartin',
        '\u202eDr Zoë \u200bMar\u00adtin\ufe0f',
      ])
        expect(namedSo(name)).toMatchObject(plain);
      expect(namedSo('\u200b\u2060')).toMatchObject({ actorId: 'unknown', clinicId: 'unknown' });
    });

    it('is the system where there is no person, by a name that lasts and not by the number of its process', () => {
      const agent = [
        { ...repository, ...inRole('110153') },
        { ...consumer, ...inRole('110152'), name: 'Viewer', requestor: true },
      ];
      expect(read({ agent })).toMatchObject({ actorId: 'Viewer' });
      const nameless = [{ ...consumer, ...inRole('110152'), requestor: true }];
      expect(read({ agent: nameless })).toMatchObject({ actorId: '10.0.1.42' });
    });

    it('is never the number or the name of a patient, wherever and however an agent says it', () => {
      fc.assert(
        fc.property(patientAgents(), ({ agent, beside, contained }) => {
          const outcome = parseAuditEvent(auditEvent({ agent: [agent], contained, entity: [ownEntity] }), {
            beside: new Targets(beside),
          });
          if (outcome.kind === 'rejected') return;
          const text = JSON.stringify({ ...outcome.value, patients: undefined, actorPatient: undefined, actorId: undefined });
          expect(text).not.toMatch(/Doe|8001234|184127645108946/);
          if (!/Doe|8001234|184127645108946/.test(outcome.value.actorId)) return;
          expect(outcome.value).toHaveProperty('actorPatient');
        }),
        { numRuns: casesOf(2_000, 20_000) },
      );
    });

    it.each(['10100000001', '810100000001', '899700366240', '0012', '184137645108947', '984127645108947'])(
      'stays %s, which is nobody treated',
      (value) => {
        const agent = [{ who: { identifier: { value } }, requestor: true }];
        expect(read({ agent })).toMatchObject({ actorId: value });
        expect(read({ agent })).not.toHaveProperty('actorPatient');
      },
    );

    it.each(['184127645108946', '184127645108947', '1841276451089', '2 85 05 78 006 048 12', '1 84 12 2A 451 089 01'])(
      'is a pseudonym for a national number, were its key wrong: %s',
      (value) => {
        const agent = [{ who: { identifier: { value } }, requestor: true }];
        expect(read({ agent })).toHaveProperty('actorPatient');
      },
    );
  });
  it('says that the account is a patient when a patient reads the own record', () => {
    expect(read({ agent: [{ who: { reference: 'Patient/12' }, requestor: true }] })).toMatchObject({
      actorPatient: { id: '12' },
    });
  });

  it('takes an account with the long number of a patient of the event for that patient, with a short one for somebody else', () => {
    const [long, short] = ['8001234', '12'].map((id) =>
      read({
        agent: [{ who: { reference: `Practitioner/${id}` }, requestor: true }],
        entity: [{ what: { reference: `Patient/${id}` }, role: { code: '1' } }],
      }),
    );
    expect(long).toMatchObject({ actorPatient: { id: '8001234' } });
    expect(short).toMatchObject({ actorId: '12', patients: [{ id: '12' }] });
    expect(short).not.toHaveProperty('actorPatient');
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

const ownEntity = { what: { reference: 'Patient/8001234' }, role: { code: '1' } };

/** Agents that are a patient, or somebody of a patient's, in one way or another: what says so, and where the number or the name stands. */
function patientAgents(): fc.Arbitrary<{
  agent: object;
  contained: readonly object[];
  beside: readonly (readonly [string, JsonObject])[];
}> {
  const insSystems = [
    'urn:oid:1.2.250.1.213.1.4.8',
    '1.2.250.1.213.1.4.9',
    'URN:OID:1.2.250.1.213.1.4.10',
    'urn:oid:1.2.250.1.213.1.4.2',
  ];
  const ins = '184127645108946';
  const name = 'Jane Doe';
  const who = fc.constantFrom<object>(
    { type: 'Patient', display: name },
    { type: 'patient', display: name },
    { type: 'http://hl7.org/fhir/StructureDefinition/Patient', display: name },
    { type: 'Patient', identifier: { value: `${name} ${'x'.repeat(300)}` } },
    { reference: 'Patient/8001234', display: name },
    { reference: 'patient/8001234', display: name },
    { reference: 'https://ehr.example/r4/Patient/8001234/_history/2' },
    { reference: 'Patient', display: name },
    { reference: 'Patient?identifier=8001234', display: name },
    { reference: 'RelatedPerson/9', display: name },
    { reference: '#inside', display: name },
    { reference: patientUrn, display: name },
    { display: '8001234' },
    { identifier: { value: '8001234' } },
    { identifier: { value: '0008001234' } },
    { identifier: { value: '800-12-34' } },
    { identifier: { value: ins } },
    { identifier: { value: '1 84 12 76 451 089 46' } },
    { identifier: { value: '1841276451089' } },
    ...insSystems.map((system) => ({ identifier: { system, value: ins }, display: name })),
    ...['MR', 'PI', 'INS-NIR'].map((code) => ({ identifier: { type: { coding: [{ code }] }, value: name } })),
  );
  const more = fc.constantFrom<object>(
    {},
    { altId: ins },
    { name },
    { altId: '8001234', name },
    { role: [{ coding: [{ code: 'PAT' }] }] },
    { type: { coding: [{ code: 'humanuser' }] } },
    { network: { address: '10.0.0.1' } },
  );
  const inside = fc
    .constantFrom('Patient', 'RelatedPerson')
    .map((resourceType) => ({ resourceType, id: 'inside', identifier: [{ value: name }] }));
  return fc.record({
    agent: fc.tuple(who, more, fc.boolean()).map(([one, other, requestor]) => {
      const isPlain = !('type' in one || 'reference' in one || 'identifier' in one);
      return { who: one, requestor, ...(isPlain ? {} : other) };
    }),
    contained: inside.map((resource) => [resource]),
    beside: inside.map((resource) => [[patientUrn, resource] as const]),
  });
}

const patientUrn = 'urn:uuid:61ebe359-0000-4000-8000-000000000001';
const practitionerUrn = 'urn:uuid:61ebe359-0000-4000-8000-000000000002';

function namedSo(name: string): object {
  return read({ agent: [{ who: { display: name }, requestor: true }], source: { site: name } });
}

function inRole(code: string): object {
  return { role: [{ coding: [{ code }] }] };
}

function inType(code: string): object {
  return { type: { coding: [{ code }] } };
}

function timeWithoutOffset(zone?: string): number | string {
  const resource = auditEvent({ recorded: '2024-07-19T09:00:00.25' });
  const outcome = parseAuditEvent(resource, { ...(zone !== undefined && { zone }) });
  return outcome.kind === 'accepted' ? outcome.value.timeMs : outcome.reason;
}

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
