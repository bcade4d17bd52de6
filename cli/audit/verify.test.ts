import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addAuditCommands } from './commands.js';
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

  it('says what is wrong by a head that was kept elsewhere', () => {
    const found = { holds: 0, head: '0'.repeat(64), from: '', to: '' };
    const lines = verifyText([
      { ...found, chainId: late, bad: { number: 9, fault: 'made_anew' } },
      { ...found, chainId: early, bad: { number: 1, fault: 'cut_off' } },
    ]);
    expect(lines.filter((line) => line.startsWith('BAD'))).toEqual(
      expect.arrayContaining([
        `BAD  row 9 of ${late} is whole, and not the one whose head was kept: the chain was made anew`,
        `BAD  row 1 of ${early} is gone, with what followed it up to the head that was kept`,
      ]),
    );
  });

  it.each([
    [`${late}:0:${head}`],
    [`${late}:1:${head.slice(0, 12)}`],
    [`${late}:1`],
    ['Z'.repeat(32) + `:1:${head}`],
    [`${late}:1:${head}0`],
  ])('refuses as a head %s', async (text) => {
    const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
    addAuditCommands(program);
    for (const command of program.commands.flatMap((one) => one.commands))
      command.exitOverride().configureOutput({ writeErr: () => {} });
    await expect(program.parseAsync(['audit', 'verify', '--head', text], { from: 'user' })).rejects.toThrow(
      /It must be the chain/,
    );
  });

  it('says so when there is nothing', () => expect(verifyText([])).toEqual(['0 row(s) of 0 chain(s) hold; none is bad']));
});
