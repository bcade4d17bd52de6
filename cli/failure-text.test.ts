import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  it('of a folder that cannot be made says what stands in the way above it, where Node says that it is missing', () => {
    const path = join(tmpdir(), 'nowhere', 'at', 'all');
    const missing = Object.assign(new Error(`ENOENT: no such file or directory, mkdir '${path}'`), {
      code: 'ENOENT',
      syscall: 'mkdir',
      path,
    });
    expect(failureText(missing, onlyRead)).toBe(
      failureText(Object.assign(new Error(`EROFS: read-only file system, access '${tmpdir()}'`), { code: 'EROFS' })),
    );
    expect(failureText(missing)).toMatch(/^ENOENT/);
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

/** As on a disk that only reads. */
function onlyRead(above: unknown): void {
  throw Object.assign(new Error(`EROFS: read-only file system, access '${String(above)}'`), { code: 'EROFS' });
}
