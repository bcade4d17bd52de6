import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Selection } from '#libs/detection/rule/rule.js';
import type { Frame } from '#libs/event-log/port.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { aScorer, at, bytesOf, contents, FakeLog } from '../scorer.fixture.js';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
const rules = [
  aRule({ id: 'many', selection, atLeast: 10 }),
  // Judged when no more accesses are expected, so that it minds how time goes.
  { ...aRule({ id: 'few', selection, timespanMs: minuteMs }), condition: { atLeast: 2, atMost: 3 } },
];

/** Every minute a frame; each account reads a patient now and then, sometimes with a delay of some minutes. */
const frames: readonly Frame[] = Array.from({ length: 120 }, (_, offset) => {
  const rows = Array.from({ length: 6 }, (_one, n) => {
    const number = offset * 6 + n;
    const time = new Date(aMonday + offset * minuteMs - (number % 7 === 0 ? 5 * minuteMs : 0) + n * 1_000).toISOString();
    const received_at = new Date(aMonday + offset * minuteMs + 6_000).toISOString();
    return anAccessRow({
      time,
      received_at,
      actor_id: `a${(number * 31) % 5}`,
      patient_id: aPatient(number % 40),
      event_id: anEventId(number),
    });
  });
  return { offset, bytes: bytesOf(rows) };
});

describe('a clock that is set while accesses come in', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-clock-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  /** What is told in the end when the wall clock is set before some frames; time goes on by a minute a frame. */
  async function told(jumps: Readonly<Record<number, number>>) {
    const log = new FakeLog();
    const clock = new FakeClock(aMonday);
    const folder = await mkdtemp(join(stateDir, 'run-'));
    const { pipeline } = await aScorer({ log, stateDir: folder, rules, clock });
    for (const frame of frames) {
      await clock.advance(minuteMs);
      clock.setWall(clock.now() + (jumps[frame.offset] ?? 0));
      await pipeline.tick();
      await pipeline.frames(at, [frame]);
    }
    const waiting = pipeline.partitions().flatMap(({ scorer }) => scorer.rejudgements());
    await pipeline.revoked(at);
    const found = log
      .changes()
      .map(({ incident_id, change_type, found: how, late_seconds }) => [incident_id, change_type, how, late_seconds]);
    return { contents: contents(log.changes()), found, waiting };
  }

  it.each([
    ['an hour ahead and back', { 30: hourMs, 60: -hourMs }],
    ['an hour back and ahead', { 30: -hourMs, 60: hourMs }],
    ['a year ahead', { 50: 365 * 24 * hourMs }],
    ['to and fro', { 10: hourMs, 11: -2 * hourMs, 12: hourMs, 13: 48 * hourMs, 90: -48 * hourMs }],
  ])('%s, changes nothing that is found, nor how', async (_, jumps) => {
    const undisturbed = await told({});
    expect(undisturbed.contents.length).toBeGreaterThan(0);
    expect(await told(jumps)).toEqual(undisturbed);
  });
});
