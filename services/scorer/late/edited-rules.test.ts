import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { type AccessRow, accessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { type NaiveIncident, naiveRecount } from '#libs/detection/definition/naive-recount.js';
import { anyBase, hour, minute } from '#libs/detection/definition/random-conditions.suite.js';
import { type AnyRow, anyRow, inArrival } from '#libs/detection/definition/random-history.suite.js';
import { rulesOver } from '#libs/detection/definition/random-rules.suite.js';
import { isMonotone, type Rule } from '#libs/detection/rule/rule.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { ChangedRules } from '../changed-rules.fixture.js';
import { at } from '../scorer.fixture.js';

/** Of `aScorer`. */
const quietMs = 24 * hour;
type Rules = readonly Rule[];

describe('a scorer whose rules are edited, of whatever type, while it runs, is down or has lost its snapshots', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vigie-edited-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('lists as many patients as it tells, takes nothing back that accesses cannot undo, and has told all that the rules of now find', async () => {
    const held = { found: 0, former: 0, edited: 0, killed: 0 };
    await fc.assert(
      fc.asyncProperty(histories, async ({ frames, one, other, first, turns }) => {
        const run = await Run.start(await mkdtemp(join(folder, 'run-')), chosen(one, other, first));
        for (let place = 0; place <= frames.length; place += 1) {
          for (const { turn, choice } of turns.filter(({ before }) => Math.min(before, frames.length) === place))
            await run.turn(turn, chosen(one, other, choice));
          const frame = frames[place];
          if (frame) await run.give(frame);
        }
        await run.end();
        held.found += run.found;
        held.former += run.former;
        held.edited += Number(turns.some(({ turn }) => turn === 'edited'));
        held.killed += Number(turns.some(({ turn }) => turn === 'killed'));
      }),
      { numRuns: casesOf(60, 3_000), seed: 8 },
    );
    // What is compared has been there.
    expect(Math.min(...Object.values(held))).toBeGreaterThan(10);
  });
});

const turnsOf = ['edited', 'edited', 'killed', 'killed', 'restarted', 'lost', 'killed as it is'] as const;
type Turn = (typeof turnsOf)[number];

class Run extends ChangedRules<Rules> {
  /** Incidents that the rules of now find. */
  found = 0;
  #now: Rules = [];
  readonly #ever: Rule[] = [];
  readonly #given: AccessRow[] = [];
  readonly #rulesTold = new Map<string, readonly string[]>();

  static async start(folder: string, rules: Rules): Promise<Run> {
    const run = new Run(folder, 'actor_id');
    run.#judgeBy(rules);
    await run.use(rules);
    await run.begin(true);
    return run;
  }

  async give(rows: readonly AccessRow[]): Promise<void> {
    this.#given.push(...rows);
    await this.take(rows);
    this.check();
  }

  async turn(turn: Turn, rules: Rules): Promise<void> {
    if (turn === 'restarted') await this.scorer?.pipeline.revoked(at);
    if (turn !== 'lost' && turn !== 'killed as it is') this.#judgeBy(rules);
    if (turn === 'edited') await this.change(rules);
    else {
      await this.use(this.#now);
      await this.begin(turn === 'lost');
    }
    this.check();
  }

  /** After a long silence. */
  async end(): Promise<void> {
    await this.scorer?.clock.advance(300 * 24 * hour);
    await this.scorer?.pipeline.tick();
    await this.settle();
    this.check();
    const found = naiveRecount(this.#given, this.#now, quietMs);
    this.found = found.length;
    const { current } = this;
    for (const one of found) expect({ one, by: current.filter((told) => says(told, one)) }).toMatchObject({ by: [{}] });
  }

  override check(): void {
    super.check();
    if (!this.#ever.every(isForGood)) return;
    const opened = new Set(this.log.changes().flatMap(({ state, incident_id: id }) => (state === 'open' ? id : [])));
    const withdrawn = this.log.changes().filter(({ state }) => state === 'withdrawn');
    expect(withdrawn.filter(({ incident_id: id }) => opened.has(id))).toEqual([]);
    for (const { incident_id: id, rules } of this.current) {
      expect({ id, rules }).toEqual({ id, rules: expect.arrayContaining([...(this.#rulesTold.get(id) ?? [])]) });
      this.#rulesTold.set(id, rules);
    }
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      await this.scorer?.clock.advance(10 * minute);
      await this.lookBeside();
    }
  }

  protected rulesOf(rules: Rules): Rules {
    return rules;
  }

  #judgeBy(rules: Rules): void {
    this.#now = rules;
    this.#ever.push(...rules);
  }
}

/** Whether an incident that was told says what the rules of now find. One that began before by other rules has its own beginning. */
function says(told: IncidentChange, found: NaiveIncident): boolean {
  if (told.group_id !== found.group || told.actor_id !== found.actor || Date.parse(told.last_time) < found.lastTime) return false;
  const began = Math.min(...told.rule_matches.map(({ first_fired }) => Date.parse(first_fired)));
  const isEarlier = began < Math.min(...found.matches.map(({ first }) => first));
  const isWhole = told.patients >= found.patients && Date.parse(told.first_time) <= found.firstTime;
  return (
    (isEarlier || isWhole) &&
    found.matches.every(({ rule_id, first, last }) =>
      told.rule_matches.some(
        (match) => match.rule_id === rule_id && Date.parse(match.first_fired) <= first && Date.parse(match.last_fired) >= last,
      ),
    )
  );
}

/** Whether more accesses undo nothing of it. */
function isForGood(rule: Rule): boolean {
  return (
    isMonotone(rule) &&
    rule.dormantMs === undefined &&
    rule.inputs.every((input) => input.kind === 'rows' || isForGood(input.rule))
  );
}

/** What an edit makes of each rule; those that stand on one another change together. */
const anyChoice = fc.record({
  tower: fc.constantFrom('one', 'other', 'gone'),
  r0: fc.constantFrom('one', 'other', 'gone', 'stricter', 'shorter'),
  r1: fc.constantFrom('one', 'other', 'gone', 'stricter', 'shorter'),
  r2: fc.constantFrom('one', 'other', 'gone', 'stricter', 'shorter'),
});
type Choice = typeof anyChoice extends fc.Arbitrary<infer T> ? T : never;

function chosen(one: Rules, other: Rules, choice: Choice): Rules {
  return [...new Set([...one, ...other].map(({ id }) => id))].flatMap((id) => {
    const what = id === 'r0' || id === 'r1' || id === 'r2' ? choice[id] : choice.tower;
    const rule = (what === 'other' ? other : one).find((any) => any.id === id);
    if (!rule || what === 'gone') return [];
    const { unfiltered } = rule;
    return [{ ...edited(rule, what), ...(unfiltered && { unfiltered: edited(unfiltered, what) }) }];
  });
}

function edited(rule: Rule, what: string): Rule {
  const { condition } = rule;
  if (what === 'stricter') return { ...rule, condition: { ...condition, atLeast: condition.atLeast + 1 } };
  return what === 'shorter' ? { ...rule, timespanMs: 20 * minute } : rule;
}

/** Accesses that the store takes, all within what windows that are filled read. */
function accessesOf(rows: readonly AnyRow[]): readonly AccessRow[] {
  const tame = rows.map((row) => ({ ...row, at: row.at % (18 * hour), lies: 0, ahead: undefined, clinic: row.clinic || '3' }));
  return inArrival(tame).filter((row) => accessRow.safeParse(row).success);
}

/** The store keeps the condition of each selection, so that all have one. */
const anyRulesWhole = rulesOver(anyBase.map((one) => ({ ...one, treeless: false })));
const histories = fc
  .record({
    rows: fc.array(anyRow, { maxLength: 30, size: 'max' }).map(accessesOf),
    count: fc.integer({ min: 2, max: 8 }),
    one: anyRulesWhole,
    other: anyRulesWhole,
    first: anyChoice,
    turns: fc.array(fc.record({ turn: fc.constantFrom(...turnsOf), choice: anyChoice, before: fc.integer({ min: 0, max: 8 }) }), {
      maxLength: 4,
    }),
  })
  .map(({ rows, count, ...rest }) => {
    const size = Math.max(1, Math.ceil(rows.length / count));
    const frames = Array.from({ length: Math.ceil(rows.length / size) }, (_, n) => rows.slice(n * size, (n + 1) * size));
    return { ...rest, frames };
  });
