import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Selection } from '#libs/detection/rule/rule.js';
import type { Frame } from '#libs/event-log/port.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Archive, aScorer, at, bytesOf, contents, FakeLog, headerIn } from '../scorer.fixture.js';
import { windowKeys } from '../judge/window-needs.js';

const hourMs = 3_600_000;
const reads = aRule({ id: 'reads', selection: selecting('read', 'a'), atLeast: 20, timespanMs: hourMs });
const prints = aRule({ id: 'prints', selection: selecting('print', 'b'), atLeast: 20, timespanMs: hourMs });
const printing = { ...at, partition: 1 };

/** One account prints thirty patients: fifteen, one, and fourteen. */
const frames: readonly Frame[] = [
  { offset: 0, bytes: bytesOf(printed(0, 15)) },
  { offset: 1, bytes: bytesOf(printed(15, 1)) },
  { offset: 2, bytes: bytesOf(printed(16, 14)) },
];

describe('a partition that waits for its turn to be judged by other rules', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-switch-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  const snapshotHeader = () => headerIn(stateDir, printing.partition);

  it('says in its snapshot which windows it has, so that a restart fills those that it has not', async () => {
    const log = new FakeLog(2);
    const { pipeline } = await aScorer({ log, stateDir, rules: [reads], partitions: 2 });
    await pipeline.frames(printing, frames.slice(0, 1));
    await pipeline.written();
    const busy = Promise.withResolvers<void>();
    const held = pipeline.partitions()[0]?.alone(() => busy.promise);
    const using = pipeline.useRules([reads, prints]);
    await pipeline.frames(printing, frames.slice(1, 2));
    await pipeline.written();
    expect(await snapshotHeader()).toMatchObject({ offset: 2, windows: [...windowKeys([reads])] });
    // It is ended by force here.
    const archive = new Archive();
    for (const frame of frames) await archive.take(frame, printing);
    const again = await aScorer({ log, stateDir, rules: [reads, prints], partitions: 2, archive });
    await again.filler.look();
    await again.pipeline.frames(printing, frames.slice(again.fromOf[1]));
    await again.filler.look();
    await again.pipeline.revoked(printing);
    expect(contents(log.changes())).toEqual([expect.objectContaining({ actor_id: 'printer', patients: 30 })]);
    busy.resolve();
    await held;
    await using;
  });

  it('tells nothing by the new rules before a snapshot says from where on they look', async () => {
    const log = new OrderedLog(2);
    const { pipeline } = await aScorer({ log, stateDir, rules: [reads, prints], partitions: 2, snapshotEveryMs: 1e9 });
    await pipeline.frames(printing, frames.slice(0, 1));
    await pipeline.useRules([prints]);
    await pipeline.frames(printing, frames.slice(1));
    await pipeline.written();
    await pipeline.tick();
    expect(log.changes()).toEqual([expect.objectContaining({ change_type: 'incident.opened', actor_id: 'printer' })]);
    expect(log.committedThen).toEqual([1]);
    expect(await snapshotHeader()).toMatchObject({ windows: [...windowKeys([prints])] });
  });
});

/** Notes how far the snapshots of the partition had come at each append. */
class OrderedLog extends FakeLog {
  readonly committedThen: (number | undefined)[] = [];

  override async append(...given: Parameters<FakeLog['append']>): Promise<number> {
    this.committedThen.push(this.committedOf.get(printing.partition));
    return super.append(...given);
  }
}

function selecting(action: string, letter: string): Selection {
  return { id: letter.repeat(32), fields: ['action'], matches: (row) => row.action === action, sql: '' };
}

function printed(from: number, count: number) {
  return Array.from({ length: count }, (_, n) =>
    anAccessRow({
      time: new Date(aMonday + (from + n) * 1000).toISOString(),
      actor_id: 'printer',
      action: 'print',
      patient_id: aPatient(from + n),
      event_id: anEventId(from + n),
    }),
  );
}
