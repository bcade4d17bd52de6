import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type AccessRow, believedRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { Rule, Selection } from '#libs/detection/rule/rule.js';
import { and, type Match, not, or, test } from '#libs/detection/rules/match/match.js';
import { selectionOf } from '#libs/detection/rules/match/selection.js';
import type { Frame } from '#libs/event-log/port.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { ToldBefore } from '../judge/told-before.js';
import { Archive, aScorer, at, bytesOf, FakeLog } from '../scorer.fixture.js';

const minute = 60_000;
const hour = 60 * minute;

/** What the lists hold: accounts that no rule looks at, and patients that one rule looks at alone. */
interface Lists {
  readonly services: readonly string[];
  readonly watched: readonly number[];
}
const none: Lists = { services: [], watched: [] };

describe('a scorer that lost its snapshots after lists had changed', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-reinstated-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('counts what comes late for an incident that the lists of now would not find', async () => {
    const run = await Run.start(folder, none);
    await run.take(accesses('nurse.1', [1, 2, 3]));
    const [opened] = run.current;
    expect(opened).toMatchObject({ patients: 3, rules: ['all'] });
    await run.change({ services: ['nurse.1'], watched: [] });
    await run.lose();
    await run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute })]);
    expect(run.current).toMatchObject([
      {
        incident_id: opened?.incident_id,
        patients: 4,
        selections: opened?.selections,
        clinics: opened?.clinics,
        level: opened?.level,
        step: opened?.step,
      },
    ]);
    run.check();
    // It tells people nothing that they were told.
    expect(run.types.filter((type) => type !== 'incident.updated')).toEqual(['incident.opened']);
  });

  it('counts what came while it was away, and closes what was left open', async () => {
    const run = await Run.start(folder, none);
    await run.take(accesses('nurse.1', [1, 2, 3]));
    await run.change({ services: ['nurse.1'], watched: [] });
    run.arrive([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute })]);
    await run.lose();
    expect(run.current).toMatchObject([{ patients: 4, state: 'open' }]);
    await run.take([accessOf({ actor: 'nurse.2', patient: 9, at: 200 * hour })]);
    expect(run.current).toMatchObject([{ patients: 4, state: 'closed' }]);
    run.check();
  });

  it('goes on judging while the store is away, and counts once it is back', async () => {
    const run = await Run.start(folder, none);
    await run.take(accesses('nurse.1', [1, 2, 3]));
    await run.change({ services: ['nurse.1'], watched: [] });
    run.archive.history.away = true;
    await run.lose();
    await run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute }), ...accesses('nurse.2', [1, 2, 3])]);
    expect(run.current.map(({ actor_id, patients }) => [actor_id, patients])).toEqual([
      ['nurse.1', 3],
      ['nurse.2', 3],
    ]);
    // It remembers through a restart that it does not know all yet.
    await run.restart();
    run.archive.history.away = false;
    await run.settle();
    expect(run.current.map(({ patients }) => patients)).toEqual([4, 3]);
    run.check();
  });

  it('knows the incidents of what the log has let go of, and tells none of them a second time', async () => {
    const run = await Run.start(folder, none);
    await run.take(accesses('nurse.1', [1, 2, 3]));
    await run.take(accesses('nurse.2', [1, 2, 3]));
    const told = run.current;
    await run.change({ services: ['nurse.2'], watched: [] });
    await run.take([accessOf({ actor: 'nurse.3', patient: 9, at: 2 * hour })]);
    run.trim();
    await run.lose();
    await run.take([
      accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute }),
      accessOf({ actor: 'nurse.2', patient: 4, at: 1.5 * minute }),
    ]);
    expect(run.current.map(({ incident_id, patients }) => [incident_id, patients])).toEqual(
      told.map(({ incident_id }) => [incident_id, 4]),
    );
    expect(run.types.filter((type) => type === 'incident.opened')).toHaveLength(2);
    run.check();
  });

  it('leaves as it was told what no store says the condition of', async () => {
    const run = await Run.start(folder, none);
    await run.take(accesses('nurse.1', [1, 2, 3]));
    await run.change({ services: ['nurse.1'], watched: [] });
    for (const id of run.archive.store.conditions.keys()) run.archive.store.conditions.set(id, '{"op":"and","of":[]}');
    await run.lose();
    await run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute })]);
    expect(run.current).toMatchObject([{ patients: 3, state: 'open' }]);
  });

  it('has as many patients as the list in each incident, however often lists change and snapshots are lost', async () => {
    const held = { lost: 0, former: 0 };
    await fc.assert(
      fc.asyncProperty(histories, async ({ lists, steps }) => {
        const run = await Run.start(await mkdtemp(join(folder, 'run-')), lists);
        for (const step of steps) {
          if (step.kind === 'rows') await run.take(step.rows);
          else if (step.kind === 'lists') await run.change(step.lists);
          else if (step.kind === 'lost') await run.lose();
          else await run.restart();
          run.check();
        }
        held.lost += run.lost;
        held.former += run.former;
      }),
      { numRuns: casesOf(60, 2_000), seed: 3 },
    );
    expect(Math.min(held.lost, held.former)).toBeGreaterThan(20);
  });
});

/** A scorer of one partition, its log, and a store that has every frame at once. */
class Run {
  readonly archive = new Archive();
  /** How often snapshots were lost, and incidents that were compared then while a selection of before counted for them. */
  lost = 0;
  former = 0;
  readonly #log = new FakeLog(1);
  readonly #frames: Frame[] = [];
  readonly #stored: AccessRow[] = [];
  readonly #selections = new Map<string, Selection>();
  #rules: readonly Rule[] = [];
  #scorer: Awaited<ReturnType<typeof aScorer>> | undefined;

  private constructor(private readonly folder: string) {}

  static async start(folder: string, lists: Lists): Promise<Run> {
    const run = new Run(folder);
    await run.#use(lists);
    await run.#begin(await mkdtemp(join(folder, 'state-')));
    return run;
  }

  /** Incidents as told last, without those that were joined or withdrawn. */
  get current(): readonly IncidentChange[] {
    const told = new Map<string, IncidentChange>();
    for (const change of this.#log.changes())
      if ((told.get(change.incident_id)?.version ?? -1) <= change.version) told.set(change.incident_id, change);
    return [...told.values()].filter(({ state }) => state === 'open' || state === 'closed');
  }
  get types(): readonly string[] {
    return this.#log.changes().map(({ change_type }) => change_type);
  }

  /** A frame that lies in the log. */
  arrive(rows: readonly AccessRow[]): Frame {
    const frame = { offset: this.#frames.length, bytes: bytesOf(rows) };
    this.#frames.push(frame);
    this.#stored.push(...rows.map(believedRow));
    return frame;
  }

  async take(rows: readonly AccessRow[]): Promise<void> {
    await this.#judge([this.arrive(rows)]);
    await this.settle();
  }

  async change(lists: Lists): Promise<void> {
    await this.#use(lists);
    await this.#scorer?.pipeline.useRules(this.#rules);
    await this.settle();
  }

  /** It is ended by force, and begins on a machine that has nothing. */
  async lose(): Promise<void> {
    await this.#begin(await mkdtemp(join(this.folder, 'state-')));
    this.lost += 1;
  }

  /** The log lets go of all but the last frame. */
  trim(): void {
    this.#start = this.#frames.length - 1;
  }

  async restart(): Promise<void> {
    await this.#scorer?.pipeline.revoked(at);
    await this.#begin(this.#stateDir);
  }

  /** What goes on beside the stream, until nothing is left to do. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      await this.#scorer?.clock.advance(600_000);
      await this.#scorer?.filler.look();
      await this.#scorer?.reinstater.look();
      await this.#scorer?.rejudger.look();
      await this.#scorer?.pipeline.written();
      for (const owned of this.#scorer?.pipeline.partitions() ?? []) await owned.alone(() => owned.scorer.tellFigures(true));
    }
  }

  /** What the store lists of each incident, by the conditions that it has, beside what was told. */
  check(): void {
    const live = new Set(this.#rules.map(({ selection }) => selection.id));
    for (const one of this.current) {
      expect({ id: one.incident_id, patients: one.patients }).toEqual({ id: one.incident_id, patients: this.#listed(one).size });
      if (this.lost > 0 && one.selections.some((id) => !live.has(id))) this.former += 1;
    }
  }

  #stateDir = '';
  /** The first frame that the log still has. */
  #start = 0;

  async #begin(stateDir: string): Promise<void> {
    this.#stateDir = stateDir;
    const held = { start: this.#start, end: this.#frames.length };
    const told = async (): Promise<ToldBefore> => {
      const before = new ToldBefore();
      for (const change of this.#log.changes()) before.add(change);
      return before;
    };
    this.#scorer = await aScorer({
      log: this.#log,
      archive: this.archive,
      stateDir,
      rules: this.#rules,
      snapshotEveryMs: Number.POSITIVE_INFINITY,
      held,
      told,
    });
    await this.#judge(this.#frames.slice(this.#scorer.from));
    await this.settle();
  }

  async #judge(frames: readonly Frame[]): Promise<void> {
    for (const frame of frames) {
      await this.#scorer?.pipeline.frames(at, [frame]);
      await this.archive.take(frame);
    }
  }

  async #use({ services, watched }: Lists): Promise<void> {
    const person = services.length > 0 ? not(or(services.map((name) => is('actor_id', name)))) : present;
    this.#rules = [
      aRule({ id: 'all', selection: selectionOf(person) }),
      ...(watched.length === 0 ? [] : [aRule({ id: 'watched', atLeast: 2, selection: selectionOf(and([is('action', 'read'), or(watched.map((one) => is('patient_id', aPatient(one))))])) })]),
    ]; // prettier-ignore
    for (const { selection } of this.#rules) this.#selections.set(selection.id, selection);
    await this.archive.store.registerSelections(this.#rules.map(({ selection }) => selection));
  }

  #listed({ actor_id, first_time, last_time, selections }: IncidentChange): ReadonlySet<string> {
    const taken = selections.flatMap((id) => this.#selections.get(id) ?? []);
    const listed = this.#stored.filter(
      (row) =>
        row.actor_id === actor_id && row.time >= first_time && row.time <= last_time && taken.some((one) => one.matches(row)),
    );
    return new Set(listed.map(({ patient_id }) => patient_id));
  }
}

const present = test({ kind: 'present', field: 'actor_id' });
const is = (field: 'actor_id' | 'patient_id' | 'action', literal: string): Match =>
  test({ kind: 'glob', field, parts: [{ literal }], cased: false });

interface Given {
  readonly actor: string;
  readonly patient: number;
  readonly at: number;
  readonly delay?: number;
}

/** `at` and `delay` in milliseconds. */
function accessOf({ actor, patient, at: time, delay = 0 }: Given): AccessRow {
  return anAccessRow({
    time: new Date(aMonday + time).toISOString(),
    received_at: new Date(aMonday + time + delay).toISOString(),
    actor_id: actor,
    patient_id: aPatient(patient),
    action: 'read',
    event_id: anEventId(`${actor} ${patient} ${time}`),
  });
}

/** One a minute. */
function accesses(actor: string, patients: readonly number[]): readonly AccessRow[] {
  return patients.map((patient, place) => accessOf({ actor, patient, at: place * minute }));
}

const anyLists: fc.Arbitrary<Lists> = fc.record({
  services: fc.subarray(['nurse.1', 'nurse.2']),
  watched: fc.subarray([1, 2, 3, 4, 5]),
});
const anyRow = fc
  .record({
    actor: fc.constantFrom('nurse.1', 'nurse.1', 'nurse.2'),
    patient: fc.integer({ min: 1, max: 8 }),
    at: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 40 }).map((one) => one * minute) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 100 }).map((one) => one * hour) },
    ),
    delay: fc.constantFrom(0, 0, 5 * minute, hour, 60 * hour),
  })
  .map((given) => accessOf(given));
const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('rows' as const), rows: fc.array(anyRow, { minLength: 1, maxLength: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lists' as const), lists: anyLists }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lost' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);
const histories = fc.record({ lists: anyLists, steps: fc.array(anyStep, { minLength: 3, maxLength: 12, size: 'max' }) });
