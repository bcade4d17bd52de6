import { describe, expect, it } from '@jest/globals';
import { accessRow } from '#libs/contracts/access-row.js';
import { topics } from '#libs/contracts/topics.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import { FastRows } from '#libs/formats/vigie/fast-rows.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { IngestPipeline } from '../pipeline.js';
import { FrameBuilder } from './frame-builder.js';
import { StagedRows } from './staged-rows.js';
import { Ticket } from './ticket.js';

const partitions = 4;
/** One for all: who has the same keys has the same program. */
const source = sourceOfTests();

describe('rows that wait', () => {
  it('of two who take turns with one program come out whole', async () => {
    const [log, frames] = opened();
    const two = ['a', 'b'].map((name) => {
      const fast = FastRows.of(source, Date.now());
      if (!fast) throw new Error('the test source takes the other way');
      return { name, fast, staged: new StagedRows(fast, frames, new Ticket()) };
    });
    for (let round = 0; round < 40; round += 1)
      for (const { name, fast, staged } of two) {
        const line = lineOf(`${name}${round}`, 'dr.martin');
        fast.attach(line);
        expect(fast.read(0)).toBe(line.length - 1);
        const partition = fast.partition(partitions);
        staged.add(partition, fast.write(0, staged.room(partition)));
      }
    for (const { staged } of two) staged.flush();
    await frames.flush();
    expect(sessionsIn(log)).toEqual(['a', 'b'].flatMap((name) => Array.from({ length: 40 }, (_, n) => `${name}${n}`)).toSorted());
  });

  it.each([1, 255, 256, 257, 700])('of requests of %d lines at the same time come out whole', async (length) => {
    const [log, accesses] = opened();
    const tools = {
      accesses,
      quarantine: opened()[1],
      quarantineKeys: new Map(),
      clock: systemClock,
      metrics: new Metrics('ingestor'),
    };
    const limits = { itemsMax: 10_000, requestRowBytesMax: 1 << 30, ackMs: 60_000, failpoint: () => {} };
    const pipeline = new IngestPipeline({ ...tools, ...limits });
    const names = Array.from({ length: 6 }, (_, request) => Array.from({ length }, (_each, n) => `s-${request}-${n}`));
    const bodies = names.map((sessions) => Buffer.concat(sessions.map((session, n) => lineOf(session, `dr.${n % 13}`))));
    const answers = await Promise.all(bodies.map((body) => pipeline.events(body, source)));
    expect(answers.map(({ accepted }) => accepted)).toEqual(names.map(() => length));
    expect(sessionsIn(log)).toEqual(names.flat().toSorted());
  });
});

function opened(): [string[], FrameBuilder] {
  const log: string[] = [];
  const append = async (_at: object, bytes: Buffer) => log.push(...bytes.toString().trimEnd().split('\n'));
  return [
    log,
    new FrameBuilder(topics.accesses, partitions, { log: { append }, clock: systemClock, metrics: new Metrics('ingestor') }),
  ];
}

/** What tells the events apart, of rows that are rows. */
function sessionsIn(log: readonly string[]): readonly string[] {
  return log.map((line) => accessRow.parse(JSON.parse(line)).session_id ?? '').toSorted();
}

function lineOf(session: string, actor: string): Buffer {
  const event = {
    time: '2024-11-19T08:12:03.120Z',
    clinic_id: '750300123',
    actor_id: actor,
    action: 'read',
    patient_ids: ['8001234'],
    session_id: session,
    id: session,
  };
  return Buffer.from(`${JSON.stringify(event)}\n`);
}

function sourceOfTests(): SourceContext {
  const parsed = parseKeyRing(`aleo:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('aleo') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return { source: 'siem', groupId: 'aleo', authority: 'group', keys };
}
