import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { DecodedItem } from '../decoded-item.js';
import { plainReading, type Reading } from '../input-format.js';
import { limits } from '../limits.js';
import { fileRecords } from './file-records.js';
import { recordsOf } from './records.js';

const envelope = { receivedMs: Date.UTC(2026, 10, 28, 12) };
const event = (number: number) =>
  JSON.stringify({
    time: '2026-11-28T08:00:00Z',
    clinic_id: 'nord',
    actor_id: `a${number}`,
    patient_id: `IPP-${number}`,
    action: 'read',
  });
const syslog = (text: string) => `<85>1 2026-11-28T08:12:03Z dpi-1 dpi 1 - - ${text}`;

/** A body of records in some layout, one for each number. */
const layouts: Readonly<Record<string, (numbers: readonly number[]) => string>> = {
  lines: (numbers) => numbers.map((one) => `${event(one)}\r\n`).join('\n'),
  array: (numbers) => `\uFEFF[${numbers.map(event).join(' ,\n')}]`,
  counted: (numbers) => numbers.map((one) => `${Buffer.byteLength(syslog(event(one)))} ${syslog(event(one))}`).join(''),
  syslog: (numbers) => numbers.map((one) => `${syslog(event(one))}\n`).join(''),
  table: (numbers) =>
    `time;clinic_id;actor_id;patient_id;action\n${numbers.map((one) => `2026-11-28T08:00:00Z;nord;a${one};IPP-${one};read\n`).join('')}`,
};

async function* cut(bytes: Uint8Array, places: readonly number[]): AsyncGenerator<Uint8Array> {
  const at = [0, ...places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  for (let index = 1; index < at.length; index += 1) yield bytes.subarray(at[index - 1], at[index]);
}

const nameOf = ({ outcome }: DecodedItem) => (outcome.kind === 'accepted' ? outcome.value.actorId : outcome.reason);

async function toldOf(stream: AsyncIterable<Uint8Array>, reading: Reading = plainReading): Promise<readonly string[]> {
  const told: string[] = [];
  for await (const item of fileRecords(stream, envelope, reading)) told.push(nameOf(item));
  return told;
}

describe('the records of a body', () => {
  it.each(Object.keys(layouts))('are the same at once and as a file, however it is cut into chunks (%s)', async (name) => {
    const sent = fc.tuple(fc.array(fc.nat(9999), { minLength: 1, maxLength: 8 }), fc.array(fc.nat(5000), { maxLength: 6 }));
    await fc.assert(
      fc.asyncProperty(sent, async ([numbers, places]) => {
        const bytes = Buffer.from(layouts[name]?.(numbers) ?? '');
        const expected = numbers.map((one) => `a${one}`);
        expect([...recordsOf(bytes, envelope, plainReading)].map(nameOf)).toEqual(expected);
        expect(await toldOf(cut(bytes, places))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('are refused one by one where a line is longer than a record may be, and nothing more is held of it', async () => {
    const long = Buffer.alloc(limits.itemBytesMax * 3, 'x');
    const bytes = Buffer.concat([Buffer.from(`${event(1)}\n`), long, Buffer.from(`\n${event(2)}\n`)]);
    const places = Array.from({ length: 48 }, (_, index) => index * 65_536);
    expect(await toldOf(cut(bytes, places))).toEqual(['a1', 'too_large', 'a2']);
  });

  it('are told, and never throw, whatever comes', async () => {
    const begin = fc.constantFrom('', '{', '[', '<', '<85>', '12 <85>1 ', 'a;b;c\n1;2;3\n', '\uFEFF', '\u00FF\u00FE');
    await fc.assert(
      fc.asyncProperty(
        begin,
        fc.uint8Array({ maxLength: 80 }),
        fc.array(fc.nat(90), { maxLength: 3 }),
        async (head, rest, places) => {
          const bytes = Buffer.concat([Buffer.from(head, head === '\u00FF\u00FE' ? 'latin1' : 'utf8'), rest]);
          expect(Array.isArray([...recordsOf(bytes, envelope, plainReading)])).toBe(true);
          expect(Array.isArray(await toldOf(cut(bytes, places)))).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each([
    [
      'CEF',
      (actor: string) => `CEF:0|v|p|1|1|read|5|rt=1764316800000 act=read suser=${actor} cs1Label=PatientId cs1=IPP-9`,
      'suser',
    ],
    [
      'LEEF',
      (actor: string) => `LEEF:1.0|v|p|1|read|devTime=1764316800000\taction=read\tusrName=${actor}\tpatientId=IPP-9`,
      'usrName',
    ],
    ['pairs', (actor: string) => `time="2026-11-28T08:00:00Z" user="${actor}" action="read" patient_id="IPP-9"`, 'user'],
  ])('of lines of %s are no rows of a table where columns say what their keys mean', async (_, line, key) => {
    const bytes = Buffer.from([1, 2, 3].map((one) => `${line(`a${one}`)}\n`).join(''));
    const reading = { ...plainReading, columns: { actor_id: key } };
    expect([...recordsOf(bytes, envelope, reading)].map(nameOf)).toEqual(['a1', 'a2', 'a3']);
    expect(await toldOf(cut(bytes, [7, 90]), reading)).toEqual(['a1', 'a2', 'a3']);
  });
});
