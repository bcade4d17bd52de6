import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { codeOf, messageOf } from '../outcome.js';
import { operatorFileBytesLater, operatorFileBytesMax, operatorFileText } from './operator-file.js';

describe('a file that an operator wrote', () => {
  let folder: string;
  const at = (name: string) => join(folder, name);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-operator-file-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is read, through links too, and so is an empty one', async () => {
    writeFileSync(at('a.yml'), 'sources: [é]\n');
    symlinkSync('a.yml', at('b.yml'));
    writeFileSync(at('empty'), '');
    expect([operatorFileText(at('a.yml')), operatorFileText(at('b.yml')), operatorFileText(at('empty'))]).toEqual([
      'sources: [é]\n',
      'sources: [é]\n',
      '',
    ]);
    expect((await operatorFileBytesLater(at('b.yml'))).toString()).toBe('sources: [é]\n');
  });

  it.each([
    ['a pipe', () => execFileSync('mkfifo', [at('it')]), /it is a pipe, not a file: put a file there/],
    ['a link to a pipe', () => void (execFileSync('mkfifo', [at('pipe')]), symlinkSync('pipe', at('it'))), /it is a pipe/],
    ['a folder', () => mkdirSync(at('it')), /it is a folder, not a file/],
    ['an endless device', () => symlinkSync('/dev/zero', at('it')), /it is a device or a socket/],
    [
      'far too large',
      () => void (writeFileSync(at('it'), ''), truncateSync(at('it'), operatorFileBytesMax + 1)),
      /33554433 bytes, more than 33554432/,
    ],
  ])('that is %s is refused at once', async (_what, make, why) => {
    make();
    expect(() => operatorFileText(at('it'))).toThrow(why);
    await expect(operatorFileBytesLater(at('it'))).rejects.toThrow(why);
  });

  it('that is not there says so by its code', async () => {
    const cause = await operatorFileBytesLater(at('none')).catch((thrown: unknown) => thrown);
    expect([codeOf(cause), messageOf(cause)]).toEqual(['ENOENT', expect.stringContaining('ENOENT')]);
    expect(() => operatorFileText(at('none'))).toThrow(/ENOENT/);
  });
});
