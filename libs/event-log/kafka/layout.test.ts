import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { Health } from '#libs/runtime/health.js';
import { silentLog } from '#libs/runtime/log.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { commitMetadata, Layout } from './layout.js';
import { Pulse } from './pulse.js';

const topic = 'vigie.accesses.v1';
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** What is known when a process asks, and the number of partitions that it must go by. `ends` has one entry for each partition there is. */
const cases: readonly (readonly [string, Known, number])[] = [
  ['a topic seen for the first time', { ends: [0, 0] }, 2],
  ['a topic seen for the first time that has rows', { ends: [5, 7] }, 2],
  ['grown, and a commit remembers it', { ends: [5, 7, 0, 0], committed: 2 }, 2],
  ['grown, and rows lie beyond already: those who read know better', { ends: [5, 7, 3, 0], committed: 2 }, 2],
  ['grown before anybody committed, and this host remembers it', { ends: [5, 7, 0, 0], remembered: 2 }, 2],
  ['grown, nothing remembers it any more, and an operator has agreed to the old number', { ends: [5, 7, 0, 0], kept: 2 }, 2],
  ['made anew with more, and an operator agreed to another number once', { ends: [5, 7, 3, 0], kept: 2 }, 4],
  ['grown while it was empty, as far as anybody can tell', { ends: [0, 0, 0, 0], remembered: 2 }, 2],
  ['made anew with more, and others place rows by them', { ends: [5, 7, 3, 0], remembered: 2 }, 4],
  ['made anew with fewer', { ends: [5], remembered: 2 }, 1],
  ['the same on another cluster', { ends: [5, 7, 0, 0], remembered: 2, cluster: 'other' }, 4],
  ['a commit that remembers nothing, of an older version', { ends: [5, 7], committed: undefined, offset: 3 }, 2],
];

describe('over how many partitions accounts are placed', () => {
  it.each(cases)('%s', async (_, known, used) => {
    const file = await fileWith(known);
    const layout = layoutOf(known, file);
    expect(await layout.partitionsOf(topic, known.ends.length)).toBe(used);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ [`c1/${topic}`]: used });
  });

  it('is told as soon as the brokers show more, with what to do, and leaves every door open: rows go on by the old number', async () => {
    const clock = new FakeClock();
    const health = new Health();
    const known: Known = { ends: [5, 7] };
    const pulse = new Pulse({ admin: adminWith(known), clock, health, used: new Map([[topic, 2]]) });
    await clock.advance(6000);
    expect(health.report('ready').ok).toBe(true);
    known.ends = [5, 7, 0, 0];
    await clock.advance(6000);
    expect(health.report('ready')).toMatchObject({
      ok: true,
      checks: {
        'grown topics': expect.stringMatching(
          /has 4 partitions now, and accounts are placed over 2: .*KAFKA_PARTITIONS_KEPT=vigie.accesses.v1=2/,
        ),
      },
    });
    pulse.stop();
  });

  it('is told no more of a number that an operator has agreed to, and of any other', async () => {
    for (const [count, told] of [
      [2, false],
      [3, true],
    ] as const) {
      const clock = new FakeClock();
      const health = new Health();
      const kept = new Map([[topic, count]]);
      const pulse = new Pulse({ admin: adminWith({ ends: [5, 7, 0, 0] }), clock, health, kept, used: new Map([[topic, 2]]) });
      await clock.advance(6000);
      expect(health.parts()).toEqual([['grown topics', told]]);
      pulse.stop();
    }
  });

  it.each([
    ['a topic that is deleted, or hidden', { ends: [5, 7], gone: true }, 'brokers', /shows no topic vigie.accesses.v1: deleted/],
    ['a partition that nobody leads', { ends: [5, 7], unled: 1 }, 'brokers', /^no broker leads vigie.accesses.v1\/1:/],
    [
      'a topic made anew with fewer',
      { ends: [0] },
      'partitions',
      /has 1 partitions now, .* over 2: it was made anew .*--partitions 2'/,
    ],
  ] as const)('%s is named by ready', async (_, known, check, text) => {
    const clock = new FakeClock();
    const health = new Health();
    const kept = new Map([[topic, 2]]);
    const pulse = new Pulse({ admin: adminWith(known), clock, health, kept, used: new Map([[topic, 2]]) });
    await clock.advance(6000);
    const { ok, checks } = health.report('ready');
    expect(ok).toBe(false);
    expect(checks[check]).toMatch(text);
    pulse.stop();
  });

  it('topics that are asked for at once are all remembered', async () => {
    const file = await fileWith({ ends: [0] });
    const layout = layoutOf({ ends: [0] }, file);
    await Promise.all(['a', 'b', 'c'].map((name) => layout.partitionsOf(name, 3)));
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ 'c1/a': 3, 'c1/b': 3, 'c1/c': 3 });
  });

  it('a host that cannot write goes by what the groups remember', async () => {
    const folder = await fileWith({ ends: [0] });
    await mkdir(folder, { recursive: true });
    expect(await layoutOf({ ends: [5, 7, 0, 0], committed: 2 }, folder).partitionsOf(topic, 4)).toBe(2);
  });

  it('brokers that do not answer turn ready red and green again, also where nothing is read or appended', async () => {
    const clock = new FakeClock();
    const health = new Health();
    const known: Known = { ends: [5], away: true };
    const pulse = new Pulse({ admin: adminWith(known), clock, health, used: new Map([[topic, 1]]) });
    await clock.advance(6000);
    expect(health.report('ready').checks['brokers']).toMatch(/ECONNREFUSED/);
    expect(health.report('live').ok).toBe(true);
    known.away = false;
    await clock.advance(6000);
    expect(health.report('ready').ok).toBe(true);
    pulse.stop();
  });
});

interface Known {
  ends: readonly number[];
  readonly committed?: number | undefined;
  readonly offset?: number;
  readonly remembered?: number;
  readonly kept?: number;
  readonly cluster?: string;
  away?: boolean;
  readonly gone?: boolean;
  readonly unled?: number;
}

function layoutOf(known: Known, file: string): Layout {
  const groups = ['vigie-scorer', 'vigie-archiver'];
  const kept = known.kept === undefined ? {} : { kept: new Map([[topic, known.kept]]) };
  return new Layout({ admin: adminWith(known), clock: new FakeClock(), log: silentLog, groups, file, ...kept });
}

async function fileWith({ remembered, cluster = 'c1' }: Known): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vigie-layout-'));
  folders.push(folder);
  const file = join(folder, 'state', 'partitions.json');
  if (remembered === undefined) return file;
  const flat = join(folder, 'partitions.json');
  await writeFile(flat, JSON.stringify({ [`${cluster}/${topic}`]: remembered }));
  return flat;
}

function adminWith(known: Known): Admin {
  const metadata = commitMetadata(known.committed);
  const answer = async <T>(value: T): Promise<T> => {
    if (known.away) throw new Error('connect ECONNREFUSED');
    return value;
  };
  return {
    describeCluster: () => answer({ clusterId: 'c1' }),
    fetchTopicOffsets: () => answer(known.ends.map((high, partition) => ({ partition, high: `${high}`, low: '0' }))),
    fetchTopicMetadata: () =>
      answer({
        topics: known.gone
          ? []
          : [
              {
                name: topic,
                partitions: known.ends.map((_, partitionId) => ({ partitionId, leader: partitionId === known.unled ? -1 : 1 })),
              },
            ],
      }),
    fetchOffsets: ({ groupId }: { readonly groupId: string }) =>
      answer([
        {
          topic,
          partitions: known.ends.map((_, partition) =>
            groupId === 'vigie-scorer' && partition === 0
              ? { partition, offset: `${known.offset ?? 5}`, metadata }
              : { partition, offset: '-1', metadata: null },
          ),
        },
      ]),
  } as unknown as Admin;
}
