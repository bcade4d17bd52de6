import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type AccessRow, believedRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { laneTopics } from '#libs/contracts/topics.js';
import type { Rule, Selection } from '#libs/detection/rule/rule.js';
import { type Match, not, or, test } from '#libs/detection/rules/match/match.js';
import { selectionOf } from '#libs/detection/rules/match/selection.js';
import type { Frame } from '#libs/event-log/port.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { ToldBefore } from './told-before.js';
import { Archive, aScorer, at, bytesOf, FakeLog } from '../scorer.fixture.js';

const minute = 60_000;
const hour = 60 * minute;
const lane = { topic: laneTopics.source_ip, partition: 0 };
const own = '203.0.113.7';

describe('an incident of an address whose lists were changed after it was told', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-former-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('counts an access of its time that comes late, as the list of the store does', async () => {
    const run = await Run.start(folder, []);
    await run.take([1, 2, 3].map((patient) => accessOf({ patient, at: patient * minute })));
    const [opened] = run.current;
    expect(opened).toMatchObject({ subject_kind: 'source_ip', patients: 3 });
    await run.change(['nurse.1']);
    // At once, and once it is known which incidents the rules of before have told.
    await run.take([accessOf({ patient: 4, at: 1.5 * minute })]);
    expect(run.current).toMatchObject([{ incident_id: opened?.incident_id, patients: 4 }]);
    await run.pass(10 * minute);
    await run.take([
      accessOf({ patient: 5, at: 1.6 * minute }),
      accessOf({ patient: 6, at: 1.7 * minute, address: '198.51.100.2' }),
    ]);
    expect(run.current).toMatchObject([{ incident_id: opened?.incident_id, patients: 5 }]);
    run.check();
  });

  it('hands on nothing else of what the rules of before looked at', async () => {
    const run = await Run.start(folder, []);
    await run.take([1, 2, 3].map((patient) => accessOf({ patient, at: patient * minute })));
    await run.change(['nurse.1']);
    await run.pass(10 * minute);
    const before = run.relayed;
    await run.take([accessOf({ patient: 4, at: hour, address: '198.51.100.2' }), accessOf({ patient: 4, at: 100 * hour })]);
    // It is open, so that it may go on.
    expect(run.relayed - before).toBe(1);
    await run.take([accessOf({ patient: 1, at: 200 * hour, actor: 'nurse.2', address: '192.0.2.1' })]);
    await run.pass(10 * minute);
    const closed = run.relayed;
    await run.take([accessOf({ patient: 4, at: 201 * hour })]);
    expect(run.relayed).toBe(closed);
    run.check();
  });

  it('has as many patients as its list, however often lists change, it is restarted and snapshots are lost', async () => {
    const held = { former: 0 };
    await fc.assert(
      fc.asyncProperty(histories, async ({ lists, steps }) => {
        const run = await Run.start(await mkdtemp(join(folder, 'run-')), lists);
        for (const step of steps) {
          if (step.kind === 'rows') await run.take(step.rows);
          else if (step.kind === 'lists') await run.change(step.lists);
          else if (step.kind === 'time') await run.pass(10 * minute);
          else await run.begin(step.kind === 'lost');
          run.check();
        }
        held.former += run.former;
      }),
      { numRuns: casesOf(80, 2_000), seed: 9 },
    );
    expect(held.former).toBeGreaterThan(20);
  });
});

/** A scorer of one partition of accounts and one of addresses, its log, and a store that has every frame at once. */
class Run {
  /** Incidents that were compared while a selection of before counted for them. */
  former = 0;
  readonly #archive = new Archive();
  readonly #log = new FakeLog(1);
  readonly #frames: Frame[] = [];
  readonly #stored: AccessRow[] = [];
  readonly #selections = new Map<string, Selection>();
  #rules: readonly Rule[] = [];
  #scorer: Awaited<ReturnType<typeof aScorer>> | undefined;
  #stateDir = '';
  #nextOfLane = 0;

  private constructor(private readonly folder: string) {}

  static async start(folder: string, services: readonly string[]): Promise<Run> {
    const run = new Run(folder);
    await run.#use(services);
    await run.begin(true);
    return run;
  }

  /** Incidents as told last, without those that were joined or withdrawn. */
  get current(): readonly IncidentChange[] {
    const told = new Map<string, IncidentChange>();
    for (const change of this.#log.changes())
      if ((told.get(change.incident_id)?.version ?? -1) <= change.version) told.set(change.incident_id, change);
    return [...told.values()].filter(({ state }) => state === 'open' || state === 'closed');
  }

  /** Accesses that were handed on. */
  get relayed(): number {
    return this.#log.framesOf(lane).flatMap(({ bytes }) =>
      bytes
        .toString()
        .split('\n')
        .filter((line) => line.startsWith('{"event_id"') || line.includes('"patient_id"')),
    ).length;
  }

  async take(rows: readonly AccessRow[]): Promise<void> {
    this.#frames.push({ offset: this.#frames.length, bytes: bytesOf(rows) });
    this.#stored.push(...rows.map(believedRow));
    await this.#judge(this.#frames.slice(-1));
    await this.#settle();
  }

  async change(services: readonly string[]): Promise<void> {
    await this.#use(services);
    await this.#scorer?.pipeline.useRules(this.#rules);
    await this.#settle();
  }

  /** Time passes, and the store is asked. */
  async pass(ms: number): Promise<void> {
    await this.#scorer?.clock.advance(ms);
    await this.#scorer?.pipeline.lookAtFormer();
  }

  /** It begins again, on a machine that has its snapshots or, where they are lost, nothing. */
  async begin(isLost: boolean): Promise<void> {
    for (const place of this.#scorer && !isLost ? [at, lane] : []) await this.#scorer?.pipeline.revoked(place);
    if (isLost) this.#stateDir = await mkdtemp(join(this.folder, 'state-'));
    const told = async (): Promise<ToldBefore> => {
      const before = new ToldBefore();
      for (const change of this.#log.changes()) before.add(change);
      return before;
    };
    const given = {
      log: this.#log,
      archive: this.#archive,
      stateDir: this.#stateDir,
      rules: this.#rules,
      snapshotEveryMs: Number.POSITIVE_INFINITY,
    };
    this.#scorer = await aScorer({ ...given, held: { start: 0, end: this.#frames.length }, told, lanes: ['source_ip'] });
    this.#nextOfLane = this.#scorer.fromOfLanes.get(`${lane.topic}/0`) ?? 0;
    await this.#judge(this.#frames.slice(this.#scorer.from));
    await this.#settle();
  }

  /** What the store lists of each incident, by the conditions that it has, beside what was told. */
  check(): void {
    const live = new Set(this.#rules.map(({ selection }) => selection.id));
    for (const one of this.current) {
      expect({ id: one.incident_id, patients: one.patients }).toEqual({ id: one.incident_id, patients: this.#listed(one).size });
      if (one.selections.some((id) => !live.has(id))) this.former += 1;
    }
  }

  async #judge(frames: readonly Frame[]): Promise<void> {
    for (const frame of frames) {
      await this.#scorer?.pipeline.frames(at, [frame]);
      await this.#archive.take(frame);
    }
  }

  async #settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      await this.#scorer?.pipeline.written();
      await this.#scorer?.pipeline.tick();
      const there = this.#log.framesOf(lane);
      await this.#scorer?.pipeline.frames(lane, there.slice(this.#nextOfLane));
      this.#nextOfLane = there.length;
      await this.#scorer?.clock.advance(20_000);
      await this.#scorer?.filler.look();
      await this.#scorer?.reinstater.look();
      await this.#scorer?.rejudger.look();
      await this.#scorer?.pipeline.written();
      for (const owned of this.#scorer?.pipeline.partitions() ?? []) await owned.alone(() => owned.scorer.tellFigures(true));
    }
  }

  async #use(services: readonly string[]): Promise<void> {
    const person = services.length > 0 ? not(or(services.map((name) => is('actor_id', name)))) : present;
    this.#rules = [aRule({ id: 'address', subject: 'source_ip', selection: selectionOf(person), atLeast: 3 })];
    for (const { selection } of this.#rules) this.#selections.set(selection.id, selection);
    await this.#archive.store.registerSelections(this.#rules.map(({ selection }) => selection));
  }

  #listed({ actor_id, first_time, last_time, selections }: IncidentChange): ReadonlySet<string> {
    const taken = selections.flatMap((id) => this.#selections.get(id) ?? []);
    const listed = this.#stored.filter(
      (row) =>
        row.source_ip === actor_id && row.time >= first_time && row.time <= last_time && taken.some((one) => one.matches(row)),
    );
    return new Set(listed.map(({ patient_id }) => patient_id));
  }
}

const present = test({ kind: 'present', field: 'actor_id' });
const is = (field: 'actor_id', literal: string): Match => test({ kind: 'glob', field, parts: [{ literal }], cased: false });

interface Given {
  readonly patient: number;
  /** Milliseconds. */
  readonly at: number;
  readonly actor?: string;
  readonly address?: string;
  readonly delay?: number;
}

function accessOf({ patient, at: time, actor = 'nurse.1', address = own, delay = 0 }: Given): AccessRow {
  return anAccessRow({
    time: new Date(aMonday + time).toISOString(),
    received_at: new Date(aMonday + time + delay).toISOString(),
    actor_id: actor,
    source_ip: address,
    patient_id: aPatient(patient),
    action: 'read',
    event_id: anEventId(`${actor} ${address} ${patient} ${time}`),
  });
}

const anyLists = fc.subarray(['nurse.1', 'nurse.2']);
const anyRow = fc
  .record({
    actor: fc.constantFrom('nurse.1', 'nurse.1', 'nurse.2'),
    address: fc.constantFrom(own, own, '198.51.100.2'),
    patient: fc.integer({ min: 1, max: 8 }),
    at: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }).map((one) => one * minute) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 100 }).map((one) => one * hour) },
    ),
    delay: fc.constantFrom(0, 0, 5 * minute, hour, 60 * hour),
  })
  .map((given) => accessOf(given));
const kind = <Kind extends string>(name: Kind) => fc.record({ kind: fc.constant(name) });
const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('rows' as const), rows: fc.array(anyRow, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lists' as const), lists: anyLists }) },
  { weight: 2, arbitrary: kind('time') },
  { weight: 1, arbitrary: kind('restart') },
  { weight: 1, arbitrary: kind('lost') },
);
const histories = fc.record({ lists: anyLists, steps: fc.array(anyStep, { minLength: 3, maxLength: 12, size: 'max' }) });
