import { describe, expect, it } from '@jest/globals';
import { accessRow } from '#libs/contracts/access-row.js';
import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { anAccessRow, anEvent } from './builders.js';

describe('the builders', () => {
  it('give rows of the contract with its keys in its order, whatever the order of the given ones', () => {
    const row = anAccessRow({
      extra: '{}',
      mfa: true,
      actor_role: 'nurse',
      categories: ['lab'],
      time: '2026-02-01T00:00:00.000Z',
    });
    expect(accessRow.parse(row)).toEqual(row);
    const order = Object.keys(accessRow.shape).filter((key) => key in row);
    expect(Object.keys(row)).toEqual(order);
  });

  it('give different rows different event ids, and the same row the same', () => {
    expect(anAccessRow({ actor_id: 'a' }).event_id).not.toBe(anAccessRow({ actor_id: 'b' }).event_id);
    expect(anAccessRow({ actor_id: 'a' })).toEqual(anAccessRow({ actor_id: 'a' }));
  });

  it('give events that the ingestor takes, without unknown fields', () => {
    const parsed = parseVigieEvent(anEvent({ patient_ids: ['1', { id: '2', authority: 'x' }] }));
    expect(parsed).toMatchObject({ kind: 'accepted', value: { patients: [{ id: '1' }, { id: '2', authority: 'x' }] } });
    expect(parsed.kind === 'accepted' && parsed.value.extra).toBeUndefined();
  });
});
