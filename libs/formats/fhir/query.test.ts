import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import type { PatientReference } from '../event.js';
import { fhirAuthority } from './patient-reference.js';
import { searchedFor } from './query.js';
import { WorkMeter } from '../work-meter.js';

const oid = 'urn:oid:1.2.3.4';

describe('the patients that a recorded search names', () => {
  it.each([
    ['Observation?patient=1', ['1']],
    ['Observation?patient=1,2,3', ['1', '2', '3']],
    ['Observation?patient=1&patient=2', ['1', '2']],
    ['Observation?subject=Patient/1,Patient/2/_history/3,https://ehr.example/r4/Patient/4', ['1', '2', '4']],
    ['Observation?subject=1', ['1']],
    ['Observation?subject:Patient=1,2', ['1', '2']],
    ['Appointment?actor:Patient=1', ['1']],
    ['Appointment?actor=Practitioner/9,Patient/1', ['1']],
    ['Coverage?beneficiary=1', ['1']],
    ['Provenance?target=https://ehr.example/Patient/1', ['1']],
    ['Observation?encounter.subject=Patient/1', ['1']],
    ['Observation?patient._id=1,2', ['1', '2']],
    ['Patient?_id=1,2,3', ['1', '2', '3']],
    ['Patient/_search?_id=1', ['1']],
    ['/fhir/Patient/1', ['1']],
    ['https://ehr.example/fhir/Patient/1/$everything?_count=50', ['1']],
    ['Patient/1/Observation?code=x', ['1']],
    ['Patient/1/_history/2', ['1']],
    ['Observation?_filter=subject eq Patient/1 or subject eq Patient/2', ['1', '2']],
    ['Observation?_filter=patient eq 1 and code eq 2', ['1']],
    [
      '{"resourceType":"Bundle","entry":[{"request":{"url":"Patient/1"}},{"request":{"url":"Observation?patient=2"}},{}]}',
      ['1', '2'],
    ],
    ['{base}/Patient/1', ['1']],
    ['{"resourceType":"Parameters","parameter":[{"name":"patient=1"}]}', []],
    ['Patient?_filter=id eq "1" or _id eq 2', ['1', '2']],
    ['Observation?_filter=id eq 1 and status eq "Patient"', []],
    ['Observation?patient=urn:uuid:5E0F5F4E-9999-4000-8000-000000000001', ['5e0f5f4e-9999-4000-8000-000000000001']],
    ['Observation?subject%3APatient=1%2C2', ['1', '2']],
    ['Observation?patient=1%252C2', ['1', '2']],
    ['Observation?code=x&amp;patient=1', ['1']],
    ['?patient=1', ['1']],
    ['patient=1', ['1']],
  ])('%s, by the ids of the server', (text, ids) => {
    expect(named(text)).toEqual(ids.map((id) => ({ id, authority: fhirAuthority })));
  });

  it.each([
    [`Patient?identifier=${oid}|1,${oid}|2`, ['1', '2']],
    [`Patient?identifier=${oid}%7C1`, ['1']],
    [`Patient?identifier=urn%3Aoid%3A1.2.3.4%257C1`, ['1']],
    [`Observation?subject:identifier=${oid}|1`, ['1']],
    [`Observation?patient:identifier=${oid}|1,${oid}|2`, ['1', '2']],
    [`Observation?patient.identifier=${oid}|1`, ['1']],
    [`Observation?subject:Patient.identifier=${oid}|1`, ['1']],
    [`Observation?encounter.patient.identifier=${oid}|1`, ['1']],
    [`Observation?patient=${oid}|1`, ['1']],
    [`Patient?identifier=${oid}|a\\,b,${oid}|c\\|d`, ['a,b', 'c|d']],
    [`Patient/$ihe-pix?sourceIdentifier=${oid}|1&targetSystem=urn:oid:1.2.9`, ['1']],
    [`Patient?_filter=identifier eq "${oid}|1"`, ['1']],
    [`Patient?identifier=1^^^%261.2.3.4%26ISO`, ['1']],
  ])('%s, by identifiers with their system', (text, ids) => {
    expect(named(text)).toEqual(ids.map((id) => ({ id, authority: oid })));
  });

  it.each([
    ['Patient?identifier=1', ['1']],
    ['/dicom-web/studies?PatientID=1&limit=5', ['1']],
    ['/dicom-web/studies?00100020=1', ['1']],
    ['Patient?identifier=|1', ['1']],
    ['Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|1', ['1']],
  ])('%s, by identifiers that say no system', (text, ids) => {
    expect(named(text)).toEqual(ids.map((id) => ({ id })));
  });

  it.each([
    'Patient?family=Doe&birthdate=1970-01-01',
    '/dicom-web/studies?PatientID=80*',
    'Observation?patient:missing=false',
    'Patient?identifier:not=1',
    `Patient?identifier=${oid}|`,
    'Observation?subject=Group/1,Device/2',
    'Observation?subject:Group=1',
    'Observation?patient.name=Doe',
    'Patient?_has:Observation:patient:code=1234-5',
    'Encounter?participant=13',
    'Observation?_id=1',
    'Observation?identifier=1',
    'Observation?performer:identifier=1',
    'Patient/$match',
    'Patient',
    'Patient?_include=Patient:link',
    'Observation?patient=',
    'Observation?patient=Practitioner/1',
    'MSH|^~\\&|A|B|\rQPD|IHE PDQ Query|1|@PID.5.1^DOE~@PID.7^19800101',
    '<PRPA_IN201309UV02 patient="1"/>',
    '',
  ])('are none in %j', (text) => {
    expect(named(text)).toEqual([]);
  });

  const shapes: readonly ((ids: readonly string[]) => string)[] = [
    (ids) => `Observation?code=a&patient=${ids.join(',')}`,
    (ids) => `Observation?${ids.map((id) => `subject=Patient/${id}`).join('&')}`,
    (ids) => `Observation?subject=${ids.map((id) => `https://ehr.example/fhir/Patient/${id}`).join(',')}&_sort=-date`,
    (ids) => `Patient?_count=3&_id=${encodeURIComponent(ids.join(','))}`,
  ];
  const wrappings: readonly ((request: string) => string)[] = [
    (request) => request,
    (request) => `GET https://ehr.example/fhir/${request}`,
    (request) => `GET /fhir/${request} HTTP/1.1\r\nHost: ehr.example\r\nX-Request-Id: 1\r\n\r\n`,
    (request) => {
      const [path, form] = request.split('?');
      return `POST /fhir/${path}/_search HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n${form}`;
    },
    (request) => `POST ehr.example/fhir/${request.replace('?', '/_search\n\n')}`,
  ];
  const encodings: readonly ((text: string) => string)[] = [
    (text) => text,
    (text) => Buffer.from(text).toString('base64'),
    (text) => Buffer.from(text).toString('base64url'),
    (text) =>
      Buffer.from(text)
        .toString('base64')
        .replaceAll(/.{1,76}/g, '$&\r\n'),
  ];

  it('are the same however the request is written, wrapped and encoded', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,20}$/);
    fc.assert(
      fc.property(
        fc.uniqueArray(id, { minLength: 1, maxLength: 8 }),
        fc.constantFrom(...shapes),
        fc.constantFrom(...wrappings),
        fc.constantFrom(...encodings),
        (ids, shape, wrap, encode) => {
          expect(named(encode(wrap(shape(ids)))).map((one) => one.id)).toEqual(ids);
        },
      ),
      { numRuns: casesOf(500, 20_000) },
    );
  });

  it('are all of a long list', () => {
    const ids = Array.from({ length: 10_000 }, (_, index) => `patient-${index}`);
    expect(named(Buffer.from(`POST /Observation/_search\n\npatient=${ids.join(',')}`).toString('base64'))).toHaveLength(10_000);
  });

  it.each([
    ['Patient/1/Observation?code=x', 'Observation'],
    ['https://ehr.example/fhir/Coverage/_search', 'Coverage'],
    ['/fhir/Patient/Abc', 'Patient'],
    ['Observation/Abc/_history', 'Observation'],
    ['FHIR/ImagingStudy?x=1', 'ImagingStudy'],
  ])('and %s asks for %s', (text, type) => {
    expect(searchedFor(text, new WorkMeter()).type).toBe(type);
  });
});

function named(text: string): readonly PatientReference[] {
  return searchedFor(text, new WorkMeter()).patients;
}
