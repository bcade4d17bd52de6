import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogFile } from './log-file.js';

describe('the file of what a process says', () => {
  let folder: string;

  const large = Buffer.alloc(15 * 1024 * 1024, 'x\n');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-log-file-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('on a full disk ends nobody', () => {
    const path = join(folder, 'scorer.log');
    symlinkSync('/dev/full', path);
    const file = new LogFile(path);
    file.write(Buffer.from('one\n'));
    file.write(Buffer.from('two\n'));
    file.close();
  });

  it('is turned over at its size, also where somebody took it away', () => {
    const path = join(folder, 'scorer.log');
    const file = new LogFile(path);
    file.write(large);
    file.write(large);
    expect([statSync(path).size, statSync(`${path}.1`).size]).toEqual([large.length, large.length]);
    rmSync(path);
    file.write(large);
    file.close();
    expect(statSync(path).size).toBe(large.length);
  });

  it('says how much it lacks, once it can be written again', () => {
    const path = join(folder, 'scorer.log');
    const file = new LogFile(path);
    file.write(large);
    mkdirSync(`${path}.1`);
    file.write(large);
    rmdirSync(`${path}.1`);
    file.write(Buffer.from('three\n'));
    file.write(large);
    file.close();
    expect(statSync(path).size).toBe(large.length);
    expect(readFileSync(`${path}.1`, 'utf8')).toMatch(/x\n\n\(15728640 bytes of output were left out: .*EISDIR.*\)\nthree\n$/);
  });
});
