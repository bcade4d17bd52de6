import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { failureText } from './failure-text.js';

describe('what a command that failed says', () => {
  it('of a file that it may not open names the user that it runs as, and what to do', () => {
    const refused = Object.assign(new Error("EACCES: permission denied, open '/key'"), { code: 'EACCES' });
    expect(failureText(refused)).toMatch(
      /^EACCES: permission denied, open '\/key': this runs as user \d+; let that user in, or /,
    );
  });

  it('of a disk that is full says what to do', () => {
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    expect(failureText(full)).toMatch(/^ENOSPC: .*: the disk has no room left for what this writes; free some and do it again/);
  });

  it('of anything else is what it says by itself', () => {
    expect(failureText(new Error('no such list'))).toBe('no such list');
    let missing: unknown;
    try {
      readFileSync('/nowhere/at/all');
    } catch (cause) {
      missing = cause;
    }
    expect(failureText(missing)).toMatch(/^ENOENT: [^;]+$/);
  });
});
