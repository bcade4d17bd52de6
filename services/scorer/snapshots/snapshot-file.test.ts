import { mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { casesOf, isLongRun } from '#libs/testkit/measures/long-run.js';
import { readSnapshot, setAside, writeSnapshot } from './snapshot-file.js';

const header = { offset: 41, written_at: '2026-01-05T08:00:00.000Z' };
/** Records of 1 MiB: in the long run more than 2 GiB, which is more than one read of a file gives. */
const records = casesOf(128, 2_100);
const chunks = [Buffer.from('windows'), Buffer.alloc(100_000, 7), Buffer.from('incidents')];

describe('a snapshot file', () => {
  let path: string;
  beforeEach(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'vigie-snapshot-')), 'p.snapshot');
  });

  it('reads back as it was written', async () => {
    await writeSnapshot(path, header, chunks);
    const read = await readWhole(path);
    expect(read?.header).toEqual(header);
    expect(read?.chunks.map((chunk) => chunk.toString('base64'))).toEqual(chunks.map((chunk) => chunk.toString('base64')));
  });

  it('that a full disk does not take leaves the one of before, and nothing beside it', async () => {
    await writeSnapshot(path, header, chunks);
    const before = await readFile(path);
    await symlink('/dev/full', `${path}.writing`);
    await expect(writeSnapshot(path, { ...header, offset: 42 }, chunks)).rejects.toThrow(/ENOSPC/);
    expect(await readdir(dirname(path))).toEqual([basename(path)]);
    expect((await readFile(path)).equals(before)).toBe(true);
  });

  it('that does not exist is none, not an error', async () => {
    expect(await readSnapshot(path)).toBeUndefined();
  });

  it(`of ${records} MiB is read, a record at a time`, async () => {
    const bytes = await writeSnapshot(path, header, [Buffer.from('begin')]);
    // Records of zeros, which the file system keeps as holes; of a size that memory is had for soon.
    const zeros = Buffer.alloc(1024 * 1024);
    const head = Buffer.alloc(8);
    head.writeUInt32LE(zeros.length, 0);
    head.writeUInt32LE(crc32(zeros), 4);
    const file = await open(path, 'r+');
    let at = bytes - 8;
    for (let n = 0; n < records; n += 1, at += 8 + zeros.length) await file.write(head, 0, 8, at);
    await file.write(Buffer.alloc(8), 0, 8, at);
    await file.close();
    let read = 0;
    let longest = 0;
    for await (const chunk of (await readSnapshot(path))?.chunks ?? []) {
      read += chunk.length;
      longest = Math.max(longest, chunk.length);
    }
    expect([read, longest]).toEqual(['begin'.length + records * zeros.length, zeros.length]);
    if (isLongRun) expect(read).toBeGreaterThan(2 ** 31);
    await rm(path);
  });

  it('replaces the older one whole, and leaves nothing beside it', async () => {
    await writeSnapshot(path, header, chunks);
    await writeSnapshot(path, { ...header, offset: 42 }, [Buffer.from('newer')]);
    expect((await readWhole(path))?.header.offset).toBe(42);
    expect(await readdir(join(path, '..'))).toEqual(['p.snapshot']);
  });

  it('of another scorer that is further stays: whoever wrote it has the partition', async () => {
    expect(await writeSnapshot(path, { ...header, offset: 42 }, chunks)).toBeGreaterThan(0);
    expect(await writeSnapshot(path, { ...header, offset: 41 }, [Buffer.from('older')], `${path}.writing-2`)).toBe(0);
    expect((await readWhole(path))?.header.offset).toBe(42);
    // As far is as good, and may hold what no offset tells; and what cannot be used is no reason to keep it.
    expect(await writeSnapshot(path, { ...header, offset: 42 }, [Buffer.from('as far')])).toBeGreaterThan(0);
    expect((await readWhole(path))?.chunks).toEqual([Buffer.from('as far')]);
    await writeFile(path, 'rubbish');
    expect(await writeSnapshot(path, { ...header, offset: 1 }, chunks)).toBeGreaterThan(0);
    expect(await readdir(join(path, '..'))).toEqual(['p.snapshot']);
  });

  it('that was cut anywhere is refused', async () => {
    await writeSnapshot(path, header, [Buffer.from('windows'), Buffer.from('incidents')]);
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length));
      await expect(readWhole(path)).rejects.toThrow(/cut|begin|checksum/);
    }
  });

  it('with one changed bit anywhere is refused', async () => {
    await writeSnapshot(path, header, [Buffer.from('windows')]);
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed.writeUInt8(changed.readUInt8(at) ^ 4, at);
      await writeFile(path, changed);
      await expect(readWhole(path)).rejects.toThrow();
    }
  });

  it('that cannot be used is set aside and no longer read', async () => {
    await writeFile(path, 'rubbish');
    await setAside(path);
    expect(await readSnapshot(path)).toBeUndefined();
    expect(await readdir(join(path, '..'))).toEqual(['p.snapshot.unusable']);
  });
});

async function readWhole(path: string) {
  const read = await readSnapshot(path);
  if (!read) return undefined;
  const all: Buffer[] = [];
  for await (const chunk of read.chunks) all.push(chunk);
  return { header: read.header, chunks: all };
}
