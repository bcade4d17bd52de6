import { expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { HabitModel } from '#libs/habits/habit-model.js';
import { habitRuleOf, habitRulesOf } from '../rule/rule.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { Engine } from '../engine.js';
import { test } from '../rules/match/match.js';
import { selectionOf } from '../rules/match/selection.js';
import { HistoryJudge } from './history-judge.js';
import { Backtest, learnedMs, warmUpMs } from './backtest.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const selection = selectionOf(test({ kind: 'glob', field: 'action', parts: [{ literal: 'read' }], cased: false }));
const rule = {
  ...aRule({ id: 'usual', selection, timespanMs: day, atLeast: 20 }),
  habit: { weight: 1, scale: 'volume' } as const,
};
const rules = [rule];
const days = 14;
const accounts = 40;
const options = { rules, fromMs: aMonday, toMs: aMonday + days * day, quietMs: day, allowedLatenessMs: 15 * minute };
const learner = (of: Parameters<typeof modelOf>[0]) => modelOf(of);

/** Everybody reads ten patients or so a day, and on the last day but one a single account 120. */
const rows = Array.from({ length: days }, (_, n) =>
  Array.from({ length: accounts }, (__, account) => {
    const many = n === days - 2 && account === 7 ? 120 : 8 + ((account * 7 + n * 3) % 6);
    return Array.from({ length: many }, (___, patient) =>
      rowAt(aMonday + n * day + 8 * hour + patient * 5 * minute, account, patient),
    );
  }).flat(),
)
  .flat()
  .toSorted((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)));

it('learns day by day: a backtest tells of whoever does more than is usual, and of nobody else', () => {
  const backtest = new Backtest({ ...options, learner });
  for (const frame of framesOf(5_000)) backtest.take(frame);
  const { comparison } = backtest.result();
  expect(comparison.incidents.map(({ actor_id, kind }) => [actor_id, kind])).toEqual([['nurse-7', 'new']]);
});

it('says what another budget would have told, beside what the one in use does', () => {
  const backtest = new Backtest({ ...options, baseline: rules, learner, baselineLearner: (of) => modelOf(of, 1e-9) });
  for (const frame of framesOf(5_000)) backtest.take(frame);
  const { comparison } = backtest.result();
  expect(comparison.incidents.map(({ kind, tried, present }) => [kind, tried.length, present.length])).toEqual([['new', 1, 0]]);
});

it('learns what a live engine learns, however the rows are cut into frames', () => {
  const model = modelOf(habitRulesOf(rules));
  const engine = new Engine({ ...options, habits: model });
  let known = 0;
  let offset = 0;
  for (const lines of framesOf(50)) {
    const newest = model.dayOf('', newestOf(lines));
    for (const one of engine.takeDays()) model.add(one);
    if (newest > known) for (const _ of model.learning(newest));
    known = newest;
    engine.apply({ offset, bytes: lines }, 0);
    offset += 1;
  }
  engine.finish(0);
  engine.advance(options.toMs + 2 * day, 0);
  const told = new Map(engine.takeChanges({ includeUpdates: true }).map((one) => [one.incident_id, shown(one)]));
  for (const perFrame of [60, 100_000]) {
    const judge = new HistoryJudge(rules, { ...options, learner });
    for (const frame of framesOf(perFrame)) judge.take(frame);
    const { incidents } = judge.finish(options.toMs);
    expect(incidents.map(shown)).toEqual([...told.values()]);
    expect(incidents[0]?.rule_matches[0]?.first_fired.slice(0, 10)).toBe(dateOf(days - 2));
  }
});

it('never tells where nothing learns', () => {
  const backtest = new Backtest(options);
  for (const frame of framesOf(5_000)) backtest.take(frame);
  expect(backtest.result().comparison.incidents).toEqual([]);
});

it('reads so much of the past that there is something to be learned', () => {
  expect(warmUpMs(rules, day) - warmUpMs([aRule({ selection, timespanMs: day })], day)).toBe(learnedMs + 25 * hour);
  expect(habitRulesOf(rules)).toEqual([habitRuleOf(rule)]);
});

function shown({ actor_id, first_time, last_time, patients, rule_matches }: IncidentChange): unknown {
  return [actor_id, first_time, last_time, patients, rule_matches];
}

function dateOf(n: number): string {
  return new Date(aMonday + n * day).toISOString().slice(0, 10);
}

/** Rows lie in order. */
function newestOf(lines: Buffer): number {
  return Date.parse(String(JSON.parse(lines.toString().trimEnd().split('\n').at(-1) ?? '{}').time));
}

function modelOf(of: ConstructorParameters<typeof HabitModel>[0]['rules'], falseIncidentsPerWeek = 1): HabitModel {
  return new HabitModel({ rules: of, falseIncidentsPerWeek, zone: 'Europe/Paris' });
}

function rowAt(time: number, account: number, patient: number): AccessRow {
  const iso = new Date(time).toISOString();
  return anAccessRow({
    time: iso,
    received_at: iso,
    actor_id: `nurse-${account}`,
    actor_role: 'nurse',
    action: 'read',
    patient_id: aPatient(account * 1_000 + patient),
    event_id: anEventId(time + account),
  });
}

function* framesOf(perFrame: number): Iterable<Buffer> {
  for (let at = 0; at < rows.length; at += perFrame)
    yield Buffer.from(
      rows
        .slice(at, at + perFrame)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    );
}
