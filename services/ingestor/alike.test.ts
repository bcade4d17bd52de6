import { describe, expect, it } from '@jest/globals';
import { topics } from '#libs/contracts/topics.js';
import { plainReading } from '#libs/formats/input-format.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { FrameBuilder } from './frames/frame-builder.js';
import { IngestPipeline } from './pipeline.js';
import { plainlyAsked } from './receive/asked.fixture.js';
import { eventsRoute } from './receive/events-route.js';
import { auditEventRoute, bundleRoute } from './receive/fhir-routes.js';
import type { SendingSource } from './receive/taker.js';

const nowMs = Date.UTC(2026, 10, 29, 12);

/** As many as make a Bundle that is looked through without its parser; some are odd, and a transaction is always parsed. */
const resources = Array.from({ length: 60 }, (_, index) => ({
  resourceType: 'AuditEvent',
  id: `a${index}`,
  type: { code: 'rest' },
  subtype: [{ code: 'read' }],
  recorded: new Date(nowMs - 1000 * index).toISOString(),
  outcome: '0',
  agent: [
    {
      who: { identifier: { value: index === 7 ? 'P7' : `dr${index % 5}é` }, display: index === 9 ? ' ' : `Dr ${index}` },
      requestor: true,
    },
  ],
  source: { site: '750300123' },
  entity: index === 11 ? [] : [{ what: { reference: `Patient/P${index}` }, role: { code: '1' } }],
}));

describe('a large Bundle of like records', () => {
  it('gives the rows and the answers that its records give by their readers', async () => {
    const [parsed, alike] = [await taken('transaction'), await taken('batch')];
    expect(alike.entry).toEqual(parsed.entry);
    expect(alike.rows).toEqual(parsed.rows);
    expect(alike.rows).toHaveLength(resources.length);
    expect(new Set(alike.rows.map((row) => (JSON.parse(row) as { readonly patient_id: string }).patient_id)).size).toBe(60);
  });

  it('is refused as a whole where it is broken behind its last entry', async () => {
    await expect(sent('batch', (text) => text.replace(/\}$/, ''))).rejects.toMatchObject({ status: 400 });
    await expect(sent('batch', (text) => `${text}]`)).rejects.toMatchObject({ status: 400 });
  });
});

describe('records that come as lines or one by one', () => {
  const lines = resources.map((resource) => JSON.stringify(resource));

  it('give the rows that they give in a transaction, where each is read', async () => {
    const { rows } = await taken('transaction');
    const ofLines = opened();
    const { body } = await eventsRoute(
      () => ofLines.pipeline,
      () => nowMs,
    ).answer(Buffer.from(lines.join('\n')), fhirSource(), plainlyAsked);
    expect(body).toMatchObject({ accepted: lines.length });
    expect(ofLines.rows.toSorted()).toEqual(rows);
    const alone = opened();
    const door = auditEventRoute(() => alone.pipeline);
    const placed: unknown[] = [];
    for (const line of lines)
      placed.push((await door.answer(Buffer.from(`${line}\n`), fhirSource(), plainlyAsked)).headers?.['location']);
    expect(alone.rows.toSorted()).toEqual(rows);
    expect(new Set(placed).size).toBe(lines.length);
  });

  it('are known among lines of our own of a source that may send either', async () => {
    const { rows } = await taken('transaction');
    const mixed = opened();
    const own = lines.map((_, index) =>
      JSON.stringify({ time: new Date(nowMs).toISOString(), clinic_id: 'c', actor_id: 'a', action: 'read', id: `own${index}` }),
    );
    const body = lines.flatMap((line, index) => [own[index], line]).join('\n');
    const answer = await eventsRoute(
      () => mixed.pipeline,
      () => nowMs,
    ).answer(Buffer.from(body), { ...source(), detects: true }, plainlyAsked);
    expect(answer.body).toMatchObject({ accepted: 2 * lines.length });
    expect(mixed.rows.filter((row) => !row.includes('"actor_id":"a"')).toSorted()).toEqual(rows);
  });

  it('are looked at each for itself, whatever came before', async () => {
    const { pipeline, rows } = opened();
    const [first = '', second = ''] = lines;
    const odd = [
      '{',
      second.replace('"resourceType":"AuditEvent"', '"resourceType":"Patient"'),
      second.replace('"id":', '"id":"x","id":'),
      `${second}${second}`,
    ];
    const body = [first, ...odd, second].join('\n');
    const answer = await eventsRoute(
      () => pipeline,
      () => nowMs,
    ).answer(Buffer.from(body), fhirSource(), plainlyAsked);
    expect(answer.body).toMatchObject({ accepted: 4, refused_count: 3 });
    expect(new Set(rows).size).toBe(2);
    const door = auditEventRoute(() => pipeline);
    await expect(door.answer(Buffer.from('{'), fhirSource(), plainlyAsked)).rejects.toMatchObject({ status: 400 });
    await expect(door.answer(Buffer.from(odd[2] ?? ''), fhirSource(), plainlyAsked)).rejects.toMatchObject({ status: 400 });
    await expect(door.answer(Buffer.from(`${second}}`), fhirSource(), plainlyAsked)).rejects.toMatchObject({ status: 400 });
  });
});

async function taken(type: string): Promise<{ readonly entry: unknown; readonly rows: readonly string[] }> {
  const { body, rows } = await sent(type, (text) => text);
  return { entry: (body as { readonly entry: unknown }).entry, rows: rows.toSorted() };
}

async function sent(
  type: string,
  change: (text: string) => string,
): Promise<{ readonly body: unknown; readonly rows: readonly string[] }> {
  const { pipeline, rows } = opened();
  const text = JSON.stringify({ resourceType: 'Bundle', type, entry: resources.map((resource) => ({ resource })) });
  const { body } = await bundleRoute(() => pipeline).answer(Buffer.from(change(text)), source(), plainlyAsked);
  return { body, rows };
}

function opened(): { readonly pipeline: IngestPipeline; readonly rows: string[] } {
  const rows: string[] = [];
  const log = { append: async (_at: unknown, bytes: Buffer) => rows.push(...bytes.toString().trimEnd().split('\n')) };
  const metrics = new Metrics('test');
  const frames = (topic: (typeof topics)[keyof typeof topics]) => new FrameBuilder(topic, 4, { log, clock, metrics });
  const pipeline = new IngestPipeline({
    quarantineKeys: new Map(),
    accesses: frames(topics.accesses),
    quarantine: frames(topics.quarantine),
    clock,
    metrics,
    itemsMax: 1000,
    requestRowBytesMax: 1024 * 1024,
    ackMs: 5000,
    failpoint: () => {},
  });
  return { pipeline, rows };
}

/** Frames are closed at once. */
class Impatient extends FakeClock {
  override async sleep(): Promise<void> {}
}

const clock = new Impatient(nowMs);

function fhirSource(): SendingSource {
  return { ...source(), reading: fhirReading };
}

const fhirReading = { ...plainReading, format: 'fhir' };

function source(): SendingSource {
  const parsed = parseKeyRing(`aleo:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('aleo') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return { source: 'siem', groupId: 'aleo', authority: 'group', keys, reading: plainReading, detects: false };
}
