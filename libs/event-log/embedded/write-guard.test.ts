import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Transient } from '#libs/runtime/outcome.js';
import { Disk } from './disk.js';
import { asksOf, type DiskAsks } from './write-guard.js';

const readOnly = Object.assign(new Error('EROFS: read-only file system, open'), { code: 'EROFS', errno: -30 });
const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 });

let folder: string;
let world: { left: number; isReadOnly: boolean; isFull: boolean; tried: number };
let disk: Disk;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-write-guard-'));
  world = { left: 1e9, isReadOnly: false, isFull: false, tried: 0 };
  const asks: DiskAsks = {
    left: () => world.left,
    open() {
      if (world.isReadOnly) throw readOnly;
    },
    async write() {
      world.tried += 1;
      if (world.isFull) throw full;
    },
  };
  disk = new Disk(folder, 64 * 1024 * 1024, () => asks);
});
afterEach(async () => {
  await disk.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('LMDB, which may not survive what a disk refuses it', () => {
  const begun: string[] = [];
  const put = (what: string, bytes?: number) => disk.writeFrames(() => void begun.push(what), bytes);

  it('is not asked to write where there is no room, or nothing can be written; what takes away needs no room', async () => {
    begun.length = 0;
    world.left = 1_000;
    await expect(put('much', 1_001)).rejects.toThrow(
      /\(Error: No space left on device: 1000 bytes are left.*free space or enlarge/,
    );
    await expect(put('much', 1_001)).rejects.toBeInstanceOf(Transient);
    await put('little', 1_000);
    await put('removal');
    world.isReadOnly = true;
    await expect(put('removal')).rejects.toThrow(/cannot write to its disk \(Error: EROFS.*file system has failed.*dmesg/);
    expect(begun).toEqual(['little', 'removal']);
  });

  it('is asked again after a failure once an ordinary file was written', async () => {
    begun.length = 0;
    const failure = Object.assign(new Error('Read-only file system: Attempting to write page'), { code: 30 });
    const fail = () =>
      disk.writeGroups(() => {
        throw failure;
      });
    await expect(fail()).rejects.toBeInstanceOf(Transient);
    expect(world.tried).toBe(0);
    world.isFull = true;
    const write = () => disk.writeGroups(() => void begun.push('commit'));
    for (let n = 0; n < 3; n += 1) await expect(write()).rejects.toThrow(/ENOSPC.*free space/);
    // Frames and groups are two files, and the one says nothing of the other.
    await put('frame');
    world.isFull = false;
    await write();
    await write();
    expect({ begun, tried: world.tried }).toEqual({ begun: ['frame', 'commit', 'commit'], tried: 4 });
  });

  it('leaves no file behind where it was tried', async () => {
    const asks = asksOf(folder, 'frames');
    const before = readdirSync(folder);
    await asks.write();
    asks.open();
    expect(asks.left()).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual(before);
  });
});
