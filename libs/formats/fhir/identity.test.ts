import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readOne } from '../read/reads.fixture.js';

const ins = { system: 'urn:oid:1.2.250.1.213.1.4.8', value: '184127645108946' };
const ipp = { system: 'urn:oid:1.2.250.1.71.9', value: '4711' };
const old = { system: 'urn:oid:1.9', value: '12' };
const base = { resourceType: 'AuditEvent', recorded: '2026-11-28T08:00:00Z', agent: [{ who: { display: 'amartin' } }] };
const inRole = { role: { code: '1' } };

describe('one patient of an AuditEvent with several identifiers', () => {
  it.each([
    [[ipp.system, ins.system], ipp],
    [[ins.system], ins],
    [[], ins],
  ])('counts once, by the authorities %j, in whatever order and place they come', (authorities, { system, value }) => {
    const identifiers = fc.shuffledSubarray([ins, ipp, old], { minLength: 3 });
    fc.assert(
      fc.property(identifiers, fc.boolean(), (identifier, isContained) => {
        const event = isContained
          ? { contained: [{ resourceType: 'Patient', id: 'p', identifier }], entity: [{ what: { reference: '#p' } }] }
          : { entity: [{ what: { identifier }, ...inRole }] };
        expect(readOne({ ...base, ...event }, { authorities }).patients).toEqual([{ id: value, authority: system }]);
      }),
    );
  });

  it('is one in two entities with one id of the server, whichever bears the number', () => {
    const entity = [
      { what: { reference: 'Patient/1' }, ...inRole },
      { what: { reference: 'https://x.example/r4/Patient/1/_history/2', identifier: ipp } },
    ];
    for (const entities of [entity, entity.toReversed()])
      expect(readOne({ ...base, entity: entities }).patients).toEqual([{ id: ipp.value, authority: ipp.system }]);
  });

  it('stays two patients where only a value is shared', () => {
    const entity = ['1', '2'].map((id) => ({ what: { reference: `Patient/${id}`, identifier: { value: 'IPP' } } }));
    expect(readOne({ ...base, entity: [...entity, { what: { reference: 'Patient/3' } }] }).patients).toHaveLength(2);
  });

  it('in entities of their own counts once where the source names the authorities, and nobody is missing', () => {
    const entity = [ins, ipp, old].map((identifier) => ({ what: { identifier }, ...inRole }));
    expect(readOne({ ...base, entity }).patients).toHaveLength(3);
    expect(readOne({ ...base, entity }, { authorities: [ipp.system] }).patients).toEqual([{ id: '4711', authority: ipp.system }]);
    const more = [...entity, { what: { identifier: { ...old, value: '13' } }, ...inRole }];
    expect(readOne({ ...base, entity: more }, { authorities: [ipp.system] }).patients.map(({ id }) => id)).toEqual(['12', '13']);
  });
});

describe('one request that client and server tell of', () => {
  it('has one record id, and other records keep their own', () => {
    const request = { what: { identifier: { value: 'cc6d168e' } }, type: { code: 'XrequestId' } };
    expect(readOne({ ...base, id: 'a1', entity: [request] }).id).toBe('request:cc6d168e');
    expect(readOne({ ...base, id: 'a2', entity: [request] }).id).toBe('request:cc6d168e');
    expect(readOne({ ...base, id: 'a3' }).id).toBe('a3');
  });
});

describe('a system that acted for nobody', () => {
  const end = { type: { coding: [{ code: '110153' }] } };
  it.each([
    ['a device', { who: { reference: 'Device/1' } }, 'service'],
    ['an end of a transfer', { who: { display: 'machine.example' }, ...end }, 'service'],
    ['an end of a transfer with the name of a person', { who: { display: 'x' }, name: 'Jane Doe', ...end }, undefined],
    ['a practitioner at the end of a transfer', { who: { reference: 'Practitioner/1' }, ...end }, undefined],
    ['anybody', { who: { display: 'amartin' } }, undefined],
  ])('%s', (_, agent, kind) => expect(readOne({ ...base, agent: [agent] }).actorKind).toBe(kind));
});
