import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { topics } from '#libs/contracts/topics.js';
import { plainReading } from '#libs/formats/input-format.js';
import { parseAuditEvent } from '#libs/formats/fhir/audit-event.js';
import { parseBundle } from '#libs/formats/fhir/bundle.js';
import { isObject } from '#libs/formats/json/parse-item.js';
import { toRows } from '#libs/formats/to-rows.js';
import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { metered, tooMuchWork, WorkMeter, workLimits } from '#libs/formats/work-meter.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { accepted } from '#libs/runtime/outcome.js';
import { type HeavyBody, heavyShapes } from '#libs/testkit/heavy-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { FrameBuilder } from './frames/frame-builder.js';
import { IngestPipeline } from './pipeline.js';
import { bundleRoute, auditEventRoute } from './receive/fhir-routes.js';
import { plainlyAsked } from './receive/asked.fixture.js';
import { HttpRefusal } from './receive/http-refusal.js';
import type { SendingSource } from './receive/taker.js';

const mebibyte = 1024 * 1024;
/** Fields of a document that are looked up for one element of it, at most: every reader asks for each some times. */
const looksPerElement = 64;
/** What one draw may go beyond the limit, because it is drawn at once. */
const lastDraw = 8 * mebibyte;

describe.each(Object.entries(heavyShapes))('the work of %s', (_what, shape) => {
  const heavy = shape(mebibyte - 1024);

  it('is drawn from a budget that it cannot go beyond, and nothing is looked at without being paid for', () => {
    for (const { steps, looks, elements } of costsOf(heavy)) {
      expect(steps).toBeLessThan(workLimits.stepsMax + lastDraw);
      expect(looks).toBeLessThan(looksPerElement * elements);
    }
  });

  it('becomes no more rows than one request may make, and every record is accounted for', async () => {
    const { bytes, told } = await written(heavy);
    expect(bytes).toBeLessThan(workLimits.requestRowBytesMax + workLimits.rowBytesMax);
    expect(told).toBe(true);
  });
});

describe('work', () => {
  it('grows with the size of a document and not with its square', () => {
    for (const [what, shape] of Object.entries(heavyShapes)) {
      const total = (bytes: number) => costsOf(shape(bytes)).reduce((sum, { steps }) => sum + steps, 0);
      expect([what, total(80_000) / total(20_000) < 8]).toEqual([what, true]);
    }
  });

  it('is bounded for documents of random sizes and mixtures', () => {
    const names = fc.subarray(Object.keys(heavyShapes), { minLength: 2, maxLength: 4 });
    fc.assert(
      fc.property(names, fc.integer({ min: 1000, max: 40_000 }), (mixture, bytes) => {
        const shapes = mixture.map((name) => heavyShapes[name]?.(bytes)).filter((heavy) => heavy !== undefined);
        const [first] = shapes;
        if (!first) return;
        const same = shapes.filter(({ door, value }) => door === first.door && !('entry' in value) && !Array.isArray(value));
        const mixed = { door: first.door, value: Object.assign({}, ...same.map(({ value }) => value)) };
        for (const { steps, looks, elements } of costsOf(mixed)) {
          expect(steps).toBeLessThan(400 * JSON.stringify(mixed.value).length);
          expect(looks).toBeLessThan(looksPerElement * elements);
        }
      }),
      { numRuns: casesOf(8, 60) },
    );
  });

  it('that is too much sets the record aside, with the limit and what to do', async () => {
    const { quarantined } = await written(heavyShapes['patients times long keys']?.(mebibyte - 1024) ?? fail());
    expect(quarantined.map((line) => JSON.parse(line))).toMatchObject([
      {
        reason: tooMuchWork,
        field: 'patient_ids',
        detail: expect.stringMatching(/more than 33554432; send fewer patients/),
        content: expect.stringMatching(/^\{"json":\{"time":"text 24",/),
      },
    ]);
  });

  it('of long texts takes no export out of sight: the texts are left out, the patients are judged', async () => {
    const { lines, quarantined } = await written(heavyShapes['patients times all texts']?.(mebibyte - 1024) ?? fail());
    expect(lines).toHaveLength(20_000);
    expect(lines[0]).not.toContain('zzz');
    expect(quarantined.map((line) => JSON.parse(line))).toMatchObject([{ reason: 'texts_left_out' }]);
  });

  it('of one request leaves turns to others: between entries, and before the first', async () => {
    const heavy = heavyShapes['identifiers of one entry times entries that point to it']?.(mebibyte / 2) ?? fail();
    for (const type of ['batch', 'transaction']) {
      const { value } = heavy;
      const entry = 'entry' in value && Array.isArray(value.entry) ? value.entry.slice(1) : [];
      let turns = 0;
      let over = false;
      const count = () => {
        turns += 1;
        if (!over) setImmediate(count);
      };
      setImmediate(count);
      await written({ ...heavy, value: { ...value, type, entry } });
      over = true;
      expect(turns).toBeGreaterThan(entry.length / 512);
    }
  });
});

interface Cost {
  readonly steps: number;
  /** Lookups of fields in the document: counted from outside, whatever the meter says. */
  readonly looks: number;
  readonly elements: number;
}

function costsOf({ door, value }: HeavyBody): readonly Cost[] {
  if (door === 'events')
    return (Array.isArray(value) ? value.slice(0, 20) : [value]).map((item: unknown) => costOf(item, parseVigieEvent));
  const bundle = parseBundle(value);
  if (bundle.kind === 'rejected') return [costOf(value, (item, meter) => parseAuditEvent(item, { meter }))];
  const { resources, targets } = bundle.value;
  return resources.slice(0, 200).map((item) => costOf(item, (one, meter) => parseAuditEvent(one, { meter, beside: targets })));
}

function costOf(item: unknown, parse: (item: unknown, meter: WorkMeter) => ReturnType<typeof parseVigieEvent>): Cost {
  const meter = new WorkMeter();
  const counted = new CountedLooks();
  const outcome = parse(counted.around(item), meter);
  if (outcome.kind === 'accepted')
    metered(() => accepted(toRows(outcome.value, source(), '2026-11-23T08:12:03.120Z', undefined, meter)));
  return { steps: meter.steps, looks: counted.looks, elements: elementsOf(item) };
}

/** A document that counts how often its fields are looked up. */
class CountedLooks {
  looks = 0;
  readonly #around = new WeakMap<object, object>();

  around(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    const known = this.#around.get(value);
    if (known) return known;
    const proxy = new Proxy(value, {
      get: (target, name, receiver) => {
        this.looks += 1;
        return this.around(Reflect.get(target, name, receiver));
      },
    });
    this.#around.set(value, proxy);
    return proxy;
  }
}

function elementsOf(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, inner) => sum + elementsOf(inner), 1);
  return isObject(value) ? Object.values(value).reduce<number>((sum, inner) => sum + elementsOf(inner), 1) : 1;
}

async function written({ door, value }: HeavyBody) {
  const log = new CountedAppends();
  const tools = { log, clock: systemClock, metrics: new Metrics('test') };
  const pipeline = new IngestPipeline({
    quarantineKeys: new Map(),
    accesses: new FrameBuilder(topics.accesses, 4, tools),
    quarantine: new FrameBuilder(topics.quarantine, 1, tools),
    clock: systemClock,
    metrics: tools.metrics,
    itemsMax: 100_000,
    requestRowBytesMax: workLimits.requestRowBytesMax,
    ackMs: 60_000,
    failpoint: () => {},
  });
  const body = Buffer.from(JSON.stringify(value));
  const route = 'entry' in value ? bundleRoute(() => pipeline) : auditEventRoute(() => pipeline);
  const answer = door === 'events' ? pipeline.events(body, source()) : route.answer(body, source(), plainlyAsked);
  const told = await answer.then(
    () => true,
    (cause: unknown) => cause instanceof HttpRefusal,
  );
  return { bytes: log.bytes, told, lines: log.lines, quarantined: log.quarantined };
}

class CountedAppends {
  bytes = 0;
  readonly lines: string[] = [];
  readonly quarantined: string[] = [];
  async append({ topic }: { readonly topic: string }, bytes: Buffer): Promise<number> {
    this.bytes += bytes.length;
    const lines = topic === topics.accesses ? this.lines : this.quarantined;
    lines.push(...bytes.toString().trimEnd().split('\n'));
    return lines.length;
  }
}

function source(): SendingSource {
  const parsed = parseKeyRing(`aleo:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('aleo') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return { source: 'siem', groupId: 'aleo', authority: 'group', keys, reading: plainReading, detects: false };
}

function fail(): never {
  throw new Error('there is no such shape');
}
