import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Transient } from '#libs/runtime/outcome.js';
import { AppendQueue } from './append-queue.js';
import { Disk } from './disk.js';

const at = { topic: 'accesses', partition: 0 };
let directory: string;
let disk: Disk;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vigie-append-'));
  disk = new Disk(directory, 64 * 1024 * 1024);
});
afterEach(async () => {
  await disk.close();
  await rm(directory, { recursive: true });
});

describe('appends to the embedded log', () => {
  it.each([
    ['signed', (_: unknown, bytes: Uint8Array) => Buffer.from(`signature of ${String(bytes)}`)],
    ['unsigned', undefined],
  ] as const)('are acknowledged when they can be read back, and not on the word of the database: %s', async (_name, sign) => {
    const ways: Readonly<Record<string, Disk['writeFrames']>> = {
      'does nothing': async () => undefined as never,
      'says what it did not do': async () => [0] as never,
      'undoes it': async (work) => {
        const done = await disk.writeFrames(work);
        await disk.writeFrames(() => (disk.frames.remove(['accesses', 0, 0]), disk.signatures.remove(['accesses', 0, 0])));
        return done;
      },
      'forgets that the partition grew': async (work) => {
        const done = await disk.writeFrames(work);
        await disk.writeFrames(() => disk.extents.remove(['accesses', 0]));
        return done;
      },
    };
    for (const [way, writeFrames] of Object.entries(ways)) {
      const queue = queueOver(writeFrames, sign);
      await expect(queue.append(at, Buffer.from(way))).rejects.toThrow(Transient);
      await disk.writeFrames(() => (disk.extents.remove(['accesses', 0]), disk.frames.remove(['accesses', 0, 0])));
    }
    const queue = queueOver((work) => disk.writeFrames(work), sign);
    expect(await Promise.all(['a', 'b', 'c'].map((text) => queue.append(at, Buffer.from(text))))).toEqual([0, 1, 2]);
  });
});

describe('an end that went back', () => {
  it('has nothing written over what lies behind it', async () => {
    const queue = queueOver((work) => disk.writeFrames(work));
    await Promise.all(['a', 'b', 'c'].map((text) => queue.append(at, Buffer.from(text))));
    for (const end of [0, 1, 2]) {
      await disk.writeFrames(() => disk.extents.put(['accesses', 0], { start: 0, end, bytes: 0 }));
      await expect(queue.append(at, Buffer.from('over'))).rejects.toThrow(`ends at ${end}, and has more frames (known to 3)`);
      await expect(queueOver((work) => disk.writeFrames(work)).append(at, Buffer.from('over'))).rejects.toThrow(Transient);
    }
    await disk.writeFrames(() => disk.extents.put(['accesses', 0], { start: 0, end: 3, bytes: 0 }));
    expect(await queue.append(at, Buffer.from('d'))).toBe(3);
    expect([0, 1, 2, 3].map((offset) => String(disk.frames.getBinary(['accesses', 0, offset])?.subarray(8)))).toEqual([
      'a',
      'b',
      'c',
      'd',
    ]);
  });
});

/** A queue over the disk, but for its transactions. */
function queueOver(writeFrames: Disk['writeFrames'], sign?: (at: unknown, bytes: Uint8Array) => Buffer): AppendQueue {
  const bent: Disk = Object.assign(Object.create(disk) as Disk, { writeFrames, refresh: () => disk.refresh() });
  const common = { disk: bent, clock: { now: () => 0 }, diskBytesMax: Infinity, bells: { ring: () => {} } };
  return new AppendQueue(sign ? { ...common, signing: { sign } } : common);
}
