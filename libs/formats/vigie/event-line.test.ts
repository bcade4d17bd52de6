import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { actions, actorKinds, categories, outcomes } from '#libs/contracts/vocabulary.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import type { AccessEvent } from '../event.js';
import { isoText } from '../time.js';
import { rowLine, type SourceContext, toRows } from '../to-rows.js';
import { EventLines } from './event-line.js';
import type { FastRows } from './fast-rows.js';

const receivedMs = Date.UTC(2026, 10, 28, 20);
const source = testSource();

const event: AccessEvent = {
  id: 'a7',
  timeMs: receivedMs - 5000,
  clinicId: '750300123',
  actorId: '10101010101',
  action: 'read',
  outcome: 'success',
  actorRole: 'médecin',
  patients: [{ id: '8001234', authority: 'fhir:Patient' }],
  sourceIp: '10.1.2.3',
  categories: ['lab'],
  application: 'dpi',
};

describe('the short way of events that other formats told', () => {
  it.each([
    ['of a patient with an authority', event],
    ['of a patient without one', { ...event, patients: [{ id: '8001234' }, { id: '8001235' }, { id: '8001234' }] }],
    ["of a patient of the source's own", { ...event, patients: [{ id: '8001234', authority: 'group:helix' }] }],
    ['of nobody', { ...event, patients: [] }],
    ['without a record id', withoutId(event)],
    ['of a clinic that nobody told', { ...event, clinicId: 'unknown' }],
    ['of two patients without a record id', withoutId({ ...event, patients: [{ id: '8001234' }, { id: '8001235' }] })],
  ])('gives the same rows for an event %s', (_, given) => {
    expect(rowsAtOnce(given)).toBe(rowsOneByOne(given));
    expect(rowsAtOnce(given)).toBeDefined();
  });

  it.each<[string, Partial<AccessEvent>]>([
    ['unknown fields', { extra: { ward: 'B2' } }],
    ['a patient as its account', { actorPatient: { id: '1' } }],
    ['a patient who cannot be told apart', { unreadablePatients: ['entity[0].what'] }],
    ['patients of two authorities', { patients: [{ id: '1', authority: 'a' }, { id: '2', authority: 'b' }] }],
    ['a patient of zeros and signs', { patients: [{ id: '0...-' }], userAgent: '...-' }],
    ['a patient of zeros, signs and a letter', { patients: [{ id: '8001234' }, { id: '00-a' }], userAgent: '-a' }],
    ['its patient in a text', { device: 'dossier 8001234' }],
    ['a quote in a text', { device: 'a","action":"export' }],
    ['a time of the future', { timeMs: receivedMs + 86_400_000 }],
  ])('leaves an event with %s to the long way', (_, more) => expect(rowsAtOnce({ ...event, ...more })).toBeUndefined()); // prettier-ignore

  it('names a record without an id by what it is, and the next by its own id again', () => {
    const lines = new EventLines(source, receivedMs);
    const ids = [
      [withoutId(event), { record: 'a' }],
      [event, { record: 'a' }],
      [withoutId(event), { record: 'b' }],
      [event, { record: 'b' }],
    ] as const;
    const told = ids.map(([given, content]) => rowsOf(lines.read(given, content)));
    expect(told).toEqual(ids.map(([given, content]) => rowsOneByOne(given, content)));
    expect(new Set(told).size).toBe(3);
  });

  it('gives the same rows for whatever it takes', () => {
    let taken = 0;
    const runs = casesOf(3_000, 40_000);
    fc.assert(
      fc.property(events(), (given) => {
        const rows = rowsAtOnce(given);
        if (rows === undefined) return;
        taken += 1;
        expect(rows).toBe(rowsOneByOne(given));
      }),
      { numRuns: runs },
    );
    expect(taken).toBeGreaterThan(runs / 10);
  });

  it('has a short way for the first few authorities that records name, and the same rows for all', () => {
    const others = Array.from({ length: 40 }, (_, index) => ({
      ...event,
      patients: [{ id: '8001234', authority: `urn:oid:1.2.${index}` }],
    }));
    const taken = others.map((given) => {
      const rows = rowsAtOnce(given);
      if (rows !== undefined) expect(rows).toBe(rowsOneByOne(given));
      return rows !== undefined;
    });
    expect(taken.filter(Boolean).length).toBeLessThan(5);
  });
});

function events(): fc.Arbitrary<AccessEvent> {
  const odd = fc.constantFrom(
    '',
    ' ',
    'é',
    '"',
    '\\',
    '\u0001',
    '\u200B',
    '\uD800',
    'x'.repeat(1100),
    '%31',
    'unknown',
    '8001234',
    '0008001234',
  );
  const text = fc.oneof(
    { arbitrary: fc.stringMatching(/^[A-Za-z0-9 .:/-]{1,12}$/), weight: 40 },
    { arbitrary: fc.string({ unit: 'grapheme-ascii', maxLength: 12 }), weight: 1 },
    { arbitrary: odd, weight: 1 },
  );
  const name = fc.oneof({ arbitrary: fc.stringMatching(/^[a-z0-9.-]{4,12}$/), weight: 40 }, { arbitrary: odd, weight: 1 });
  const uuid = fc.constantFrom(
    '3F2504E0-4F89-41D3-9A0C-0305E82C3301',
    'urn:uuid:3f2504e0-4f89-41d3-9a0c-0305e82c3301',
    '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
  );
  const patient = fc.record(
    { id: fc.oneof(name, name, uuid), authority: fc.constantFrom('fhir:Patient', 'group:helix') },
    { requiredKeys: ['id'] },
  );
  const needed = {
    timeMs: fc.oneof(
      { arbitrary: fc.integer({ min: 0, max: receivedMs }), weight: 9 },
      { arbitrary: fc.integer({ min: receivedMs, max: 2 * receivedMs }), weight: 1 },
    ),
    clinicId: name,
    actorId: name,
    action: fc.constantFrom(...actions),
    outcome: fc.constantFrom(...outcomes),
    id: name,
    patients: fc.oneof(
      fc.array(patient, { maxLength: 3 }),
      fc.array(
        name.map((id) => ({ id })),
        { maxLength: 3 },
      ),
    ),
  };
  const more = {
    actorRole: text,
    actorKind: fc.constantFrom(...actorKinds),
    privileged: fc.boolean(),
    recordCount: fc.nat(),
    categories: fc.array(fc.constantFrom(...categories), { maxLength: 3 }),
    purpose: text,
    emergency: fc.boolean(),
    sourceIp: text,
    device: text,
    userAgent: text,
    sessionId: text,
    auth: text,
    mfa: fc.boolean(),
    application: text,
  };
  const required = ['timeMs', 'clinicId', 'actorId', 'action', 'outcome', 'patients'] as const;
  return fc.record({ ...needed, ...more }, { requiredKeys: [...required] });
}

function withoutId(given: AccessEvent): AccessEvent {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name !== 'id')) as unknown as AccessEvent;
}

const record = { said: ['by a source', 1, null] };

function rowsAtOnce(given: AccessEvent): string | undefined {
  return rowsOf(new EventLines(source, receivedMs).read(given, record));
}

function rowsOf(fast: FastRows | undefined): string | undefined {
  if (!fast) return undefined;
  const rows = Array.from({ length: fast.rows }, (_, row) => {
    const target = Buffer.alloc(fast.write(row, fast.rowAt));
    fast.copy(target, 0, fast.rowAt, target.length);
    return target.toString('utf8');
  });
  expect(rows[0]).toContain(`"event_id":"${fast.eventId}"`);
  return rows.join('');
}

function rowsOneByOne(given: AccessEvent, content: unknown = record): string {
  return toRows(given, source, isoText(receivedMs), content)
    .map((row) => `${rowLine(row)}\n`)
    .join('');
}

function testSource(): SourceContext {
  const parsed = parseKeyRing(`helix:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return { source: 'fhir', groupId: 'helix', authority: 'group', keys };
}
