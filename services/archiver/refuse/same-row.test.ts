import { describe, expect, it } from '@jest/globals';
import { SameRow } from './same-row.js';

const [one, other] = ['0123456789abcdef'.repeat(2), 'fedcba9876543210'.repeat(2)];
const rowOf = (patient: string, before = '{"a":"x",', behind = ',"b":1}') => `${before}"patient_id":"${patient}"${behind}`;

/** Whether `again` passes for `kept`, which lies behind another line so that neither begins at the first byte. */
function passes(kept: string, again: string): boolean {
  const lines = ['{"first":1}', kept, again].map((line) => Buffer.from(`${line}\n`));
  const same = new SameRow(Buffer.concat(lines));
  const [first = 0, second = 0, third = 0] = lines.map(({ length }) => length);
  same.keep(first, first + second - 1);
  return same.isAgain(first + second, first + second + third - 1);
}

describe('a line that passes for the one before it', () => {
  it('has its bytes, but for the digits of the patient', () => {
    expect(passes(rowOf(one), rowOf(one))).toBe(true);
    expect(passes(rowOf(one), rowOf(other))).toBe(true);
  });

  it.each([
    ['is shorter behind the patient', rowOf(other, undefined, ',"b":}')],
    ['goes on behind it', `${rowOf(other)} `],
    ['differs in its last byte', rowOf(other, undefined, ',"b":1]')],
    ['differs right behind the patient', rowOf(other, undefined, ';"b":1}')],
    ['differs in its first byte', rowOf(other, '["a":"x",')],
    ['differs right before the patient', `{"a":"x","patient_id":'${other}",1b":1}`],
    ['has a patient with a capital', rowOf(other.replace('f', 'F'))],
    ['has a patient with a letter that is no digit', rowOf(other.replace(/0$/, 'g'))],
    ['has a quotation mark within the patient', rowOf(other.replace('7', '"'))],
    ['has a longer patient and is as long', rowOf(`${other}0`, undefined, ',"b":}')],
  ])('is not one that %s', (_, again) => {
    expect(passes(rowOf(one), again)).toBe(false);
  });

  it.each([
    ['nobody', rowOf('')],
    ['a number in clear', rowOf('8001234')],
    ['no field for it', '{"a":"x","b":1}'],
    ['a pseudonym that its line ends in', `{"a":"x","patient_id":"${one}`],
  ])('is none where the line before had %s', (_, kept) => {
    expect(passes(kept, kept)).toBe(false);
  });

  it('is none before any was kept', () => {
    const bytes = Buffer.from(rowOf(one));
    expect(new SameRow(bytes).isAgain(0, bytes.length)).toBe(false);
  });
});
