import { afterEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { accessRow } from '#libs/contracts/access-row.js';
import { careTopic, topics } from '#libs/contracts/topics.js';
import { until } from '#libs/event-log/contract-tools.js';
import { createMemoryLog, type MemoryLog } from '#libs/event-log/memory/memory-log.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Stay } from '#libs/formats/stays/stay.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import { parseVigieEvent } from '#libs/formats/vigie/parse-event.js';
import { WorkMeter } from '#libs/formats/work-meter.js';
import { defaultListsDir } from '#libs/detection/rules/load/config.js';
import { parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { aMonday, anEvent } from '#libs/testkit/builders.js';
import { aChange } from '#libs/testkit/case-records.js';
import { FrameBuilder } from '../frames/frame-builder.js';
import { IngestPipeline } from '../pipeline.js';
import { Care } from './care.js';
import { CareFollowing } from './following.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const open: CareFollowing[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((following) => following.stop()));
});

describe('what ingestors know of care', () => {
  it('is stamped on rows, and is the same in every ingestor and in one that was started again', async () => {
    const log = logOfTwo();
    const [one, two] = [await anIngestor(log), await anIngestor(log)];
    expect(await one.link('a', '8000001', 0)).toBe('none');
    await two.reads(1);
    expect(await two.link('b', '8000001', 30 * minute)).toBe('single');
    await one.reads(1);
    expect(await one.link('c', '8000001', 60 * minute)).toBe('several');
    const again = await anIngestor(log);
    expect(again.following.memory.patients).toBe(1);
    for (const [actor, at, link] of [
      ['b', 30 * minute, 'single'],
      ['c', 60 * minute, 'several'],
      ['a', 26 * hour, 'own'],
      ['d', 7 * 24 * hour, 'none'],
    ] as const)
      for (const [place, ingestor] of [one, two, again].entries())
        expect([actor, await ingestor.link(actor, '8000001', at, `${actor} of ${place}`)]).toEqual([actor, link]);
  });

  it('is not known to an access that other ingestors may not have seen the facts of: then the row says nothing', async () => {
    const one = await anIngestor(logOfTwo());
    one.now = aMonday + hour;
    const [row] = await one.take([anEvent({ time: isoOf(hour) })]);
    expect(row).not.toHaveProperty('care_link');
    await one.reads(1);
    await one.following.ask();
    expect((await one.take([anEvent({ time: isoOf(hour), id: '2' })]))[0]).toHaveProperty('care_link', 'none');
  });

  it('is the same whichever way a row was made, to the byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 12 }), fc.nat(6), async (given, order) => {
        const [short, long] = [await anIngestor(logOfTwo()), await anIngestor(logOfTwo())];
        for (const [index, event] of given.entries()) {
          const at = index * 8 * hour;
          const dated = inOrder(anEvent({ ...event, time: isoOf(at), id: String(index) }), order);
          for (const ingestor of [short, long]) {
            ingestor.now = aMonday + at;
            await ingestor.following.ask();
          }
          const [lines, decoded] = [await short.lines([dated]), await long.decoded([dated])];
          expect(lines).toEqual(decoded);
          for (const line of lines) expect(accessRow.safeParse(JSON.parse(line)).success).toBe(true);
          expect(short.facts()).toEqual(long.facts());
          await Promise.all([short.reads(short.facts().length), long.reads(long.facts().length)]);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('names neither a clear identifier nor a block in what is written of it', async () => {
    const one = await anIngestor(logOfTwo());
    const [row] = await one.take([anEvent({ patient_ids: ['8123456'] })]);
    expect(row?.['id_block']).toMatch(/^[0-9a-f]{16}$/);
    expect(one.facts()).toHaveLength(1);
    expect(JSON.stringify(one.facts())).not.toMatch(/8123456|id_block/);
  });

  it('links nobody through an account in an open incident', async () => {
    const log = logOfTwo();
    const one = await anIngestor(log);
    await one.take([anEvent({ actor_id: 'thief', patient_ids: ['8000001'], time: isoOf(0) })]);
    await one.reads(1);
    expect(await one.link('b', '8000001', 30 * minute)).toBe('single');
    const change = aChange('of a thief', 1, {
      group_id: 'helix',
      actor_id: 'thief',
      detected_at: isoOf(51 * minute),
      last_time: isoOf(30 * minute),
    });
    await log.append({ topic: topics.incidents, partition: 0 }, Buffer.from(`${JSON.stringify(change)}\n`));
    const again = await anIngestor(log);
    expect(await again.link('c', '8000001', 45 * minute, 'e1')).toBe('several');
    expect(await again.link('c', '8000001', 65 * minute, 'e2')).toBe('single');
  });

  it('knows a patient by a stay from three days before a planned one to three days after its end', async () => {
    const one = await anIngestor(logOfTwo());
    const stay = { id: 'v1', patient: { id: '8000001' }, clinicId: '', isCancelled: false } as const;
    const linkAt = async (at: number, id: string) => one.link(`reader ${id}`, '8000001', at, id);
    await one.stays([{ ...stay, beginMs: aMonday + 4 * day, endMs: aMonday + 5 * day, isPlanned: true }]);
    await one.reads(1);
    expect(await linkAt(20 * hour, 'early')).toBe('none');
    expect(await linkAt(30 * hour, 'prepared')).toBe('stay');
    expect(await linkAt(5.5 * day, 'there')).toBe('stay');
    expect(await linkAt(7 * day, 'after')).toBe('stay');
    await one.stays([{ ...stay, beginMs: aMonday + 4 * day, isPlanned: false, isCancelled: true }]);
    expect(await linkAt(7 * day + hour, 'cancelled')).not.toBe('stay');
  });

  it('is written down once for a pair and a step, and again where it says more', async () => {
    const one = await anIngestor(logOfTwo());
    const take = async (at: number, patient = '8000001') => {
      one.now = aMonday + at;
      await one.take([anEvent({ time: isoOf(at), patient_ids: [patient], id: `${at}${patient}` })]);
      await one.reads(one.facts().length);
    };
    for (const at of [0, minute, 3 * minute]) await take(at);
    expect(one.facts()).toHaveLength(1);
    await take(25 * minute);
    await take(25 * minute, '8000002');
    expect(one.facts()).toHaveLength(3);
  });

  it('says nothing of links where they are turned off, and writes down no patient', async () => {
    const one = await anIngestor(logOfTwo(), 'off');
    const [row] = await one.take([anEvent({ patient_ids: ['8123456', '8123457'] })]);
    expect(row).toMatchObject({ event_patients: 2, id_block: expect.any(String) });
    expect(row).not.toHaveProperty('care_link');
    expect(one.facts().map((line) => JSON.parse(line))).toMatchObject([{ what: 'touch', patient_id: '' }]);
  });

  it('does not answer an event whose facts are not in the log', async () => {
    const log = logOfTwo();
    const one = await anIngestor(log, 'on', {
      ...log,
      append: (at, bytes) => (at.topic === careTopic ? Promise.reject(new Error('away')) : log.append(at, bytes)),
    });
    await expect(one.take([anEvent()])).rejects.toMatchObject({ status: 503 });
  });
});

/** Too long for a place in the program of rows. */
const long = 'x'.repeat(120);
const anyEvent = fc.record(
  {
    actor_id: fc.constantFrom('a', 'b', 'svc-lab', 'é', 'a"b', long),
    clinic_id: fc.constantFrom('990000001', '990000002', long.slice(0, 40)),
    action: fc.constantFrom('read', 'list'),
    outcome: fc.constantFrom('success', 'failure'),
    actor_kind: fc.constantFrom('human', 'service'),
    emergency: fc.boolean(),
    patient_ids: fc.array(
      fc.constantFrom(
        '8000001',
        '8000002',
        '8000199',
        '0008000001',
        'A12',
        '7',
        '99',
        '81',
        '123456789012345678',
        '1234567890123456789',
        'é1',
      ),
      { maxLength: 6 },
    ),
    source_ip: fc.constantFrom('192.0.2.1', '198.51.100.7', '2001:db8::5', undefined),
  },
  { requiredKeys: ['actor_id', 'clinic_id', 'action', 'patient_ids'] },
);

/** The same event, its keys begun elsewhere. */
function inOrder(event: object, from: number): object {
  const entries = Object.entries(event);
  return Object.fromEntries([...entries.slice(from), ...entries.slice(0, from)]);
}

function logOfTwo(): MemoryLog {
  return createMemoryLog({ topics: { [topics.accesses]: 2, [topics.quarantine]: 2, [topics.incidents]: 2, [careTopic]: 2 } });
}

let ingestors = 0;

/** An ingestor's road with a memory of its own over a shared log, at a time that the test sets. */
async function anIngestor(log: MemoryLog, link: 'on' | 'off' = 'on', appends: Pick<EventLog, 'append'> = log) {
  const metrics = new Metrics('test');
  const it = { now: aMonday };
  const clock = { ...systemClock, now: () => it.now };
  const config = { VIGIE_ZONE: 'Europe/Paris', VIGIE_CARE_LINK: link, VIGIE_LISTS_DIR: defaultListsDir };
  ingestors += 1;
  const signal = new AbortController().signal;
  const following = new CareFollowing({ log, clock, logger: silentLog, metrics, config, group: `care-${ingestors}`, signal });
  open.push(following);
  await following.start();
  const builder = (topic: typeof topics.accesses | typeof topics.quarantine | typeof careTopic) =>
    new FrameBuilder(topic, 2, { log: appends, clock, metrics });
  const pipeline = new IngestPipeline({
    accesses: builder(topics.accesses),
    quarantine: builder(topics.quarantine),
    care: new Care(following.stamper, builder(careTopic)),
    quarantineKeys: new Map(),
    clock,
    metrics,
    itemsMax: 1000,
    requestRowBytesMax: 1e8,
    ackMs: 5000,
    failpoint: () => {},
  });
  const during = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
    const before = linesOf(log, topics.accesses);
    await work();
    return linesOf(log, topics.accesses).filter((line) => !before.includes(line));
  };
  const lines = (events: readonly object[]) =>
    during(() => pipeline.events(Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join('')), source));
  const take = async (events: readonly object[]) =>
    (await lines(events)).map((line) => JSON.parse(line) as Record<string, unknown>);
  return Object.assign(it, {
    following,
    lines,
    take,
    decoded: (events: readonly object[]) =>
      during(() =>
        pipeline.decoded(
          events.map((event) => ({ outcome: parseVigieEvent(event), content: event, meter: new WorkMeter() })),
          source,
        ),
      ),
    stays: (stays: readonly Stay[]) => pipeline.stays(stays, source),
    facts: () => linesOf(log, careTopic),
    reads: (count: number) => until(`${count} facts are read`, () => following.facts >= count),
    link: async (actor_id: string, patient: string, at: number, id = `${actor_id} ${at} ${ingestors}`) => {
      it.now = aMonday + at;
      const known = linesOf(log, careTopic).length;
      await until(`${known} facts are read`, () => following.facts >= known);
      await following.ask();
      const [row] = await take([anEvent({ actor_id, patient_ids: [patient], time: isoOf(at), id })]);
      return row?.['care_link'];
    },
  });
}

function linesOf(log: MemoryLog, topic: string): readonly string[] {
  const frames = [0, 1].flatMap((partition) => log.frames({ topic, partition }));
  return frames.flatMap((bytes) => bytes.toString().trimEnd().split('\n')).toSorted();
}

function isoOf(at: number): string {
  return new Date(aMonday + at).toISOString();
}

const source: SourceContext = { source: 'siem', groupId: 'helix', authority: 'group', keys: keysOf() };

function keysOf(): SourceContext['keys'] {
  const parsed = parseKeyRing(`helix:k1=${Buffer.from('a key for tests of 32 bytes size').toString('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
  if (!keys) throw new Error('the test key cannot be read');
  return keys;
}
