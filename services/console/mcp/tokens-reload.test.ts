import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { silentLog } from '#libs/runtime/log.js';
import { readTokensFile } from './tokens-file.js';
import { TokensReload } from './tokens-reload.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-tokens-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'tokens.yml');

const tokenOf = (name: string) => hash('sha256', `token of ${name}`, 'hex');

function write(names: readonly string[], expires = '2999-01-01T00:00:00.000Z'): void {
  const tokens = names.map((name) => ({
    name,
    sha256: hash('sha256', tokenOf(name), 'hex'),
    owner: 'a.durand',
    role: 'analyst',
    group_id: 'helix',
    clinics: ['*'],
    expires,
  }));
  writeFileSync(path, JSON.stringify({ tokens }));
}

describe('the tokens of assistants', () => {
  it('are renewed without a restart and without a gap, and a mistake leaves those before', async () => {
    write(['old']);
    const tokens = readTokensFile(path);
    let changes = 0;
    const reload = new TokensReload({ path, tokens, changed: () => (changes += 1), log: silentLog });
    const known = (name: string) => tokens.of(`Bearer ${tokenOf(name)}`, 0)?.name;
    await reload.look();
    write(['old', 'renewed']);
    await reload.look();
    expect([known('old'), known('renewed')]).toEqual(['old', 'renewed']);
    writeFileSync(path, 'tokens: [}');
    await reload.look();
    expect([known('old'), known('renewed'), changes]).toEqual(['old', 'renewed', 2]);
    write(['renewed'], '2030-06-01T00:00:00.000Z');
    await reload.look();
    expect([known('old'), known('renewed')]).toEqual([undefined, 'renewed']);
    expect(tokens.ends()).toEqual([{ name: 'renewed', expiresMs: Date.UTC(2030, 5, 1) }]);
    rmSync(path);
    await reload.look();
    expect(known('renewed')).toBe('renewed');
  });
});
