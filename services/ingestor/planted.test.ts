import { describe, expect, it } from '@jest/globals';
import { topics } from '#libs/contracts/topics.js';
import { plainReading } from '#libs/formats/input-format.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { type Clock, systemClock } from '#libs/runtime/clock.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { plantsOf, type PlantedRecord } from '#libs/leakcheck/planted-records.js';
import { shows, spellings } from '#libs/leakcheck/spellings.js';
import { isDigest, textsOf } from '#libs/leakcheck/texts.js';
import { FrameBuilder } from './frames/frame-builder.js';
import { IngestPipeline } from './pipeline.js';
import { bundleRoute } from './receive/fhir-routes.js';
import { plainlyAsked } from './receive/asked.fixture.js';
import { HttpRefusal } from './receive/http-refusal.js';
import type { SendingSource } from './receive/taker.js';

/** Of the kinds that are in use: an IPP, a number with zeros in front, an INS, one with letters. */
const identifiers = ['80012345', '0084120763', '184127645108946', 'PAT7X40931'];

const planted = { time: '2026-11-23T08:12:03.120Z', clinicId: '750300123', actorId: 'dr.martin' };

describe.each(Object.entries(plantsOf(planted)))('a patient whose identifier stands in %s', (_place, plant) => {
  it.each(identifiers)('%s is nowhere in what leaves the ingestor, in any spelling', async (identifier) => {
    const leaving = await sent(Object.values(spellings).map((spell) => plant(identifier, spell(identifier))));
    expect(leaving.filter((text) => shows(text, identifier) !== undefined)).toEqual([]);
  });
});

describe('the search', () => {
  it('finds what is not masked', () => {
    for (const spell of Object.values(spellings)) expect(shows(`a ${spell('0084120763')} b`, '0084120763')).toBeDefined();
  });
});

/** Every text that leaves: of rows and quarantine, keys included, of the answer or the refusal, and the metrics. */
async function sent(records: readonly PlantedRecord[]): Promise<readonly string[]> {
  const lines: string[] = [];
  const append = async (_at: unknown, bytes: Buffer) => lines.push(...bytes.toString().trimEnd().split('\n'));
  const metrics = new Metrics('test');
  const tools = { log: { append }, clock: impatient, metrics };
  const pipeline = new IngestPipeline({
    quarantineKeys: new Map(),
    accesses: new FrameBuilder(topics.accesses, 4, tools),
    quarantine: new FrameBuilder(topics.quarantine, 1, tools),
    clock: impatient,
    metrics,
    itemsMax: 100,
    requestRowBytesMax: 1024 * 1024,
    ackMs: 5000,
    failpoint: () => {},
  });
  const values = records.map(({ value }) => value);
  const bundle = { resourceType: 'Bundle', type: 'batch', entry: values.map((resource) => ({ resource })) };
  const work = records.some(({ door }) => door === 'events')
    ? pipeline.events(Buffer.from(values.map((value) => JSON.stringify(value)).join('\n')), source)
    : bundleRoute(() => pipeline).answer(Buffer.from(JSON.stringify(bundle)), source, plainlyAsked);
  const answer = await work.catch((cause: unknown) => {
    if (!(cause instanceof HttpRefusal)) throw cause;
    return { message: cause.message, refused: cause.refused };
  });
  const rows = lines.map((line): unknown => JSON.parse(line));
  return [...textsOf(rows), ...textsOf(answer), await metrics.registry.metrics()].filter((text) => !isDigest(text));
}

/** Frames are closed at once. */
const impatient: Clock = {
  now: () => systemClock.now(),
  monotonic: () => systemClock.monotonic(),
  every: (ms, work) => systemClock.every(ms, work),
  sleep: async () => {},
};

const source = sourceOfTests();

function sourceOfTests(): SendingSource {
  const parsed = parseKeyRing(`aleo:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('aleo') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return { source: 'siem', groupId: 'aleo', authority: 'group', keys, reading: plainReading, detects: false };
}
