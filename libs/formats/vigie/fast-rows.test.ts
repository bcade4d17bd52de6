import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { accessRow } from '#libs/contracts/access-row.js';
import { partitionOf } from '#libs/contracts/topics.js';
import { actions, actorKinds, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { aheadMsMax } from '#libs/contracts/access-row.js';
import { shows, spellings } from '#libs/leakcheck/spellings.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { parseItem } from '../json/parse-item.js';
import { isoText } from '../time.js';
import { rowLine, type SourceContext, toRows } from '../to-rows.js';
import { FastRows } from './fast-rows.js';
import { parseVigieEvent } from './parse-event.js';

const receivedMs = Date.UTC(2026, 10, 23, 20);
const source = testSource();

describe('the short way of ordinary lines', () => {
  it('gives the rows of the long way, byte for byte, wherever it does not give up', () => {
    let taken = 0;
    const runs = casesOf(5_000, 40_000);
    fc.assert(
      fc.property(events(), fc.constantFrom(undefined, 1), (event, spaces) => {
        const line = spaces ? JSON.stringify(event, null, 1).replaceAll(/\n */g, ' ') : JSON.stringify(event);
        const fast = fastRows(line);
        if (fast === undefined) return;
        taken += 1;
        expect(fast).toBe(slowRows(line));
      }),
      { numRuns: runs },
    );
    expect(taken).toBeGreaterThan(runs / 20);
  });

  it('gives up or agrees on every mutilation of a good line', () => {
    const good = Buffer.from(JSON.stringify(ordinary));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), (edits) => {
        const bytes = Buffer.from(good);
        for (const [at, byte] of edits) bytes[at] = byte;
        const line = bytes.toString();
        const fast = fastRows(line);
        if (fast !== undefined) expect(fast).toBe(slowRows(line));
      }),
      { numRuns: casesOf(5_000, 40_000) },
    );
  });

  it('takes the ordinary event, and rows keep the contract', () => {
    const rows = fastRows(JSON.stringify(ordinary));
    expect(accessRow.parse(JSON.parse(rows ?? ''))).toMatchObject({ actor_id: 'dr.martin', action: 'read', mfa: false });
    expect(rows).not.toContain('8001234');
  });

  it.each([
    ['an escape', { device: 'a\nb' }],
    ['an unknown field', { colour: 'red' }],
    ['another group', { group_id: 'other' }],
    ['an identifier in another field', { session_id: 'S-8001234-1' }],
    ['percent escapes', { application: 'a%20b' }],
    ['a time of the future', { time: isoText(receivedMs + aheadMsMax + 1) }],
    ['an upper-case UUID', { patient_ids: ['3F2504E0-4F89-41D3-9A0C-0305E82C3301'] }],
    ['a national number that lacks its key', { patient_ids: ['1910155123456'] }],
    ['a national number in groups', { patient_ids: ['1 91 01 55 123 456 61'] }],
    ['a national number without its key in a text', { patient_ids: ['191015512345661'], session_id: 'S-1910155123456' }],
    ['a patient with its authority', { patient_ids: [{ id: '1', authority: 'x' }] }],
    ['no record id', { id: undefined }],
    ['an address in another way of writing it', { source_ip: '::ffff:10.4.2.17' }],
    ['an address with a port', { source_ip: '10.4.2.17:51234' }],
    ['an account with the number of its patient', { actor_id: '8001234' }],
    ['the same with zeros and signs', { actor_id: '00-800.1234', patient_ids: ['4711', '8001234'] }],
    ['an account with a number that only people have', { actor_id: '277076322082910' }],
    ['an account that refers to a patient', { actor_id: 'https://dpi.example/fhir/Patient/77' }],
    ['the same written in groups, and nobody beside it', { actor_id: '2 77 07 63 220 829 10', patient_ids: [] }],
  ])('leaves %s to the long way', (_what, overrides) => {
    expect(fastRows(JSON.stringify({ ...ordinary, ...overrides }))).toBeUndefined();
  });

  it('takes a whole national number, and shows nothing of it where a text has it without its key', () => {
    expect(fastRows(JSON.stringify({ ...ordinary, patient_ids: ['191015512345661'] }))).toBeDefined();
    const line = JSON.stringify({ ...ordinary, patient_ids: ['1910155123456'], device: 'pc 1910155123456, 191015512345661' });
    expect(slowRows(line)).not.toMatch(/19101551/);
  });

  it.each(Object.entries(spellings))('never shows a patient that stands in a text %s', (_how, spell) => {
    const identifier = fc.stringMatching(/^0{0,2}[1-9A-Za-z][0-9A-Za-z]{5,14}$/);
    const texts = fc.constantFrom(
      'actor_role',
      'purpose',
      'source_ip',
      'device',
      'user_agent',
      'session_id',
      'auth',
      'application',
    );
    fc.assert(
      fc.property(identifier, texts, fc.stringMatching(/^[ -!#-Z^-~]{0,8}$/), (id, name, before) => {
        const line = JSON.stringify({ ...ordinary, patient_ids: ['4711', id], [name]: `${before} ${spell(id)}` });
        const text: unknown = JSON.parse((fastRows(line) ?? slowRows(line)).split('\n')[0] ?? '')[name];
        expect(shows(String(text), id)).toBeUndefined();
      }),
    );
  });

  it.each([
    ['the same', (id: string) => id, fc.boolean()],
    ['zeros in front', (id: string) => `00${id}`, fc.boolean()],
    ['signs between', (id: string) => `${id.slice(0, 3)}-${id.slice(3)}.`, fc.boolean()],
    ['another case', (id: string) => id.toUpperCase(), fc.boolean()],
    ['behind its system', (id: string) => `urn:oid:1.2.3|${id}`, fc.constant(false)],
    ['as a name in a domain', (id: string) => `patient.${id}@portal.example`, fc.constant(false)],
  ])('never shows a patient who is the account: %s', (_how, spell, mayTurn) => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9a-z][0-9a-z]{5,14}$/), mayTurn, (id, turned) => {
        const [actor_id, patient] = turned ? [id, spell(id)] : [spell(id), id];
        const line = JSON.stringify({ ...ordinary, actor_id, patient_ids: ['4711', patient] });
        const rows = (fastRows(line) ?? slowRows(line))
          .trim()
          .split('\n')
          .map((row) => JSON.parse(row));
        expect(rows.map((row) => row.actor_id)).toEqual([`patient:${rows[1].patient_id}`, `patient:${rows[1].patient_id}`]);
      }),
    );
  });

  it('keeps an account whose number is as short as those that tables give to users and patients alike', () => {
    expect(JSON.parse(slowRows(JSON.stringify({ ...ordinary, actor_id: '12', patient_ids: ['12'] }))).actor_id).toBe('12');
  });

  it('leaves many patients with long texts to the long way, which does not compare each with each', () => {
    const patient_ids = Array.from({ length: 256 }, (_, index) => String(8_001_000 + index));
    expect(fastRows(JSON.stringify({ ...ordinary, patient_ids }))).toBeDefined();
    expect(fastRows(JSON.stringify({ ...ordinary, patient_ids, user_agent: 'x'.repeat(1000) }))).toBeUndefined();
  });

  it('reads bodies longer than its window, line by line, while others are read between', () => {
    const agents = fc.array(fc.nat(1024), { minLength: 400, maxLength: 700 });
    fc.assert(
      fc.property(agents, fc.integer({ min: 1, max: 90 }), (lengths, otherEvery) => {
        const lines = lengths.map((length, index) => {
          // Every now and then one that is too long for any window, or nothing ordinary.
          const patient_ids =
            index % 97 === 5 ? Array.from({ length: 250 }, (_, at) => `${'x'.repeat(200)}${at}`) : [`p${index}-${length}`];
          return JSON.stringify({
            ...ordinary,
            id: `${index}`,
            patient_ids,
            ...(length && { user_agent: 'a'.repeat(length) }),
            ...(index % 89 === 7 && { device: 'a\nb' }),
          });
        });
        const body = Buffer.from(`${lines.join('\n')}\n`);
        const fast = attached(source, body);
        const other = attached({ ...source, source: 'another' }, Buffer.from(JSON.stringify(ordinary)));
        let at = 0;
        let taken = 0;
        for (const [index, line] of lines.entries()) {
          if (index % otherEvery === 0) expect(other.read(0)).toBeGreaterThan(0);
          const end = fast.read(at);
          if (end >= 0) {
            taken += 1;
            expect(end).toBe(at + line.length);
            expect(rowsOf(fast)).toBe(slowRows(line));
          }
          at += line.length + 1;
        }
        expect(taken).toBeGreaterThan(lines.length * 0.9);
      }),
      { numRuns: casesOf(4, 100) },
    );
  });

  it('takes accents, an export of several patients and an event of none', () => {
    expect(fastRows(JSON.stringify({ ...ordinary, actor_role: 'médecin' }))).toBe(
      slowRows(JSON.stringify({ ...ordinary, actor_role: 'médecin' })),
    );
    expect(fastRows(JSON.stringify({ ...ordinary, patient_ids: ['a1', 'b2', 'a1'] }))?.split('\n')).toHaveLength(3);
    expect(fastRows(JSON.stringify({ ...ordinary, patient_ids: [] }))).toContain('"patient_id":""');
  });
});

const ordinary = {
  time: '2024-11-19T08:12:03.120Z',
  group_id: 'aleo',
  clinic_id: '750300123',
  actor_id: 'dr.martin',
  actor_role: 'physician',
  action: 'read',
  patient_ids: ['8001234'],
  categories: ['identity', 'prescription'],
  source_ip: '10.4.2.17',
  session_id: 's-81',
  mfa: false,
  application: 'mediboard',
  id: '81237788',
};

function fastRows(line: string): string | undefined {
  const bytes = Buffer.from(line);
  const fast = attached(source, bytes);
  if (fast.read(0) !== bytes.length) return undefined;
  expect(fast.partition(16)).toBe(partitionOf('aleo', String(JSON.parse(line).actor_id), 16));
  return rowsOf(fast);
}

function attached(from: SourceContext, body: Buffer): FastRows {
  const fast = FastRows.of(from, receivedMs);
  if (!fast) throw new Error('the source has no short way');
  fast.attach(body);
  return fast;
}

function rowsOf(fast: FastRows): string {
  return Array.from({ length: fast.rows }, (_, row) => {
    const bytes = fast.write(row, fast.rowAt);
    const target = Buffer.alloc(bytes + 1);
    fast.copy(target, 1, fast.rowAt, bytes);
    return target.toString('utf8', 1);
  }).join('');
}

function slowRows(line: string): string {
  const bytes = Buffer.from(line);
  const item = parseItem(bytes, 0, bytes.length);
  const event = item.kind === 'accepted' ? parseVigieEvent(item.value) : item;
  if (event.kind === 'rejected') return `refused: ${event.detail}`;
  if (event.value.groupId !== undefined && event.value.groupId !== source.groupId) return 'another group';
  if (event.value.timeMs > receivedMs + aheadMsMax) return 'in the future';
  const content = item.kind === 'accepted' ? item.value : undefined;
  return toRows(event.value, source, isoText(receivedMs), content)
    .map((row) => `${rowLine(row)}\n`)
    .join('');
}

/** Ordinary events with odd places: every field may be absent, null, of another type, empty, wide, escaped or too long. */
function events(): fc.Arbitrary<object> {
  const odd = fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1.5,
    true,
    [],
    {},
    ' x ',
    'é',
    'a"b',
    'a\\b',
    '\u0001',
    'x'.repeat(300),
    '\ud800',
  );
  const mostly = <T>(usual: fc.Arbitrary<T>) => fc.oneof({ arbitrary: usual, weight: 60 }, { arbitrary: odd, weight: 1 });
  const id = fc.string({ unit: fc.constantFrom(...'abcABC0123456789-._'), minLength: 1, maxLength: 12 });
  const national = fc.constantFrom(
    '1910155123456',
    '191015512345661',
    '1 91 01 55 123 456 61',
    '280072A123456',
    '280072a12345666',
  );
  const patient = fc.oneof({ arbitrary: id, weight: 12 }, { arbitrary: national, weight: 1 });
  const text = fc.oneof(fc.string({ unit: 'grapheme-ascii', maxLength: 20 }), id, national);
  const time = fc.oneof(
    {
      arbitrary: fc
        .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      weight: 1,
    },
    {
      arbitrary: fc.date({ min: new Date(0), max: new Date(receivedMs), noInvalidDate: true }).map((date) => date.toISOString()),
      weight: 8,
    },
    {
      arbitrary: fc.constantFrom(
        '2024-02-30T00:00:00.000Z',
        '2023-02-29T00:00:00.000Z',
        '2024-02-29T23:59:59.999Z',
        '2024-11-31T00:00:00.000Z',
      ),
      weight: 1,
    },
  );
  const optional = {
    group_id: mostly(fc.constantFrom('aleo', 'aleo', 'aleo', 'other')),
    outcome: mostly(fc.constantFrom(...outcomes)),
    actor_role: mostly(text),
    actor_kind: mostly(fc.constantFrom(...actorKinds)),
    privileged: mostly(fc.boolean()),
    record_count: mostly(fc.nat()),
    categories: mostly(fc.array(fc.constantFrom(...categories), { maxLength: 4 })),
    purpose: mostly(text),
    emergency: mostly(fc.boolean()),
    source_ip: mostly(
      fc.oneof(
        { arbitrary: fc.ipV4(), weight: 12 },
        { arbitrary: fc.ipV6(), weight: 1 },
        {
          arbitrary: fc.constantFrom('::ffff:10.4.2.17', '10.4.2.17:443', '010.4.2.17', '10.4.0.17', 'a host', '08:12'),
          weight: 1,
        },
      ),
    ),
    device: mostly(text),
    user_agent: mostly(text),
    session_id: mostly(text),
    auth: mostly(text),
    mfa: mostly(fc.boolean()),
    application: mostly(text),
    patient_ids: mostly(fc.array(patient, { maxLength: 4 })),
  };
  const required = {
    time: mostly(time),
    clinic_id: mostly(id),
    actor_id: mostly(id),
    action: mostly(fc.constantFrom(...actions)),
    id: mostly(id),
  };
  return fc
    .record({ ...required, ...optional }, { requiredKeys: ['time', 'clinic_id', 'actor_id', 'action', 'id'] })
    .chain((event) => fc.shuffledSubarray(Object.entries(event), { minLength: Object.keys(event).length }))
    .map((entries) => Object.fromEntries(entries));
}

function testSource(): SourceContext {
  const parsed = parseKeyRing(`aleo:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('aleo') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return { source: 'siem', groupId: 'aleo', authority: 'group', keys };
}
