import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { laneTopics } from '#libs/contracts/topics.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { selectionOf } from '#libs/detection/rules/match/selection.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { accessOf as accessAt, ChangedRules, personBut } from '../changed-rules.fixture.js';
import { at } from '../scorer.fixture.js';

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
          else await run.again(step.kind === 'lost');
          run.check();
        }
        held.former += run.former;
      }),
      { numRuns: casesOf(80, 2_000), seed: 9 },
    );
    expect(held.former).toBeGreaterThan(20);
  });
});

/** A scorer that has a partition of addresses beside that of accounts. */
class Run extends ChangedRules<readonly string[]> {
  #nextOfLane = 0;

  private constructor(folder: string) {
    super(folder, 'source_ip');
  }

  static async start(folder: string, services: readonly string[]): Promise<Run> {
    const run = new Run(folder);
    await run.use(services);
    await run.again(true);
    return run;
  }

  /** Accesses that were handed on. */
  get relayed(): number {
    return this.log.framesOf(lane).flatMap(({ bytes }) =>
      bytes
        .toString()
        .split('\n')
        .filter((line) => line.startsWith('{"event_id"') || line.includes('"patient_id"')),
    ).length;
  }

  /** Time passes, and the store is asked. */
  async pass(ms: number): Promise<void> {
    await this.scorer?.clock.advance(ms);
    await this.scorer?.pipeline.lookAtFormer();
  }

  /** It begins again, on a machine that has its snapshots or, where they are lost, nothing. */
  async again(isLost: boolean): Promise<void> {
    for (const place of this.scorer && !isLost ? [at, lane] : []) await this.scorer?.pipeline.revoked(place);
    await this.begin(isLost, { lanes: ['source_ip'] });
  }

  protected override onBegin(): void {
    this.#nextOfLane = this.scorer?.fromOfLanes.get(`${lane.topic}/0`) ?? 0;
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      await this.scorer?.pipeline.written();
      await this.scorer?.pipeline.tick();
      const there = this.log.framesOf(lane);
      await this.scorer?.pipeline.frames(lane, there.slice(this.#nextOfLane));
      this.#nextOfLane = there.length;
      await this.scorer?.clock.advance(20_000);
      await this.lookBeside();
    }
  }

  protected rulesOf(services: readonly string[]): readonly Rule[] {
    return [aRule({ id: 'address', subject: 'source_ip', selection: selectionOf(personBut(services)), atLeast: 3 })];
  }
}

/** An access, from the address of the rule's first incidents where it does not say another. */
function accessOf(given: Parameters<typeof accessAt>[0]): AccessRow {
  return accessAt({ address: own, ...given });
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
