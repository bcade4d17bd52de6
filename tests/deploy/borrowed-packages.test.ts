import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';

const folder = mkdtempSync(join(tmpdir(), 'vigie-borrowed-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('packages behind a link', () => {
  it('are another checkout’s, and never installed over, whatever lock file is here', () => {
    const [own, other] = [join(folder, 'own'), join(folder, 'other')];
    mkdirSync(join(other, 'node', 'bin'), { recursive: true });
    symlinkSync(process.execPath, join(other, 'node', 'bin', 'node'));
    writeFileSync(join(other, 'precious'), '');
    mkdirSync(join(own, 'scripts'), { recursive: true });
    copyFileSync('scripts/prepare.mjs', join(own, 'scripts', 'prepare.mjs'));
    writeFileSync(join(own, 'package-lock.json'), '{}');
    writeFileSync(join(own, 'package.json'), '{"type":"module"}');
    symlinkSync(other, join(own, 'node_modules'));
    const program = "import { install } from './scripts/prepare.mjs'; install();";
    execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: own, stdio: 'pipe' });
    expect(existsSync(join(other, 'precious'))).toBe(true);
  });
});
