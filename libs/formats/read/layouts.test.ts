import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { plainReading, type Reading } from '../input-format.js';
import { isObject } from '../json/parse-item.js';
import { fileRecords } from './file-records.js';
import { readOriginal } from './original.js';
import { receivedMs } from './reads.fixture.js';

const own = (patient: string, actor = 'amartin') =>
  JSON.stringify({
    time: '2026-11-28T08:00:00Z',
    clinic_id: 'nord',
    actor_id: actor,
    action: 'read',
    patient_id: patient,
    id: patient,
  });
const atna = (patient: string, head = '', user = 'amartin') =>
  `${head}<AuditMessage><EventIdentification EventActionCode="R" EventDateTime="2026-11-28T08:00:00Z" EventOutcomeIndicator="0"><EventID csd-code="110103"/></EventIdentification>` +
  `<ActiveParticipant UserID="${user}" UserIsRequestor="true"/><AuditSourceIdentification AuditSourceID="PACS" AuditEnterpriseSiteID="nord"/>` +
  `<ParticipantObjectIdentification ParticipantObjectID="${patient}" ParticipantObjectTypeCode="1" ParticipantObjectTypeCodeRole="1"><ParticipantObjectIDTypeCode csd-code="2"/></ParticipantObjectIdentification></AuditMessage>`;
const cef = (user: string) => `CEF:0|V|P|1|1|read|3|rt=1764316800000 suser=${user} act=read cs1Label=PatientID cs1=7`;
const heading = 'time;actor_id;patient_id;clinic_id\n';
const rows = ['1', '2'].map((patient) => `2026-11-28 09:00;amartin;${patient};nord\n`).join('');
const withMark = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');
const nothingOf = (event: unknown) => !isObject(event) || event['kind'] === 'rejected';
const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('a body', () => {
  it.each([
    ['JSON in UTF-16 with its mark', withMark(`${own('1')}\r\n${own('2')}`)],
    ['JSON in UTF-16, high byte first', withMark(`${own('1')}\n${own('2')}`).swap16()],
    ['JSON in UTF-16 without a mark', Buffer.from(`[${own('1')},${own('2')}]`, 'utf16le')],
    [
      'CEF in UTF-16 without a mark',
      Buffer.from(`${cef('amartin').replace('cs1=7', 'cs1=1')}\n${cef('amartin').replace('cs1=7', 'cs1=2')}\n`, 'utf16le'),
    ],
    ['a table in UTF-16 without a mark', Buffer.from(`${heading}${rows}`, 'utf16le')],
    ['a table in UTF-16 without a mark, high byte first', Buffer.from(`${heading}${rows}`, 'utf16le').swap16()],
    ['XML in UTF-16', withMark(`${atna('1', '<?xml version="1.0" encoding="UTF-16"?>')}${atna('2')}`)],
    ['values with nothing between', Buffer.from(own('1') + own('2'))],
    [
      'values over several lines each',
      Buffer.from([own('1'), own('2')].map((one) => JSON.stringify(JSON.parse(one), undefined, 2)).join('\n')),
    ],
    ['lines that end with commas', Buffer.from(`${own('1')},\n${own('2')},\n`)],
    ['a sequence of records (RFC 7464)', Buffer.from(`\x1e${own('1')}\n\x1e${own('2')}\n`)],
    ['documents one behind the other', Buffer.from(`<?xml version="1.0"?>\n${atna('1')}\n<?xml version="1.0"?>\n${atna('2')}\n`)],
    ['lines of a logger', Buffer.from(`[2026-11-28 09:00:00,123] INFO audit - ${own('1')}\n[main] INFO ${own('2')}\n`)],
    [
      'lines of a logger that says what there is besides',
      Buffer.from(['1', '2'].map((id) => `[2026-11-28T09:00:00+01:00] audit.INFO: read ${own(id)} []\n`).join('')),
    ],
    ['events of Splunk without a line end', Buffer.from(`{"event":${own('1')}}{"event":${own('2')}}`)],
  ])('of %s is read, as a file too', async (_what, bytes) => {
    expect(patientsOf(readBody(bytes))).toEqual(['1', '2']);
    expect(patientsOf(await readFile(bytes))).toEqual(['1', '2']);
  });

  describe('with a line that was cut when its sender was killed, and the next one behind it', () => {
    it('has the whole one read and nothing of the other, wherever it was cut', () => {
      const whole = own('2', 'b');
      for (let at = '{"time"'.length; at < whole.length; at += 1) {
        const joined = own('8001234', 'a').slice(0, at) + whole;
        const inside = JSON.stringify({ '@timestamp': '2026-11-28T08:00:00Z', message: joined });
        for (const body of [joined, `${joined}\n${own('3', 'b')}`, `${own('3', 'b')}\n${joined}`, inside]) {
          const events = readBody(Buffer.from(body));
          expect(events.filter(nothingOf)).toHaveLength(1);
          expect(new Set(accountsOf(events.filter((event) => !nothingOf(event))))).toEqual(new Set(['b']));
          expect(patientsOf(events)).toContain('2');
        }
      }
    });

    it.each([
      ['CEF', cef('a').replace('cs1=7', 'cs1=8001'), cef('b').replace('cs1=7', 'cs1=2')],
      [
        'LEEF',
        'LEEF:1.0|V|P|1|read|usrName=a\tPatientID=8001',
        'LEEF:1.0|V|P|1|read|devTime=2026-11-28 08:00:00\tusrName=b\tPatientID=2',
      ],
    ])('is told by its header in %s', (_, part, whole) => {
      const events = readBody(Buffer.from(part + whole));
      expect(events).toEqual([expect.objectContaining({ reason: 'partial_line' }), expect.objectContaining({ actorId: 'b' })]);
      expect(patientsOf(events)).toEqual([undefined, '2']);
    });

    it.each([
      ['alone', ''],
      ['behind a header of syslog', '<85>1 2026-11-28T08:00:00Z pacs app - - - '],
      ['behind a declaration', '<?xml version="1.0"?>'],
    ])('is told by its root in ATNA, %s', (_, head) => {
      for (const end of [20, 90, 160, 300]) {
        const joined = `${head}${atna('8001', '', 'a').slice(0, end)}${head}${atna('2', '', 'b')}`;
        const events = readBody(Buffer.from(`${joined}\n${head}${atna('3', '', 'b')}`));
        expect(events[0]).toMatchObject({ reason: 'partial_line' });
        expect(patientsOf(events.slice(1))).toEqual(['2', '3']);
      }
    });

    it('is told by its header in syslog, where the line has its end', async () => {
      const [line, next] = ['8001', '2'].map(
        (id) => `<134>1 2026-11-28T08:00:00Z nord app - - - ${cef(`a${id}`).replace('cs1=7', `cs1=${id}`)}`,
      );
      const body = Buffer.from(`${line}${next}\n${next}\n`);
      for (const events of [readBody(body), await readFile(body)]) {
        expect(events[0]).toMatchObject({ reason: 'partial_line' });
        expect(accountsOf(events.slice(1))).toEqual(['a2', 'a2']);
      }
    });

    it('is no record of CEF that another carries as a value', () => {
      expect(accountsOf(readBody(Buffer.from(`${cef('a')} rawEvent=CEF:0|V|P|1|1|read|3|act=read`)))).toEqual(['a']);
    });

    it('gives no account of names and values the patients of the next', () => {
      const [line, next] = [`time=2026-11-28T08:00:00Z user=a patient_id=8001`, `time=2026-11-28T08:00:01Z user=b patient_id=2`];
      expect(readBody(Buffer.from(line + next))).toEqual([expect.objectContaining({ reason: 'repeated_key' })]);
    });
  });

  it('whose first line was cut off has all others read', () => {
    for (const end of [30, 43, own('1').indexOf(',') + 1]) {
      const body = Buffer.from(`${own('1').slice(0, end)}\n${own('2')}\n${own('3')}\n`);
      expect(patientsOf(readBody(body))).toEqual([undefined, '2', '3']);
    }
    const laid = Buffer.from(`{"Records":[\n${own('2')},\n${own('3')}\n]}`);
    expect(patientsOf(readBody(laid))).toEqual(['2', '3']);
  });

  it('of XML is read in the character set that it declares', () => {
    expect(accountsOf(readBody(latin1(atna('1', '<?xml version="1.0" encoding="ISO-8859-1"?>', 'andré'))))).toEqual(['andré']);
    expect(readBody(latin1(atna('1', '<?xml version="1.0"?>', 'andré')))).toEqual([
      expect.objectContaining({ reason: 'not_utf8' }),
    ]);
  });

  it('is read in the character set of its source where it is not UTF-8, whatever its format', async () => {
    const reading = { ...plainReading, charset: 'windows-1252' };
    for (const body of [cef('andré'), `<85>1 2026-11-28T08:00:00Z h app - - - ${cef('andré')}\n`, own('1', 'andré')]) {
      expect(accountsOf(readBody(latin1(body), reading))).toEqual(['andré']);
      expect(accountsOf(readBody(Buffer.from(body), reading))).toEqual(['andré']);
      expect(accountsOf(await readFile(latin1(body), reading))).toEqual(['andré']);
      expect(readBody(latin1(body))).toEqual([expect.objectContaining({ reason: 'not_utf8' })]);
    }
  });

  it('in UTF-16 is read as its source says, too, with a mark and without', async () => {
    const columns = { time: 'time', actor_id: 'actor_id', patient_id: 'patient_id', clinic_id: 'clinic_id' };
    for (const charset of ['utf-16le', 'utf-16', 'windows-1252'])
      for (const bytes of [Buffer.from(heading + rows, 'utf16le'), withMark(heading + rows)]) {
        const reading = { ...plainReading, charset, columns };
        expect(patientsOf(readBody(bytes, reading))).toEqual(['1', '2']);
        expect(patientsOf(await readFile(bytes, reading))).toEqual(['1', '2']);
      }
  });

  it('with holes in its array loses those alone', () => {
    for (const hole of ['null', 'true', '7', '-1.5'])
      expect(patientsOf(readBody(Buffer.from(`[${hole}, ${own('1')}]`)).slice(-1))).toEqual(['1']);
  });

  it('whose last value is cut off loses that one alone', () => {
    expect(readBody(Buffer.from(own('1') + own('2').slice(0, 20)))).toEqual([
      expect.objectContaining({ patients: [expect.objectContaining({ id: '1' })] }),
      expect.objectContaining({ reason: 'not_json' }),
    ]);
  });

  it('says the same in UTF-8 and in UTF-16, whatever is in it', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'{}[]<>",:\\\n\r aé€0\u{1F600}', 'CEF:0|', own('1'), atna('1')),
      maxLength: 12,
    });
    fc.assert(
      fc.property(fc.constantFrom('{', '[', '<'), text, (first, rest) => {
        expect(readBody(withMark(first + rest))).toEqual(readBody(Buffer.from(first + rest)));
      }),
      { numRuns: casesOf(500, 10_000) },
    );
  });
});

/** A line as an engine of containers writes it, cut where the engine cuts; between its parts a line of the other stream. */
function cri(text: string, at: number): readonly string[] {
  const time = '2026-11-28T08:00:00.123456789Z';
  return [`${time} stdout P ${text.slice(0, at)}`, `${time} stderr F warning`, `${time} stdout F ${text.slice(at)}`];
}
const docker = (log: string, stream = 'stdout') => JSON.stringify({ log, stream, time: '2026-11-28T08:00:00.1Z' });

describe('a log of containers', () => {
  const pairs = 'time="2026-11-28T08:00:00Z" user="a martin" action="read" clinic_id="nord" patient_id="8001234"';

  it.each([
    ['JSON', own('8001234', 'a martin')],
    ['CEF', cef('a martin').replace('cs1=7', 'cs1=8001234')],
    ['names and values', pairs],
  ])('has a line of %s that its engine has cut, wherever that was', async (_, text) => {
    for (let at = 1; at <= text.length; at += 1) {
      const bytes = Buffer.from(`${cri(text, at).join('\n')}\n`);
      const told = at % 8 ? [readBody(bytes)] : [readBody(bytes), await readFile(bytes)];
      for (const events of told) {
        expect(patientsOf(events)).toEqual([undefined, '8001234']);
        expect(accountsOf(events)).toEqual([undefined, 'a martin']);
      }
    }
  });

  it('whose last part is not there tells nobody', async () => {
    const [begin = ''] = cri(cef('amartin').replace('cs1=7', 'cs1=8001234'), 90);
    const parts = [expect.objectContaining({ reason: 'partial_line' })];
    expect(readBody(Buffer.from(`${begin}\n`))).toEqual(parts);
    expect(await readFile(Buffer.from(begin))).toEqual(parts);
  });

  it('of Docker is put together by the line ends of its texts', async () => {
    const long = `${own('1').slice(0, -1)},"text":"${'\\\\n'.repeat(9000)}"}\n`;
    const lines = [
      docker(long.slice(0, 16_384)),
      docker('warning\n', 'stderr'),
      docker(long.slice(16_384)),
      docker(`${own('2')}\n`),
      docker(own('3')),
    ];
    expect(patientsOf(await readFile(Buffer.from(lines.join('\n')), plainReading, 5000))).toEqual([undefined, '1', '2', '3']);
  });

  it('of Docker names one of two streams; other objects that begin alike are read as they are, and wait for nothing', async () => {
    const lines = [docker('x'.repeat(16_384), 'first.'), docker(own('2'), 'second'), docker('y'.repeat(16_384), 'stdout')];
    expect(await readFile(Buffer.from(lines.join('\n')), plainReading, 5000)).toEqual([
      expect.not.objectContaining({ reason: 'partial_line' }),
      expect.not.objectContaining({ reason: 'partial_line' }),
      expect.objectContaining({ reason: 'partial_line' }),
    ]);
  });

  it('has lines of any length, and of one that is too long no part is read', async () => {
    const part = `2026-11-28T08:00:00.1Z stdout P ${'x'.repeat(16_384)}\n`;
    const bytes = Buffer.from(
      `${part.repeat(70)}2026-11-28T08:00:00.1Z stdout F ${own('1')}\n2026-11-28T08:00:00.1Z stdout F ${own('2')}\n`,
    );
    expect(await readFile(bytes, plainReading, 65_536)).toEqual([
      expect.objectContaining({ reason: 'too_large' }),
      expect.objectContaining({ patients: [expect.objectContaining({ id: '2' })] }),
    ]);
  });
});

describe('a file', () => {
  const table = Buffer.from(heading + rows);

  it.each([
    ['lines with a hole before them', Buffer.concat([Buffer.alloc(70_001), Buffer.from(`${own('1')}\n${own('2')}\n`)])],
    [
      'lines with a hole between them',
      Buffer.concat([Buffer.from(`${own('1')}\n`), Buffer.alloc(1_200_000), Buffer.from(`${own('2')}\n`)]),
    ],
    ['a table with a hole before it', Buffer.concat([Buffer.alloc(20_000), table])],
  ])('of %s is read: its program wrote on where it was when it was emptied', async (_what, bytes) => {
    expect(patientsOf(await readFile(bytes, plainReading, 65_536))).toEqual(['1', '2']);
  });

  it.each([
    ['PK\x03\x04', 'ZIP'],
    ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', '.xls'],
    ['\x1f\x8b\x08', 'Content-Encoding: gzip'],
    ['Obj\x01', 'Avro'],
    ['\r\n<html xmlns:x="urn:schemas-microsoft-com:office:excel">\n', 'HTML'],
    ['<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>', 'sheet as XML'],
    [`a.csv${'\0'.repeat(252)}ustar`, 'tar'],
  ])('that is no text is one refusal, which says what it is (%j)', async (begin, told) => {
    const bytes = latin1(`${begin}\n;\n`.padEnd(3000, 'x;y\n'));
    expect(await readFile(bytes)).toEqual([
      expect.objectContaining({ reason: 'unknown_media_type', detail: expect.stringContaining(told) }),
    ]);
  });
});

function readBody(bytes: Uint8Array, reading: Reading = plainReading): readonly unknown[] {
  const items = readOriginal({ kind: 'bytes', bytes, envelope: { receivedMs }, isBody: true }, reading);
  return [...items].map(({ outcome }) => (outcome.kind === 'accepted' ? outcome.value : outcome));
}

async function readFile(bytes: Uint8Array, reading: Reading = plainReading, size = 7): Promise<readonly unknown[]> {
  const chunks = async function* (): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const found: unknown[] = [];
  for await (const { outcome } of fileRecords(chunks(), { receivedMs }, reading))
    found.push(outcome.kind === 'accepted' ? outcome.value : outcome);
  return found;
}

function patientsOf(events: readonly unknown[]): readonly unknown[] {
  return (events as readonly { readonly patients?: readonly { readonly id: string }[] }[]).map(
    ({ patients }) => patients?.[0]?.id,
  );
}

function accountsOf(events: readonly unknown[]): readonly unknown[] {
  return (events as readonly { readonly actorId?: string }[]).map(({ actorId }) => actorId);
}
