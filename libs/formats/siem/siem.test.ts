import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { cefFormat } from '../cef/format.js';
import { parseCef } from '../cef/parse-cef.js';
import { epicFormat } from '../epic/event-log.js';
import type { AccessEvent } from '../event.js';
import { type InputFormat, plainReading, type Reading } from '../input-format.js';
import { kvFormat } from '../kv/format.js';
import { parsePairs } from '../kv/parse-pairs.js';
import { leefFormat } from '../leef/format.js';
import { parseLeef } from '../leef/parse-leef.js';
import { metered, WorkMeter } from '../work-meter.js';
import { labelled } from './labels.js';

const header = 'CEF:0|Softway|DxCare|9|100|Dossier ouvert|3|';
const timed = 'rt=1801382400000 suser=amartin';
const arrival = Date.UTC(2027, 0, 31, 12);

describe('a line of CEF', () => {
  it.each([
    ['escapes', String.raw`a=x\=y b=c\\d e=f\|g h=i\nj`, { a: 'x=y', b: 'c\\d', e: 'f|g', h: 'i\nj' }],
    [
      'what should be escaped',
      'moo=this =has = equals\\= url=https://a/?b=c&d=e end=1',
      { moo: 'this =has = equals=', url: 'https://a/?b=c&d=e', end: '1' },
    ],
    ['backslashes that escape nothing', String.raw`moo=this \has \ some\ `, { moo: String.raw`this \has \ some\ `.trim() }],
    ['blanks around and between', ' msg= a text  src=1.2.3.4  x= y=', { msg: 'a text', src: '1.2.3.4' }],
    ['odd names', 'ad.name[1]=a Error_,Code=2 ad.nn=T', { 'ad.name[1]': 'a', 'Error_,Code': '2', 'ad.nn': 'T' }],
    ['a name twice', 'cs1=a cs1=b', { cs1: ['a', 'b'] }],
    ['nothing', 'this is not equals-separated', {}],
  ])('has names and values: %s', (_, extension, record) => {
    expect(labelled(parseCef(header + extension)?.pairs ?? []).record).toEqual(record);
  });

  it('has a header with bars and backslashes in it, behind whatever stands before', () => {
    expect(parseCef(String.raw`Jan 1 host CEF:0|a\|b|c\\|1|s\|g|n|5|x=1`)).toMatchObject({
      vendor: 'a|b',
      product: 'c\\',
      events: ['s|g', 'n'],
      pairs: [['x', '1']],
    });
    expect(parseCef('CEF:0|a|b|1')).toBeUndefined();
    expect(parseCef('xCEF:0|a|b|1|2|3|4|')).toBeUndefined();
  });

  it('is an access', () => {
    expect(
      eventOf(
        cefFormat,
        `${header}rt=Jan 31 2027 08:00:00 dtz=Europe/Paris externalId=e1 suid=42 suser=amartin act=Impression cs1Label=IPP cs1=8001 cs2=Prescription cs2Label=Data category cn1=12 cn1Label=Records src=192.0.2.1 shost=PC7 dvchost=nord outcome=Success cs3Label=MFAFactorType cs3=push cs4=Infirmier cs4Label=Role cs5Label=Session cs5=s9 requestClientApplication=Dx/9`,
      ),
    ).toEqual({
      id: 'e1',
      timeMs: Date.parse('2027-01-31T07:00:00Z'),
      clinicId: 'nord',
      actorId: '42',
      actorRole: 'Infirmier',
      action: 'print',
      outcome: 'success',
      patients: [{ id: '8001' }],
      recordCount: 12,
      categories: ['prescription'],
      sourceIp: '192.0.2.1',
      device: 'PC7',
      sessionId: 's9',
      auth: 'push',
      mfa: true,
      userAgent: 'Dx/9',
      application: 'Softway DxCare',
    });
  });

  it('has the patient and the account that quotes stand around', () => {
    expect(eventOf(cefFormat, `${header}rt=1801382400000 suser="amartin" cs1Label="IPP" cs1="8001"`)).toMatchObject({
      actorId: 'amartin',
      patients: [{ id: '8001' }],
    });
  });

  it.each([
    ['rt=1801382400000', '2027-01-31T08:00:00.000Z'],
    ['start=janv. 31 2027 09:00:00 GMT', '2027-01-31T09:00:00.000Z'],
    ['rt=Jan 31 2027 09:00:00 dtz=America/Martinique', '2027-01-31T13:00:00.000Z'],
    ['rt=Jan 31 2027 09:00:00 dtz=+02:00', '2027-01-31T07:00:00.000Z'],
    ['rt=Jan 31 2027 09:00:00 dtz=nowhere', '2027-01-31T08:00:00.000Z'],
    ['rt=Jan 31 2027 09:00:00 UTC dtz=Europe/Paris', '2027-01-31T09:00:00.000Z'],
    ['end=Jan 31 09:00:00', '2027-01-31T08:00:00.000Z'],
    ['rt=yesterday', 'bad_time'],
    ['', 'missing_field'],
  ])('happened when it says: %s', (time, expected) => {
    const event = read(cefFormat, `${header}suser=a ${time}`);
    expect(event.kind === 'rejected' ? event.reason : new Date(event.value.timeMs).toISOString()).toBe(expected);
  });

  it.each([
    ['a label', 'cs6Label=Patient ID cs6=7', [{ id: '7' }]],
    ['a label in capitals', 'cs6=7 cs6Label=PATIENT_MRN', [{ id: '7' }]],
    ['the national number', 'cs6=188 cs6Label=INS', [{ id: '188', authority: 'urn:oid:1.2.250.1.213.1.4.8' }]],
    [
      'two numberings of one',
      'cs1=7 cs1Label=IPP cs2=188 cs2Label=INS',
      [{ id: '188', authority: 'urn:oid:1.2.250.1.213.1.4.8' }],
    ],
    ['fields of one label', 'cs1=7 cs1Label=IPP cs2Label=IPP cs2=8', [{ id: '7' }, { id: '8' }]],
    ['a label that is a key of its own', 'cs1=7 cs1Label=IPP IPP=7', [{ id: '7' }]],
    ['what English records call it', 'cs1=7 cs1Label=Medical Record Number', [{ id: '7' }]],
    ['a key of the sender', 'patientId=7', [{ id: '7' }]],
    ['no label, the destination', 'duid=9 fileId=f', [{ id: '9' }]],
    ['a label of insurance or a name', 'cs1=7 cs1Label=Insurance cs2=Dupont cs2Label=Patient Name', []],
    ['nothing at a login, where the destination is the account', 'cat=Login duid=9', []],
    ['the address', 'request=https://ehr/fhir/Patient/12', [{ id: '12', authority: 'fhir:Patient' }]],
  ])('names patients by %s', (_, extension, patients) => {
    expect(eventOf(cefFormat, `${header}${timed} ${extension}`).patients).toEqual(patients);
  });

  it('names patients where the configuration of its source says, by key or by label', () => {
    const line = `${header}${timed} cs4=77 cs4Label=Dossier cs1=1 cs1Label=IPP`;
    for (const place of ['cs4', 'Dossier'])
      expect(eventOf(cefFormat, line, { ...plainReading, columns: { patient_ids: place } }).patients).toEqual([{ id: '77' }]);
  });

  it("takes the account of a login from the destination, and nobody else's", () => {
    expect(eventOf(cefFormat, `${header}rt=1801382400000 act=login duser=amartin`)).toMatchObject({
      actorId: 'amartin',
      action: 'login',
    });
    expect(read(cefFormat, `${header}rt=1801382400000 act=read duser=amartin`)).toMatchObject({
      kind: 'rejected',
      reason: 'missing_field',
    });
    expect(eventOf(cefFormat, `${header}rt=1801382400000 act=read sproc=nightly`)).toMatchObject({
      actorId: 'nightly',
      actorKind: 'service',
    });
  });
});

describe('a line of LEEF', () => {
  const pairs = [
    ['src', '1.2.3.4'],
    ['usrName', 'joe'],
  ];
  it.each([
    ['tabs', 'LEEF:1.0|V|P|1|E|src=1.2.3.4\tusrName=joe'],
    ['a caret', 'LEEF:2.0|V|P|1|E|^|src=1.2.3.4^usrName=joe'],
    ['a caret by number', 'LEEF:2.0|V|P|1|E|0x5E|src=1.2.3.4^usrName=joe'],
    ['a caret by number, short', 'LEEF:2.0|V|P|1|E|x5E|src=1.2.3.4^usrName=joe'],
    ['an empty field', 'LEEF:2.0|V|P|1|E||src=1.2.3.4\tusrName=joe'],
    ['no field', 'LEEF:2.0|V|P|1|E|src=1.2.3.4\tusrName=joe'],
    ['bars', 'LEEF:1.0|V|P|1|E|src=1.2.3.4|usrName=joe'],
    ['blanks', 'LEEF:1.0|V|P|1|E|src=1.2.3.4 usrName=joe'],
    ['blanks in 2.0', 'LEEF:2.0|V|P|1|E|^|src=1.2.3.4 usrName=joe'],
  ])('has attributes between %s', (_, line) => {
    expect(parseLeef(line)).toEqual({ vendor: 'V', product: 'P', events: ['E'], pairs });
  });

  it.each([
    ['devTime=1642504073', '2022-01-18T11:07:53.000Z'],
    ['devTime=1642504073^devTimeFormat=', '2022-01-18T11:07:53.000Z'],
    ['devTime=18/01/2022 11:07^devTimeFormat=dd/MM/yyyy HH:mm', '2022-01-18T10:07:00.000Z'],
    ['devTime=01/18/2022 11:07^devTimeFormat=MM/dd/yyyy HH:mm', '2022-01-18T10:07:00.000Z'],
    ['devTime=Jan 18 2022 11:07:53.000 EST^devTimeFormat=MMM dd yyyy HH:mm:ss.SSS z', '2022-01-18T16:07:53.000Z'],
    ['devTime=Jan 18 11:07:53^devTimeFormat=MMM dd yyyy HH:mm:ss', '2027-01-18T10:07:53.000Z'],
  ])('happened when it says: %s', (time, expected) => {
    expect(new Date(eventOf(leefFormat, `LEEF:2.0|V|P|1|E|^|usrName=joe^${time}`).timeMs).toISOString()).toBe(expected);
  });

  it('is an access', () => {
    expect(
      eventOf(
        leefFormat,
        'LEEF:1.0|Evolucare|Osiris|1|CONSULTATION|devTime=1642504073\tusrName=joe\tPatientID=7\trole=IDE\tdomain=nord\tresult=failure\tcnt=3',
      ),
    ).toMatchObject({
      actorId: 'joe',
      action: 'read',
      patients: [{ id: '7' }],
      actorRole: 'IDE',
      clinicId: 'nord',
      outcome: 'failure',
      recordCount: 3,
      application: 'Evolucare Osiris',
    });
  });
});

const log = (inner: string) =>
  `<?xml version="1.0"?><EventLog><EMPid>113^MARTIN, ANNE^AMARTIN</EMPid><LWSid>PC7</LWSid><Date>1/31/2027</Date><Time>9:00:00 AM</Time>${inner}</EventLog>`;

describe('Epic', () => {
  it('is read as EventLog XML', () => {
    expect(
      eventOf(
        epicFormat,
        log(
          '<E1Mid>MASKED_DATA_PRINTING</E1Mid><EventCnt>4</EventCnt><Mnemonics><Mnemonic Name="PATIENTID"><Value>7</Value></Mnemonic><Mnemonic Name="IP"><Value>192.0.2.9/192.0.2.1</Value></Mnemonic><Mnemonic Name="ROLE"><Value>RN</Value></Mnemonic></Mnemonics>',
        ),
      ),
    ).toEqual({
      timeMs: Date.parse('2027-01-31T08:00:00Z'),
      clinicId: 'unknown',
      actorId: '113',
      actorRole: 'RN',
      action: 'print',
      outcome: 'unknown',
      patients: [{ id: '7' }],
      recordCount: 4,
      sourceIp: '192.0.2.1',
      device: 'PC7',
    });
    expect(
      eventOf(
        epicFormat,
        log(
          '<E1Mid>IC_SERVICE_AUDIT</E1Mid><Action>Query</Action><Mnemonics><Mnemonic Name="PTX"><Value>7</Value></Mnemonic></Mnemonics>',
        ),
        { ...plainReading, columns: { patient_id: 'PTX' } },
      ),
    ).toMatchObject({ action: 'search', patients: [{ id: '7' }] });
    expect(eventOf(epicFormat, log('<E1Mid>AC_BREAK_THE_GLASS_ACCESS</E1Mid>'))).toMatchObject({
      action: 'read',
      emergency: true,
    });
    expect(read(epicFormat, '<EventLog><EMPid>1</EMPid>')).toMatchObject({ reason: 'not_xml' });
  });

  it('is read as CEF and as LEEF', () => {
    expect(
      eventOf(
        cefFormat,
        'CEF:0|Epic|Security-SIEM|10|MASKED_DATA_DISPLAY|MASKED_DATA_DISPLAY|3|rt=1801382400000 suser=113^MARTIN^AMARTIN workstationID=PC7 cs1Label=BTGNOACCESSREAS BTGNOACCESSREAS=x',
      ),
    ).toMatchObject({ actorId: '113', action: 'read', device: 'PC7', emergency: true });
    expect(
      eventOf(leefFormat, 'LEEF:1.0|Epic|Security-SIEM|10|FAILEDLOGIN|devTime=1801382400000\tusrName=^^AMARTIN\tIP=Unknown IP'),
    ).toMatchObject({ actorId: 'AMARTIN', action: 'login', outcome: 'failure' });
  });
});

describe('names and values in text', () => {
  it('are taken apart', () => {
    expect(parsePairs(`a=1 b="x \\"y\\" z",c='q r'; d: "e" f=`)).toEqual([
      ['a', '1'],
      ['b', 'x "y" z'],
      ['c', 'q r'],
      ['d', 'e'],
      ['f', ''],
    ]);
    expect(kvFormat.recognises({ kind: 'text', text: 'hello a=1', envelope: { receivedMs: 0 } }, plainReading)).toBe(false);
  });

  it('reads a day and a time of day as one time, in the zone of its source, which names where they stand or not', () => {
    const line = 'date=2027-01-31 time=09:00:00 user=amartin patient_id=4711 action=export';
    const timeMs = Date.UTC(2027, 0, 31, 8);
    expect(eventOf(kvFormat, line)).toMatchObject({ timeMs });
    expect(eventOf(kvFormat, `${line} tz="+0200"`)).toMatchObject({ timeMs: timeMs - 3_600_000 });
    const columns = { time: 'date', time_of_day: 'time' };
    expect(eventOf(kvFormat, line, { ...plainReading, columns })).toMatchObject({ timeMs });
  });

  it('are an access by the columns of their source', () => {
    const line = 'quand="31/01/2027 09:00" qui=amartin dossier=4711 quoi=Consultation ou=nord';
    const columns = { time: 'quand', actor_id: 'qui', patient_id: 'dossier', action: 'quoi', clinic_id: 'ou' };
    expect(eventOf(kvFormat, line, { ...plainReading, columns })).toMatchObject({
      actorId: 'amartin',
      patients: [{ id: '4711' }],
      action: 'read',
      clinicId: 'nord',
      timeMs: Date.parse('2027-01-31T08:00:00Z'),
    });
    expect(eventOf(kvFormat, 'time=2027-01-31T08:00:00Z user=amartin patient=4711 action=export')).toMatchObject({
      actorId: 'amartin',
      patients: [{ id: '4711' }],
      action: 'export',
    });
  });
});

it('lines of hostile origin never throw, quote nothing, and leave prototypes alone', () => {
  const part = fc.constantFrom(
    'CEF:0|',
    'LEEF:2.0|',
    '|',
    'a|b|1|2|3|4|',
    '=',
    '\\',
    ' ',
    '\t',
    'secret=',
    'cs1Label=',
    'cs1=',
    'rt=',
    'suser=',
    '__proto__=',
    'constructor=',
    '^',
    '"',
    '0x5E|',
    'IPP ',
    '1642504073 ',
    'Epic|Security-SIEM|',
  );
  const text = fc.array(fc.oneof(part, fc.string({ maxLength: 4 })), { maxLength: 40 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.constantFrom(cefFormat, leefFormat, kvFormat, epicFormat), text, (format, given) => {
      format.recognises({ kind: 'text', text: given, envelope: { receivedMs: arrival } }, plainReading);
      const event = read(format, given);
      if (event.kind === 'rejected') expect(event.detail).not.toContain('secret');
    }),
    { numRuns: 2000 },
  );
  expect(Object.hasOwn(Object.prototype, 'secret')).toBe(false);
});

function read(format: InputFormat, text: string, reading: Reading = plainReading) {
  return metered(() => format.read({ kind: 'text', text, envelope: { receivedMs: arrival } }, reading, new WorkMeter()));
}

function eventOf(format: InputFormat, text: string, reading?: Reading): AccessEvent {
  const event = read(format, text, reading);
  if (event.kind === 'rejected') throw new Error(`${event.reason}: ${event.detail}`);
  return event.value;
}
