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
});
