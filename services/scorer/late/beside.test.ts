import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { topics } from '#libs/contracts/topics.js';
import type { Selection } from '#libs/detection/rule/rule.js';
import type { Frame } from '#libs/event-log/port.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Archive, aScorer, at, bytesOf, contents, FakeLog, headerIn, type ScorerGiven } from '../scorer.fixture.js';

const hourMs = 3_600_000;
const reads = aRule({ id: 'reads', selection: selecting('read', 'a'), atLeast: 60, timespanMs: hourMs });
const prints = aRule({ id: 'prints', selection: selecting('print', 'b'), atLeast: 60, timespanMs: hourMs });

/** Two thousand accesses of many accounts; one account prints forty patients before the last of them, and forty after. */
const work = Array.from({ length: 20 }, (_, offset): Frame => ({
  offset,
  bytes: bytesOf(rows(offset * 100, 98, 'nurse', 'read')),
}));
const before: Frame = { offset: 20, bytes: bytesOf(rows(2000, 40, 'printer', 'print')) };
const after: readonly Frame[] = Array.from({ length: 4 }, (_, n) => ({
  offset: 21 + n,
  bytes: bytesOf(rows(2040 + 10 * n, 10, 'printer', 'print')),
}));

describe('windows that are filled, and accounts that are judged again, beside the stream', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-beside-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  async function changed(snapshotEveryMs = 0, more: Pick<ScorerGiven, 'clock' | 'heldMsMax'> = {}) {
    const log = new FakeLog(1);
    const archive = new Archive();
    const scorer = await aScorer({ log, stateDir, rules: [reads], archive, snapshotEveryMs, ...more });
    for (const frame of [...work, before]) {
      await scorer.pipeline.frames(at, [frame]);
      await archive.take(frame);
    }
    await scorer.pipeline.useRules([reads, prints]);
    await scorer.pipeline.written();
    return { ...scorer, log, archive };
  }
  const isFilling = async () => (await headerIn(stateDir))?.filling !== undefined;

  it('let frames in between, and see what these bring', async () => {
    const { pipeline, filler, rejudger, archive, log } = await changed();
    const filled = filler.look();
    const turns = { taken: 0, over: false };
    const stream = (async () => {
      for (const frame of after) {
        await pipeline.frames(at, [frame]);
        if (!turns.over) turns.taken += 1;
      }
    })();
    await filled;
    turns.over = true;
    await stream;
    for (const frame of after) await archive.take(frame);
    expect(turns.taken).toBe(after.length);
    await rejudger.look();
    await pipeline.revoked(at);
    expect(contents(log.changes())).toEqual([expect.objectContaining({ actor_id: 'printer', patients: 80 })]);
  });

  it('tell what they raise when a snapshot says that they are full: a replay would fill them at another frame', async () => {
    const { pipeline, filler, log } = await changed(Number.MAX_SAFE_INTEGER);
    const append = log.append.bind(log);
    const fillingWhenTold: boolean[] = [];
    log.append = async (to, bytes) => {
      if (to.topic === topics.incidents) fillingWhenTold.push(await isFilling());
      return await append(to, bytes);
    };
    await filler.look();
    for (const frame of after) await pipeline.frames(at, [frame]);
    await pipeline.written();
    await pipeline.tick();
    expect(fillingWhenTold.length).toBeGreaterThan(0);
    expect(fillingWhenTold).not.toContain(true);
    await pipeline.revoked(at);
  });

  it('tell in between where they take long, and whoever goes on from there does them anew', async () => {
    const { pipeline, filler, archive, log } = await changed(Number.MAX_SAFE_INTEGER, { clock: new SlowClock(), heldMsMax: 0 });
    const copies: Frame = { offset: 21, bytes: bytesOf(rows(2040, 60, 'copier', 'print')) };
    let stream: Promise<unknown> | undefined;
    const keep = pipeline.keepBeforeTelling.bind(pipeline);
    pipeline.keepBeforeTelling = (owned) => {
      keep(owned);
      stream ??= pipeline.frames(at, [copies]);
    };
    const append = log.append.bind(log);
    const fillingWhenTold: boolean[] = [];
    log.append = async (to, bytes) => {
      fillingWhenTold.push(pipeline.partitions().some(({ filling }) => filling !== undefined));
      filler.stop();
      return await append(to, bytes);
    };
    await filler.look();
    await stream;
    expect(fillingWhenTold).toEqual([true]);
    await pipeline.revoked(at);
    expect(await isFilling()).toBe(true);
    const last = rows(2100, 40, 'printer', 'print');
    for (const frame of [copies, { offset: 22, bytes: bytesOf(last) }]) await archive.take(frame);
    const again = await aScorer({ log, stateDir, rules: [reads, prints], archive });
    await again.filler.look();
    await again.pipeline.frames(at, [{ offset: 22, bytes: bytesOf(last) }]);
    await again.rejudger.look();
    await again.pipeline.revoked(at);
    expect(await isFilling()).toBe(false);
    const patients = new Map(log.changes().map((change) => [change.incident_id, [change.actor_id, change.patients]]));
    expect([...patients.values()]).toEqual([
      ['copier', 60],
      ['printer', 80],
    ]);
  });

  it('give the event loop a turn after each frame of history', async () => {
    const { filler, pipeline } = await changed();
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await filler.look();
    isOver = true;
    // A frame of the store in memory has a hundred rows.
    expect(turns).toBeGreaterThanOrEqual(20);
    await pipeline.revoked(at);
  });

  it('end at once when the process ends, whatever the store does, and are done anew by the next', async () => {
    const { filler, pipeline, archive, log } = await changed();
    const rows_ = archive.history.rows.bind(archive.history);
    const reached = Promise.withResolvers<void>();
    archive.history.rows = async function* (query) {
      for await (const frame of rows_(query)) {
        yield frame;
        reached.resolve();
        await new Promise(() => {});
      }
    };
    const filled = filler.look();
    await reached.promise;
    filler.stop();
    await filled;
    await pipeline.revoked(at);
    expect(await isFilling()).toBe(true);
    archive.history.rows = rows_;
    const again = await aScorer({ log, stateDir, rules: [reads, prints], archive });
    await again.filler.look();
    await again.pipeline.frames(at, after);
    await again.rejudger.look();
    await again.pipeline.revoked(at);
    expect(await isFilling()).toBe(false);
    expect(contents(log.changes())).toEqual([expect.objectContaining({ actor_id: 'printer', patients: 80 })]);
  });
});

/** Each look at it takes some milliseconds, so that a slice ends after one step. */
class SlowClock extends FakeClock {
  #looks = 0;

  override monotonic(): number {
    this.#looks += 1;
    return super.monotonic() + 15 * this.#looks;
  }
}

function selecting(action: string, letter: string): Selection {
  return { id: letter.repeat(32), fields: ['action'], matches: (row) => row.action === action, sql: '' };
}

function rows(from: number, count: number, actor: string, action: 'read' | 'print') {
  return Array.from({ length: count }, (_, n) => {
    const time = new Date(aMonday + (from + n) * 1000).toISOString();
    const actor_id = actor === 'nurse' ? `nurse.${n}` : actor;
    return anAccessRow({
      time,
      received_at: time,
      actor_id,
      action,
      patient_id: aPatient(from + n),
      event_id: anEventId(from + n),
    });
  });
}
