import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { plainReading } from '../../input-format.js';
import { isObject } from '../../json/parse-item.js';
import { readPayload } from '../../read/read-payload.js';
import { WorkMeter } from '../../work-meter.js';
import { parseXml } from '../../xml/parse-xml.js';
import { parseAuditEvent } from '../audit-event.js';
import { resourceFromXml } from './from-xml.js';
import { fhirXmlWrapper } from './xml-wrapper.js';

const auditEvent = {
  resourceType: 'AuditEvent',
  id: 'e1',
  meta: { profile: ['https://example.org/p'] },
  contained: [{ resourceType: 'Patient', id: 'p1', identifier: [{ system: 'urn:oid:1.2.3', value: '4711' }] }],
  type: { system: 'http://terminology.hl7.org/CodeSystem/audit-event-type', code: 'rest' },
  subtype: [{ code: 'read' }],
  action: 'R',
  recorded: '2027-01-31T08:00:00.123+01:00',
  outcome: '0',
  purposeOfEvent: [{ coding: [{ code: 'BTG' }] }],
  agent: [
    {
      extension: [
        {
          url: 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/ihe-assuranceLevel',
          valueCodeableConcept: { coding: [{ code: 'LOAAP2' }] },
        },
      ],
      role: [{ coding: [{ code: 'doctor' }] }, { coding: [{ code: 'nurse' }] }],
      who: { identifier: { system: 'https://rpps.esante.gouv.fr', value: '10101010101' } },
      requestor: true,
      policy: ['urn:ietf:params:oauth:jti:s9'],
      network: { address: '192.0.2.1', type: '2' },
    },
    { who: { display: 'A & "B" <C>' }, requestor: false },
  ],
  source: { site: 'nord', observer: { display: 'EHR' } },
  entity: [
    { what: { reference: '#p1' }, role: { code: '1' } },
    { what: { reference: 'Observation/1' }, detail: [{ type: 'count', valueString: '3' }] },
  ],
};

describe('a resource of FHIR as XML', () => {
  it('is the same object as in JSON, and the same access', () => {
    const object = fromXml(xmlOf(auditEvent));
    expect(object).toEqual(auditEvent);
    expect(parseAuditEvent(object)).toEqual(parseAuditEvent(auditEvent));
    expect(parseAuditEvent(object)).toMatchObject({
      value: { patients: [{ id: '4711' }], sessionId: 's9', auth: 'LOAAP2', emergency: true, recordCount: 3 },
    });
  });

  it('is the same for any text in it', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).map((one) => one.replaceAll(/[\p{C}\s]/gu, 'x'));
    fc.assert(
      fc.property(text, text, (site, name) => {
        const changed = { ...auditEvent, source: { site }, agent: [{ name, requestor: true }] };
        expect(fromXml(xmlOf(changed))).toEqual(changed);
      }),
    );
  });

  it('leaves narratives out', () => {
    const xml =
      '<AuditEvent xmlns="http://hl7.org/fhir"><text><status value="generated"/><div xmlns="x">Dupont</div></text></AuditEvent>';
    expect(fromXml(xml)).toEqual({ resourceType: 'AuditEvent', text: { status: 'generated' } });
  });

  it('is read with its Bundle, each entry for itself', () => {
    const bundle = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ resource: auditEvent }, { resource: { resourceType: 'Patient', id: '1' } }],
    };
    const payload = { kind: 'text', text: `<?xml version="1.0"?>\n${xmlOf(bundle)}`, envelope: { receivedMs: 0 } } as const;
    expect(fhirXmlWrapper.recognises(payload)).toBe(true);
    const outcomes = [...readPayload(payload, plainReading)].map(({ outcome }) =>
      outcome.kind === 'rejected' ? outcome.reason : outcome.value.actorId,
    );
    expect(outcomes).toEqual(['10101010101', 'other_resource']);
  });

  it.each([
    ['<AuditEvent>', 'not_xml'],
    ['<!DOCTYPE a><AuditEvent/>', 'forbidden_xml'],
    ['<a><AuditEvent/></a>', 'other_resource'],
    ['<AuditEvent/>', 'bad_time'],
  ])('is refused by name: %s', (text, reason) => {
    const [item] = [...readPayload({ kind: 'text', text, envelope: { receivedMs: 0 } }, plainReading)];
    expect(item?.outcome).toMatchObject({ kind: 'rejected', reason });
  });
});

function fromXml(text: string): unknown {
  const parsed = parseXml(text, new WorkMeter());
  if (parsed.kind === 'rejected') throw new Error(parsed.detail);
  return resourceFromXml(parsed.value);
}

/** FHIR's XML of a resource, written by FHIR's own rule. */
function xmlOf(resource: object): string {
  const { resourceType, ...rest } = { resourceType: '', ...resource };
  return `<${resourceType} xmlns="http://hl7.org/fhir">${childrenXml(rest)}</${resourceType}>`;
}

function childrenXml(object: object): string {
  return Object.entries(object)
    .flatMap(([name, value]) => [value].flat().map((one: unknown) => elementXml(name, one)))
    .join('');
}

function elementXml(name: string, value: unknown): string {
  if (!isObject(value)) return `<${name} value="${escaped(String(value))}"/>`;
  if (value['resourceType'] !== undefined) return `<${name}>${xmlOf(value)}</${name}>`;
  const { url, ...rest } = value;
  const isExtension = name === 'extension';
  return `<${name}${isExtension ? ` url="${escaped(String(url))}"` : ''}>${childrenXml(isExtension ? rest : value)}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
