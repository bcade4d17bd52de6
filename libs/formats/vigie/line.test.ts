import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { plainReading } from '../input-format.js';
import { concatenatedJson } from '../json/concatenated.js';
import { type Envelope, payloadOf } from '../payload.js';
import { readOriginal } from '../read/original.js';
import { readPayload } from '../read/read-payload.js';
import { ownMessageOf } from '../syslog/own-message.js';
import { isoText } from '../time.js';
import { rowLine, type SourceContext, toRows } from '../to-rows.js';
import { ownEventOf } from '../wrappers/hec.js';
import { ownHecEventAt } from '../wrappers/hec-own.js';
import { envelopeOfStream, ownValueOf } from '../wrappers/loki.js';
import { envelopeOfResource, ownRecordOf } from '../wrappers/otlp.js';
import type { DecodedItem } from '../decoded-item.js';
import { FastRows } from './fast-rows.js';
import { type OwnLine, ownLineOf, readsOwnLines } from './line.js';

const receivedMs = Date.UTC(2026, 10, 28, 20);
const envelope: Envelope = { receivedMs };
const source = testSource();

const event = {
  time: '2026-11-28T08:12:03.120Z',
  clinic_id: '750300123',
  actor_id: 'dr.martin',
  actor_role: 'médecin',
  action: 'read',
  patient_ids: ['8001234', '8001235'],
  session_id: 's-81',
  mfa: false,
  id: '81237788',
};

/** A line as it comes by each door: what may be taken of it at once, and what its readers make of the whole. */
interface Came {
  readonly own: OwnLine | undefined;
  readonly read: () => readonly DecodedItem[];
}

const doors: Readonly<Record<string, (line: string, said: Said) => Came>> = {
  'a document': (line) => {
    const bytes = Buffer.from(`x${line}`);
    return {
      own: ownLineOf(bytes, 1, bytes.length, envelope),
      read: () => [...readOriginal({ kind: 'bytes', bytes: bytes.subarray(1), envelope }, plainReading)],
    };
  },
  'a message of syslog': (line, { time, host, application, data, mark }) => {
    const bytes = Buffer.from(`<85>1 ${time} ${host} ${application} 1 - ${data} ${mark}${line}`);
    return {
      own: ownMessageOf(bytes, envelope),
      read: () => [...readOriginal({ kind: 'bytes', bytes, envelope }, plainReading)],
    };
  },
  'a log record': (line, { application, host, attributes, more }) => {
    const resource = {
      attributes: [
        { key: 'service.name', value: { stringValue: application } },
        { key: 'host.name', value: { stringValue: host } },
      ],
    };
    const record = { timeUnixNano: '1764316800000000000', body: { stringValue: line, ...more }, ...attributes };
    const value = { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] };
    return {
      own: ownRecordOf(record, envelopeOfResource(resource, receivedMs)),
      read: () => [...readPayload({ kind: 'json', value, envelope }, plainReading)],
    };
  },
  'an event of HEC': (line, { time, host, application, more }) => {
    const value = { event: line, time, host, source: application, ...more };
    return {
      own: ownEventOf({ kind: 'json', value, envelope }),
      read: () => [...readPayload({ kind: 'json', value, envelope }, plainReading)],
    };
  },
  'an object of HEC': (line, { host, application }) => {
    const payload = payloadOf(
      Buffer.from(`{"event":${line},"host":${JSON.stringify(host)},"sourcetype":${JSON.stringify(application)}}`),
      envelope,
    );
    return payload.kind === 'rejected'
      ? { own: undefined, read: () => [] }
      : { own: ownEventOf(payload.value), read: () => [...readPayload(payload.value, plainReading)] };
  },
  'an event in a body of HEC': (line, { time, host, application, mark }) => {
    const bytes = Buffer.from(
      `{"host":${JSON.stringify(host)},"event":${mark === ' ' ? mark : ''}${line} ,"time":${/^\d+$/.test(time) ? time : JSON.stringify(time)},"sourcetype":${JSON.stringify(application)}}{"event":1}`,
    );
    const found = ownHecEventAt(bytes, 0, envelope);
    const [first] = concatenatedJson(bytes);
    // Where the object is none, neither is what is around it, and nothing behind it is taken.
    if (found && isJson(bytes.toString('utf8', 0, found.end))) expect(found.end).toBe(first?.end);
    const payload = payloadOf(bytes.subarray(0, first?.end), envelope);
    return { own: found?.own, read: () => (payload.kind === 'rejected' ? [] : [...readPayload(payload.value, plainReading)]) };
  },
  'a line of Loki': (line, { time, host, application }) => {
    const labels = { stream: { app: application, host } };
    const value = [time, line];
    const pushed = { streams: [{ ...labels, values: [value] }] };
    return {
      own: ownValueOf(value, envelopeOfStream(labels, receivedMs)),
      read: () => [...readPayload({ kind: 'json', value: pushed, envelope }, plainReading)],
    };
  },
};

interface Said {
  readonly time: string;
  readonly host: string;
  readonly application: string;
  readonly data: string;
  readonly mark: string;
  readonly attributes: object;
  readonly more: object;
}

const said: fc.Arbitrary<Said> = fc.record({
  time: fc.constantFrom('2026-11-28T08:12:03Z', '1764316800000000000', '-', '1764316800', '2026-11-28', 'never', ''),
  host: fc.constantFrom('dpi-1', '-', 'é', 'CEF:0', '{x}', ''),
  application: fc.constantFrom('dpi', '-', 'a b', 'a"b', 'a\\u0022', 'LEEF:1', '8001234', 'é', ''),
  data: fc.constantFrom('-', '-', '-', '[a b="c"]', '--'),
  mark: fc.constantFrom('', '', '', '\uFEFF', ' ', '@cee: ', '\t'),
  attributes: fc.constantFrom(
    {},
    {},
    { attributes: [] },
    { attributes: [{ key: 'service.name', value: { stringValue: 'other' } }] },
    { attributes: 7 },
  ),
  more: fc.constantFrom({}, {}, {}, { intValue: '7' }, { sourcetype: 'x' }, { resourceLogs: [] }, { streams: [] }),
});

/** A line with one or the other thing changed. */
const line = fc
  .record(
    {
      clinic_id: fc.constantFrom('unknown', 'unknown-2', 'é'),
      application: fc.constantFrom('own', '', 7, null),
      source_ip: fc.constantFrom('10.1.2.3', 'a"b'),
      device: fc.constantFrom('x'.repeat(2000), 'pc', 'dossier 8001234'),
      id: fc.constantFrom('', 4, 'é', '{'),
      group_id: fc.constantFrom('helix', 'other'),
      patient_id: fc.constantFrom('8001236', '', 7, ['8001236'], 'x"y', ' x'),
      patient_ids: fc.constantFrom(undefined, undefined, []),
      value: fc.constantFrom([], [1]),
      event: fc.constantFrom('x'),
      resourceType: fc.constantFrom('Bundle', 'AuditEvent'),
      '@timestamp': fc.constant('2026-11-28T08:12:03.120Z'),
    },
    { requiredKeys: [] },
  )
  .chain((changes) => fc.shuffledSubarray(Object.entries(changes), { maxLength: Math.min(2, Object.keys(changes).length) }))
  .map((changes) => JSON.stringify({ ...event, ...Object.fromEntries(changes) }));
const mangled = fc
  .tuple(line, fc.nat(400), fc.constantFrom('', '"', '}', '{', '\n', ' ', '\u0000', '\uD800'))
  .map(([text, at, put]) => text.slice(0, at) + put + text.slice(at + 1));

describe.each(Object.entries(doors))('a line that comes as %s', (_, came) => {
  const usual = {
    time: '2026-11-28T08:12:03Z',
    host: 'dpi-1',
    application: 'dpi',
    data: '-',
    mark: '',
    attributes: {},
    more: {},
  };

  it('is taken at once, with what stands around it', () => {
    const time = { time: '1764316800000000000' };
    const { own, read } =
      [usual, { ...usual, ...time }].map((one) => came(JSON.stringify(event), one)).find((one) => one.own) ?? came('', usual);
    expect(rowsAtOnce(own)).toBe(rowsByReaders(read()));
    expect(rowsAtOnce(own)).toContain('"actor_id":"dr.martin"');
    const { patient_ids: _, ...others } = event;
    const single =
      [usual, { ...usual, ...time }]
        .map((one) => came(JSON.stringify({ patient_id: '8001234', ...others }), one))
        .find((one) => one.own) ?? came('', usual);
    expect(rowsAtOnce(single.own)).toBe(rowsByReaders(single.read()));
    expect(rowsAtOnce(single.own)).toContain('"actor_id":"dr.martin"');
  });

  it('gives the rows that its readers make, or is left to them', () => {
    fc.assert(
      fc.property(fc.oneof(line, line, mangled), said, (text, around) => {
        const { own, read } = came(text, around);
        const rows = rowsAtOnce(own);
        if (rows !== undefined) expect(rows).toBe(rowsByReaders(read()));
      }),
      { numRuns: casesOf(1_500, 20_000) },
    );
  });
});

it('no line is taken at once from a source whose configuration has something to say of it', () => {
  expect(readsOwnLines(plainReading)).toBe(true);
  expect(readsOwnLines({ ...plainReading, format: 'vigie' })).toBe(true);
  for (const more of [
    { format: 'fhir' },
    { clinic: { fixed: 'nord' } },
    { columns: { actor_id: 'user' } },
    { values: { action: { x: 'read' } } },
  ])
    expect(readsOwnLines({ ...plainReading, ...more })).toBe(false);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function rowsAtOnce(own: OwnLine | undefined): string | undefined {
  const fast = FastRows.of(source, receivedMs);
  if (!own || !fast?.readOwn(own)) return undefined;
  const rows = Array.from({ length: fast.rows }, (_, row) => {
    const target = Buffer.alloc(fast.write(row, fast.rowAt));
    fast.copy(target, 0, fast.rowAt, target.length);
    return target.toString('utf8');
  });
  return rows.join('');
}

function rowsByReaders(items: readonly DecodedItem[]): string {
  return items
    .map(({ outcome, content }) => {
      if (outcome.kind === 'rejected') return `refused: ${outcome.detail}`;
      const { groupId = source.groupId, timeMs } = outcome.value;
      if (groupId !== source.groupId) return 'another group';
      if (timeMs > receivedMs) return 'in the future';
      return toRows(outcome.value, source, isoText(receivedMs), content)
        .map((row) => `${rowLine(row)}\n`)
        .join('');
    })
    .join('and another: ');
}

function testSource(): SourceContext {
  const parsed = parseKeyRing(`helix:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return { source: 'siem', groupId: 'helix', authority: 'group', keys };
}
