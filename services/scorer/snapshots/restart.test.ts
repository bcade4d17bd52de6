import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serialize } from 'node:v8';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Selection } from '#libs/detection/rule/rule.js';
import type { Frame } from '#libs/event-log/port.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Archive, aScorer, at, bytesOf, contents, FakeLog, gauge } from '../scorer.fixture.js';
import { writeSnapshot } from './snapshot-file.js';

const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
const rules = [aRule({ id: 'many', selection, atLeast: 40, timespanMs: 3_600_000, steps: [40, 60] })];

/** One account reads seventy patients over ten frames, so that every part of it is needed; others work. */
const frames: readonly Frame[] = Array.from({ length: 10 }, (_, offset) => ({
  offset,
  bytes: bytesOf(
    Array.from({ length: 14 }, (_, n) => {
      const number = offset * 14 + n;
      const time = new Date(aMonday + number * 10_000).toISOString();
      const actor_id = n % 2 ? 'admin' : `nurse.${n}`;
      return anAccessRow({
        time,
        actor_id,
        patient_id: aPatient(n % 2 ? number : n),
        event_id: anEventId(number),
        received_at: time,
      });
    }),
  ),
}));

describe('a scorer that starts again', () => {
  let stateDir: string;
  let path: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-restart-'));
    path = join(stateDir, `${at.topic}-0.snapshot`);
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  async function uninterrupted(): Promise<readonly object[]> {
    const log = new FakeLog(1);
    const { pipeline } = await aScorer({ log, stateDir: await mkdtemp(join(stateDir, 'whole-')), rules });
    await pipeline.frames(at, frames);
    await pipeline.revoked(at);
    return contents(log.changes());
  }

  /** Judges the first frames, and is gone; the snapshot is of the last of them. */
  async function until(end: number, log: FakeLog, archive = new Archive()): Promise<void> {
    const { pipeline } = await aScorer({ log, stateDir, rules, archive });
    for (const frame of frames.slice(0, end)) {
      await pipeline.frames(at, [frame]);
      await pipeline.written();
    }
  }

  it.each<readonly [string, () => Promise<void>]>([
    ['is missing', () => rm(path)],
    ['was cut', async () => writeFile(path, (await readFile(path)).subarray(0, -20))],
    ['was changed', async () => writeFile(path, await changed(path))],
    ['is empty', () => writeFile(path, '')],
    ['is of an older version', () => writeOld(path)],
  ])('whose snapshot %s reads the log from its beginning and comes to the same incidents', async (_, damage) => {
    const expected = await uninterrupted();
    const log = new FakeLog(1);
    await until(6, log);
    await damage();
    const again = await aScorer({ log, stateDir, rules });
    expect(again.from).toBe(0);
    await again.pipeline.frames(at, frames);
    await again.pipeline.revoked(at);
    expect(contents(log.changes())).toEqual(expected);
    expect(await gauge(again.metrics, 'vigie_windows_filling')).toBe(0);
  });

  it('without a snapshot, and with a log that lost its beginning, fills its windows from the store and judges meanwhile', async () => {
    const expected = await uninterrupted();
    const log = new FakeLog(1);
    const archive = new Archive();
    const { pipeline, filler, metrics, from } = await aScorer({ log, stateDir, rules, archive, held: { start: 6, end: 10 } });
    expect(from).toBe(6);
    await pipeline.frames(at, frames.slice(6));
    archive.history.away = true;
    await filler.look();
    expect(await gauge(metrics, 'vigie_windows_filling')).toBe(1);
    expect(contents(log.changes())).toEqual([]);
    archive.history.away = false;
    for (const frame of frames) await archive.take(frame);
    await pipeline.written();
    const later = await aScorer({ log, stateDir, rules, archive, held: { start: 6, end: 10 } });
    await later.filler.look();
    await later.rejudger.look();
    await later.pipeline.revoked(at);
    expect(contents(log.changes())).toEqual(expected);
    expect(await gauge(later.metrics, 'vigie_windows_filling')).toBe(0);
  });

  it('with a snapshot that is older than the oldest frame of the log fills the part between them', async () => {
    const expected = await uninterrupted();
    const log = new FakeLog(1);
    const archive = new Archive();
    await until(2, log, archive);
    for (const frame of frames) await archive.take(frame);
    const again = await aScorer({ log, stateDir, rules, archive, held: { start: 7, end: 10 } });
    expect(again.from).toBe(7);
    await again.filler.look();
    await again.pipeline.frames(at, frames.slice(7));
    await again.filler.look();
    await again.rejudger.look();
    await again.pipeline.revoked(at);
    expect(contents(log.changes())).toEqual(expected);
  });

  it('fills from the store at once when nothing is left in the log', async () => {
    const expected = await uninterrupted();
    const log = new FakeLog(1);
    const archive = new Archive();
    for (const frame of frames) await archive.take(frame);
    const again = await aScorer({ log, stateDir, rules, archive, held: { start: 10, end: 10 } });
    const { pipeline, filler, rejudger, metrics, clock } = again;
    clock.setWall(aMonday + 3_600_000);
    await filler.look();
    expect(await gauge(metrics, 'vigie_windows_filling')).toBe(0);
    await rejudger.look();
    await pipeline.revoked(at);
    expect(contents(log.changes())).toEqual(expected);
    const [{ stats } = { stats: undefined }] = pipeline.stats();
    expect(stats).toBeUndefined();
  });

  it('judges on when a snapshot cannot be written, and commits nothing that is in none', async () => {
    const expected = await uninterrupted();
    const log = new FakeLog(1);
    await until(5, log);
    expect(log.committed).toBe(5);
    const { pipeline } = await aScorer({ log, stateDir, rules });
    await rm(stateDir, { recursive: true });
    await pipeline.frames(at, frames.slice(5, 7));
    await pipeline.written();
    expect(log.committed).toBe(5);
    await mkdir(stateDir);
    await pipeline.frames(at, frames.slice(7));
    await pipeline.revoked(at);
    expect(contents(log.changes())).toEqual(expected);
    expect(log.committed).toBe(10);
  });
});

async function changed(path: string): Promise<Buffer> {
  const bytes = await readFile(path);
  bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1);
  return bytes;
}

async function writeOld(path: string): Promise<void> {
  const header = Buffer.concat([Uint8Array.of(0), serialize({ version: 1, entryWords: 6 })]);
  await writeSnapshot(path, { offset: 6, written_at: '2026-01-05T08:00:00.000Z' }, [header]);
}
