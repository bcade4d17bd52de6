import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { and, or } from '#libs/detection/rules/match/match.js';
import { selectionOf } from '#libs/detection/rules/match/selection.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aPatient } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { accessOf, ChangedRules, is, personBut } from '../changed-rules.fixture.js';
import { at } from '../scorer.fixture.js';

const minute = 60_000;
const hour = 60 * minute;

/** What the lists hold: accounts that no rule looks at, and patients that one rule looks at alone. */
interface Lists {
  readonly services: readonly string[];
  readonly watched: readonly number[];
  /** Patients that the rule about everybody asks for. */
  readonly atLeast?: number;
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

  it('knows the incidents that it told after its last snapshot, by lists that were changed while it was away', async () => {
    const run = await Run.start(folder, none);
    await run.take([accessOf({ actor: 'nurse.3', patient: 9, at: 0 })]);
    await run.restart();
    await run.take(accesses('nurse.1', [1, 2, 3]));
    const [opened] = run.current;
    await run.kill({ services: ['nurse.1'], watched: [] });
    await run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute })]);
    expect(run.current).toMatchObject([{ incident_id: opened?.incident_id, patients: 4, selections: opened?.selections }]);
    run.check();
  });

  it('keeps what a rule told that asks for more since, also where another rule finds the incident again', async () => {
    const run = await Run.start(folder, { services: [], watched: [1, 2] });
    await run.take(accesses('nurse.1', [1, 2, 3]));
    const [opened] = run.current;
    expect(opened).toMatchObject({ patients: 3, rules: ['watched', 'all'] });
    await run.change({ services: [], watched: [1, 2], atLeast: 100 });
    await run.lose();
    await run.take([accessOf({ actor: 'nurse.1', patient: 4, at: 1.5 * minute })]);
    expect(run.current).toMatchObject([{ incident_id: opened?.incident_id, patients: 4, rules: ['watched', 'all'] }]);
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
          else if (step.kind === 'killed') await run.kill(step.lists);
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

/** A scorer that may lose what it had, and whose log lets go of what is old. */
class Run extends ChangedRules<Lists> {
  /** How often snapshots were lost. */
  lost = 0;
  readonly #rulesTold = new Map<string, readonly string[]>();

  private constructor(folder: string) {
    super(folder, 'actor_id');
  }

  static async start(folder: string, lists: Lists): Promise<Run> {
    const run = new Run(folder);
    await run.use(lists);
    await run.begin(true);
    return run;
  }

  get types(): readonly string[] {
    return this.log.changes().map(({ change_type }) => change_type);
  }

  /** Nothing is taken back that was told of an incident. */
  override check(): void {
    super.check();
    for (const { incident_id: id, rules } of this.current) {
      expect({ id, rules }).toEqual({ id, rules: expect.arrayContaining([...(this.#rulesTold.get(id) ?? [])]) });
      this.#rulesTold.set(id, rules);
    }
  }

  /** It is ended by force, and begins on a machine that has nothing. */
  async lose(): Promise<void> {
    await this.begin(true);
    this.lost += 1;
  }

  /** It is ended by force, and begins by other lists with the snapshots that it wrote last. */
  async kill(lists: Lists): Promise<void> {
    await this.use(lists);
    await this.begin(false);
  }

  /** The log lets go of all but the last frame. */
  trim(): void {
    this.start = this.frames.length - 1;
  }

  async restart(): Promise<void> {
    await this.scorer?.pipeline.revoked(at);
    await this.begin(false);
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      await this.scorer?.clock.advance(600_000);
      await this.lookBeside();
    }
  }

  /** Of a scorer that still has its snapshots nothing is left to be found. */
  protected override get countsFormer(): boolean {
    return this.lost > 0;
  }

  protected rulesOf({ services, watched, atLeast = 3 }: Lists): readonly Rule[] {
    const read = and([is('action', 'read'), or(watched.map((one) => is('patient_id', aPatient(one))))]);
    const few = watched.length === 0 ? [] : [aRule({ id: 'watched', atLeast: 2, selection: selectionOf(read) })];
    return [aRule({ id: 'all', atLeast, selection: selectionOf(personBut(services)) }), ...few];
  }
}

/** One a minute. */
function accesses(actor: string, patients: readonly number[]): readonly AccessRow[] {
  return patients.map((patient, place) => accessOf({ actor, patient, at: place * minute }));
}

const anyLists: fc.Arbitrary<Lists> = fc.record({
  atLeast: fc.constantFrom(3, 3, 4),
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
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('killed' as const), lists: anyLists }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);
const histories = fc.record({ lists: anyLists, steps: fc.array(anyStep, { minLength: 3, maxLength: 12, size: 'max' }) });
