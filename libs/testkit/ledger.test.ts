import { describe, expect, it } from '@jest/globals';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { anEvent } from './builders.js';
import { Ledger, type RowKey, rowKeysOf } from './ledger.js';

const row = (event: string, patient = ''): RowKey => ({ event_id: event, patient_id: patient });
const none = { count: 0, rows: [] };

describe('the ledger', () => {
  it('finds nothing when every acknowledged row is there once', () => {
    const ledger = new Ledger();
    ledger.acknowledged([row('a', '1'), row('a', '2'), row('b')]);
    expect(ledger.owed).toBe(3);
    expect(ledger.compare([row('b'), row('a', '2'), row('a', '1')])).toEqual({ lost: none, doubled: none, unknown: none });
  });

  it('names lost, doubled and unknown rows', () => {
    const ledger = new Ledger();
    ledger.acknowledged([row('a', '1'), row('a', '2'), row('b')]);
    expect(ledger.compare([row('a', '2'), row('a', '2'), row('c'), row('b')])).toEqual({
      lost: { count: 1, rows: [row('a', '1')] },
      doubled: { count: 1, rows: [row('a', '2')] },
      unknown: { count: 1, rows: [row('c')] },
    });
  });

  it('lets what was sent without acknowledgement be there or not, but not twice', () => {
    const ledger = new Ledger();
    ledger.sent([row('a'), row('b')]);
    expect(ledger.compare([row('a')])).toEqual({ lost: none, doubled: none, unknown: none });
    expect(ledger.compare([row('a'), row('a')]).doubled.count).toBe(1);
    ledger.acknowledged([row('b')]);
    ledger.sent([row('b')]);
    expect(ledger.compare([row('a')]).lost).toEqual({ count: 1, rows: [row('b')] });
  });

  it('shows ten rows and counts all of them', () => {
    const ledger = new Ledger();
    ledger.acknowledged(Array.from({ length: 25 }, (_, index) => row(`e${index}`)));
    const { lost } = ledger.compare([]);
    expect([lost.count, lost.rows.length]).toEqual([25, 10]);
  });

  it('derives the rows of an event as the ingestor does: one for each distinct patient, the same when it is sent again', () => {
    const parsed = parseKeyRing(`helix:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
    const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
    if (!keys) throw new Error('the test key cannot be read');
    const source = { groupId: 'helix', source: 'siem', authority: 'group', keys };
    const rows = rowKeysOf(anEvent({ patient_ids: ['8000000000001', '8000000000002', '8000000000001'] }), source);
    expect(rows).toHaveLength(2);
    expect(new Set(rows.map((one) => one.event_id)).size).toBe(1);
    expect(rows).toEqual(rowKeysOf(anEvent({ patient_ids: ['8000000000001', '8000000000002'] }), source));
    expect(rowKeysOf(anEvent({ patient_ids: [] }), source)).toEqual([{ event_id: rows[0]?.event_id, patient_id: '' }]);
    expect(() => rowKeysOf({ id: 'x' }, source)).toThrow('time');
  });
});
