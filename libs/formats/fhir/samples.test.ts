import { describe, expect, it } from '@jest/globals';
import { sample, samplesAreThere, samplesOf } from '#libs/testkit/samples/samples.js';
import { reads } from '../read/reads.fixture.js';

/** Account, patients, action and day of each AuditEvent of others. */
const expected: Readonly<Record<string, string>> = {
  'fhir-r4/AuditEvent-example-disclosure.json': 'SomeIdiot@nowhere | 1 patient | export | 2013-09-22',
  'fhir-r4/AuditEvent-example-login.json': '95 | nobody | login | 2013-06-20',
  'fhir-r4/AuditEvent-example-rest.json': '95 | 1 patient | read | 2013-06-20',
  'fhir-r4/AuditEvent-example-search.json': '95 | nobody | search | 2015-08-22',
  'fhir-r4/AuditEvent-example.json': 'Grahame | nobody | other | 2012-10-25',
  'fhir-r4/gematik-erezept-1.5.2-AuditEvent.json': '1-SMC-B-Testkarte-883110000095957 | 1 patient | create | 2025-10-01',
  'fhir-r4-balp/AuditEvent-ex-auditBasicCreate1.json': 'Betty Jones | 1 patient | create | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicCreateClient.json': 'John Smith | 1 patient | create | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicCreateNoUserJob.json': 'myMachine.example.org | 1 patient | create | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicCreateNoUserReport.json': 'myMachine.example.org | 1 patient | create | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicCreateServer.json': 'John Smith | 1 patient | create | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicDeleteNoPatient.json': 'John Smith | nobody | delete | 2020-04-06',
  'fhir-r4-balp/AuditEvent-ex-auditBasicDeleteNoUserJob.json': 'myMachine.example.org | 1 patient | delete | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicDeleteNoUserReport.json': 'myMachine.example.org | 1 patient | delete | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicPatch.json': 'John Smith | 1 patient | update | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicQueryGetServer.json': 'John Smith | 1 patient | search | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicQueryPost.json': 'John Smith | 1 patient | search | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicReadNoPatient.json': 'John Smith | nobody | read | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicReadNoUser.json': 'myMachine.example.org | 1 patient | read | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicReadOClient.json': 'JohnSmith | 1 patient | read | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicUpdate1.json': 'Betty Jones | 1 patient | update | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditBasicUpdateNoUserReport.json': 'myMachine.example.org | 1 patient | update | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditPoke-SAML-Comp.json': '05086900124 | nobody | read | 2021-12-03',
  'fhir-r4-balp/AuditEvent-ex-auditPoke-SAML-QDI-Min.json': 'UID=kskagerb | nobody | read | 2021-12-03',
  'fhir-r4-balp/AuditEvent-ex-auditPrivacyDisclosure-measurereport.json': 'ex-patient | 1 patient | export | 2020-04-29',
  'fhir-r4-balp/AuditEvent-ex-auditPrivacyDisclosure-source.json': 'ex-patient | 1 patient | export | 2020-04-29',
  'fhir-r4-fsh/ans-TDEAuditEventExample-2.json': 'PractitionerExample | nobody | read | 2025-01-07',
  'fhir-r4-fsh/ans-TDEAuditEventExample.json': 'PractitionerExample | nobody | read | 2026-01-07',
  'fhir-r4-fsh/mhd-ex-auditFindDocumentReferences-post-responder.json': 'ex-device | 2 patients | search | 2020-04-29',
  'fhir-r4-fsh/mhd-ex-auditFindDocumentReferences-responder.json': 'ex-device | 2 patients | search | 2020-04-29',
  'fhir-r4-fsh/mhd-ex-auditProvideBundle-recipient.json': 'myMachine.example.org | 1 patient | create | 2020-04-29',
  'fhir-r4-fsh/mhd-ex-auditRetrieveDocument-consumer.json': 'ex-device | 1 patient | read | 2020-04-29',
  'fhir-r4-fsh/pdqm-ex-auditPdqmQuery-consumer.json': 'ex-device | nobody | search | 2021-07-13',
  'fhir-r5/AuditEvent-example-breakglass-start.json': 'f001 | 1 patient | other | 2013-09-22',
  'fhir-r5/AuditEvent-example-disclosure.json': 'SomeIdiot@nowhere | 1 patient | export | 2013-09-22',
  'fhir-r5/AuditEvent-example-error.json': '95 | nobody | create | 2017-09-07',
  'fhir-r5/AuditEvent-example-media.json': '95 | 1 patient | export | 2015-08-27',
  'fhir-r5/AuditEvent-example-pixQuery.json': '95 | 1 patient | search | 2015-08-26',
  'fhir-r5/AuditEvent-example-rest.json': '95 | 1 patient | read | 2013-06-20',
  'fhir-older/fhir-r2-AuditEvent-example-login.json': '95 | nobody | login | 2013-06-20',
  'fhir-older/fhir-r2-AuditEvent-example-media.json': '95 | 1 patient | export | 2015-08-27',
  'fhir-older/fhir-r2-AuditEvent-example-pixQuery.json': '95 | 1 patient | search | 2015-08-26',
  'fhir-older/fhir-r3-AuditEvent-example-media.json': '95 | 1 patient | export | 2015-08-27',
  'fhir-older/fhir-r3-AuditEvent-example-search.json': '95 | nobody | search | 2015-08-22',
};

const kinds = ['fhir-r4', 'fhir-r4-balp', 'fhir-r4-fsh', 'fhir-r5', 'fhir-older'];

(samplesAreThere ? describe : describe.skip)('AuditEvents of others', () => {
  it.each(kinds.flatMap(samplesOf).filter((name) => name.endsWith('.json')))('%s', (name) => {
    const found = told(reads(sample(name).toString()));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^\S.* \| (?:\d+ patients?|nobody) \| \w+ \| \d{4}-\d\d-\d\d$/);
    const known = expected[name];
    if (known !== undefined) expect(found[0]).toBe(known);
  });

  it('has what is expected for each of these', () => {
    expect(Object.keys(expected).filter((name) => !kinds.flatMap(samplesOf).includes(name))).toEqual([]);
  });

  it('takes the Bundles of others apart', () => {
    expect(told(reads(sample('fhir-bundle/gematik-erezept-searchset-2023-07-01.json').toString()))).toEqual([
      '1-1.54.102323123404 | 1 patient | create | 2020-02-27',
      '3-1.54.10123404 | 1 patient | read | 2020-02-27',
      '3-1.54.10123404 | 1 patient | update | 2020-02-27',
    ]);
    const events = told(reads(sample('fhir-bundle/fhooe-auditEvents.json').toString()));
    expect(events).toHaveLength(828);
    for (const one of events) expect(one).toMatch(/^\d+ \| nobody \| \w+ \| \d{4}-/);
  });
});

function told(rows: ReturnType<typeof reads>): readonly string[] {
  return rows.map((one) => {
    if (typeof one === 'string') return one;
    const patients = one.patients.length ? `${one.patients.length} patient${one.patients.length > 1 ? 's' : ''}` : 'nobody';
    return `${one.actorId} | ${patients} | ${one.action} | ${new Date(one.timeMs).toISOString().slice(0, 10)}`;
  });
}
