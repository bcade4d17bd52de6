import { cp, mkdtemp, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Disk } from '#libs/event-log/embedded/disk.js';
import { openEmbeddedLog } from '#libs/event-log/embedded/embedded-log.js';
import { ConfigError } from '#libs/runtime/config.js';
import { refuseCutLog } from './cut-log.js';

const topics = { accesses: 2 };
const pageBytes = 4096;

describe('the files of a log', () => {
  let place: string;
  let directory: string;
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'vigie-whole-files-'));
    directory = join(place, 'log');
    const log = await openEmbeddedLog({ directory, topics });
    for (let index = 0; index < 60; index += 1)
      await log.append({ topic: 'accesses', partition: index % 2 }, Buffer.alloc(20_000, index));
    await log.close();
  });
  afterAll(() => rm(place, { recursive: true }));

  /** A copy of the log, of whose file the last part is gone. */
  async function cut(file: 'frames' | 'groups', share: number): Promise<string> {
    const copy = join(place, `${file} ${share}`);
    await cp(directory, copy, { recursive: true });
    const path = join(copy, file, 'data.mdb');
    const pages = (await stat(path)).size / pageBytes;
    await truncate(path, Math.floor(pages * share) * pageBytes);
    return copy;
  }

  it('that are whole, or not there yet, are let pass', async () => {
    await expect(refuseCutLog(directory)).resolves.toBeUndefined();
    await expect(refuseCutLog(join(place, 'none'))).resolves.toBeUndefined();
  });

  it.each([
    ['frames', 0.99],
    ['frames', 0.5],
    ['frames', 0.02],
    ['groups', 0.5],
  ] as const)('of which %s was cut to %d are refused with what to do, and whoever looks lives', async (file, share) => {
    const copy = await cut(file, share);
    const refused = refuseCutLog(copy);
    await expect(refused).rejects.toThrow(ConfigError);
    await expect(refused).rejects.toThrow(new RegExp(`log in ${copy} (was cut short|cannot be read) .*vigie restore`));
  });

  it('that end before pages which nothing is in any more are whole', async () => {
    const copy = join(place, 'freed');
    const disk = new Disk(copy, 64 * 1024 ** 2);
    await disk.writeFrames(() => disk.frames.put(['accesses', 0, 0], Buffer.alloc(100)));
    await disk.writeFrames(() => disk.frames.put(['accesses', 0, 1], Buffer.alloc(100_000)));
    await disk.writeFrames(() => disk.frames.remove(['accesses', 0, 1]));
    await disk.close();
    const path = join(copy, 'frames', 'data.mdb');
    const { size } = await stat(path);
    await truncate(path, size - 20 * pageBytes);
    // What is in the pages that are left is the case here, and not which page the database takes next.
    const found = await refuseCutLog(copy).then(
      () => 'whole',
      (cause: unknown) => cause,
    );
    expect(found).toBe('whole');
  });
});
