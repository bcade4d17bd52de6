import { describe, expect, it } from '@jest/globals';
import { parseVigieEvent } from './parse-event.js';

const event = {
  time: '2026-01-05T08:12:03Z',
  clinic_id: '750300123',
  actor_id: 'dr.martin',
  action: 'read',
  patient_ids: ['8001234'],
  id: '1',
};
const names = ['clinic_id', 'actor_id', 'id', 'group_id'] as const;

/** Code points that are not drawn, out of all there are. */
const unseen = Array.from({ length: 0x110000 }, (_, point) => String.fromCodePoint(point)).filter((one) =>
  /^[\p{DI}\p{Zl}\p{Zp}\p{Bidi_Control}]$/u.test(one),
);

describe('names that are counted', () => {
  it('are the same with every character that cannot be seen, so that no count is split', () => {
    const plain = parseVigieEvent({ ...event, group_id: 'aleo' });
    expect(plain.kind).toBe('accepted');
    for (const one of unseen) {
      const hidden = (text: string) => `${text.slice(0, 2)}${one}${text.slice(2)}`;
      const given = { ...event, group_id: 'aleo', patient_ids: event.patient_ids.map(hidden) };
      for (const name of names) given[name] = hidden(given[name]);
      expect(parseVigieEvent(given)).toEqual(plain);
    }
  });

  it('that hold nothing else are missing', () => {
    for (const name of names)
      expect(parseVigieEvent({ ...event, [name]: '\u200b\u202e' })).toMatchObject({
        kind: 'rejected',
        field: name,
        reason: 'missing_field',
      });
  });

  it('with a control character are refused', () => {
    for (let point = 0; point < 0xa0; point += 1) {
      const control = String.fromCodePoint(point);
      if (/\P{Cc}/u.test(control)) continue;
      for (const name of names)
        expect(parseVigieEvent({ ...event, [name]: `a${control}b` })).toMatchObject({
          kind: 'rejected',
          field: name,
          reason: 'bad_characters',
        });
    }
  });
});
