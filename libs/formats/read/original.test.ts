import { describe, expect, it } from '@jest/globals';
import { plainReading, type Reading } from '../input-format.js';
import type { DecodedItem } from '../decoded-item.js';
import { canonicalJson } from '../event-id/event-id.js';
import { fileRecords } from './file-records.js';
import { originalOf, originalText, readOriginal, structureOf } from './original.js';
import { receivedMs } from './reads.fixture.js';
import { recordsOf } from './records.js';

/** Times without a year are of the year of their receipt, however much later they are read. */
const yearMs = 366 * 24 * 3_600_000;
const identifier = 'IPP-4711-0815';
const own = { time: '2026-11-28T08:00:00Z', clinic_id: 'nord', actor_id: 'amartin', patient_id: identifier, action: 'read' };
const audit = {
  resourceType: 'AuditEvent',
  recorded: '2026-11-28T08:00:00Z',
  agent: [{ who: { identifier: { value: 'amartin' } }, requestor: true }],
  source: { site: 'nord' },
  entity: [{ what: { reference: `Patient/${identifier}` } }],
};
const bundle = {
  resourceType: 'Bundle',
  entry: [{ resource: audit }, { resource: 7 }, { resource: { ...audit, agent: [] } }, 9],
};
const syslog = (text: string) => `<85>1 2026-11-28T08:12:03Z dpi-1 dpi 1 - - ${text}`;
const columns = { time: 'wann', actor_id: 'wer', patient_id: 'ipp', action: 'was' };

/** Bodies that an inlet may bring, read well, badly, or in part; with each of the readings below. */
const bodies: readonly (string | Uint8Array)[] = [
  ...[own, { ...own, action: 'x' }, { ...own, time: undefined }, audit, bundle, [own, bundle, 7], {}, [], null].map((value) =>
    JSON.stringify(value),
  ),
  ...[own, audit, bundle].map((value) => syslog(JSON.stringify(value))),
  `${syslog('hello')}\n${syslog(`CEF:0|v|p|1|1|read|5|suser=a duid=${identifier} rt=1764316800000`)}\n`,
  `wann,wer,ipp,was\n2026-11-28T08:00:00Z,amartin,${identifier},read\n,,${identifier},\n`,
  `<AuditMessage>${identifier}</AuditMessage>`,
  `time=2026-11-28T08:00:00Z user=amartin patient=${identifier}`,
  'hello\nworld',
  `<85>Nov 27 08:00:00 dpi-1 app: user=amartin patient=${identifier} action=read`,
  '{"a":',
  `{"__proto__":{"a":1}}`,
  Uint8Array.from([0xff, 0xfe, 0x41, 0x80]),
  '['.repeat(100),
];
const readings: readonly Reading[] = [
  plainReading,
  { ...plainReading, format: 'fhir' },
  { ...plainReading, columns, clinic: { fixed: 'nord' } },
];

async function itemsOf(body: Uint8Array, reading: Reading): Promise<readonly DecodedItem[]> {
  const file: DecodedItem[] = [];
  const stream = async function* () {
    yield body;
  };
  for await (const item of fileRecords(stream(), { receivedMs }, reading)) file.push(item);
  const claims = { receivedMs, format: 'vigie', groupId: 'aleo' };
  const claimed = readOriginal({ kind: 'bytes', bytes: body, envelope: claims, isBody: true }, reading);
  return [...recordsOf(body, { receivedMs }, reading), ...file, ...claimed];
}

const made = (value: string) => JSON.stringify({ kind: 'json', text: value, envelope: { receivedMs } });
const seen = ({ outcome, content }: DecodedItem) => canonicalJson({ outcome, content });

describe('a record that is kept until it can be read', () => {
  it('reads again to what it was, with what names it, in every format and reading', async () => {
    let kept = 0;
    for (const body of bodies.map((one) => Buffer.from(one)))
      for (const reading of readings)
        for (const item of await itemsOf(body, reading)) {
          const text = item.original && originalText(item.original);
          if (text === undefined) continue;
          kept += 1;
          const again = originalOf(Buffer.from(text), receivedMs + yearMs);
          if (again.kind === 'rejected') throw new Error(`${again.reason}: ${text}`);
          expect([...readOriginal(again.value, reading)].map(seen)).toContain(seen(item));
        }
    expect(kept).toBeGreaterThan(100);
  });

  it('is shown by its structure alone', async () => {
    for (const body of [...bodies, JSON.stringify({ ...own, [identifier]: 1 })].map((one) => Buffer.from(one)))
      for (const { original } of await itemsOf(body, plainReading))
        if (original) expect(structureOf(original)).not.toMatch(/4711|amartin|hello/);
    expect(structureOf({ kind: 'json', value: { ...own, [identifier]: 1, ipp: [1, 2] }, envelope: { receivedMs } })).toBe(
      '{"json":{"time":"text 20","clinic_id":"text 4","actor_id":"text 7","patient_id":"text 13","action":"text 4","***":"2 other keys"}}',
    );
  });

  it('came no later than now, and is under the limits of a record that comes anew', () => {
    const text = originalText({ kind: 'text', text: 'hello', envelope: { receivedMs } }) ?? '';
    expect(originalOf(Buffer.from(text), receivedMs - 5)).toMatchObject({ value: { envelope: { receivedMs: receivedMs - 5 } } });
    for (const [value, reason] of [
      ['['.repeat(40) + ']'.repeat(40), 'too_deep'],
      ['{"__proto__":1}', 'forbidden_key'],
      ['{"a":{"_\\u005fproto__":1}}', 'forbidden_key'],
      ['{"constructo\\u0072":1}', 'forbidden_key'],
      ['{', 'not_json'],
      [`[${'0,'.repeat(60_000)}0]`, 'too_many_nodes'],
    ] as const)
      expect(originalOf(Buffer.from(made(value)), receivedMs)).toMatchObject({ reason });
    for (const value of ['', '7', '{}', '{"kind":"text"}', '{"kind":"json","value":1,"envelope":{}}'])
      expect(originalOf(Buffer.from(value), receivedMs).kind).toBe('rejected');
  });
});
