import { hash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { Metrics } from '#libs/runtime/metrics.js';
import { silentLog } from '#libs/runtime/log.js';
import { accepted } from '#libs/runtime/outcome.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import type { Sample } from '../store/samples.js';
import { Reconciler, type Rewind } from './reconciler.js';

const at = { topic: 'vigie.accesses.v1', partition: 3 };

/** A log that is committed up to an offset, a ledger and a store, and what was read again. */
function aWorld() {
  const world = {
    committed: 10,
    end: 10,
    ledger: [] as { readonly first: number; readonly last: number }[],
    stored: new Set<string>(),
    erased: [] as string[],
    samples: [] as Sample[],
    rewinds: [] as Rewind[],
    asked: [] as number[],
  };
  const metrics = new Metrics('archiver');
  const reconciler = new Reconciler({
    store: {
      insert: async () => accepted(0),
      recordBatch: async () => {},
      batches: async (_at, from, max) => {
        world.asked.push(from);
        const entries = world.ledger.filter(({ last }) => last >= from).slice(0, max);
        return entries.map((entry) => ({ ...at, ...entry, rows: 1, refused: 0, token: '' }));
      },
      found: async (_table, ids) => ids.filter((id) => world.stored.has(id)).length,
      erasedLately: async () => world.erased,
    },
    samples: { take: () => world.samples.splice(0) } as never,
    clock: new FakeClock(),
    log: silentLog,
    metrics,
    positions: async () => [{ ...at, next: world.end, end: world.end, committed: world.committed }],
    readAgain: async (rewinds) => void world.rewinds.push(...rewinds),
  });
  const valueOf = async (name: string) => Number((await metrics.registry.getSingleMetricAsString(name)).split(' ').at(-1));
  const check = async () => {
    await reconciler.check();
    return [
      await valueOf('vigie_archive_gaps'),
      await valueOf('vigie_archive_unstored_frames'),
      world.rewinds.splice(0),
    ] as const;
  };
  return { world, check };
}

/** A batch of rows, each of the account that has its name. */
const sample = (ids: string, first: number, last: number, partition = 3): Sample => ({
  batch: { at: { ...at, partition }, first, last, rows: ids.length },
  table: 'accesses',
  rows: [...ids].map((id) => ({ id, groupId: 'helix', names: [`account ${id}`, 'helix'] })),
  storedAt: 0,
});

it('reads a hole again once, up to what was committed, and goes on showing it until it is closed', async () => {
  const { world, check } = aWorld();
  world.ledger = [
    { first: 0, last: 3 },
    { first: 6, last: 9 },
  ];
  expect(await check()).toEqual([1, 2, [{ at, from: 4, until: 10 }]]);
  expect(await check()).toEqual([1, 2, []]);
  world.ledger.splice(1, 0, { first: 4, last: 5 });
  expect(await check()).toEqual([0, 0, []]);
  // What was found whole is not asked for again.
  expect(world.asked).toEqual([0, 4, 4]);
  await check();
  expect(world.asked.at(-1)).toBe(10);
});

it('begins where the ledger does: what was stored before it was kept is no hole', async () => {
  const { world, check } = aWorld();
  world.ledger = [{ first: 5, last: 9 }];
  expect(await check()).toEqual([0, 0, []]);
});

it('reads a batch again of which rows are missing, and leaves one of another partition to its owner', async () => {
  const { world, check } = aWorld();
  world.ledger = [{ first: 0, last: 9 }];
  world.stored = new Set(['a']);
  world.samples = [sample('a', 0, 1), sample('b', 2, 3), sample('c', 4, 5, 7)];
  expect(await check()).toEqual([1, 2, [{ at, from: 2, until: 10 }]]);
});

it('reads nothing again that an erasure took away: a batch of which some rows went, and one whose rows all were of who was erased', async () => {
  const { world, check } = aWorld();
  world.ledger = [{ first: 0, last: 9 }];
  world.erased = [hash('sha256', 'account b', 'hex')];
  world.stored = new Set(['a']);
  world.samples = [sample('ab', 0, 1), sample('b', 2, 3)];
  expect(await check()).toEqual([0, 0, []]);
  // One that is missing as a whole, and somebody's who was not erased.
  world.samples = [sample('bc', 4, 5)];
  expect(await check()).toEqual([1, 2, [{ at, from: 4, until: 10 }]]);
});

it('counts what was in the log at the check before and is not committed, and not what came since', async () => {
  const { world, check } = aWorld();
  world.ledger = [{ first: 0, last: 9 }];
  world.end = 14;
  expect(await check()).toEqual([0, 0, []]);
  world.end = 20;
  expect(await check()).toEqual([0, 4, []]);
});

it('looks at a long past in several checks', async () => {
  const { world, check } = aWorld();
  world.ledger = Array.from({ length: 10_001 }, (_, n) => ({ first: n, last: n })).filter(({ first }) => first !== 10_000);
  world.committed = world.end = 20_000;
  expect(await check()).toEqual([0, 0, []]);
  expect(await check()).toEqual([1, 10_000, [{ at, from: 10_000, until: 20_000 }]]);
});
