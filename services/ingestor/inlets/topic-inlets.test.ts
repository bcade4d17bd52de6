import { describe, expect, it } from '@jest/globals';
import type { JoinOptions, Membership, Reader } from '#libs/event-log/port.js';
import { plainReading } from '#libs/formats/input-format.js';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import type { ConfiguredSource } from '#libs/sources/source.js';
import type { SourcesInUse } from '#libs/sources/sources-in-use.js';
import type { HandOver } from './hand-over.js';
import { TopicInlets } from './topic-inlets.js';

const sourceOf = (topic: string): ConfiguredSource => ({
  source: topic,
  groupId: 'helix',
  authority: 'group',
  reading: plainReading,
  detects: false,
  certificates: [],
  listeners: [],
  senders: [],
  topic,
});

function topics(...named: string[]) {
  const joined: { readonly options: JoinOptions; readonly reader: Reader }[] = [];
  const committed: number[] = [];
  const left: string[] = [];
  let sources = named.map(sourceOf);
  let away: Error | undefined;
  const join = async (options: JoinOptions, reader: Reader): Promise<Membership> => {
    if (away) throw away;
    joined.push({ options, reader });
    const ended = Promise.withResolvers<void>();
    const leave = async () => {
      left.push(...options.topics);
      ended.resolve();
    };
    return { commit: async (_at, next) => committed.push(next) > 0, positions: async () => [], leave, ended: ended.promise };
  };
  const taken: string[] = [];
  const told: unknown[] = [];
  let durable = Promise.resolve();
  const handOver: Pick<HandOver, 'takePlaced'> = {
    takePlaced: async (placed) => {
      for await (const { origin, item } of placed) {
        taken.push(origin);
        if (item.outcome.kind === 'rejected') told.push([item.outcome.reason, item.outcome.detail]);
      }
      return durable;
    },
  };
  const metrics = new Metrics('ingestor');
  const inlets = new TopicInlets({
    eventLog: { join },
    handOver: handOver as unknown as HandOver,
    sources: () => ({ file: { sources } }) as unknown as SourcesInUse,
    clock: systemClock,
    metrics,
    log: silentLog,
  });
  const become = (...others: string[]) => (sources = others.map(sourceOf));
  return {
    inlets,
    joined,
    committed,
    left,
    taken,
    told,
    metrics,
    become,
    hold: (until: Promise<void>) => (durable = until),
    brokers: (why?: Error) => (away = why),
  };
}

const at = { topic: 'raw.dpi', partition: 0 };
const frame = (offset: number, text: string) => ({ offset, bytes: Buffer.from(text) });

describe('topics of sources', () => {
  it('are read by a group of their own, and committed when what they hold is durable', async () => {
    const { inlets, joined, committed, taken, hold } = topics('raw.dpi');
    await inlets.apply();
    await new Promise(setImmediate);
    expect(joined.map(({ options }) => [options.group, options.foreign])).toEqual([['vigie-ingestor-raw.raw.dpi', true]]);
    const { promise, resolve } = Promise.withResolvers<void>();
    hold(promise);
    const read = joined[0]?.reader.frames(at, [frame(4, 'a'), frame(5, ''), frame(6, 'b')], new AbortController().signal);
    await new Promise(setImmediate);
    expect([taken, committed]).toEqual([['raw.dpi/0/4#0', 'raw.dpi/0/6#0'], []]);
    resolve();
    await read;
    expect(committed).toEqual([7]);
  });

  it('that have lost records are read on, and what is gone stands in quarantine and is counted', async () => {
    const { inlets, joined, taken, told, metrics } = topics('raw.dpi');
    await inlets.apply();
    await new Promise(setImmediate);
    await joined[0]?.reader.missing?.(at, { wanted: 2, start: 4, end: 5 });
    await joined[0]?.reader.missing?.(at, { wanted: 9, start: 0, end: 5 });
    expect(taken).toEqual(['raw.dpi/0/2#0', 'raw.dpi/0/9#0']);
    expect(told).toEqual([
      ['records_removed', expect.stringContaining('from 4 up to 5, and was to be read from 2: 2 were removed')],
      ['records_removed', expect.stringContaining('it was made anew, or cut short')],
    ]);
    expect(await metrics.registry.metrics()).toContain('inlet="raw.dpi",reason="removed",service="ingestor"} 2');
    await inlets.close();
  });

  it('are joined and left with the file of sources', async () => {
    const { inlets, joined, left, become } = topics('raw.dpi');
    await inlets.apply();
    await new Promise(setImmediate);
    become('raw.ris');
    await inlets.apply();
    await new Promise(setImmediate);
    await inlets.close();
    expect([joined.map(({ options }) => options.topics[0]), left]).toEqual([
      ['raw.dpi', 'raw.ris'],
      ['raw.dpi', 'raw.ris'],
    ]);
  });

  it('that cannot be read are told and tried again, until they can be or nobody wants them', async () => {
    const { inlets, joined, become, brokers } = topics('raw.dpi');
    const applied = async () => {
      await inlets.apply();
      await new Promise(setImmediate);
      return inlets.trouble;
    };
    brokers(new Error('no broker answers'));
    expect(await applied()).toBe('the topic raw.dpi is not read: no broker answers');
    expect(await applied()).toBe('the topic raw.dpi is not read: no broker answers');
    brokers();
    expect(await applied()).toBeUndefined();
    expect(joined).toHaveLength(1);
    brokers(new Error('no broker answers'));
    become('raw.ris');
    expect(await applied()).toContain('raw.ris');
    become();
    expect(await applied()).toBeUndefined();
    await inlets.close();
  });
});
