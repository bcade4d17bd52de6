import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { partitionOf } from '#libs/contracts/topics.js';
import { type NaiveIncident, naiveRecount } from '#libs/detection/definition/naive-recount.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { selectionOf } from '#libs/detection/rules/match/selection.js';
import type { Frame, TopicPartition } from '#libs/event-log/port.js';
import { Transient } from '#libs/runtime/outcome.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { ToldBefore } from './told-before.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { is } from '../changed-rules.fixture.js';
import { Archive, aScorer, at, bytesOf, FakeLog } from '../scorer.fixture.js';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const quietMs = 24 * hourMs;
const steps = 12;
const partitions = [0, 1];
const selection = selectionOf(is('action', 'read'));
const ofAccounts = aRule({ id: 'many patients', selection, atLeast: 5, timespanMs: hourMs });
type Lane = 'source_ip' | 'id_block' | 'clinic_id';

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
  /** Two hospital groups whose accounts, addresses, patients and clinics have the same names. */
  group: fc.constantFrom('helix', 'helix', 'helix', 'aleo'),
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

/** The rules of before a step, where somebody edits them; under which a scorer may be started again. */
const anyEdit = fc.record({
  before: fc.nat(steps - 1),
  choices: fc.array(fc.constantFrom('one', 'one', 'gone', 'stricter', 'shorter', 'longer'), { minLength: 3, maxLength: 3 }),
  how: fc.constantFrom('edited', 'edited', 'ended', 'let go'),
});
type Edit = typeof anyEdit extends fc.Arbitrary<infer T> ? T : never;

function edited(rules: readonly Rule[], choices: Edit['choices']): readonly Rule[] {
  return rules.flatMap((rule, n) => {
    const { condition, timespanMs } = rule;
    switch (choices[n]) {
      case 'gone':
        return [];
      case 'stricter':
        return [{ ...rule, condition: { ...condition, atLeast: condition.atLeast + 1 } }];
      case 'shorter':
        return [{ ...rule, timespanMs: timespanMs / 3 }];
      case 'longer':
        return [{ ...rule, timespanMs: timespanMs * 3 }];
      default:
        return [rule];
    }
  });
}

const anyRun = fc.record({
  accesses: fc.array(anyAccess, { minLength: 20, maxLength: 90, size: 'max' }),
  faults: fc.array(anyFault, { maxLength: 4 }),
  /** The step before which the rules of addresses come; none: they are there from the beginning. */
  rulesBefore: fc.option(fc.nat(steps - 1), { nil: undefined, freq: 2 }),
  snapshotEvery: fc.integer({ min: 1, max: 5 }),
});
type AnyRun = typeof anyRun extends fc.Arbitrary<infer T> ? T : never;

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
        ).map(({ group, subject, actor, firstTime, lastTime, patients, accounts, clinics, matches }) =>
          JSON.stringify([
            subject,
            group,
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

describe.each([
  ['addresses', 'source_ip', casesOf(15, 1_000)],
  ['clinics', 'clinic_id', casesOf(15, 1_000)],
] as const)('incidents of %s whose rules are edited', (_, lane, numRuns) => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-lanes-'));
  });
  afterEach(() => rm(stateDir, { recursive: true, force: true }));

  it('say all that the rules of now find, and list as many patients as they tell, whenever rules go, come again or ask for more, and whoever is ended meanwhile', async () => {
    let shared = 0;
    await fc.assert(
      fc.asyncProperty(anyRun, fc.array(anyEdit, { maxLength: 4 }), async ({ accesses, faults, snapshotEvery }, edits) => {
        const arrivals = accesses.map((access, n) => ({ step: stepOf(access), row: rowOf(access, n) }));
        const rows = arrivals.map(({ row }) => row);
        const run = new Run(await mkdtemp(join(stateDir, 'run-')), arrivals, { snapshotEvery, lane, edits });
        const told = standing(await run.play(faults, undefined));
        for (const one of told) expect({ one, listed: listed(one, rows).size }).toEqual({ one, listed: one.patients });
        for (const found of naiveRecount(rows, run.rules, quietMs).filter((one) => run.reaches(one))) {
          expect({ found, by: told.filter((one) => says(one, found)) }).toMatchObject({ by: [{}] });
          shared += Number(found.subject === lane);
        }
      }),
      { numRuns, seed: 20261201, endOnFailure: true, examples: once.map((one) => [...one]) },
    );
    expect(shared).toBeGreaterThanOrEqual(6);
  }, 600_000);
});

/**
 * What once went wrong: of an address whose rule is gone, rules of accounts look at the same accesses; it goes on while another rule looks at them; and
 * the rule of a clinic goes while a scorer judges again what it had told.
 */
const once: readonly (readonly [AnyRun, Edit[]])[] = [
  [
    {
      ...runOf([accessBy(0, 0), accessBy(2, 0), accessBy(1, 0, hourMs / 2 + 1), accessBy(3, 1, hourMs / 2 + 1)]),
      snapshotEvery: 5,
    },
    [endedBy(4, 'gone')],
  ],
  [runOf([accessBy(2, 0), accessBy(1, 0), accessBy(0, 0), { ...accessBy(0, 1), delaySteps: 1 }]), [endedBy(1, 'one')]],
  [
    {
      ...runOf([
        accessBy(7, 0, 5_550_045),
        accessBy(1, 0, 12_600_001),
        { ...accessBy(4, 1, 7_200_001), delaySteps: 6 },
        accessBy(4, 0, 5_400_002),
      ]),
      faults: [{ after: 8, logAway: false, storeAway: false, storeLag: 0, scorer: 'is ended' }],
    },
    [{ before: 9, choices: ['stricter', 'gone', 'one'], how: 'edited' }],
  ],
];

function accessBy(account: number, patient: number, atMs = 0): AnyAccess {
  return { group: 'helix', account, address: '203.0.113.7', patient, atMs, delaySteps: 0 };
}

function runOf(accesses: AnyAccess[]): AnyRun {
  return { accesses, faults: [], rulesBefore: undefined, snapshotEvery: 1 };
}

function endedBy(before: number, together: Edit['choices'][number]): Edit {
  return { before, choices: ['one', 'gone', together], how: 'ended' };
}

function listed({ subject_kind: kind, group_id, actor_id, first_time, last_time }: IncidentChange, rows: readonly AccessRow[]) {
  const own = rows.filter(
    (row) =>
      row.group_id === group_id &&
      row[kind === 'source_ip' || kind === 'clinic_id' ? kind : 'actor_id'] === actor_id &&
      row.time >= first_time &&
      row.time <= last_time,
  );
  return new Set(own.map(({ patient_id }) => patient_id));
}

/** Whether what was told says what the rules of now find. One that began before by other rules has its own beginning. */
function says(told: IncidentChange, found: NaiveIncident): boolean {
  if (told.group_id !== found.group || told.subject_kind !== found.subject || told.actor_id !== found.actor) return false;
  const began = Math.min(...told.rule_matches.map(({ first_fired }) => Date.parse(first_fired)));
  const isEarlier = began < Math.min(...found.matches.map(({ first }) => first));
  const isWhole = told.patients >= found.patients && Date.parse(told.first_time) <= found.firstTime;
  return (
    (isEarlier || isWhole) &&
    Date.parse(told.last_time) >= found.lastTime &&
    found.matches.every(({ rule_id: id }) => told.rules.includes(id))
  );
}

/** Two partitions of accounts, whose accesses a scorer relays, and two of another subject, with the log and the store. */
class Run {
  readonly #log = new FakeLog(2);
  readonly #archive = new Archive();
  readonly #frames: readonly (readonly Frame[])[];
  readonly #next = new Map<string, number>();
  readonly #archived = [0, 0];
  /** Frames of accounts that some scorer has taken. */
  #handed = 0;
  /** The newest access before rules were edited last, event time in ms. */
  #editedAt = Number.NEGATIVE_INFINITY;
  #rules: readonly Rule[];
  #scorer: Awaited<ReturnType<typeof aScorer>> | undefined;

  constructor(
    private readonly stateDir: string,
    private readonly arrivals: readonly { readonly step: number; readonly row: AccessRow }[],
    private readonly given: { readonly snapshotEvery: number; readonly lane: Lane; readonly edits?: readonly Edit[] },
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
    await this.#archive.store.registerSelections([selection]);
    await this.#start();
    for (let step = 0; step < steps; step += 1) {
      if (step === rulesBefore) await this.#useRules(rulesOf(this.given.lane));
      for (const edit of this.given.edits ?? []) if (edit.before === step) await this.#edit(edit);
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
    // Whoever was ended by force writes nothing any more.
    await this.#scorer?.pipeline.written();
    const told = async (): Promise<ToldBefore> => {
      const before = new ToldBefore();
      for (const change of this.#log.changes()) before.add(change);
      return before;
    };
    // What was judged before is in the log.
    const held = { start: 0, end: this.#handed };
    const given = { log: this.#log, archive: this.#archive, stateDir, rules: this.#rules, held, snapshotEveryMs: 1000, told };
    this.#scorer = await aScorer({ ...given, partitions: partitions.length, lanes: [this.given.lane] });
    for (const [partition, from] of this.#scorer.fromOf.entries()) this.#next.set(nameOf({ ...at, partition }), from);
    for (const [name, from] of this.#scorer.fromOfLanes) this.#next.set(name, from);
  }

  /** Whether windows were kept of what was found when its rules came: edited ones reach back no further. */
  reaches({ lastTime, matches }: NaiveIncident): boolean {
    const rules = this.#rules.filter(({ id }) => matches.some(({ rule_id }) => rule_id === id));
    const keptMs = Math.max(...rules.map(({ timespanMs, allowedLatenessMs = 900_000 }) => timespanMs + allowedLatenessMs));
    return lastTime > this.#editedAt - keptMs;
  }

  /** By which it judges now. */
  get rules(): readonly Rule[] {
    return this.#rules;
  }

  async #useRules(rules: readonly Rule[]): Promise<void> {
    this.#rules = rules;
    await this.#scorer?.pipeline.useRules(rules);
  }

  async #edit({ before, choices, how }: Edit): Promise<void> {
    const rules = edited(rulesOf(this.given.lane), choices);
    this.#editedAt = Math.max(...this.arrivals.flatMap(({ step, row }) => (step < before ? Date.parse(row.time) : [])));
    if (how === 'edited') return this.#useRules(rules);
    if (how === 'let go') await this.#letGo();
    this.#rules = rules;
    return this.#start();
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
    if (!frame || !(await took(this.#scorer?.pipeline.frames(place, [frame])))) return;
    this.#next.set(nameOf(place), frame.offset + 1);
    if (place.topic === at.topic) this.#handed = Math.max(this.#handed, frame.offset + 1);
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
    await this.#scorer?.pipeline.lookAtFormer();
    await this.#scorer?.reinstater.look();
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

/** The incidents that stand in the end. */
function standing(changes: readonly IncidentChange[]): readonly IncidentChange[] {
  const last = new Map<string, IncidentChange>();
  for (const change of changes)
    if ((last.get(change.incident_id)?.version ?? -1) <= change.version) last.set(change.incident_id, change);
  return [...last.values()].filter(({ state }) => state !== 'merged' && state !== 'withdrawn');
}

/** The same as texts. */
function lasting(changes: readonly IncidentChange[]): readonly string[] {
  return standing(changes)
    .map((one) =>
      JSON.stringify([
        one.subject_kind,
        one.group_id,
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

function rowOf({ group, account, address, patient, atMs, delaySteps }: AnyAccess, n: number): AccessRow {
  const time = aMonday + atMs;
  return anAccessRow({
    time: new Date(time).toISOString(),
    received_at: new Date(time + (delaySteps * 6 * hourMs) / steps).toISOString(),
    group_id: group,
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
