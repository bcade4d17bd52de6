import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { filesWith } from './files-with.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-files-with-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('names the files that hold a text, were others not to be read, and looks nowhere else', () => {
  writeFileSync(join(folder, 'found'), Buffer.from([0, 1, 2, ...Buffer.from('-needle'), 255]));
  writeFileSync(join(folder, 'other'), 'hay');
  // Both make grep complain.
  symlinkSync(join(folder, 'gone'), join(folder, 'broken'));
  writeFileSync(join(folder, 'closed'), '-needle');
  chmodSync(join(folder, 'closed'), 0o000);
  expect(filesWith(folder, '-needle')).toContain(join(folder, 'found'));
  expect(filesWith(folder, '-needle')).not.toContain(join(folder, 'other'));
  expect(filesWith(folder, 'nowhere')).toEqual([]);
  expect(() => filesWith(join(folder, 'absent'), 'x')).toThrow('is not there');
});
