import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { joinAs, Recorder, until } from '../contract-tools.js';
import { AppendQueue, extentOf } from './append-queue.js';
import { Disk } from './disk.js';
import { openEmbeddedLog } from './embedded-log.js';
import { defaultRetention, removeOld, type RetentionLimits } from './retention.js';

const at = { topic: 'kept', partition: 0 };
const mib = 1024 * 1024;
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'vigie-retention-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('retention of the embedded log', () => {
  it('uses the space of removed frames again: forty frames of 1 MiB lie in a file of less than 16', async () => {
    const log = openUnit({ retentionBytes: 4 * mib });
    for (let i = 0; i < 40; i += 1) {
      expect(await log.queue.append(at, Buffer.alloc(mib, i))).toBe(i);
      await log.removeOld();
    }
    expect(extentOf(log.disk, at)).toMatchObject({ start: 37, end: 40 });
    await log.disk.close();
    expect((await stat(join(directory, 'frames', 'data.mdb'))).size).toBeLessThan(16 * mib);
  });

  it('removes what is too old, and goes on counting', async () => {
    const log = openUnit({ retentionMs: 1000 });
    for (let i = 0; i < 3; i += 1) await log.queue.append(at, Buffer.from(`${i}`));
    log.time.ms += 2000;
    await log.queue.append(at, Buffer.from('young'));
    expect(await log.removeOld()).toBe(3);
    expect(extentOf(log.disk, at)).toMatchObject({ start: 3, end: 4 });
    log.time.ms += 2000;
    expect(await log.removeOld()).toBe(1);
    expect(await log.queue.append(at, Buffer.from('next'))).toBe(4);
    await log.disk.close();
  });

  it('removes nothing of a topic that is kept, and removes nothing of others because of it', async () => {
    const other = { topic: 'other', partition: 0 };
    const log = openUnit({ retentionMs: 1000, retentionBytes: mib, kept: ['kept'] });
    for (let i = 0; i < 4; i += 1) await log.queue.append(at, Buffer.alloc(mib, i));
    await log.queue.append(other, Buffer.from('young'));
    expect(await log.removeOld()).toBe(0);
    log.time.ms += 2000;
    expect(await log.removeOld()).toBe(1);
    expect([extentOf(log.disk, at), extentOf(log.disk, other)]).toMatchObject([
      { start: 0, end: 4 },
      { start: 1, end: 1 },
    ]);
    await log.disk.close();
  });

  it('removes of a topic with a time of its own what is older, whoever has not read it, and counts its bytes for nothing', async () => {
    const log = openUnit({ retentionMs: 1000, retentionBytes: mib, keptFor: { kept: 5000 } });
    for (let i = 0; i < 4; i += 1) await log.queue.append(at, Buffer.alloc(mib, i));
    const reading = { members: [], partitions: { 'kept/0': { ...at, owner: '', epoch: 1, committed: -1 } } };
    await log.disk.writeGroups(() => void log.disk.groups.put('reads all of it', reading));
    log.time.ms += 4000;
    expect(await log.removeOld()).toBe(0);
    log.time.ms += 2000;
    expect(await log.removeOld()).toBe(4);
    await log.disk.close();
  });

  it('never removes what the slowest group has not committed', async () => {
    const log = openUnit({ retentionMs: 0, retentionBytes: 0 });
    for (let i = 0; i < 10; i += 1) await log.queue.append(at, Buffer.from(`${i}`));
    const commitAs = (group: string, committed: number) =>
      log.disk.writeGroups(
        () =>
          void log.disk.groups.put(group, { members: [], partitions: { 'kept/0': { ...at, owner: '', epoch: 1, committed } } }),
      );
    await commitAs('quick', 8);
    await commitAs('new', -1);
    log.time.ms += 1;
    expect(await log.removeOld()).toBe(0);
    await commitAs('new', 5);
    expect(await log.removeOld()).toBe(5);
    expect(extentOf(log.disk, at)).toMatchObject({ start: 5, end: 10 });
    await log.disk.close();
  });

  it('refuses appends loudly when it is full, and loses nothing', async () => {
    const log = await openEmbeddedLog({ directory, topics: { kept: 1 }, retentionBytes: mib, diskBytesMax: 6 * mib });
    const refusal = await (async () => {
      for (;;) await log.append(at, Buffer.alloc(mib));
    })().catch((cause: unknown) => cause);
    expect(String(refusal)).toMatch(/Transient: the embedded log is full/);
    const recorder = new Recorder();
    const membership = await joinAs(log, 'reader', 'kept', recorder);
    await until('everything is still there', () => recorder.seen.length === 5);
    await membership.leave();
    await log.close();
  });

  it('refuses another number of partitions for a topic that exists', async () => {
    await (await openEmbeddedLog({ directory, topics: { kept: 2 } })).close();
    await expect(openEmbeddedLog({ directory, topics: { kept: 3 } })).rejects.toThrow(/has 2 partitions and cannot have 3/);
    await (await openEmbeddedLog({ directory, topics: { kept: 2 } })).close();
  });
});

/** The disk, the writing and the removing alone, on a clock that the test sets. */
function openUnit(limits: Partial<RetentionLimits>) {
  const disk = new Disk(directory, 256 * mib);
  const time = { ms: 1_000_000 };
  const now = () => time.ms;
  const queue = new AppendQueue({ disk, clock: { now }, diskBytesMax: Infinity, bells: { ring: () => {} } });
  return { disk, time, queue, removeOld: () => removeOld({ disk, now, limits: { ...defaultRetention, ...limits } }) };
}
