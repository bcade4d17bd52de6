import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { habitRecord, type HabitRecord } from '#libs/contracts/habits/habit-record.js';
import { incidentChange, type IncidentChange } from '#libs/contracts/incident.js';
import { habitsTopic, madeTopics, partitionCountOf, partitionOf, topics } from '#libs/contracts/topics.js';
import { habitRulesOf, type Rule, type Selection } from '#libs/detection/rule/rule.js';
import { createMemoryLog, type MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { anAction } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { SeededRandom } from '#libs/testkit/hospital/random.js';
import { accountAnswer } from '../accounts/accounts.js';
import { ScorerPipeline } from '../pipeline.js';
import { HabitBook } from './habit-book.js';
import { HonestVerdicts } from './honest-verdicts.js';

const dayMs = 86_400_000;
const selection: Selection = { id: 'a'.repeat(32), fields: ['action'], matches: (row) => row.action === 'read', sql: '' };
const rule = aRule({ id: 'unlinked', selection, atLeast: 8, timespanMs: dayMs, habit: { weight: 1, scale: 'volume' } });
const rules: readonly Rule[] = [rule];
const [habitRule] = habitRulesOf(rules);
const accounts = Array.from({ length: 30 }, (_, index) => `nurse.${index}`);
const days = 9;
const midnight = Math.floor(aMonday / dayMs) * dayMs;

describe('habits of accounts', () => {
  let stateDir: string;
  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'vigie-habits-'));
  });
  afterEach(() => rm(stateDir, { recursive: true }));

  it('are learned over days, across a restart as without one, and what goes beyond them is told', async () => {
    const straight = aLog();
    const one = await running(straight, { stateDir: join(stateDir, 'straight'), name: 'one' });
    for (let day = 0; day < days; day += 1) await live(straight, [one], day);
    const restarted = aLog();
    let other = await running(restarted, { stateDir: join(stateDir, 'restarted'), name: 'one' });
    for (let day = 0; day < days; day += 1) {
      await live(restarted, [other], day);
      if (day % 3 !== 1) continue;
      await other.stop();
      other = await running(restarted, { stateDir: join(stateDir, 'restarted'), name: 'one' });
    }
    expect(leastsOf(one).every((least) => least >= 8 && least < 100)).toBe(true);
    expect(leastsOf(other)).toEqual(leastsOf(one));
    expect(other.book.model.digest).toBe(one.book.model.digest);
    for (const log of [straight, restarted]) {
      expect(new Set(changesOf(log).map(({ actor_id }) => actor_id))).toEqual(new Set(['nurse.3']));
      expect(changesOf(log)[0]?.rules).toEqual(['unlinked']);
    }
    const answer = accountAnswer(one.pipeline, new FakeClock(), 'helix', 'nurse.3');
    const habit = 'rules' in answer ? answer.rules[0]?.habit : undefined;
    expect(habit).toMatchObject({ day: dayNumber(days - 1), most: 70, usual: { is_newcomer: false, as_far: 0 } });
    expect(habit?.usual?.own).toBeGreaterThan(3);
    expect(habit?.usual?.own).toBeLessThan(8);
    expect(habit?.usual?.peer_days).toBeGreaterThan(100);
    await one.stop();
    await other.stop();
  });

  it('are the same for two scorers, for one that comes later and without snapshots', async () => {
    const log = aLog();
    const all = [await running(log, { stateDir: join(stateDir, 'one'), name: 'one' })];
    for (let day = 0; day < days; day += 1) {
      if (day === 3) all.push(await running(log, { stateDir: join(stateDir, 'two'), name: 'two' }));
      await live(log, all, day);
    }
    const late = await running(log, { stateDir: join(stateDir, 'three'), name: 'three' });
    const [first, ...others] = [...all, late].map((scorer) => [scorer.book.model.digest, ...leastsOf(scorer)]);
    for (const other of others) expect(other).toEqual(first);
    const published = recordsOf(log).flatMap((record) => (record.type === 'habit.day' ? [`${record.key} ${record.day}`] : []));
    expect(new Set(published).size).toBe(accounts.length * (days - 1));
    for (const { metrics } of [...all, late]) expect(await valueOf(metrics, 'vigie_habits_models_differing_total')).toBe(0);
    for (const scorer of [...all, late]) await scorer.stop();
  });

  it('are learned anew from the same days when rules change', async () => {
    const log = aLog();
    const one = await running(log, { stateDir: join(stateDir, 'one'), name: 'one' });
    for (let day = 0; day < 6; day += 1) await live(log, [one], day);
    const before = one.book.model;
    const asked = () =>
      habitRule ? accounts.map((key) => one.book.habits.least(habitRule, 'helix', key, dayNumber(5), [])) : [];
    const leasts = asked();
    await one.pipeline.useRules([{ ...rule, title: 'another title' }]);
    expect(one.book.model).toBe(before);
    await one.pipeline.useRules([
      rule,
      aRule({ id: 'another', selection, atLeast: 8, timespanMs: dayMs / 24, habit: { weight: 1, scale: 'rare' } }),
    ]);
    expect(one.book.model).not.toBe(before);
    // Half the weight is half of the budget.
    expect(asked().every((least, index) => least >= (leasts[index] ?? Infinity) && least < Infinity)).toBe(true);
    await live(log, [one], 6);
    expect(one.book.model.day).toBeGreaterThan(before.day);
    await one.stop();
  });

  it('take in what people called honest, once', async () => {
    const log = aLog();
    const all = [
      await running(log, { stateDir: join(stateDir, 'one'), name: 'one' }),
      await running(log, { stateDir: join(stateDir, 'two'), name: 'two' }),
    ];
    for (let day = 0; day < days; day += 1) await live(log, all, day);
    const [opened] = changesOf(log);
    if (!opened) throw new Error('no incident was told');
    const at = { topic: topics.actions, partition: partitionOf(opened.group_id, opened.actor_id, 2) };
    const action = anAction(
      opened.incident_id,
      1,
      { type: 'case.verdict', verdict: 'authorised', reason: 'an audit of the ward' },
      {
        case_id: opened.incident_id,
        group_id: opened.group_id,
        actor_id: opened.actor_id,
        at: opened.changed_at,
        seen_incidents: [{ incident_id: opened.incident_id, version: changesOf(log).at(-1)?.version ?? 0 }],
      },
    );
    await log.append(at, Buffer.from(`${JSON.stringify(action)}\n`));
    const byHabit = new Set([rule.id]);
    const verdicts = await Promise.all(all.map((scorer) => scorer.verdicts(byHabit)));
    await until(async () => {
      for (const one of verdicts) await one.look();
      return recordsOf(log).some(({ type }) => type === 'habit.honest');
    });
    await until(() => all.every(({ book }) => book.honest.has(opened.incident_id)));
    for (const one of [...verdicts, ...verdicts]) await one.look();
    expect(recordsOf(log).filter(({ type }) => type === 'habit.honest')).toEqual([
      expect.objectContaining({ key: 'nurse.3', incident_id: opened.incident_id, subject_kind: 'account' }),
    ]);
    for (const scorer of all) expect(await valueOf(scorer.metrics, 'vigie_habits_false_per_week')).toBe(0.25);
    // The budget is that of rules that go by habits: what fixed ones tell is not held against it.
    byHabit.clear();
    for (const one of verdicts) await one.look();
    for (const scorer of all) expect(await valueOf(scorer.metrics, 'vigie_habits_false_per_week')).toBe(0);
    for (const one of [...verdicts, ...all]) await one.stop();
  });
});

function aLog(): MemoryLog {
  return createMemoryLog({ topics: Object.fromEntries(madeTopics.map((topic) => [topic, partitionCountOf(topic, 2)])) });
}

function failed(cause: unknown): never {
  throw cause;
}

/** A scorer of its own process, as far as the log can tell. */
async function running(shared: MemoryLog, { stateDir, name }: { readonly stateDir: string; readonly name: string }) {
  await mkdir(stateDir, { recursive: true });
  const log = shared.connect();
  const tools = { log, clock: new FakeClock(aMonday + days * dayMs), logger: silentLog, metrics: new Metrics('scorer') };
  const habitOptions = { rules: habitRulesOf(rules), falseIncidentsPerWeek: 1, zone: 'Europe/Paris' };
  const book = new HabitBook(habitOptions, { ...tools, group: `habits-${name}`, failed });
  const engine = { rules, quietMs: dayMs, allowedLatenessMs: 900_000 };
  const pipeline = new ScorerPipeline({ engine, stateDir, snapshotEveryMs: 0 }, { ...tools, habits: book });
  const membership = await pipeline.start();
  return {
    book,
    pipeline,
    metrics: tools.metrics,
    isDone: async () => (await membership.positions()).every(({ next, end }) => next === end),
    verdicts: async (byHabit: ReadonlySet<string>) => {
      const verdicts = new HonestVerdicts({
        ...tools,
        habits: book,
        group: `verdicts-${name}`,
        failed,
        owns: (one) => pipeline.owns(one.group_id, one.actor_id, one.subject_kind),
        goesByHabit: (ruleId) => byHabit.has(ruleId),
      });
      await verdicts.start();
      return verdicts;
    },
    stop: async () => {
      await membership.leave();
      await book.stop();
    },
  };
}
type Running = Awaited<ReturnType<typeof running>>;

/** A day of the staff, hour by hour; on the last one somebody reads ten times as much as ever. Resolves once everything is judged. */
async function live(log: MemoryLog, scorers: readonly Running[], day: number): Promise<void> {
  const random = new SeededRandom(20_261_129, `day ${day}`);
  const rows = accounts.flatMap((actor) => {
    const count = day === days - 1 && actor === 'nurse.3' ? 70 : random.whole(3, 8);
    return Array.from({ length: count }, (_, index) => rowOf(actor, day, index));
  });
  for (let hour = 0; hour < 12; hour += 1) {
    for (const partition of [0, 1]) {
      const ours = rows.filter((row, index) => index % 12 === hour && partitionOf(row.group_id, row.actor_id, 2) === partition);
      const lines = ours.map((row) => `${JSON.stringify({ ...row, ...timesOf(day, hour) })}\n`);
      if (lines.length > 0) await log.append({ topic: topics.accesses, partition }, Buffer.from(lines.join('')));
    }
    await until(async () => (await Promise.all(scorers.map((scorer) => scorer.isDone()))).every(Boolean));
    for (const { pipeline } of scorers) await pipeline.tick();
  }
}

function timesOf(day: number, hour: number): Pick<AccessRow, 'time' | 'received_at'> {
  const time = new Date(midnight + day * dayMs + (6 + hour) * 3_600_000).toISOString();
  return { time, received_at: time };
}
function rowOf(actor: string, day: number, index: number): AccessRow {
  return anAccessRow({
    actor_id: actor,
    actor_role: 'nurse',
    patient_id: aPatient(1_000 * day + index),
    event_id: anEventId(`${actor} ${day} ${index}`),
  });
}
function dayNumber(day: number): number {
  return Math.floor(midnight / dayMs) + day;
}

function leastsOf({ book }: Running): readonly number[] {
  if (!habitRule) throw new Error('the rule asks for no habit');
  return accounts.map((key) => book.model.least(habitRule, 'helix', key, dayNumber(days - 1)));
}

function recordsOf(log: MemoryLog): readonly HabitRecord[] {
  return linesOf(log, habitsTopic, 1).map((line) => habitRecord.parse(JSON.parse(line)));
}
function changesOf(log: MemoryLog): readonly IncidentChange[] {
  return linesOf(log, topics.incidents, 2).map((line) => incidentChange.parse(JSON.parse(line)));
}
function linesOf(log: MemoryLog, topic: string, partitions: number): readonly string[] {
  return Array.from({ length: partitions }, (_, partition) => log.frames({ topic, partition }))
    .flat()
    .flatMap((bytes) => bytes.toString().split('\n').filter(Boolean));
}
async function valueOf(metrics: Metrics, name: string): Promise<number> {
  const found = await metrics.registry.getSingleMetric(name)?.get();
  return (found?.values ?? []).reduce((sum, { value }) => sum + value, 0);
}
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await nextTurn();
}
