import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { closeDataFolder, dataFolders, makePrivateFiles } from './private-files.js';

const before = process.umask();
const folders: string[] = [];
afterEach(() => {
  process.umask(before);
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('a data folder', () => {
  it('is closed with everything in it, whatever modes it was left with, and still used by its owner', () => {
    const mode = fc.integer({ min: 0, max: 0o077 });
    const place = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(
        fc.constantFrom(...dataFolders),
        fc.array(fc.tuple(place, mode), { maxLength: 8 }),
        mode,
        (top, files, wide) => {
          const folder = aFolder();
          for (const [path, extra] of files) {
            const parent = join(folder, top, ...path);
            mkdirSync(parent, { recursive: true });
            writeFileSync(join(parent, 'file'), '');
            chmodSync(join(parent, 'file'), 0o600 | extra);
            chmodSync(parent, 0o700 | extra);
          }
          chmodSync(folder, 0o700 | wide);
          closeDataFolder(folder);
          expect(openTo(folder)).toEqual([]);
          expect(readdirSync(folder).length).toBe(files.length > 0 ? 1 : 0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('that is missing is made for its owner, and so is what comes later', () => {
    const folder = join(aFolder(), 'one', 'two');
    makePrivateFiles();
    closeDataFolder(folder);
    mkdirSync(join(folder, 'state'));
    writeFileSync(join(folder, 'state', 'snapshot'), '');
    expect(openTo(folder)).toEqual([]);
  });

  it("leaves alone what is not Vigie's, and what links lead to", () => {
    const [folder, elsewhere] = [aFolder(), aFolder()];
    mkdirSync(join(folder, 'photographs'));
    chmodSync(join(folder, 'photographs'), 0o755);
    writeFileSync(join(elsewhere, 'shared'), '');
    chmodSync(join(elsewhere, 'shared'), 0o644);
    symlinkSync(elsewhere, join(folder, 'state'));
    closeDataFolder(folder);
    expect(lstatSync(join(folder, 'photographs')).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(elsewhere, 'shared')).mode & 0o777).toBe(0o644);
  });

  it('that is a file is refused with its name and what it is for', () => {
    const file = join(aFolder(), 'file');
    writeFileSync(file, '');
    expect(() => closeDataFolder(file)).toThrow(/VIGIE_DATA_DIR: .*file can be neither made nor used/);
  });
});

function aFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-modes-'));
  folders.push(folder);
  return folder;
}

/** Paths below a folder, and itself, that others than the owner may use. */
function openTo(folder: string): readonly string[] {
  const all = [folder, ...readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))];
  return all.filter((path) => (lstatSync(path).mode & 0o077) !== 0);
}
