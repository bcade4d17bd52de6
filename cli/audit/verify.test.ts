import { describe, expect, it } from '@jest/globals';
import { verifyText } from './verify.js';

const [early, late] = ['e'.repeat(32), 'a'.repeat(32)];
const head = '7'.repeat(64);

describe('vigie audit verify', () => {
  it('says of each chain how much of it holds, and names the first bad row of each', () => {
    const lines = verifyText([
      { chainId: late, holds: 0, head: '0'.repeat(64), from: '', to: '', bad: { number: 1, fault: 'missing' } },
      { chainId: early, holds: 1200, head, from: '2026-11-28T08:00:00.000Z', to: '2026-11-28T09:00:00.000Z', bad: undefined },
      { chainId: 'x\u001b[2J', holds: 3, head, from: '2026-11-28T10:00:00.000Z', to: '2026-11-28T11:00:00.000Z', bad: { number: 4, fault: 'changed' } },
    ]); // prettier-ignore
    expect(lines).toEqual([
      `chain                             rows that hold  from                      to                        head`,
      `${late}               0`,
      `${early}            1200  2026-11-28T08:00:00.000Z  2026-11-28T09:00:00.000Z  ${head}`,
      expect.stringMatching(/^x\S+ +3 {2}2026-11-28T10/),
      `BAD  row 1 of ${late} is missing, a later one is there`,
      expect.stringMatching(/^BAD {2}row 4 of x\S+ is not what was written$/),
      '1203 row(s) of 3 chain(s) hold; 2 chain(s) broken',
    ]);
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  it('says so when there is nothing', () => expect(verifyText([])).toEqual(['0 row(s) of 0 chain(s) hold; none is bad']));
});
