import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { plainReading, type Reading } from '../input-format.js';
import { metered, WorkMeter } from '../work-meter.js';
import { atnaFormat } from './format.js';

interface Parts {
  readonly event?: string;
  readonly participants?: string;
  readonly objects?: string;
  readonly source?: string;
}
const person = '<ActiveParticipant UserID="amartin" UserName="A. Martin" UserIsRequestor="true"/>';
const system =
  '<ActiveParticipant UserID="XDS|REPO" AlternativeUserID="4711" UserIsRequestor="true" NetworkAccessPointID="192.0.2.7" NetworkAccessPointTypeCode="2"><RoleIDCode csd-code="110153"/></ActiveParticipant>';
const patient = (id: string, role = '1') =>
  `<ParticipantObjectIdentification ParticipantObjectID="${id}" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="${role}"/>`;
const envelope = { receivedMs: Date.UTC(2027, 0, 31, 12), timeMs: Date.UTC(2027, 0, 31, 11) };

const report = (inner: string) =>
  `<ParticipantObjectIdentification ParticipantObjectID="d" ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="3">${inner}</ParticipantObjectIdentification>`;
const openEmr = (name: string, letter: string) =>
  `<EventIdentification EventActionCode="${letter}" EventDateTime="2027-01-31T08:00:00+01:00" EventOutcomeIndicator="0"><EventID code="eventIDcode" displayName="${name}" codeSystemName="DCM"/></EventIdentification>`;
const recognised = (text: string) => atnaFormat.recognises({ kind: 'text', text, envelope }, plainReading);
const inDialect = (code: string, name: string) =>
  eventOf({
    event: `<EventIdentification EventActionCode="R" EventDateTime="2027-01-31T08:00:00.1234567+01:00" EventOutcomeIndicator="0"><EventTypeCode ${code}="ITI-43" ${name}="Retrieve"/><EventID ${code}="110106"/><PurposeOfUse ${code}="BTG"/></EventIdentification>`,
    participants: `${system}<ActiveParticipant UserID="amartin" UserIsRequestor="true"><RoleIDCode ${code}="HCP"/></ActiveParticipant>`,
    objects: patient('12^^^&amp;1.2.3&amp;ISO'),
  });
const at = (time: string, given: object = envelope) => {
  const event = metered(() =>
    atnaFormat.read(
      { kind: 'text', text: message({ event: `<EventIdentification ${time}/>` }), envelope: { receivedMs: 5, ...given } },
      plainReading,
      new WorkMeter(),
    ),
  );
  return event.kind === 'rejected' ? event.reason : new Date(event.value.timeMs).toISOString();
};

describe('an audit message of ATNA', () => {
  it('is an access, in both dialects', () => {
    expect(inDialect('csd-code', 'originalText')).toEqual(inDialect('code', 'displayName'));
    expect(inDialect('csd-code', 'originalText')).toEqual({
      timeMs: Date.parse('2027-01-31T07:00:00.123Z'),
      clinicId: 'nord',
      actorId: 'amartin',
      actorRole: 'HCP',
      action: 'download',
      outcome: 'success',
      patients: [{ id: '12', authority: 'urn:oid:1.2.3' }],
      categories: ['notes'],
      purpose: 'BTG',
      emergency: true,
      sourceIp: '192.0.2.7',
      application: 'viewer',
    });
  });

  it.each([
    ['a person beside two systems', system + system + person, 'amartin'],
    [
      'a person who is not marked, with a role',
      `${system}<ActiveParticipant UserID="amartin"><RoleIDCode code="Physician"/></ActiveParticipant>`,
      'amartin',
    ],
    [
      'a requestor without a role',
      `<ActiveParticipant UserID="fe80::1%11" UserIsRequestor="true"><RoleIDCode code="110150"/></ActiveParticipant><ActiveParticipant UserID="amartin" UserIsRequestor="true"/>`,
      'amartin',
    ],
    [
      'a person by the type code',
      `<ActiveParticipant UserID="bot" UserName="Bot" UserIsRequestor="true"/><ActiveParticipant UserID="amartin" UserTypeCode="1" UserIsRequestor="true"/>`,
      'amartin',
    ],
    [
      'a name of XUA',
      '<ActiveParticipant UserID="" UserName="A&lt;amartin@https://idp.example&gt;" UserIsRequestor="true"/>',
      'amartin',
    ],
    ['nothing but systems', system, 'XDS|REPO service'],
    [
      'a system that only its process names',
      '<ActiveParticipant UserID="" AlternativeUserID="4711" UserIsRequestor="true" NetworkAccessPointID="192.0.2.9"><RoleIDCode csd-code="110153"/></ActiveParticipant>',
      '192.0.2.9 service',
    ],
    [
      'a node',
      '<ActiveParticipant UserID="192.0.2.3" UserIsRequestor="true"><UserIDTypeCode csd-code="110182"/></ActiveParticipant>',
      '192.0.2.3 service',
    ],
    [
      'a node that is said to be a person',
      '<ActiveParticipant UserID="192.0.2.3" UserTypeCode="1" UserIsRequestor="true"><UserIDTypeCode csd-code="110182"/></ActiveParticipant>',
      '192.0.2.3 service',
    ],
    [
      'a process',
      '<ActiveParticipant UserID="archive" UserName="Archive" UserTypeCode="2" UserIsRequestor="true"/>',
      'archive service',
    ],
    [
      'a person by the kind of id',
      `${system}<ActiveParticipant UserID="amartin"><UserIDTypeCode csd-code="113871"/><RoleIDCode csd-code="110153"/></ActiveParticipant>`,
      'amartin',
    ],
    ['an account of a machine', '<ActiveParticipant UserID="PC-7$" UserIsRequestor="true"/>', 'PC-7$ service'],
    [
      'a requestor who is one by a number',
      '<ActiveParticipant UserID="sys" UserIsRequestor="0"/><ActiveParticipant UserID="amartin" UserIsRequestor="1"/>',
      'amartin',
    ],
    ['nobody', '<ActiveParticipant UserID=""/>', 'missing_field'],
    ['no participant', '', 'missing_field'],
  ])('was done by %s', (_, participants, actor) => {
    const event = read({ participants });
    expect(
      event.kind === 'rejected' ? event.reason : [event.value.actorId, event.value.actorKind].filter(Boolean).join(' '),
    ).toBe(actor);
  });

  it.each([
    ['a number alone', ['178'], ['178']],
    ['a reference of FHIR', ['Patient/7'], ['7 of fhir:Patient']],
    ['a system before a bar', ['urn:oid:1.2|7'], ['7 of urn:oid:1.2']],
    ['ampersands escaped twice', ['5^^^&amp;amp;1.2.3&amp;amp;ISO'], ['5 of urn:oid:1.2.3']],
    ['a namespace', ['5^^^IPP'], ['5 of IPP']],
    ['one person in three domains', ['1^^^A', '2^^^B', '3^^^C'], ['2 of B']],
    ['one person in three domains of one object', ['1^^^A~2^^^B~3^^^C'], ['2 of B']],
    ['two people in two domains, of whom a third has one', ['1^^^A', '2^^^A', '8^^^B', '9^^^B', '3^^^C'], ['8 of B', '9 of B']],
    ['two people, of whom one has a better number', ['1^^^A', '2^^^A', '8^^^B'], ['1 of A', '2 of A']],
    ['the same number twice', ['1^^^A', '1^^^A'], ['1 of A']],
    ['a number that is not there', ['^^^A'], ['ParticipantObjectIdentification[0]']],
    ['nothing', [''], ['ParticipantObjectIdentification[0]']],
  ])('names patients: %s', (_, ids, patients) => {
    const { patients: found, unreadablePatients = [] } = eventOf(
      { objects: ids.map((id) => patient(id)).join('') },
      { ...plainReading, authorities: ['B'] },
    );
    expect([...found.map(({ id, authority }) => (authority ? `${id} of ${authority}` : id)), ...unreadablePatients]).toEqual(
      patients,
    );
  });

  it.each([
    ['codes with zeros in front', 'TypeCode="01" ParticipantObjectTypeCodeRole="01"', ''],
    [
      'a thing that has the number of a patient',
      'TypeCode="2" ParticipantObjectTypeCodeRole="1"',
      '<ParticipantObjectIDTypeCode csd-code="2"/>',
    ],
  ])('names patients by %s', (_, codes, kind) => {
    const object = `<ParticipantObjectIdentification ParticipantObjectID="7" ParticipantObject${codes}>${kind}</ParticipantObjectIdentification>`;
    expect(eventOf({ objects: object }).patients).toEqual([{ id: '7' }]);
  });

  it('finds the patient in the query where no object is one', () => {
    const query = Buffer.from('https://ehr.example/fhir/Observation?patient=7').toString('base64');
    const event = eventOf({
      objects: `<ParticipantObjectIdentification ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="24"><ParticipantObjectQuery>${query}</ParticipantObjectQuery></ParticipantObjectIdentification>`,
      event: '<EventIdentification EventActionCode="E"/>',
    });
    expect(event).toMatchObject({ action: 'search', patients: [{ id: '7' }], categories: ['lab'] });
  });

  it('counts instances, else reports', () => {
    expect(eventOf({ objects: report('') + report('') }).recordCount).toBe(2);
    expect(
      eventOf({
        objects: report(
          '<ParticipantObjectDescription><SOPClass NumberOfInstances="1500"/><SOPClass NumberOfInstances="3"/></ParticipantObjectDescription>',
        ),
      }).recordCount,
    ).toBe(1503);
    expect(eventOf({}).recordCount).toBeUndefined();
  });

  it('takes the time from the header, then from the arrival, and the zone from the source', () => {
    expect(at('EventDateTime="2027-01-31T08:00:00"')).toBe('2027-01-31T07:00:00.000Z');
    expect(at('')).toBe('2027-01-31T11:00:00.000Z');
    expect(at('', { receivedMs: 7000 })).toBe('1970-01-01T00:00:07.000Z');
    expect(at('EventDateTime="yesterday"')).toBe('bad_time');
  });

  it('reads what OpenEMR writes: words instead of codes, the account as an object', () => {
    const participants =
      '<ActiveParticipant UserID="192.0.2.1" UserIsRequestor="true" NetworkAccessPointID="192.0.2.1" NetworkAccessPointTypeCode="2"/>';
    expect(
      eventOf({ event: openEmr('Patient Record', 'R'), participants, objects: patient('amartin', '6') + patient('12') }),
    ).toMatchObject({ action: 'read', actorId: 'amartin', patients: [{ id: '12' }], sourceIp: '192.0.2.1' });
    expect(eventOf({ event: openEmr('Login', 'E'), participants, objects: patient('amartin', '6') })).toMatchObject({
      action: 'login',
      actorId: 'amartin',
      patients: [],
    });
    expect(eventOf({ event: openEmr('order-select', 'R'), participants, objects: patient('amartin', '6') })).toMatchObject({
      action: 'read',
      patients: [],
    });
  });

  it.each([
    '8001234^^^IPP&amp;1.2.3&amp;ISO',
    'urn:oid:1.2.3|8001234',
    'https://dpi.example/fhir/Patient/8001234',
    'Patient/77',
    '8001234@portal.example',
    '277076322082910^^^&amp;1.2.250.1.213.1.4.8&amp;ISO',
  ])('hides the account that is written as the number of a patient is: %s', (user) => {
    const participants = `<ActiveParticipant UserID="${user}" UserIsRequestor="true"/>`;
    const { actorPatient, patients } = eventOf({ participants, objects: patient('8001234^^^&amp;1.2.3&amp;ISO') });
    expect(actorPatient).toEqual(
      user.includes('8001234') ? patients[0] : expect.objectContaining({ id: expect.stringMatching(/^(?:77|277076322082910)$/) }),
    );
  });

  it('hides the account that is the patient, and not a professional whose number looks like one', () => {
    expect(
      eventOf({ participants: '<ActiveParticipant UserID="0012" UserIsRequestor="true"/>', objects: patient('12^^^A') })
        .actorPatient,
    ).toEqual({ id: '12', authority: 'A' });
    expect(
      eventOf({
        participants: '<ActiveParticipant UserID="7" UserIsRequestor="true"><RoleIDCode code="PAT"/></ActiveParticipant>',
      }).actorPatient,
    ).toEqual({ id: '7' });
    expect(
      eventOf({
        participants:
          '<ActiveParticipant UserID="7601002860123" UserIsRequestor="true"><RoleIDCode code="HCP"/></ActiveParticipant>',
      }).actorPatient,
    ).toBeUndefined();
  });

  it('is told from other documents, and refuses what is no message', () => {
    expect(['<AuditMessage>', '<?xml ?>\n<a:AuditMessage x="">', 'x <AuditMessage/>'].every(recognised)).toBe(true);
    expect(['<AuditMessages>', '<EventLog/>', ''].some(recognised)).toBe(false);
    for (const [text, reason] of [
      ['<AuditMessage>', 'not_xml'],
      ['<!DOCTYPE a><AuditMessage/>', 'forbidden_xml'],
      ['<a><AuditMessage/></a>', 'other_document'],
    ])
      expect(atnaFormat.read({ kind: 'text', text: text ?? '', envelope }, plainReading, new WorkMeter())).toMatchObject({
        kind: 'rejected',
        reason,
      });
  });

  it('never throws and never quotes, whatever the message', () => {
    const word = fc.constantFrom(
      '<ActiveParticipant UserID="',
      '<ParticipantObjectIdentification ParticipantObjectID="secret',
      '" ParticipantObjectTypeCode="1"',
      ' ParticipantObjectTypeCodeRole="1"',
      '/>',
      '>',
      '<RoleIDCode code="',
      '"',
      '^^^',
      '~',
      '&amp;',
      '<EventIdentification EventDateTime="',
      '</',
    );
    const text = fc
      .array(fc.oneof(word, fc.string({ maxLength: 3 })), { maxLength: 30 })
      .map((parts) => `<AuditMessage>${parts.join('')}</AuditMessage>`);
    fc.assert(
      fc.property(text, (given) => {
        const event = metered(() => atnaFormat.read({ kind: 'text', text: given, envelope }, plainReading, new WorkMeter()));
        if (event.kind === 'rejected') expect(JSON.stringify(event)).not.toContain('secret');
      }),
      { numRuns: casesOf(1_000, 20_000) },
    );
  });
});

function message({
  event = '<EventIdentification EventDateTime="2027-01-31T08:00:00Z"/>',
  participants = person,
  objects = '',
  source = '<AuditSourceIdentification AuditSourceID="viewer" AuditEnterpriseSiteID="nord"/>',
}: Parts): string {
  return `<?xml version="1.0"?><AuditMessage>${event}${participants}${source}${objects}</AuditMessage>`;
}

function read(parts: Parts, reading: Reading = plainReading) {
  return metered(() => atnaFormat.read({ kind: 'text', text: message(parts), envelope }, reading, new WorkMeter()));
}

function eventOf(parts: Parts, reading?: Reading) {
  const event = read(parts, reading);
  if (event.kind === 'rejected') throw new Error(event.detail);
  return event.value;
}
