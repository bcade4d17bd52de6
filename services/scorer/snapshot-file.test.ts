import { mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { readSnapshot, setAside, writeSnapshot } from './snapshot-file.js';

const header = { offset: 41, written_at: '2026-01-05T08:00:00.000Z' };
const chunks = [Buffer.from('windows'), Buffer.alloc(100_000, 7), Buffer.from('incidents')];

describe('a snapshot file', () => {
  let path: string;
  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'vigie-snapshot-')), 'p.snapshot');
  });

  it('reads back as it was written', async () => {
    await writeSnapshot(path, header, chunks);
    const read = await readSnapshot(path);
    expect(read?.header).toEqual(header);
    expect(read?.chunks.map((chunk) => chunk.toString('base64'))).toEqual(chunks.map((chunk) => chunk.toString('base64')));
  });

  it('that does not exist is none, not an error', async () => {
    expect(await readSnapshot(path)).toBeUndefined();
  });

  it('replaces the older one whole, and leaves nothing beside it', async () => {
    await writeSnapshot(path, header, chunks);
    await writeSnapshot(path, { ...header, offset: 42 }, [Buffer.from('newer')]);
    expect((await readSnapshot(path))?.header.offset).toBe(42);
    expect(await readdir(join(path, '..'))).toEqual(['p.snapshot']);
  });

  it('that was cut anywhere is refused', async () => {
    await writeSnapshot(path, header, [Buffer.from('windows'), Buffer.from('incidents')]);
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length));
      await expect(readSnapshot(path)).rejects.toThrow(/cut|begin|checksum/);
    }
  });

  it('with one changed bit anywhere is refused', async () => {
    await writeSnapshot(path, header, [Buffer.from('windows')]);
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ 4, at);
      await writeFile(path, changed);
      await expect(readSnapshot(path)).rejects.toThrow();
    }
  });

  it('that cannot be used is set aside and no longer read', async () => {
    await writeFile(path, 'rubbish');
    await setAside(path);
    expect(await readSnapshot(path)).toBeUndefined();
    expect(await readdir(join(path, '..'))).toEqual(['p.snapshot.unusable']);
  });
});
