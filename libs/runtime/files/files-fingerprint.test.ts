import { chmod, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { filesFingerprint } from './files-fingerprint.js';

describe('the fingerprint of files', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-fingerprint-'));
    await writeFile(join(folder, 'a.yml'), 'gte: 40');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    'is written': () => writeFile(join(folder, 'a.yml'), 'gte: 400'),
    comes: () => writeFile(join(folder, 'b.yml'), ''),
    goes: () => rm(join(folder, 'a.yml')),
    'is renamed': () => rename(join(folder, 'a.yml'), join(folder, 'b.yml')),
    'may be read by others': () => chmod(join(folder, 'a.yml'), 0o600),
  };
  it.each(Object.entries(changes))('changes where a file %s', async (_, change) => {
    const before = await filesFingerprint([folder]);
    await change();
    expect(await filesFingerprint([folder])).not.toBe(before);
  });

  it('changes where a link leads to another folder, though sizes and times are those of before, as archives and images have them', async () => {
    for (const [name, text] of [
      ['one', 'gte: 40'],
      ['two', 'gte: 60'],
    ] as const) {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'a.yml'), text);
      for (const path of [join(folder, name, 'a.yml'), join(folder, name)]) await utimes(path, 1, 1);
      await symlink(name, join(folder, `to-${name}`));
    }
    const rules = join(folder, 'rules');
    await rename(join(folder, 'to-one'), rules);
    const before = await filesFingerprint([rules]);
    await rename(join(folder, 'to-two'), rules);
    expect(await filesFingerprint([rules])).not.toBe(before);
  });

  it('stays where an editor writes what is hidden', async () => {
    const before = await filesFingerprint([folder]);
    await writeFile(join(folder, '.a.yml.swp'), 'gte: 4');
    expect(await filesFingerprint([folder])).toBe(before);
  });

  it('walks no folder to which a link inside leads, as to one above', async () => {
    await mkdir(join(folder, 'rules'));
    const inside = await filesFingerprint([join(folder, 'rules')]);
    await symlink('..', join(folder, 'rules', 'up'));
    await symlink('.', join(folder, 'rules', '.data'));
    const linked = await filesFingerprint([join(folder, 'rules')]);
    expect(linked).not.toBe(inside);
    await writeFile(join(folder, 'a.yml'), 'gte: 400');
    expect(await filesFingerprint([join(folder, 'rules')])).toBe(linked);
  });

  it('stays while nothing changes, and where there is nothing', async () => {
    const paths = [folder, join(folder, 'none')];
    expect(await filesFingerprint(paths)).toBe(await filesFingerprint(paths));
  });
});
