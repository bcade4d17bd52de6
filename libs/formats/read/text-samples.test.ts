import { describe, expect, it } from '@jest/globals';
import { sample, samplesAreThere } from '#libs/testkit/samples/samples.js';
import { plainReading, type Reading } from '../input-format.js';
import { payloadOf } from '../payload.js';
import { SyslogFramer } from '../syslog/framer.js';
import { readPayload } from './read-payload.js';

/** `account [service], patients, action, time, clinic` of each record, or the reason why it is refused. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'atna-dicom/ipf-fhir-atna-record-2.xml': ['7601002860123, 1, download, 2025-01-21T10:05:39.384Z, 2.16.756.1.2.3'],
  'atna-dicom/ipf-pdqm.xml': [
    '/app-gateway/fhir/Patient service, 0, search, 2020-03-19T14:25:02.926Z, app-gateway-enterprise-id',
  ],
  'atna-dicom/ipf-pdqv3.xml': ['unknown service, 2, search, 2020-03-19T14:17:28.705Z, EHR_2019'],
  'atna-dicom/ipf-pixfeedmerge.xml': ['NIST|NIST_SENDER service, 1, delete, 2019-03-19T13:48:59.399Z, EHR_2019'],
  'atna-dicom/ipf-pixfeedsource.xml': ['BLA|IHE_SYS_IHERED service, 1, update, 2020-03-19T13:59:32.253Z, EHR_2019'],
  'atna-dicom/ipf-pixquery.xml': ['MESA_DEPARTMENT|MESA_PIX_CLIENT service, 1, search, 2020-03-19T12:34:06.367Z, PI'],
  'atna-dicom/ipf-pixupdatesource.xml': ['BLA|IHE_SYS_IHERED service, 1, read, 2020-03-19T13:59:32.521Z, EHR_2019'],
  'atna-dicom/ipf-pixv3query.xml': ['unknown service, 1, search, 2020-03-19T13:44:48.924Z, EHR_2019'],
  'atna-dicom/ipf-pixv3sourcefeed.xml': ['127.0.0.1 service, 1, create, 2020-04-08T15:44:24.580Z, EHR_2017'],
  'atna-dicom/ipf-start.xml': ['WDF-LAP-1237$ service, 0, other, 2020-03-09T10:17:39.575Z, unknown'],
  'atna-rfc3881/ipf-fhir-atna-record-1.xml': ['smitty@readingroom.hospital.org, 1, download, 2001-12-17T08:30:47.000Z, Hospital'],
  'atna-rfc3881/openatna-11115.xml': ['smm, 0, other, 2009-11-29T14:15:19.000Z, Hospital'],
  'atna-rfc3881/openatna-dicom.xml': [
    'ENTERPRISE_SYS_NAME|SYS_NAME service, 1, create, 2009-10-22T11:23:45.530Z, ENTERPRISE_SYS_NAME',
  ],
  'atna-rfc3881/openatna-no-source.xml': ['CAREFX APPLICATION service, 1, create, 2010-03-02T15:03:11.115Z, Hospital'],
  'atna-rfc3881/openatna-partid.xml': ['asaip, 1, export, 2010-02-08T20:13:47.000Z, Mercy West Medical Center'],
  'atna-rfc3881/openatna-www-Registry-ITI-42.xml': [
    'http://www.w3.org/2005/08/addressing/anonymous service, 1, create, 2010-02-25T21:40:24.069Z, MISYS',
  ],
  'atna-rfc3881/openatna-www-Repository-ITI-41.xml': [
    'http://www.w3.org/2005/08/addressing/anonymous service, 1, create, 2010-02-25T21:40:08.965Z, MISYS',
  ],
  'atna-syslog/openhim-testAuditIHEDICOM.rfc5424.log': ['farley.granger@wb.com, 0, login, 2013-10-17T21:12:04.287Z, End User'],
  'atna-syslog/openhim-testAuditIHERFC3881.octet-counted.bin': [
    'farley.granger@wb.com, 0, login, 2010-12-17T21:12:04.287Z, End User',
  ],
  'atna-syslog/openhim-testAuditMessage.octet-counted.bin': [
    'openhim-mediator-ohie-xds|openhim service, 1, search, 2015-03-05T10:52:31.356Z, Hanness-MBP.jembi.local',
  ],
  'atna-syslog/openhim-testAuditMessage.rfc5424.log': [
    'openhim-mediator-ohie-xds|openhim service, 1, search, 2015-03-05T10:52:31.356Z, Hanness-MBP.jembi.local',
  ],
  'syslog/sc4s-epic-ehr-eventlog-xml.rfc5424.log': ['113 service, 0, search, 2024-01-19T09:43:19.000Z, epic-host-01'],
  // Alarms of a network device, but for the ninth: none says when it happened.
  'cef/logstash-codec-cef-edge-cases.cef.log': Array.from({ length: 27 }, (_, index) =>
    index === 8 ? 'redacted, 0, read, 2018-09-07T12:50:39.000Z, unknown' : 'missing_field time',
  ),
  'leef/sc4s-leef-variants.log': [
    ...['2026-01-18T10:07:53.000Z', '2026-01-18T10:07:53.000Z', '2022-01-18T04:07:53.520Z', '2022-01-18T04:07:53.520Z'].map(joe),
    'missing_field actor_id',
    ...['2026-01-18T10:07:53.000Z', '2026-01-18T10:07:53.000Z'].map(joe),
    ...Array<string>(6).fill('2022-01-18T04:07:53.520Z').map(joe),
    ...Array<string>(3).fill('2022-01-18T11:07:53.000Z').map(joe),
    ...['2022-01-18T10:07:53.000Z', '2022-01-18T10:07:53.000Z', '2022-01-18T16:07:53.000Z'].map(joe),
  ],
  'fhir-r4/gematik-erezept-1.4.3-AuditEvent.xml': [
    '1-SMC-B-Testkarte-883110000095957, 1, create, 2024-11-02T08:04:27.434Z, E-Rezept Fachdienst',
  ],
};

(samplesAreThere ? describe : describe.skip)('text of others', () => {
  it.each(Object.entries(expected))('is read: %s', (path, records) => {
    expect(readFile(path)).toEqual(records);
  });

  it('counts of several numberings that which the configuration prefers', () => {
    const authorities = ['urn:oid:2.16.840.1.113883.3.37.4.1.1.2.511.1'];
    expect(patientsIn('atna-dicom/ipf-pixquery.xml', { ...plainReading, authorities })).toEqual(['78106']);
    expect(patientsIn('atna-dicom/ipf-pixquery.xml', plainReading)).toEqual(['27']);
  });

  it('takes patients of lines from the column that the configuration names', () => {
    const reading = { ...plainReading, columns: { patient_id: 'src' } };
    expect(patientsIn('leef/sc4s-leef-variants.log', reading)).toHaveLength(18);
  });
});

function readFile(path: string): readonly string[] {
  return [...outcomesOf(path, plainReading)].map((outcome) => {
    if (outcome.kind === 'rejected') return `${outcome.reason} ${outcome.field}`;
    const { actorId, actorKind, patients, action, timeMs, clinicId } = outcome.value;
    return [
      [actorId, actorKind].filter(Boolean).join(' '),
      patients.length,
      action,
      new Date(timeMs).toISOString(),
      clinicId,
    ].join(', ');
  });
}

function patientsIn(path: string, reading: Reading): readonly string[] {
  return [...outcomesOf(path, reading)].flatMap((one) => (one.kind === 'rejected' ? [] : one.value.patients.map(({ id }) => id)));
}

function* outcomesOf(path: string, reading: Reading) {
  const bytes = sample(path);
  const framer = new SyslogFramer();
  const isFile = path.endsWith('.xml');
  for (const message of isFile ? [{ kind: 'accepted' as const, value: bytes }] : [...framer.push(bytes), ...framer.end(true)]) {
    const payload = message.kind === 'rejected' ? message : payloadOf(message.value, { receivedMs: Date.UTC(2026, 10, 28) });
    if (payload.kind === 'rejected') yield payload;
    else for (const { outcome } of readPayload(payload.value, reading)) yield outcome;
  }
}

function joe(time: string): string {
  return `joe.black, 0, other, ${time}, leef-host`;
}
