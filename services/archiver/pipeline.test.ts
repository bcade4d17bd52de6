import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { UnexplainedRefusal } from '#libs/access-store/clickhouse/failure.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { type QuarantineRow, quarantineRow } from '#libs/contracts/quarantine-row.js';
import { topics } from '#libs/contracts/topics.js';
import type { LedgerEntry } from '#libs/access-store/contract/port.js';
import type { EventLog, Frame, Membership, Position, Reader, TopicPartition } from '#libs/event-log/port.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { accepted, type Outcome, rejected, Transient } from '#libs/runtime/outcome.js';
import { aMonday, anAccessRow, anEventId } from '#libs/testkit/builders.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { refusedRowsMax } from './refuse/breaker.js';
import { ArchiverPipeline, heldBytesMax } from './pipeline.js';
import { PlansInMemory } from './collect/plan.js';
import { Reconciler } from './reconcile/reconciler.js';
import { Samples } from './store/samples.js';
import type { ArchiveStore, ArchiveTable } from './collect/tables.js';

const hourMs = 3_600_000;

describe('a range of the log', () => {
  it('is inserted with its bytes unchanged, then written into the ledger, then committed', async () => {
    const world = new World();
    world.append(accesses, [row('a'), row('b')], [row('c')]);
    const life = await world.start();
    await life.clock.advance(500);
    expect(world.store.inserts).toHaveLength(1);
    expect(world.store.inserts[0]?.bytes.toString()).toBe(row('a') + row('b') + row('c'));
    expect(world.calls).toEqual(['insert accesses 3', 'ledger 0-1', 'commit vigie.accesses.v1/0 2']);
    expect(world.store.ledger[0]?.token).toMatch(/^vigie\.accesses\.v1-0-0-1-[0-9a-f]{64}$/);
  });

  it('of an incident is in ClickHouse within a fifth of a second', async () => {
    const world = new World();
    const life = await world.start();
    life.push(incidents, [change()]);
    await life.clock.advance(200);
    expect(world.store.rows('incident_changes')).toEqual([change()]);
  });

  it('is cut at 100,000 rows, and the next one collects while it is stored', async () => {
    const world = new World();
    const line = row('a');
    const frame = Array.from({ length: 30_000 }, () => line);
    world.append(accesses, ...Array.from({ length: 8 }, () => frame));
    const life = await world.start();
    await life.clock.advance(1000);
    expect(world.store.ledger.map(({ rows }) => rows)).toEqual([120_000, 120_000]);
  });
});

describe('ClickHouse away (T-48)', () => {
  it('for two hours: the same batch is tried with the same token, memory is bounded, and everything is there afterwards', async () => {
    const world = new World();
    world.store.away = true;
    const big = row('x', { extra: 'y'.repeat(256 * 1024) });
    for (let count = 0; count < 400; count += 1) world.append(accesses, [big]);
    const life = await world.start();
    await life.clock.advance(2 * hourMs);
    expect(new Set(world.store.attempts).size).toBe(1);
    expect(world.store.attempts.length).toBeGreaterThan(400);
    // One batch with the store, one collecting, and what a single hand-over may add.
    expect(life.handedOver(accesses)).toBeLessThanOrEqual(2 * 128 + 2);
    expect(life.handedOver(accesses) * big.length).toBeLessThan(heldBytesMax);
    world.store.away = false;
    await life.clock.advance(60_000);
    expect(world.store.rows('accesses')).toHaveLength(400);
    expect(world.committed(accesses)).toBe(400);
  });

  it('for a moment after it has stored the rows: they are stored once (T-07, T-56)', async () => {
    const world = new World();
    world.store.loseAnswers = 3;
    world.append(accesses, [row('a')]);
    const life = await world.start();
    await life.clock.advance(60_000);
    expect(world.store.rows('accesses')).toEqual([row('a')]);
    expect(world.committed(accesses)).toBe(1);
  });
});

describe('kill -9 at any point (T-04 to T-08)', () => {
  it('loses no row and stores none twice', async () => {
    const seed = Number(process.env['FC_SEED'] ?? 20261123);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 900 })), { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 5 }),
        async (frames, crashes) => {
          const world = new World();
          let next = 0;
          let life = await world.start();
          const crashesLeft = [...crashes];
          world.crashAfter = crashesLeft.shift() ?? Infinity;
          for (const [rows, pauseMs] of frames) {
            life.push(
              accesses,
              Array.from({ length: rows }, () => row(`r${(next += 1)}`)),
            );
            await life.clock.advance(pauseMs);
            while (world.crashed) {
              world.crashAfter = crashesLeft.shift() ?? Infinity;
              world.crashed = false;
              life = await world.start();
              await life.clock.advance(pauseMs);
            }
          }
          for (let turn = 0; turn < crashes.length + 2; turn += 1) {
            await life.clock.advance(20_000);
            if (!world.crashed) continue;
            world.crashAfter = crashesLeft.shift() ?? Infinity;
            world.crashed = false;
            life = await world.start();
          }
          expect(world.store.rows('accesses')).toEqual(Array.from({ length: next }, (_, index) => row(`r${index + 1}`)));
          expect(world.committed(accesses)).toBe(frames.length);
        },
      ),
      { numRuns: 300, seed },
    );
  });
});

describe('a partition that goes to another archiver and back while its rows are stored', () => {
  it('has every row, each in one place, and is never committed beyond them, whoever goes on with it', async () => {
    const step = fc.record({
      rows: fc.nat(3),
      pauseMs: fc.nat(700),
      to: fc.nat(5),
      isRevoked: fc.boolean(),
      loseAnswers: fc.nat(8),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
        const world = new World();
        const lives = [new Life(world), new Life(world)];
        let owner = lives[0];
        await owner?.gain();
        let next = 0;
        for (const { rows, pauseMs, to, isRevoked, loseAnswers } of steps) {
          const lines = Array.from({ length: rows }, () => row(`r${(next += 1)}`));
          if (rows > 0) world.append(accesses, lines);
          world.store.loseAnswers = loseAnswers === 1 ? 1 : 0;
          world.store.away = loseAnswers === 2;
          for (const life of lives) await life.clock.advance(pauseMs);
          const taker = lives[to];
          if (!taker || taker === owner) continue;
          // Who lost it hears of it now, or only when it has come back.
          if (isRevoked) await meanwhile(lives, owner?.lose());
          owner = taker;
          await meanwhile(lives, taker.gain());
          expectStored(world);
        }
        world.store.away = false;
        for (let turn = 0; turn < 4; turn += 1) for (const life of lives) await life.clock.advance(20_000);
        expectStored(world);
        expect(world.store.distinct('accesses')).toEqual(
          Array.from({ length: next }, (_, index) => row(`r${index + 1}`)).toSorted(),
        );
        expect(Math.max(0, world.committed(accesses))).toBe(world.frames(accesses).length);
      }),
      { numRuns: casesOf(60, 3_000) },
    );
  });
});

/** Lets time go on until something has ended. */
async function meanwhile(lives: readonly Life[], work: Promise<void> | undefined): Promise<void> {
  const going = Symbol('going');
  const advanced = async () => {
    for (const life of lives) await life.clock.advance(500);
    return going;
  };
  while ((await Promise.race([work, advanced()])) === going);
}

/** What is committed is in the table. */
function expectStored(world: World): void {
  const stored = new Set(world.store.rows('accesses'));
  const frames = world.frames(accesses).slice(0, Math.max(0, world.committed(accesses)));
  const lacking = frames.flatMap(({ bytes }) => (bytes.toString().match(/.*\n/g) ?? []).filter((line) => !stored.has(line)));
  expect(lacking).toEqual([]);
}

describe('rows that ClickHouse refuses', () => {
  it('go to the quarantine, masked and once each; the others are stored, and only then is the range committed', async () => {
    const world = new World();
    const rows = Array.from({ length: 1000 }, (_, index) => row(`r${index}`));
    rows.splice(300, 0, unfit('bad'));
    rows.splice(700, 0, 'not json\n');
    world.append(accesses, rows);
    const life = await world.start();
    await life.clock.advance(2000);
    expect(world.store.distinct('accesses')).toEqual(
      rows.filter((line) => line !== unfit('bad') && line !== 'not json\n').toSorted(),
    );
    const set = world.quarantined();
    expect(set.map(({ origin }) => origin).toSorted()).toEqual(['vigie.accesses.v1/0/0#300', 'vigie.accesses.v1/0/0#700']);
    expect(set.find(({ reason }) => reason === 'bad_row')).toMatchObject({ group_id: 'helix', source: 'siem', step: 'archive' });
    expect(world.store.ledger[0]).toMatchObject({ rows: 1002, refused: 2 });
    expect(world.calls.at(-1)).toBe('commit vigie.accesses.v1/0 1');
  });

  it('are found in as many inserts as there are rows, twice, when all are bad', async () => {
    const world = new World();
    const rows = Array.from({ length: 3000 }, (_, index) => unfit(`r${index}`));
    world.append(accesses, rows);
    const life = await world.start();
    await life.clock.advance(2000);
    expect(world.quarantined()).toHaveLength(3000);
    expect(world.store.attempts.length).toBeLessThan(2 * rows.length);
    expect(world.committed(accesses)).toBe(1);
  });

  it('for a reason that says nothing of them, are told by others that are stored, and hold up nobody', async () => {
    const world = new World();
    const poison = row('poison', { purpose: 'poison' });
    world.append(accesses, [...Array.from({ length: 50 }, (_, index) => row(`r${index}`)), poison, row('last')], [row('next')]);
    const life = await world.start();
    await life.clock.advance(60_000);
    expect(world.store.distinct('accesses')).toHaveLength(52);
    expect(world.quarantined()).toMatchObject([{ reason: 'refused_repeatedly', origin: 'vigie.accesses.v1/0/0#50' }]);
    expect(world.committed(accesses)).toBe(2);
  });

  it('for such a reason, all of them, are kept in the log while the table takes nothing', async () => {
    const world = new World();
    world.store.broken = true;
    world.append(accesses, [row('a'), row('b')]);
    const life = await world.start();
    await life.clock.advance(300_000);
    expect([world.committed(accesses), world.quarantined()]).toEqual([-1, []]);
    world.store.broken = false;
    await life.clock.advance(60_000);
    expect([world.store.distinct('accesses').length, world.quarantined()]).toEqual([2, []]);
  });

  it('for such a reason, alone in their partition, are given up after ten minutes', async () => {
    const world = new World();
    world.append(accesses, [row('poison', { purpose: 'poison' })]);
    const life = await world.start();
    await life.clock.advance(720_000);
    expect([world.committed(accesses), world.quarantined().length]).toEqual([1, 1]);
  });

  it('T-30: all of them: the quarantine is capped, storing stands still and says so, nothing is committed or dropped', async () => {
    const world = new World();
    world.append(
      accesses,
      Array.from({ length: 3 * refusedRowsMax }, (_, index) => `{"foreign":${index}}\n`),
    );
    const life = await world.start();
    await life.clock.advance(30_000);
    expect(world.quarantined()).toHaveLength(refusedRowsMax);
    expect(await life.metrics.registry.getSingleMetricAsString('vigie_stalled')).toMatch(
      /pipeline="vigie.accesses.v1\/refused".* 1$/m,
    );
    expect(world.committed(accesses)).toBe(-1);
  });

  it('T-31: the range is not committed while the quarantine topic is away', async () => {
    const world = new World();
    world.logAway = true;
    world.append(accesses, [row('a'), unfit('b')]);
    const life = await world.start();
    await life.clock.advance(hourMs);
    expect(world.committed(accesses)).toBe(-1);
    expect(await life.metrics.registry.getSingleMetricAsString('vigie_stalled')).toMatch(/ 1$/m);
    world.logAway = false;
    await life.clock.advance(60_000);
    expect(world.committed(accesses)).toBe(1);
    expect(world.quarantined()).toHaveLength(1);
  });
});

describe('reconciliation (T-58)', () => {
  it('finds an insert that was answered with success but not stored, and stores its range again', async () => {
    const world = new World();
    world.store.lie = true;
    world.append(accesses, [row('a'), row('b')]);
    const life = await world.start();
    await life.clock.advance(1000);
    world.store.lie = false;
    life.push(accesses, [row('c')]);
    await life.clock.advance(10_000);
    expect(world.store.rows('accesses')).toEqual([row('c')]);
    await life.reconcile();
    await life.clock.advance(5_000);
    expect(world.store.distinct('accesses')).toEqual([row('a'), row('b'), row('c')]);
    expect(world.committed(accesses)).toBe(2);
  });

  it.each(['patient_id', 'former_id', 'actor_id', 'group_id'] as const)(
    'brings nobody back whom an erasure took away, found by %s, and finds an insert that was lost beside it',
    async (whose) => {
      const world = new World();
      const one = { patient_id: anEventId('p'), former_id: anEventId('f'), actor_id: 'dr.gone', group_id: 'aleo' };
      const other = row('other', { group_id: whose === 'group_id' ? 'helix' : 'aleo' });
      world.append(accesses, [row('a', one), row('b')]);
      const life = await world.start();
      for (const lines of [[row('c', one)], [other]]) {
        await life.clock.advance(1000);
        world.store.lie = lines[0] === other;
        life.push(accesses, lines);
      }
      await life.clock.advance(10_000);
      world.store.lie = false;
      world.store.erase(one[whose], 'aleo');
      await life.reconcile();
      await life.clock.advance(5000);
      expect(world.store.distinct('accesses')).toEqual([row('b'), other].toSorted());
    },
  );

  it('finds offsets that are committed but not in the ledger, as after a restored backup, and stores them again once', async () => {
    const world = new World();
    for (const name of ['a', 'b', 'c']) world.append(accesses, [row(name)]);
    const life = await world.start();
    await life.clock.advance(1000);
    world.store.forgetEverything();
    await life.reconcile();
    await life.clock.advance(5000);
    expect(world.store.distinct('accesses')).toEqual([row('a'), row('b'), row('c')]);
    const inserts = world.store.inserts.length;
    await life.reconcile();
    await life.clock.advance(5000);
    expect(world.store.inserts).toHaveLength(inserts);
  });

  it('says how many frames the store lacks by the log and the store alone, so that a restart neither makes nor hides them', async () => {
    const world = new World();
    const first = await world.start();
    for (const name of ['a', 'b', 'c']) first.push(accesses, [row(name)]);
    await first.reconcile();
    expect(await unstored(first)).toBe('0');
    world.store.away = true;
    await first.clock.advance(1000);
    await first.reconcile();
    expect(await unstored(first)).toBe('3');
    world.store.away = false;
    const second = await world.start();
    await second.clock.advance(20_000);
    for (let check = 0; check < 2; check += 1) await second.reconcile();
    expect(await unstored(second)).toBe('0');
    world.store.ledger = [];
    await second.reconcile();
    expect(await unstored(second)).toBe('0');
    const third = await world.start();
    await third.reconcile();
    expect(await unstored(third)).toBe('3');
  });
});

const accesses: TopicPartition = { topic: topics.accesses, partition: 0 };
const incidents: TopicPartition = { topic: topics.incidents, partition: 0 };

function row(name: string, given: Partial<AccessRow> = {}): string {
  const id = Buffer.from(name.padEnd(16, '.')).toString('hex').slice(0, 32);
  return `${JSON.stringify(anAccessRow({ event_id: id, ...given }))}\n`;
}

/** A row that its contract allows and the table refuses. */
function unfit(name: string): string {
  return row(name, { actor_id: '8001234', purpose: 'unfit' });
}

function change(): string {
  const time = new Date(aMonday).toISOString();
  const row: IncidentChange = {
    incident_id: anEventId('i'),
    group_id: 'helix',
    subject_kind: 'account',
    actor_id: 'nurse.1',
    accounts: [],
    account_count: 1,
    state: 'open',
    first_time: time,
    last_time: time,
    detected_at: time,
    patients: 1,
    patients_at_firing: 1,
    patients_at_detection: 1,
    clinics: [],
    categories: [],
    rules: [],
    rule_matches: [],
    rule_selections: [],
    selections: [],
    level: 'high',
    step: 0,
    found: 'live',
    late_seconds: 0,
    detection_delay_seconds: 0,
    merged_into: '',
    suppressed_by: [],
    change_type: 'incident.opened',
    change_id: anEventId('c'),
    changed_at: time,
    version: 1,
    received_at: time,
  };
  return `${JSON.stringify(row)}\n`;
}

async function unstored({ metrics }: Life): Promise<string | undefined> {
  return / (\d+)$/m.exec(await metrics.registry.getSingleMetricAsString('vigie_archive_unstored_frames'))?.[1];
}

/** What survives a crash: the log, its committed offsets, the store and the plans. */
class World {
  readonly calls: string[] = [];
  readonly store = new FakeStore(this);
  readonly plans = new PlansInMemory();
  readonly #topics = new Map<string, Frame[]>();
  readonly #waiting: (() => void)[] = [];
  readonly #committed = new Map<string, number>();
  logAway = false;
  crashed = false;
  /** Who joined last: whoever joined before has lost its partitions, whether it knows or not. */
  owner: Life | undefined;
  /** Calls to the outside world until the process dies in the middle of one. */
  crashAfter = Infinity;

  append(at: TopicPartition, ...frames: readonly (readonly string[])[]): void {
    for (const lines of frames) this.frames(at).push({ offset: this.frames(at).length, bytes: Buffer.from(lines.join('')) });
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
  /** Resolves when something is appended. */
  appending(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  frames(at: TopicPartition): Frame[] {
    const name = `${at.topic}/${at.partition}`;
    const frames = this.#topics.get(name) ?? [];
    this.#topics.set(name, frames);
    return frames;
  }
  /** The rows of the quarantine's topic, without duplicates. */
  quarantined(): readonly QuarantineRow[] {
    const lines = this.frames({ topic: topics.quarantine, partition: 0 }).flatMap(
      ({ bytes }) => bytes.toString().match(/.+/g) ?? [],
    );
    const rows = lines.map((line) => quarantineRow.parse(JSON.parse(line)));
    return [...new Map(rows.map((one) => [one.quarantine_id, one])).values()];
  }
  committed(at: TopicPartition): number {
    return this.#committed.get(`${at.topic}/${at.partition}`) ?? -1;
  }
  commit(at: TopicPartition, next: number): void {
    this.calls.push(`commit ${at.topic}/${at.partition} ${next}`);
    this.#committed.set(`${at.topic}/${at.partition}`, next);
  }
  /** Before and after the effect of every call: kill -9 may come at either. */
  async step(): Promise<void> {
    if (this.crashed) return new Promise(() => {});
    this.crashAfter -= 1;
    if (this.crashAfter > 0) return undefined;
    this.crashed = true;
    return new Promise(() => {});
  }
  async start(): Promise<Life> {
    const life = new Life(this);
    await life.start();
    return life;
  }
}

/** One process: a pipeline on a log that hands over frames as the port promises. */
class Life {
  readonly clock = new FakeClock(Date.parse('2026-11-23T08:00:00.000Z'));
  readonly metrics = new Metrics('archiver');
  readonly samples = new Samples();
  readonly pipeline: ArchiverPipeline;
  readonly #next = new Map<string, number>();
  #joined = 0;
  readonly #reconciler: Reconciler;

  constructor(private readonly world: World) {
    const tools = { store: world.store, clock: this.clock, random: () => 0.5, metrics: this.metrics };
    this.pipeline = new ArchiverPipeline({ ...tools, log: this.#log(), plans: world.plans, logger: silentLog }, this.samples);
    this.#reconciler = new Reconciler({
      ...tools,
      log: silentLog,
      samples: this.samples,
      positions: async () => [this.#position(accesses)],
      readAgain: (rewinds) => this.pipeline.readAgain(rewinds),
    });
  }
  async start(): Promise<void> {
    await this.pipeline.start();
  }
  push(at: TopicPartition, lines: readonly string[]): void {
    this.world.append(at, lines);
  }
  handedOver(at: TopicPartition): number {
    return this.#next.get(at.topic) ?? 0;
  }
  async reconcile(): Promise<void> {
    await this.#reconciler.check();
  }
  #position(at: TopicPartition): Position {
    return { ...at, end: this.world.frames(at).length, next: this.handedOver(at), committed: this.world.committed(at) };
  }
  #log(): EventLog {
    return {
      partitions: async () => 1,
      append: async (at, bytes) => {
        await this.world.step();
        if (this.world.logAway) throw new Transient('the log is away');
        this.world.append(at, [bytes.toString()]);
        return this.world.frames(at).length - 1;
      },
      join: async (_options, reader) => this.#join(reader),
      close: async () => {},
    };
  }
  /** The log takes its partitions away. */
  async lose(): Promise<void> {
    this.#joined += 1;
    for (const at of [accesses, incidents]) await this.pipeline.revoked(at);
  }
  /** The log gives it its partitions; it hears now at the latest that it had lost them. */
  async gain(): Promise<void> {
    this.world.owner = this;
    if (this.#joined === 0) return this.start();
    await this.lose();
    return this.#begin(this.pipeline, new AbortController().signal);
  }
  async #begin(reader: Reader, signal: AbortSignal): Promise<void> {
    this.#joined += 1;
    const turn = this.#joined;
    for (const at of [accesses, incidents]) {
      const from = await reader.assigned(at, { start: 0, end: 0 });
      this.#next.set(at.topic, from === 'committed' ? Math.max(0, this.world.committed(at)) : from === 'earliest' ? 0 : from);
      void this.#feed(reader, at, () => this.#joined === turn, signal);
    }
  }
  async #join(reader: Reader): Promise<Membership> {
    this.world.owner = this;
    const left = new AbortController();
    await this.#begin(reader, left.signal);
    return {
      commit: async (at, next) => {
        await this.world.step();
        if (this.world.owner !== this) return false;
        this.world.commit(at, next);
        await this.world.step();
        return true;
      },
      positions: async () => [this.#position(accesses)],
      leave: async () => {
        left.abort();
        for (const at of [accesses, incidents]) await reader.revoked(at);
      },
      ended: new Promise(() => {}),
    };
  }
  async #feed(reader: Reader, at: TopicPartition, mine: () => boolean, signal: AbortSignal): Promise<void> {
    while (!signal.aborted && mine() && !this.world.crashed) {
      const from = this.#next.get(at.topic) ?? 0;
      const frames = this.world.frames(at).slice(from, from + 2);
      if (frames.length > 0) {
        await reader.frames(at, frames, signal);
        if (!signal.aborted) this.#next.set(at.topic, from + frames.length);
      } else await this.world.appending();
    }
  }
}

/** ClickHouse as far as the archiver sees it: knows tokens, refuses rows whose purpose says so. */
class FakeStore implements ArchiveStore {
  readonly inserts: { table: ArchiveTable; bytes: Buffer; token: string }[] = [];
  readonly attempts: string[] = [];
  ledger: LedgerEntry[] = [];
  #tokens = new Set<string>();
  readonly #erased: { digest: string; group: string }[] = [];
  away = false;
  /** Refuses everything, for a reason that says nothing of the rows. */
  broken = false;
  lie = false;
  loseAnswers = 0;
  constructor(private readonly world: World) {}

  async insert(table: ArchiveTable, bytes: Buffer, rows: number, token: string): Promise<Outcome<number>> {
    await this.world.step();
    this.attempts.push(token);
    if (this.away) throw new Transient('connection refused');
    if (this.broken || bytes.includes('"purpose":"poison"')) throw new UnexplainedRefusal('constraint violated', 469, undefined);
    if (bytes.includes('"purpose":"unfit"')) return rejected('bad_row', '', 'Cannot parse input.');
    if (!this.#tokens.has(token) && !this.lie) {
      this.inserts.push({ table, bytes, token });
      this.world.calls.push(`insert ${table} ${rows}`);
    }
    this.#tokens.add(token);
    await this.world.step();
    if (this.loseAnswers > 0) {
      this.loseAnswers -= 1;
      throw new Transient('socket hang up');
    }
    return accepted(rows);
  }
  async recordBatch(entry: LedgerEntry): Promise<void> {
    await this.world.step();
    this.world.calls.push(`ledger ${entry.first}-${entry.last}`);
    this.ledger.push(entry);
    await this.world.step();
  }
  async batches(at: TopicPartition, fromOffset: number): Promise<readonly LedgerEntry[]> {
    return this.ledger
      .filter((entry) => entry.topic === at.topic && entry.last >= fromOffset)
      .toSorted((a, b) => a.first - b.first);
  }
  async found(table: ArchiveTable, ids: readonly string[]): Promise<number> {
    const all = this.rows(table).join('');
    return ids.filter((id) => all.includes(id)).length;
  }
  async erasedLately(groupIds: readonly string[]): Promise<readonly string[]> {
    return this.#erased.filter(({ group }) => groupIds.includes(group)).map(({ digest }) => digest);
  }
  erase(whose: string, group: string): void {
    this.#erased.push({ digest: hash('sha256', whose, 'hex'), group });
    for (const insert of this.inserts)
      insert.bytes = Buffer.from(
        (insert.bytes.toString().match(/.*\n/g) ?? []).filter((line) => !line.includes(`"${whose}"`)).join(''),
      );
  }
  forgetEverything(): void {
    this.inserts.length = 0;
    this.ledger = [];
  }
  rows(table: ArchiveTable): readonly string[] {
    return this.inserts.filter((one) => one.table === table).flatMap(({ bytes }) => bytes.toString().match(/.*\n/g) ?? []);
  }
  distinct(table: ArchiveTable): readonly string[] {
    return [...new Set(this.rows(table))].toSorted();
  }
}
