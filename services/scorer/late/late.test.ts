import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { aMonday } from '#libs/testkit/builders.js';
import { frames, hourMs, row, rules } from './nightly-file.fixture.js';
import { Archive, aScorer, at, bytesOf, contents, FakeLog, gauge } from '../scorer.fixture.js';

describe('accesses that come hours late', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-late-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  /** What the same accesses give when each comes in its time. */
  async function inTime(): Promise<readonly object[]> {
    const lines = frames(6).flatMap(({ bytes }) => bytes.toString().split('\n').filter(Boolean));
    const log = new FakeLog();
    const folder = await mkdtemp(join(stateDir, 'in-time-'));
    const { pipeline } = await aScorer({ log, stateDir: folder, rules });
    const sorted = lines.map((line) => JSON.parse(line) as AccessRow).toSorted((a, b) => (a.time < b.time ? -1 : 1));
    await pipeline.frames(at, [{ offset: 0, bytes: bytesOf(sorted) }]);
    await pipeline.revoked(at);
    return contents(log.changes());
  }

  it.each([6, 16, 30])(
    '%d hours late, raise the incident that they would have raised live, which says how late it was found',
    async (lateHours) => {
      const expected = await inTime();
      expect(expected).toEqual([expect.objectContaining({ actor_id: 'admin', patients: 52, clinics: ['live', 'nightly'] })]);
      const log = new FakeLog();
      const archive = new Archive();
      const { pipeline, rejudger } = await aScorer({ log, stateDir, rules, archive });
      for (const frame of frames(lateHours)) {
        await pipeline.frames(at, [frame]);
        await archive.take(frame);
      }
      await rejudger.look();
      await pipeline.revoked(at);
      expect(contents(log.changes())).toEqual(expected);
      const opened = log.changes().find(({ change_type }) => change_type === 'incident.opened');
      expect(opened).toMatchObject({ found: 'late' });
      expect(opened?.late_seconds).toBeGreaterThan((lateHours - 1) * 3600);
    },
  );

  it('wait for the store, while what arrives is judged; how many and for how long is shown', async () => {
    const log = new FakeLog();
    const archive = new Archive();
    const { pipeline, rejudger, clock, metrics } = await aScorer({ log, stateDir, rules, archive });
    const all = frames(30);
    for (const frame of all) await pipeline.frames(at, [frame]);
    await rejudger.look();
    expect(await gauge(metrics, 'vigie_rejudgements_waiting')).toBeGreaterThan(0);
    const burst = Array.from({ length: 60 }, (_, n) =>
      row({ n: `burst ${n}`, time: aMonday + 49 * hourMs + n * 1000, actor: 'other', clinic: `c${n % 2}` }),
    );
    archive.history.away = true;
    await clock.advance(90_000);
    await rejudger.look();
    await pipeline.frames(at, [{ offset: all.length, bytes: bytesOf(burst) }]);
    expect(contents(log.changes())).toEqual([expect.objectContaining({ actor_id: 'other' })]);
    expect(await gauge(metrics, 'vigie_rejudgements_oldest_seconds')).toBe(90);
    archive.history.away = false;
    for (const frame of all) await archive.take(frame);
    // It was away, so that it is left alone for a while.
    await rejudger.look();
    expect(contents(log.changes())).toHaveLength(1);
    await clock.advance(2000);
    await rejudger.look();
    // What history decided is kept before it is told.
    expect(contents(log.changes())).toHaveLength(1);
    await pipeline.written();
    await pipeline.tick();
    expect(contents(log.changes()).map((one) => ('actor_id' in one ? one.actor_id : ''))).toEqual(['admin', 'other']);
    expect(await gauge(metrics, 'vigie_rejudgements_waiting')).toBe(0);
    await pipeline.revoked(at);
  });
});
