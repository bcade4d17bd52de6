import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { partitionOf } from '#libs/contracts/topics.js';
import { naiveRecount } from '#libs/detection/definition/naive-recount.js';
import type { Rule, Selection } from '#libs/detection/rule/rule.js';
import type { Frame, TopicPartition } from '#libs/event-log/port.js';
import { Transient } from '#libs/runtime/outcome.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Archive, aScorer, at, bytesOf, FakeLog } from '../scorer.fixture.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const quietMs = 24 * hourMs;
const steps = 12;
const partitions = [0, 1];
const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
const ofAccounts = aRule({ id: 'many patients', selection, atLeast: 5, timespanMs: hourMs });
type Lane = 'source_ip' | 'id_block';

/** What comes late to a block is in memory still, or is not found: the store is not asked. */
function rulesOf(subject: Lane): readonly Rule[] {
  const lateness = subject === 'id_block' ? { allowedLatenessMs: 24 * hourMs } : {};
  return [
    ofAccounts,
    aRule({ id: 'many accounts', subject, selection, field: ['actor_id'], atLeast: 3, timespanMs: 2 * hourMs, ...lateness }),
    aRule({ id: 'many patients together', subject, selection, atLeast: 6, timespanMs: 30 * minuteMs, ...lateness }),
  ];
}

/** An access by one of some accounts from one of some addresses; what comes late may come after everything of its time was judged. */
const anyAccess = fc.record({
  account: fc.nat(7),
  address: fc.constantFrom(undefined, '203.0.113.7', '203.0.113.7', '198.51.100.2', '2001:db8::7'),
  patient: fc.nat(12),
  atMs: fc.nat(6 * hourMs),
  delaySteps: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(steps) }),
});
type AnyAccess = typeof anyAccess extends fc.Arbitrary<infer T> ? T : never;

/** Something goes wrong after a step. */
const anyFault = fc.record({
  after: fc.nat(steps - 1),
  logAway: fc.boolean(),
  storeAway: fc.boolean(),
  storeLag: fc.nat(3),
  scorer: fc.constantFrom('goes on' as const, 'is ended' as const, 'lets go' as const),
});
type Fault = typeof anyFault extends fc.Arbitrary<infer T> ? T : never;

const anyRun = fc.record({
  accesses: fc.array(anyAccess, { minLength: 20, maxLength: 90, size: 'max' }),
  faults: fc.array(anyFault, { maxLength: 4 }),
  /** The step before which the rules of addresses come; none: they are there from the beginning. */
  rulesBefore: fc.option(fc.nat(steps - 1), { nil: undefined, freq: 2 }),
  snapshotEvery: fc.integer({ min: 1, max: 5 }),
});

describe.each([
  ['addresses', 'source_ip'],
  ['blocks of numbers', 'id_block'],
] as const)('incidents of %s', (_, lane) => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-lanes-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  it('are those of a naive recount, over two partitions of accounts and two of theirs, late, relayed twice, ended by force, with log and store away, and where the rules come later and a store has the past', async () => {
    let shared = 0;
    await fc.assert(
      fc.asyncProperty(anyRun, async ({ accesses, faults, rulesBefore, snapshotEvery }) => {
        const arrivals = accesses.map((access, n) => ({ step: stepOf(access), row: rowOf(access, n) }));
        const run = new Run(await mkdtemp(join(stateDir, 'run-')), arrivals, { snapshotEvery, lane });
        const found = lasting(await run.play(faults, lane === 'id_block' ? undefined : rulesBefore));
        const expected = naiveRecount(
          arrivals.map(({ row }) => row),
          rulesOf(lane),
          quietMs,
        ).map(({ subject, actor, firstTime, lastTime, patients, accounts, clinics, matches }) =>
          JSON.stringify([
            subject,
            actor,
            firstTime,
            lastTime,
            patients,
            accounts,
            clinics,
            matches.map(({ rule_id }) => rule_id),
          ]),
        );
        expect(found).toEqual(expected.toSorted());
        shared += Number(expected.some((text) => text.startsWith(`["${lane}"`)));
      }),
      { numRuns: 15, seed: 20261129, endOnFailure: true },
    );
    expect(shared).toBeGreaterThan(5);
  }, 240_000);
});

/** Two partitions of accounts, whose accesses a scorer relays, and two of another subject, with the log and the store. */
class Run {
  readonly #log = new FakeLog(2);
  readonly #archive = new Archive();
  readonly #frames: readonly (readonly Frame[])[];
  readonly #next = new Map<string, number>();
  readonly #archived = [0, 0];
  #rules: readonly Rule[];
  #scorer: Awaited<ReturnType<typeof aScorer>> | undefined;

  constructor(
    private readonly stateDir: string,
    arrivals: readonly { readonly step: number; readonly row: AccessRow }[],
    private readonly given: { readonly snapshotEvery: number; readonly lane: Lane },
  ) {
    this.#rules = rulesOf(given.lane);
    this.#frames = partitions.map((partition) =>
      Array.from({ length: steps }, (_, offset) => {
        const own = arrivals.filter(
          ({ step, row }) => step === offset && partitionOf(row.group_id, row.actor_id, 2) === partition,
        );
        return { offset, bytes: bytesOf(own.map(({ row }) => row)) };
      }),
    );
  }

  async play(faults: readonly Fault[], rulesBefore: number | undefined): Promise<readonly IncidentChange[]> {
    if (rulesBefore !== undefined) this.#rules = [ofAccounts];
    await this.#start();
    for (let step = 0; step < steps; step += 1) {
      if (step === rulesBefore) await this.#useRules();
      if (step % this.given.snapshotEvery === 0) await this.#scorer?.clock.advance(1000);
      await this.#forward();
      for (const fault of faults.filter(({ after }) => after === step)) await this.#meet(fault);
    }
    // What was held back for a snapshot is relayed now, and what was lost to a fault comes again.
    for (let round = 0; round < steps; round += 1) {
      await this.#scorer?.pipeline.written();
      await this.#scorer?.pipeline.tick();
      await this.#forward();
    }
    for (const partition of partitions) await this.#archiveUpTo(partition, Number.POSITIVE_INFINITY);
    for (let round = 0; round < 4; round += 1) await this.#lookAtStore();
    await this.#letGo();
    return this.#log.changes();
  }

  async #start(): Promise<void> {
    const { stateDir } = this;
    const given = { log: this.#log, archive: this.#archive, stateDir, rules: this.#rules, snapshotEveryMs: 1000 };
    this.#scorer = await aScorer({ ...given, partitions: partitions.length, lanes: [this.given.lane] });
    for (const [partition, from] of this.#scorer.fromOf.entries()) this.#next.set(nameOf({ ...at, partition }), from);
    for (const [name, from] of this.#scorer.fromOfLanes) this.#next.set(name, from);
  }

  async #useRules(): Promise<void> {
    this.#rules = rulesOf(this.given.lane);
    await this.#scorer?.pipeline.useRules(this.#rules);
  }

  /** Hands the next frame of each partition over, and all that was relayed. What is not taken comes again. */
  async #forward(): Promise<void> {
    for (const partition of partitions) await this.#hand({ ...at, partition }, this.#frames[partition] ?? []);
    for (const place of this.#scorer?.lanePlaces ?? []) {
      const there = this.#log.framesOf(place);
      for (let left = there.length; left > 0; left -= 1) await this.#hand(place, there);
    }
  }

  async #hand(place: TopicPartition, frames: readonly Frame[]): Promise<void> {
    const frame = frames[this.#next.get(nameOf(place)) ?? 0];
    if (frame && (await took(this.#scorer?.pipeline.frames(place, [frame])))) this.#next.set(nameOf(place), frame.offset + 1);
  }

  async #meet({ logAway, storeAway, storeLag, scorer: becomes }: Fault): Promise<void> {
    this.#log.away = logAway;
    this.#archive.history.away = storeAway;
    await this.#forward();
    for (const partition of partitions)
      await this.#archiveUpTo(partition, (this.#next.get(nameOf({ ...at, partition })) ?? 0) - storeLag);
    await this.#lookAtStore();
    await took(this.#scorer?.pipeline.tick());
    if (becomes === 'lets go') await this.#letGo();
    if (becomes !== 'goes on') await this.#start();
    this.#log.away = false;
    this.#archive.history.away = false;
  }

  async #lookAtStore(): Promise<void> {
    await this.#scorer?.clock.advance(120_000);
    await this.#scorer?.filler.look();
    await this.#scorer?.rejudger.look();
    await this.#scorer?.pipeline.written();
  }

  async #letGo(): Promise<void> {
    for (const partition of partitions) await this.#scorer?.pipeline.revoked({ ...at, partition });
    for (const place of this.#scorer?.lanePlaces ?? []) await this.#scorer?.pipeline.revoked(place);
  }

  async #archiveUpTo(partition: number, end: number): Promise<void> {
    const from = this.#archived[partition] ?? 0;
    const taken = this.#frames[partition]?.slice(from, Math.max(from, end)) ?? [];
    for (const frame of taken) await this.#archive.take(frame, { ...at, partition });
    this.#archived[partition] = from + taken.length;
  }
}

async function took(work: Promise<void> | undefined): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (cause) {
    if (!(cause instanceof Transient)) throw cause;
    return false;
  }
}

/** The incidents that stand in the end, as texts. */
function lasting(changes: readonly IncidentChange[]): readonly string[] {
  const last = new Map<string, IncidentChange>();
  for (const change of changes)
    if ((last.get(change.incident_id)?.version ?? -1) <= change.version) last.set(change.incident_id, change);
  return [...last.values()]
    .filter(({ state }) => state !== 'merged' && state !== 'withdrawn')
    .map((one) =>
      JSON.stringify([
        one.subject_kind,
        one.actor_id,
        Date.parse(one.first_time),
        Date.parse(one.last_time),
        one.patients,
        one.accounts,
        one.clinics,
        one.rules,
      ]),
    )
    .toSorted();
}

function stepOf({ atMs, delaySteps }: AnyAccess): number {
  return Math.min(steps - 1, Math.floor((atMs * steps) / (6 * hourMs + 1)) + delaySteps);
}

function rowOf({ account, address, patient, atMs, delaySteps }: AnyAccess, n: number): AccessRow {
  const time = aMonday + atMs;
  return anAccessRow({
    time: new Date(time).toISOString(),
    received_at: new Date(time + (delaySteps * 6 * hourMs) / steps).toISOString(),
    actor_id: `account.${account}`,
    clinic_id: `c${account % 3}`,
    patient_id: aPatient(patient),
    event_id: anEventId(n),
    ...(address !== undefined && { source_ip: address, id_block: Buffer.from(address.padEnd(8).slice(0, 8)).toString('hex') }),
  });
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
