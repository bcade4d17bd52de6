import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from '#libs/runtime/config.js';
import { silentLog } from '#libs/runtime/log.js';
import { DeadlinesFile } from './deadlines-file.js';

describe('a file of deadlines that is another while services run', () => {
  let folder: string;
  let path: string;
  let said: string[];
  const open = () => new DeadlinesFile(path, { ...silentLog, error: (_text, fields) => said.push(String(fields?.cause)) });
  const hours = (count: number) =>
    writeFileSync(path, JSON.stringify({ format: 'vigie.deadlines.v1', lengths: { cert_sante: [{ hours: count }] } }));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-deadlines-'));
    path = join(folder, 'deadlines.json');
    said = [];
    hours(24);
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is taken up', () => {
    const file = open();
    hours(1);
    expect(file.lengths().cert_sante).toEqual([{ hours: 1 }]);
    expect(said).toEqual([]);
  });

  it.each([
    ['a folder', () => mkdirSync(path)],
    ['a pipe', () => void execFileSync('mkfifo', [path])],
    ['empty', () => writeFileSync(path, '')],
    ['cut short', () => writeFileSync(path, '{"format": "vigie.dead')],
  ])('and is %s leaves the lengths of before, and says so once', (_what, replace) => {
    const file = open();
    unlinkSync(path);
    expect(file.lengths().cert_sante).toEqual([{ hours: 24 }]);
    replace();
    expect(file.lengths().cert_sante).toEqual([{ hours: 24 }]);
    expect(file.lengths().cert_sante).toEqual([{ hours: 24 }]);
    expect(said).toEqual([expect.stringContaining(`VIGIE_DEADLINES_FILE: ${path}`)]);
    // A start goes by it alone, and has none of before.
    expect(open).toThrow(ConfigError);
  });
});
