import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import type { AccessEvent } from '../event.js';
import { recordHalfOf } from './event-id.js';
import { toRows } from '../to-rows.js';

describe('the id of an event', () => {
  it('is the same when the record comes again, whenever that is, and with other patients', () => {
    const first = rowsOf({});
    expect(rowsOf({}, '2026-11-29T00:00:00.000Z').map(({ event_id }) => event_id)).toEqual(first.map(({ event_id }) => event_id));
    const more = rowsOf({ patients: [{ id: '8001234' }, { id: '8009999' }] });
    expect(new Set([...first, ...more].map(({ event_id }) => event_id)).size).toBe(1);
    expect(more.map(({ patient_id }) => patient_id)).toContain(first[0]?.patient_id);
  });

  it('is another one when the record says anything else: no row that came before is replaced', () => {
    fc.assert(
      fc.property(change(), change(), (one, other) => {
        const [before] = rowsOf(one);
        const [after] = rowsOf(other);
        // Of a kept field what looks like an identifier is masked: two texts may become one.
        fc.pre(JSON.stringify({ ...before, event_id: '' }) !== JSON.stringify({ ...after, event_id: '' }));
        expect(after?.event_id).not.toBe(before?.event_id);
        expect(recordHalfOf(after?.event_id ?? '')).toBe(recordHalfOf(before?.event_id ?? '-'));
      }),
      { numRuns: 2000 },
    );
  });

  it('is another one for another record, source, group or key', () => {
    const halves = [
      rowsOf({}),
      rowsOf({ id: '81237789' }),
      rowsOf({}, undefined, { source: 'ris' }),
      rowsOf({}, undefined, { groupId: 'helix' }),
      rowsOf({}, undefined, { key: 'another key of tests, 32 bytes..' }),
      rowsOf({ id: undefined }),
    ].map(([row]) => recordHalfOf(row?.event_id ?? ''));
    expect(new Set(halves).size).toBe(halves.length);
  });
});

const event: AccessEvent = {
  id: '81237788',
  timeMs: Date.UTC(2026, 10, 19, 8, 12),
  clinicId: '750300123',
  actorId: 'dr.martin',
  action: 'read',
  outcome: 'success',
  patients: [{ id: '8001234' }],
  categories: ['identity'],
};

/** One field with another value, among them those that take an access out of a rule. */
function change(): fc.Arbitrary<Partial<AccessEvent>> {
  const text = fc.string({ minLength: 1, maxLength: 6 });
  return fc.oneof(
    fc.constantFrom<Partial<AccessEvent>>(
      { action: 'other' },
      { action: 'search' },
      { outcome: 'failure' },
      { outcome: 'unknown' },
    ),
    fc.constantFrom<Partial<AccessEvent>>(
      { categories: [] },
      { categories: ['lab'] },
      { emergency: true },
      { privileged: false },
    ),
    text.map((clinicId) => ({ clinicId })),
    text.map((actorId) => ({ actorId })),
    text.map((sourceIp) => ({ sourceIp })),
    text.map((value) => ({ extra: { ward: value } })),
    fc.nat(1000).map((recordCount) => ({ recordCount })),
    fc.nat(1000).map((ms) => ({ timeMs: event.timeMs + 1 + ms })),
  );
}

function rowsOf(
  overrides: { [K in keyof AccessEvent]?: AccessEvent[K] | undefined },
  receivedAt = '2026-11-28T00:00:00.000Z',
  { source = 'siem', groupId = 'aleo', key = 'a key for tests of 32 bytes size' } = {},
): readonly AccessRow[] {
  const parsed = parseKeyRing(`${groupId}:k1=${Buffer.from(key).toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group(groupId) : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return toRows({ ...event, ...overrides } as AccessEvent, { source, groupId, authority: 'group', keys }, receivedAt, event);
}
