import { beforeEach, describe, expect, it } from '@jest/globals';
import { accessRow } from '#libs/contracts/access-row.js';
import { partitionOf, topics } from '#libs/contracts/topics.js';
import { quarantineRow } from '#libs/contracts/quarantine-row.js';
import type { AccessEvent } from '#libs/formats/event.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { WorkMeter } from '#libs/formats/work-meter.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { accepted, type Accepted, Transient } from '#libs/runtime/outcome.js';
import { FrameBuilder } from './frames/frame-builder.js';
import { IngestPipeline } from './pipeline.js';

const partitions = 4;

describe('the ingest pipeline', () => {
  let log: MemoryAppends;
  let pipeline: IngestPipeline;
  beforeEach(() => {
    log = new MemoryAppends();
    pipeline = pipelineOver(log);
  });

  it('answers after every frame of the request is in the log', async () => {
    log.hold();
    let answered = false;
    const answer = pipeline.events(ndjson(event({ id: '1' }), event({ id: '2', actor_id: 'other' })), source()).then((value) => {
      answered = true;
      return value;
    });
    await log.appendsBegun(1);
    await systemClock.sleep(30);
    expect(answered).toBe(false);
    log.release();
    expect(await answer).toEqual({ accepted: 2, refused: [], refused_count: 0, quarantined: 0 });
    expect(log.rows(topics.accesses)).toHaveLength(2);
  });

  it('never answers well when a frame was not acknowledged', async () => {
    log.failing = new Transient('away');
    await expect(pipeline.events(ndjson(event({})), source())).rejects.toMatchObject({ status: 503, retryAfterSeconds: 2 });
  });

  it('answers 503 by its own deadline when the log says nothing', async () => {
    log.hold();
    await expect(pipelineOver(log, { ackMs: 50 }).events(ndjson(event({})), source())).rejects.toMatchObject({ status: 503 });
  });

  it('lets one bad line cost only itself, and says index, field and reason', async () => {
    const body = Buffer.from(
      [
        JSON.stringify(event({ id: '1' })),
        '{"time":',
        JSON.stringify(event({ clinic_id: undefined })),
        '[1]',
        JSON.stringify(event({ id: '5' })),
      ].join('\n'),
    );
    const answer = await pipeline.events(body, source());
    expect(answer).toMatchObject({ accepted: 2, refused_count: 3, quarantined: 0 });
    expect(answer.refused.map(({ index, field }) => [index, field])).toEqual([
      [1, ''],
      [2, 'clinic_id'],
      [3, ''],
    ]);
  });

  it.each([['behind another'], ['first of all']])(
    'takes the line that stands behind one that was cut when its sender was killed, %s',
    async (where) => {
      const [begin, whole] = [JSON.stringify(event({ id: '1' })).slice(0, 40), JSON.stringify(event({ id: '2' }))];
      const joined = `${begin}${whole}\n${begin}\n${whole.replace('"2"', '"3"')}`;
      const answer = await pipeline.events(Buffer.from(where === 'first of all' ? joined : `${whole}\n${joined}`), source());
      expect(answer).toMatchObject({ accepted: where === 'first of all' ? 2 : 3, refused_count: 2 });
    },
  );

  it('answers 400 only when nothing could be read', async () => {
    await expect(pipeline.events(Buffer.from(''), source())).rejects.toMatchObject({ status: 400 });
    await expect(pipeline.events(Buffer.from('hello\nworld'), source())).rejects.toMatchObject({
      status: 400,
      refused: { length: 2 },
    });
    await expect(pipeline.events(ndjson({ a: 1 }), source())).resolves.toMatchObject({ accepted: 0, refused_count: 1 });
  });

  it('writes rows that keep the contract, in the partition of their account', async () => {
    await pipeline.events(ndjson(event({ patient_ids: ['a1', 'b2', 'a1 '], outcome: undefined, mfa: false })), source());
    const rows = log.frames.flatMap(({ partition, lines }) =>
      lines.map((line) => ({ partition, row: accessRow.parse(JSON.parse(line)) })),
    );
    expect(rows).toHaveLength(2);
    expect(new Set(rows.map(({ row }) => row.patient_id)).size).toBe(2);
    expect(new Set(rows.map(({ row }) => row.event_id)).size).toBe(1);
    for (const { partition, row } of rows) expect(partition).toBe(partitionOf('aleo', row.actor_id, partitions));
  });

  it('refuses an event of another group, and no other', async () => {
    const answer = await pipeline.events(ndjson(event({ group_id: 'other' }), event({ group_id: 'aleo' })), source());
    expect(answer).toMatchObject({ accepted: 1, refused: [{ index: 0, field: 'group_id' }] });
  });

  it.each([6 * 60_000, 86_400_000, 170 * 366 * 86_400_000])(
    'an event dated %d ms ahead is judged as of its arrival, keeps what it claims, and is the same event when it comes again',
    async (aheadMs) => {
      const time = new Date(systemClock.now() + aheadMs).toISOString();
      const body = () => ndjson(event({ time, patient_ids: ['8001234', '8001235'], session_id: 's-8001234' }));
      expect(await pipeline.events(body(), source())).toMatchObject({ accepted: 1, quarantined: 0, refused: [] });
      expect(await pipeline.events(body(), source())).toMatchObject({ accepted: 1, quarantined: 0, refused: [] });
      const rows = log.rows(topics.accesses).map((line) => accessRow.parse(JSON.parse(line)));
      expect(rows.map((row) => [row.time, row.time_claimed])).toEqual(rows.map((row) => [row.received_at, time]));
      expect(new Set(rows.map((row) => row.event_id)).size).toBe(1);
      expect(log.rows(topics.accesses).join()).not.toContain('8001234');
      expect(log.rows(topics.quarantine)).toEqual([]);
    },
  );

  it('accepts an event four minutes ahead of its own clock', async () => {
    const time = new Date(systemClock.now() + 4 * 60_000).toISOString();
    expect(await pipeline.events(ndjson(event({ time })), source())).toMatchObject({ accepted: 1, quarantined: 0 });
  });

  it('splits what a big request needs into frames of at most 256 KiB of whole lines', async () => {
    const events = Array.from({ length: 3000 }, (_, index) => event({ id: String(index), actor_id: 'one' }));
    expect(await pipeline.events(ndjson(...events), source())).toMatchObject({ accepted: 3000 });
    expect(log.frames.length).toBeGreaterThan(1);
    for (const { bytes } of log.frames) expect(bytes).toBeLessThanOrEqual(256 * 1024);
    expect(log.rows(topics.accesses)).toHaveLength(3000);
  });

  it('accounts for everything that it received', async () => {
    const metrics = new Metrics('test');
    const future = new Date(systemClock.now() + 3_600_000).toISOString();
    const over = pipelineOver(log, { metrics });
    await over.events(ndjson(event({}), event({ time: future }), { a: 1 }), source());
    await over.decoded([{ outcome: nobodyReadable(event({ patient_ids: [] })), content: {}, meter: new WorkMeter() }], source());
    const text = await metrics.registry.metrics();
    expect(text).toContain('vigie_events_received_total{group_id="aleo",source="siem",service="test"} 4');
    expect(text).toContain('vigie_events_accepted_total{group_id="aleo",source="siem",service="test"} 2');
    expect(text).toContain('vigie_events_dated_ahead_total{group_id="aleo",source="siem",service="test"} 1');
    expect(text).toContain('vigie_events_refused_total{group_id="aleo",source="siem",reason="missing_field",service="test"} 1');
    expect(text).toContain(
      'vigie_events_quarantined_total{group_id="aleo",source="siem",reason="unreadable_patient",service="test"} 1',
    );
    const [line = ''] = log.rows(topics.quarantine);
    expect(quarantineRow.parse(JSON.parse(line))).toMatchObject({ reason: 'unreadable_patient', source: 'siem' });
  });

  it.each([
    ['failed', (appends: MemoryAppends) => void (appends.failing = new Transient('away'))],
    ['unanswered', (appends: MemoryAppends) => appends.hold()],
  ])('a request that ends in 503 because its append is %s leaves the accounts as they were', async (_how, spoil) => {
    const metrics = new Metrics('test');
    const future = new Date(systemClock.now() + 3_600_000).toISOString();
    const body = () => ndjson(event({}), event({ time: future }), { a: 1 });
    spoil(log);
    await expect(pipelineOver(log, { metrics, ackMs: 50 }).events(body(), source())).rejects.toMatchObject({ status: 503 });
    expect(await accounts(metrics)).toEqual({ received: 0, accounted: 0 });
    log.release();
    log.failing = undefined;
    await pipelineOver(log, { metrics }).events(body(), source());
    expect(await accounts(metrics)).toEqual({ received: 3, accounted: 3 });
  });

  it('accounts for a request of which nothing could be read', async () => {
    const metrics = new Metrics('test');
    await expect(pipelineOver(log, { metrics }).events(Buffer.from('x\ny'), source())).rejects.toMatchObject({ status: 400 });
    expect(await accounts(metrics)).toEqual({ received: 2, accounted: 2 });
  });

  it('gives 413 beyond its number of items', async () => {
    await expect(
      pipelineOver(log, { itemsMax: 2 }).events(ndjson(event({}), event({}), event({})), source()),
    ).rejects.toMatchObject({ status: 413 });
  });
});

class MemoryAppends {
  readonly frames: { topic: string; partition: number; bytes: number; lines: string[] }[] = [];
  failing: Error | undefined;
  #gate: Promise<void> = Promise.resolve();
  #open: () => void = () => {};
  #begun = 0;
  #watchers: (() => void)[] = [];

  hold(): void {
    this.#gate = new Promise((resolve) => (this.#open = resolve));
  }
  release(): void {
    this.#open();
  }
  async appendsBegun(count: number): Promise<void> {
    while (this.#begun < count) await new Promise<void>((resolve) => this.#watchers.push(resolve));
  }
  async append({ topic, partition }: { topic: string; partition: number }, bytes: Buffer): Promise<number> {
    this.#begun += 1;
    for (const resolve of this.#watchers.splice(0)) resolve();
    await this.#gate;
    if (this.failing) throw this.failing;
    const text = bytes.toString();
    if (!text.endsWith('\n')) throw new Error('a frame ends in the middle of a line');
    return this.frames.push({ topic, partition, bytes: bytes.length, lines: text.slice(0, -1).split('\n') });
  }
  rows(topic: string): string[] {
    return this.frames.filter((frame) => frame.topic === topic).flatMap((frame) => frame.lines);
  }
}

function pipelineOver(
  log: MemoryAppends,
  { ackMs = 5000, itemsMax = 100_000, requestRowBytesMax = 64 * 1024 * 1024, metrics = new Metrics('test') } = {},
): IngestPipeline {
  const tools = { log, clock: systemClock, metrics };
  return new IngestPipeline({
    quarantineKeys: new Map(),
    accesses: new FrameBuilder(topics.accesses, partitions, tools),
    quarantine: new FrameBuilder(topics.quarantine, 1, tools),
    clock: systemClock,
    metrics,
    itemsMax,
    requestRowBytesMax,
    ackMs,
    failpoint: () => {},
  });
}

/** Events received, and events that were accepted, refused or set aside: the alert on accounts holds the two against each other. */
async function accounts(metrics: Metrics): Promise<{ readonly received: number; readonly accounted: number }> {
  const text = await metrics.registry.metrics();
  const total = (names: string) =>
    [...text.matchAll(new RegExp(`^vigie_events_(?:${names})_total\\{[^}]*\\} (\\d+)$`, 'gm'))].reduce(
      (sum, [, value]) => sum + Number(value),
      0,
    );
  return { received: total('received'), accounted: total('accepted|refused|quarantined') };
}

function source(): SourceContext {
  const parsed = parseKeyRing(`aleo:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('aleo') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return { source: 'siem', groupId: 'aleo', authority: 'group', keys };
}

/** The event, with a patient in it who cannot be told apart. */
function nobodyReadable(given: object): Accepted<AccessEvent> {
  const read = parseVigieEvent(given);
  if (read.kind === 'rejected') throw new Error(read.detail);
  return accepted({ ...read.value, unreadablePatients: ['entity[0]'] });
}

function ndjson(...events: readonly object[]): Buffer {
  return Buffer.from(`${events.map((item) => JSON.stringify(item)).join('\n')}\n`);
}

function event(overrides: object): object {
  return {
    time: '2024-11-19T08:12:03.120Z',
    clinic_id: '750300123',
    actor_id: 'dr.martin',
    action: 'read',
    patient_ids: ['8001234'],
    outcome: 'success',
    session_id: 's-81',
    ...overrides,
  };
}
