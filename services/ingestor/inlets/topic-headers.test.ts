import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import protobufjs from 'protobufjs';
import type { Frame } from '#libs/event-log/port.js';
import { IngestorUnderTest } from '../ingestor.fixture.js';
import { otlpProto } from '../shippers/protos.fixture.js';
import { systemClock } from '#libs/runtime/clock.js';
import { unpackedBytesMax } from './topic-record.js';

let ingestor: IngestorUnderTest;
beforeAll(async () => {
  ingestor = await IngestorUnderTest.start((folder) => {
    const path = join(folder, 'sources.yml');
    writeFileSync(
      path,
      `sources:
  - { name: free, group: helix, topic: raw.free }
  - { name: pinned, group: helix, topic: raw.pinned, format: ecs }
  - { name: table, group: helix, topic: raw.table, columns: { actor_id: who, time: when, clinic_id: where, patient_id: ipp } }
`,
    );
    return { VIGIE_SOURCES_FILE: path };
  });
  while (ingestor.log.readers.size < 3) await systemClock.sleep(5);
});
afterAll(() => ingestor.stop());

type Source = 'free' | 'pinned' | 'table';
type Headers = Readonly<Record<string, string | readonly string[]>>;
let offset = 0;

/** Hands records of a topic over; the accounts of what was taken, and reason and field of what was kept apart. */
async function sent(source: Source, value: string | Uint8Array, headers: Headers = {}): Promise<readonly string[]> {
  const { log } = ingestor;
  const [rows, apart] = [log.lines.length, log.quarantined.length];
  const named = Object.entries(headers).map(([name, given]) => [name, [given].flat()] as const);
  const frame: Frame = { offset: (offset += 1), bytes: Buffer.from(value), headers: new Map(named) };
  await log.readers.get(`raw.${source}`)?.frames({ topic: `raw.${source}`, partition: 0 }, [frame], new AbortController().signal);
  const taken = log.lines.slice(rows).map((line) => String(JSON.parse(line).actor_id));
  const kept = log.quarantined.slice(apart).map((line) => JSON.parse(line));
  for (const one of kept) expect(one.origin).toMatch(new RegExp(`^raw\\.${source}/0/${offset}#\\d+$`));
  return [...taken.toSorted(), ...kept.map(({ reason, field }) => `${reason} ${field}`)];
}

let number = 0;
const event = (fields: object = {}) => {
  number += 1;
  return {
    time: '2026-11-28T08:12:03Z',
    clinic_id: 'nord',
    actor_id: `dr.${number}`,
    action: 'read',
    patient_id: `IPP-${number}`,
    ...fields,
  };
};
const ecs = {
  '@timestamp': '2026-11-28T08:12:03Z',
  'event.action': 'read',
  'user.name': 'dr.ecs',
  'labels.patient_id': 'IPP-1',
  'ecs.version': '8.0',
  'labels.finess': 'nord',
};
const cef = 'CEF:0|Acme|Records|1|read|Record opened|3|rt=1764316800000 suser=dr.cef act=read cs1Label=PatientId cs1=IPP-9';
const text = () => JSON.stringify(event());
const ofGroup = (named: string | string[], inside: object) => sent('free', JSON.stringify(event(inside)), { 'x-group': named });

/** Behind the number of its schema, as registries have it. */
function numbered(): Buffer {
  return Buffer.concat([Buffer.from([0, 0, 0, 1, 2]), Buffer.from(JSON.stringify(event()))]);
}

describe('the headers of a record of a topic', () => {
  it('may be missing, empty, or of no meaning to Vigie', async () => {
    const others = ['', 'application/json; charset=utf-8', 'text/csv', 'application/octet-stream', '\u0000', 'nonsense'];
    for (const contentType of others)
      expect(
        await sent('free', JSON.stringify(event()), { 'content-type': contentType, 'x-format': '', 'x-group': ' ', other: 'x' }),
      ).toEqual([`dr.${number}`]);
    expect(await sent('free', cef)).toEqual(['dr.cef']);
  });

  it('are not needed for JSON behind the number of its schema, and to name what is no JSON there', async () => {
    expect(await sent('free', numbered())).toEqual([`dr.${number}`]);
    expect(await sent('free', gzipSync(numbered()), { 'content-encoding': 'gzip' })).toEqual([`dr.${number}`]);
    for (const head of [
      [0, 0, 0, 0, 0, 0, 0, 1, 2],
      [3, 0, ...Array.from({ length: 16 }, (_, byte) => byte)],
    ])
      expect(await sent('free', Buffer.concat([Buffer.from(head), Buffer.from(text())]))).toEqual([`dr.${number}`]);
    for (const binary of [
      [3, 5, ...Array.from({ length: 16 }, (_, byte) => byte), 0x78, 0x9c],
      [0, 0, 0, 1, 2, 0x41],
      [0, 0, 0, 0, 9, 0x02, 0xf6, 0xff],
    ])
      expect(await sent('free', Buffer.from(binary))).toEqual(['unknown_media_type ']);
    expect(await sent('free', Buffer.from(text(), 'utf16le').swap16())).toEqual([`dr.${number}`]);
  });

  it('x-group must name the group of the source, and agree with the record', async () => {
    expect(await ofGroup('helix', {})).toEqual([`dr.${number}`]);
    expect(await ofGroup(['helix', ' helix '], { group_id: 'helix' })).toEqual([`dr.${number}`]);
    expect(await ofGroup('aleo', {})).toEqual(['other_group group_id']);
    expect(await ofGroup('aleo', { group_id: 'aleo' })).toEqual(['other_group group_id']);
    for (const [named, inside] of [
      ['aleo', 'helix'],
      ['helix', 'aleo'],
      [['helix', 'aleo'], 'helix'],
    ] as const)
      expect(await ofGroup([named].flat(), { group_id: inside })).toEqual(['other_group x-group']);
  });

  it('never let a record of another group in, whatever they are', async () => {
    const word = fc.constantFrom(
      'helix',
      'aleo',
      'HELIX',
      'helix,',
      'helix, helix',
      'ecs',
      'vigie',
      'gzip',
      'identity',
      '__proto__',
      'x'.repeat(300),
    );
    const headers = fc.dictionary(
      fc.constantFrom('x-format', 'content-type', 'content-encoding', 'other'),
      fc.array(word, { maxLength: 3 }),
    );
    const foreign = fc.array(word, { minLength: 1, maxLength: 3 }).filter((words) => words.some((one) => one !== 'helix'));
    await fc.assert(
      fc.asyncProperty(headers, foreign, fc.boolean(), async (given, group, inside) => {
        const told = await sent('free', JSON.stringify(event(inside ? { group_id: 'helix' } : {})), {
          ...given,
          'x-group': group,
        });
        expect(told).toHaveLength(1);
        expect(told[0]).toMatch(/^(other_group|unknown_format|unknown_encoding|not_unpackable|missing_field) /);
      }),
      { numRuns: 60 },
    );
  });

  it('x-format names a format where the configuration leaves it open, and none that is not known', async () => {
    expect(await sent('free', JSON.stringify(ecs), { 'x-format': ' ECS ' })).toEqual(['dr.ecs']);
    expect(await sent('free', JSON.stringify(event()), { 'x-format': 'detect' })).toEqual([`dr.${number}`]);
    expect(await sent('free', JSON.stringify(event()), { 'x-format': 'pdf' })).toEqual(['unknown_format x-format']);
    expect(await sent('free', JSON.stringify(event()), { 'x-format': ['vigie', 'ecs'] })).toEqual(['unknown_format x-format']);
    expect(await sent('free', JSON.stringify(event()), { 'x-format': 'constructor' })).toEqual(['unknown_format x-format']);
    expect(await sent('free', cef, { 'x-format': 'fhir' })).toEqual([expect.stringMatching(/^not_json /)]);
    expect(await sent('free', cef, { 'content-type': 'application/fhir+json; fhirVersion=4.0' })).toEqual([
      expect.stringMatching(/^not_json /),
    ]);
    expect(await sent('free', cef, { 'content-type': 'application/fhir+json', 'x-format': 'cef' })).toEqual(['dr.cef']);
  });

  it('x-format changes nothing that the configuration has decided', async () => {
    expect(await sent('pinned', JSON.stringify(ecs), { 'x-format': 'ecs' })).toEqual(['dr.ecs']);
    expect(await sent('pinned', JSON.stringify(event()), { 'x-format': 'vigie' })).toEqual(['other_format x-format']);
    const row = JSON.stringify({ who: 'dr.column', when: '2026-11-28 08:12:03', where: 'nord', ipp: 'IPP-1', action: 'read' });
    expect(await sent('table', row, { 'x-format': 'columns' })).toEqual(['dr.column']);
    expect(await sent('table', JSON.stringify(event()), { 'x-format': 'vigie' })).toEqual(['other_format x-format']);
  });

  it('content-encoding is undone under the limits of a record', async () => {
    expect(await sent('free', gzipSync(text()), { 'content-encoding': 'GZIP' })).toEqual([`dr.${number}`]);
    expect(await sent('free', zstdCompressSync(text()), { 'content-encoding': 'zstd' })).toEqual([`dr.${number}`]);
    expect(await sent('free', text(), { 'content-encoding': 'identity' })).toEqual([`dr.${number}`]);
    for (const unknown of ['br', 'gzip, gzip', 'aes128gcm'])
      expect(await sent('free', text(), { 'content-encoding': unknown })).toEqual(['unknown_encoding content-encoding']);
    expect(await sent('free', text(), { 'content-encoding': 'gzip' })).toEqual(['not_unpackable content-encoding']);
    const bomb = gzipSync(Buffer.alloc(unpackedBytesMax + 1, 0x20));
    expect(await sent('free', bomb, { 'content-encoding': 'gzip' })).toEqual(['too_large content-encoding']);
    expect(await sent('free', text(), { 'content-type': 'application/vnd.kafka.avro.v2+binary' })).toEqual([
      'unknown_media_type content-type',
    ]);
  });

  it('leave the layout of a record to its bytes: lines, an array and a table hold many', async () => {
    const events = [event(), event(), event()];
    const accounts = events.map((one) => one.actor_id).toSorted();
    const lines = events.map((one) => JSON.stringify(one)).join('\n');
    expect(await sent('free', lines, { 'content-type': 'application/x-ndjson' })).toEqual(accounts);
    expect(await sent('free', gzipSync(lines), { 'content-encoding': 'gzip', 'x-group': 'helix' })).toEqual(accounts);
    expect(await sent('free', JSON.stringify(events))).toEqual(accounts);
    expect(
      await sent('table', 'who;when;where;ipp;action\na;2026-11-28 08:00:00;nord;1;read\nb;2026-11-28 08:00:00;nord;2;read\n'),
    ).toEqual(['a', 'b']);
    expect(await sent('free', `${lines}\n{"broken`)).toEqual([...accounts, expect.stringMatching(/^not_json /)]);
    const many = await sent('free', gzipSync('{"resourceLogs":[]}\n'.repeat(50_001)), { 'content-encoding': 'gzip' });
    expect(many).toEqual(['too_many_records ']);
    expect(await sent('table', cef)).toEqual(['dr.cef']);
    for (const nothing of ['', ' \n \n', '[]']) expect(await sent('free', nothing)).toEqual([]);
    expect(await sent('table', 'dr.row;2026-11-28 08:00:00;nord;1;read')).toEqual(['no_rows ']);
  });

  it('may come with OTLP in protobuf, as exporters to Kafka write it: each log record stands for itself, whatever the headers say of it', async () => {
    const type = protobufjs.parse(otlpProto).root.lookupType('ExportLogsServiceRequest');
    const encoded = (...bodies: readonly unknown[]) => {
      const logRecords = bodies.map((body) => ({
        body: { stringValue: typeof body === 'string' ? body : JSON.stringify(body) },
      }));
      return type.encode(type.fromObject({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })).finish();
    };
    const events = [event(), event()];
    const accounts = events.map((one) => one.actor_id).toSorted();
    for (const contentType of ['', 'application/x-protobuf', 'application/json'])
      expect(await sent('free', encoded(...events), { 'content-type': contentType })).toEqual(accounts);
    expect(
      await sent('free', gzipSync(encoded(...events)), { 'content-encoding': 'gzip', 'content-type': 'application/x-protobuf' }),
    ).toEqual(accounts);
    expect(await sent('free', encoded(events[0], event({ action: 'peek' }), cef))).toEqual([
      events[0]?.actor_id,
      'dr.cef',
      expect.stringMatching(/ action$/),
    ]);
    const [kept] = ingestor.log.quarantined.slice(-1).map((line) => JSON.parse(line));
    expect(kept).toMatchObject({ group_id: 'helix', source: 'free' });
    expect(await sent('free', encoded(...events).slice(0, -1), { 'content-type': 'application/x-protobuf' })).toEqual([
      'unknown_media_type content-type',
    ]);
    expect(await sent('free', encoded(event({ group_id: 'aleo' })), { 'x-group': 'helix' })).toEqual(['other_group x-group']);
  });
});
