import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { rowLine, toRows } from './to-rows.js';
import { FastRows } from './vigie/fast-rows.js';
import { parseVigieEvent } from './vigie/parse-event.js';

const day = 86_400_000;
const from = Date.parse('2026-12-01T02:00:00Z');
const entry = (name: string) => `helix:${name}=${randomBytes(32).toString('base64')}`;
const parsed = parseKeyRing(`${entry('k2')};from=2026-12-01T02:00:00Z,${entry('k1')}`, 30 * day);
const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
if (!keys) throw new Error('the keys of this test cannot be read');
const source = { groupId: 'helix', source: 'siem', authority: 'group', keys };

const patient = fc.stringMatching(/^8[0-9]{8}$/);
/** Texts in which identifiers of the event stand, or do not. */
const event = fc
  .record({ ids: fc.uniqueArray(patient, { maxLength: 4 }), named: fc.boolean(), id: fc.uuid() })
  .map(({ ids, named, id }) => ({
    id,
    time: '2026-11-03T10:00:00.000Z',
    actor_id: 'dr.x',
    action: 'read',
    clinic_id: 'c1',
    patient_ids: ids,
    ...(named && { device: `ward ${ids.join(' ')}`, url: `/patients/${ids[0] ?? ''}` }),
  }));

describe('rows around a rotation of the key', () => {
  it('are of one event whenever it comes, with both pseudonyms of a patient while keys overlap, and never a clear identifier', () => {
    fc.assert(
      fc.property(event, (given) => {
        const [before, within, after] = [from - 1, from + 29 * day, from + 30 * day].map((ms) => rowsAt(given, ms));
        const ids = [before, within, after].map((rows) => [...new Set(rows?.map(({ event_id }) => event_id))]);
        expect(ids[0]).toHaveLength(1);
        expect([ids[1], ids[2]]).toEqual([ids[0], ids[0]]);
        expect(within?.map(({ former_id = '' }) => former_id)).toEqual(before?.map(({ patient_id }) => patient_id));
        expect(within?.map(({ patient_id }) => patient_id)).toEqual(after?.map(({ patient_id }) => patient_id));
        for (const row of [...(before ?? []), ...(after ?? [])]) expect(row.former_id).toBeUndefined();
        const text = JSON.stringify([before, within, after]);
        for (const id of given.patient_ids) expect(text).not.toContain(id);
      }),
      { numRuns: casesOf(100, 5_000) },
    );
  });

  it('are not left to the hot loop while they hold two pseudonyms, and are its own before and after', () => {
    const line = Buffer.from(
      JSON.stringify({
        id: 'e1',
        time: '2026-11-03T10:00:00.000Z',
        actor_id: 'dr.x',
        action: 'read',
        clinic_id: 'c1',
        patient_ids: ['800123456'],
      }),
    );
    expect(FastRows.of(source, from + day)).toBeUndefined();
    for (const ms of [from - day, from + 30 * day]) {
      const fast = FastRows.of(source, ms);
      fast?.attach(line);
      expect(fast?.read(0)).toBe(line.length);
      const at = fast?.rowAt ?? 0;
      const bytes = Buffer.alloc(fast?.write(0, at) ?? 0);
      fast?.copy(bytes, 0, at, bytes.length);
      expect(bytes.toString()).toBe(`${rowsAt(JSON.parse(line.toString()), ms).map(rowLine).join('')}\n`);
    }
  });
});

function rowsAt(given: object, receivedMs: number): readonly AccessRow[] {
  const read = parseVigieEvent(given);
  if (read.kind === 'rejected') throw new Error(read.detail);
  return toRows(read.value, source, new Date(receivedMs).toISOString(), given);
}
