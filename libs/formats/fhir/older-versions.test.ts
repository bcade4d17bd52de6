import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readOne, reads } from '../read/reads.fixture.js';

const identifier = { system: 'https://rpps.esante.gouv.fr', value: '10100000001' };
const query = Buffer.from('Observation?patient=13').toString('base64');
const network = { address: '10.0.0.7', type: '2' };
const subtype = [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'search' }];
const number = { value: '8001234', system: 'urn:oid:1.2.3' };

/** One access in the shapes of four versions. */
const versions: Readonly<Record<string, object>> = {
  R4: {
    type: { code: 'rest' },
    subtype,
    action: 'E',
    recorded: '2016-08-22T23:42:24Z',
    outcome: '0',
    purposeOfEvent: [{ coding: [{ code: 'BTG' }] }],
    agent: [{ who: { reference: 'Practitioner/1', identifier }, requestor: true, network }],
    source: { site: '750300123', observer: { identifier: { value: 'EMR' } } },
    entity: [
      { what: { reference: 'Patient/12', identifier: number }, role: { code: '1' } },
      { role: { code: '24' }, query, detail: [{ type: 'count', valueString: '7' }] },
    ],
  },
  R5: {
    category: [{ coding: [{ code: 'rest' }] }],
    code: { coding: [{ code: 'search' }] },
    action: 'E',
    recorded: '2016-08-22T23:42:24Z',
    outcome: { code: { code: 'success' } },
    authorization: [{ coding: [{ code: 'BTG' }] }],
    agent: [{ who: { reference: 'Practitioner/1', identifier }, requestor: true, networkString: network.address }],
    source: { site: { display: '750300123' }, observer: { identifier: { value: 'EMR' } } },
    patient: { reference: 'Patient/12', identifier: number },
    entity: [
      { role: { coding: [{ code: '24' }] }, query, detail: [{ type: { coding: [{ code: 'count' }] }, valueString: '7' }] },
    ],
  },
  STU3: {
    type: { code: 'rest' },
    subtype,
    action: 'E',
    recorded: '2016-08-22T23:42:24Z',
    outcome: '0',
    purposeOfEvent: [{ coding: [{ code: 'BTG' }] }],
    agent: [{ reference: { reference: 'Practitioner/1' }, userId: identifier, requestor: true, network }],
    source: { site: '750300123', identifier: { value: 'EMR' } },
    entity: [
      { reference: { reference: 'Patient/12' }, identifier: number, role: { code: '1' } },
      { role: { code: '24' }, query, detail: [{ type: 'count', value: Buffer.from('7').toString('base64') }] },
    ],
  },
  DSTU2: {
    event: {
      type: { code: 'rest' },
      subtype,
      action: 'E',
      dateTime: '2016-08-22T23:42:24Z',
      outcome: '0',
      purposeOfEvent: [{ coding: [{ code: 'BTG' }] }],
    },
    participant: [{ reference: { reference: 'Practitioner/1' }, userId: identifier, requestor: true, network }],
    source: { site: '750300123', identifier: { value: 'EMR' } },
    object: [
      { reference: { reference: 'Patient/12' }, identifier: number, role: { code: '1' } },
      { role: { code: '24' }, query, detail: [{ type: 'count', value: Buffer.from('7').toString('base64') }] },
    ],
  },
};

describe('an AuditEvent of any version', () => {
  it.each(Object.entries(versions))('%s is the same access', (_, resource) => {
    expect(readOne({ resourceType: 'AuditEvent', id: 'a1', ...resource })).toEqual({
      id: 'a1',
      timeMs: Date.UTC(2016, 7, 22, 23, 42, 24),
      clinicId: '750300123',
      actorId: '10100000001',
      action: 'search',
      outcome: 'success',
      patients: [{ id: '8001234', authority: 'urn:oid:1.2.3' }],
      recordCount: 7,
      categories: ['lab'],
      purpose: 'BTG',
      emergency: true,
      sourceIp: '10.0.0.7',
      application: 'EMR',
    });
  });

  it('may be made of parts of two versions', () => {
    const { STU3 = {}, R4 = {}, DSTU2 = {} } = versions;
    const parts = fc.subarray(['agent', 'entity', 'source', 'recorded']);
    fc.assert(
      fc.property(parts, fc.constantFrom(STU3, DSTU2), (names, older) => {
        const newer = Object.fromEntries(Object.entries(R4).filter(([name]) => names.includes(name)));
        const event = readOne({ resourceType: 'AuditEvent', ...older, ...newer });
        expect(event).toMatchObject({
          actorId: '10100000001',
          action: 'search',
          patients: [{ id: '8001234' }],
          clinicId: '750300123',
        });
      }),
    );
  });

  it('takes the number alone for a user, and never throws', () => {
    expect(
      readOne({ resourceType: 'AuditEvent', recorded: '2016-08-22T23:42:24Z', agent: [{ userId: 'amartin' }] }).actorId,
    ).toBe('amartin');
    const names = fc.constantFrom(
      'event',
      'participant',
      'object',
      'agent',
      'entity',
      'source',
      'userId',
      'reference',
      'identifier',
      'detail',
      'value',
    );
    const any = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('x', 1, null, '2016-08-22T23:42:24Z'),
        fc.array(tie('value'), { maxLength: 2 }),
        tie('object'),
      ),
      object: fc.dictionary(names, tie('value'), { maxKeys: 5 }),
    })).object;
    fc.assert(
      fc.property(any, (resource) => void reads({ resourceType: 'AuditEvent', ...(resource as object) })),
      { numRuns: 500 },
    );
  });
});
