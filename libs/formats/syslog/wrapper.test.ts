import { describe, expect, it } from '@jest/globals';
import { type Envelope, payloadOf } from '../payload.js';
import { plainReading, type Reading } from '../input-format.js';
import { readPayload } from '../read/read-payload.js';

const header = '<13>1 2027-01-31T08:00:00Z nord ehr 7 - ';
const vigie = '{"clinic_id":"c1","actor_id":"amartin","action":"read","patient_id":"4711"}';
const cef = 'CEF:0|Softway|DxCare|9|100|Impression|3|suser=amartin cs1Label=IPP cs1=4711';

describe('what a syslog message carries', () => {
  it.each([
    ['JSON in words of Vigie', `${header}- ${vigie}`, 'c1 amartin read 4711 2027-01-31T08:00:00.000Z ehr'],
    [
      'JSON behind the cookie of CEE',
      `<13>2027-01-31T08:00:00Z nord prove: \uFEFF@cee: ${vigie}`,
      'c1 amartin read 4711 2027-01-31T08:00:00.000Z prove',
    ],
    [
      'CEF, of which host and time are those of the header',
      `${header}- ${cef}`,
      'nord amartin print 4711 2027-01-31T08:00:00.000Z Softway DxCare',
    ],
    [
      'CEF in a message that a relay has put into another',
      `<13>Jan 31 09:00:00 relay ${header}- ${cef}`,
      'nord amartin print 4711 2027-01-31T08:00:00.000Z Softway DxCare',
    ],
    [
      'names and values',
      `${header}- [info] user=amartin action=read patient_id=4711`,
      'nord amartin read 4711 2027-01-31T08:00:00.000Z ehr',
    ],
    [
      'names and values beside structured data',
      `${header}[a user="amartin"] action=read x=1`,
      'nord amartin read  2027-01-31T08:00:00.000Z ehr',
    ],
    [
      'FHIR as XML',
      `${header}- <AuditEvent><recorded value="2027-01-31T08:00:00Z"/><agent><altId value="amartin"/></agent></AuditEvent>`,
      'nord amartin other  2027-01-31T08:00:00.000Z ehr',
    ],
    [
      'JSON behind what a logger writes',
      `${header}- INFO  [main] c.e.Audit - ${vigie}`,
      'c1 amartin read 4711 2027-01-31T08:00:00.000Z ehr',
    ],
    ['JSON behind a bracket', `${header}- [info] ${vigie}`, 'c1 amartin read 4711 2027-01-31T08:00:00.000Z ehr'],
    ...['2027-01-31 09:00:00,123 INFO [main]', '[2027-01-31 09:00:00] WARN', '2027-01-31 09:00:00 [error]'].map(
      (words): [string, string, string] => [
        `what a logger writes is no clinic: ${words}`,
        `${words} audit - {"resourceType":"AuditEvent","recorded":"2027-01-31T08:00:00Z","agent":[{"altId":"amartin","requestor":true}]}`,
        'unknown amartin other  2027-01-31T08:00:00.000Z ',
      ],
    ),
    ...['<13>Jan 31 09:00:00 192.0.2.7 256', '<13>1 2027-01-31T08:00:00Z relay - - - - 256'].map(
      (relay): [string, string, string] => [
        `a counted message that a relay took for a line: ${relay}`,
        `${relay} ${header}- ${vigie}`,
        'c1 amartin read 4711 2027-01-31T08:00:00.000Z ehr',
      ],
    ),
    ['JSON behind structured data in two parts', `${header}[a@1 x="y"] [b@2 x="y"] ${vigie}`, 'unknown_format'],
    [
      'names and values with an object behind them',
      `${header}- user=amartin action=read patient_id=4711 more={"a":1}`,
      'nord amartin read 4711 2027-01-31T08:00:00.000Z ehr',
    ],
    ['words and an object that does not end', `${header}- audit {"a":{}`, 'unknown_format'],
    ['nothing', `${header}-`, 'unknown_format'],
    ['JSON that was cut off', `${header}- {"a":`, 'not_json'],
    ['messages in messages in messages', `${header}- ${header}- ${header}- ${header}- x`, 'wrapped_too_deep'],
  ])('is read: %s', (_, text, expected) => {
    expect(read(text)).toEqual([expected]);
  });

  it.each(['#012', '\\012', '\\n', '^J', '<010>'])('is read where a relay writes line ends as %s', (end) => {
    const event = JSON.stringify({ ...JSON.parse(vigie), ward: `a ${end} b` }, undefined, 2);
    const xml =
      '<?xml version="1.0"?>\n<AuditEvent>\n  <recorded\n    value="2027-01-31T08:00:00Z"\n  />\n  <agent>\n<altId value="amartin"/></agent>\n</AuditEvent>\n';
    expect(read(`${header}- ${event.replaceAll('\n', end)}`)).toEqual(['c1 amartin read 4711 2027-01-31T08:00:00.000Z ehr']);
    expect(read(`${header}- ${xml.replaceAll('\n', end)}`)).toEqual(['nord amartin other  2027-01-31T08:00:00.000Z ehr']);
  });

  it.each(['\n', '\r\n', '#012', '\\n'])('is each of several lines of CEF that %j joins, and not one access of all', (end) => {
    const lines = ['amartin', 'bdupont'].map((user) => cef.replace('amartin', user));
    const told = ['amartin', 'bdupont'].map((user) => read(cef.replace('amartin', user))[0]);
    expect(read(lines.join(end))).toEqual(told);
    expect(read(lines.map((line) => `${header}- ${line}`).join(end)).map((one) => one.split(' ')[1])).toEqual([
      'amartin',
      'bdupont',
    ]);
    expect(
      read(`${header}- ${lines[0]} ${end}2027-01-31T09:00:00+01:00 sud ${lines[1]}`).map((one) => one.split(' ', 2).join(' ')),
    ).toEqual(['nord amartin', 'sud bdupont']);
  });

  it('has the clinic that the configuration gives the host', () => {
    expect(read(`${header}- ${cef}`, { ...plainReading, clinic: { map: { nord: '750000001' } } })).toEqual([
      '750000001 amartin print 4711 2027-01-31T08:00:00.000Z Softway DxCare',
    ]);
  });
});

function read(text: string, reading: Reading = plainReading): readonly string[] {
  const envelope: Envelope = { receivedMs: Date.UTC(2027, 0, 31, 12) };
  const payload = payloadOf(Buffer.from(text), envelope);
  if (payload.kind === 'rejected') throw new Error(payload.detail);
  return [...readPayload(payload.value, reading)].map(({ outcome }) => {
    if (outcome.kind === 'rejected') return outcome.reason;
    const { clinicId, actorId, action, patients, timeMs, application = '' } = outcome.value;
    return [clinicId, actorId, action, patients.map(({ id }) => id).join(), new Date(timeMs).toISOString(), application].join(
      ' ',
    );
  });
}
