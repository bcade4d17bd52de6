import { describe, expect, it } from '@jest/globals';
import { createLog } from './log.js';

describe('a line of the log', () => {
  it('gives a terminal nothing to obey, whatever a field or a cause quotes', () => {
    const lines: string[] = [];
    const log = createLog('test', 'info', { write: (line) => void lines.push(line) });
    const hostile = 'a\u001b[2Jb\u009b1Ac\u202ed\u200be\u2028f\u{e0041}\ng';
    log.warn(hostile, { reason: hostile, cause: new Error(hostile) });
    const [line = ''] = lines;
    expect(lines).toHaveLength(1);
    expect(line).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(line)).toMatchObject({ message: hostile, reason: hostile, cause: hostile });
  });

  const given = '{"nom":"DUPONT","nir":"180017512345678"} DUPONT';
  it.each<readonly [string, () => unknown, string]>([
    ['JSON that is none', () => JSON.parse(given), 'SyntaxError'],
    ['JSON that begins as none', () => JSON.parse(`DUPONT${given}`), 'SyntaxError'],
    ['a value that is not there', () => Reflect.get({}, 'none')[given], 'TypeError'],
    ['a number that is none', () => BigInt(given), 'SyntaxError'],
    ['an expression that is none', () => new RegExp(`${given}(`), 'SyntaxError'],
    ['a zone that is none', () => new Intl.DateTimeFormat('fr', { timeZone: given }), 'RangeError'],
    ['half an escape', () => decodeURIComponent(`%E0%A4%A${given}`), 'URIError'],
    ['a length', () => 'x'.repeat(-180017512345678), 'RangeError'],
  ])('has nothing of what a program was given when it failed over %s, and where it did', (_, fail, name) => {
    const lines: string[] = [];
    const log = createLog('test', 'info', { write: (line) => void lines.push(line) });
    try {
      fail();
    } catch (cause) {
      log.error('a bug', { cause });
    }
    const [line = ''] = lines;
    expect(line).not.toMatch(/DUPONT|nom|nir|180017512345678/);
    expect(JSON.parse(line)).toMatchObject({ cause: expect.stringMatching(new RegExp(`^${name}: .*\n +at `)) });
  });
});
