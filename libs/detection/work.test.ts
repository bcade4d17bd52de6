import { describe, expect, it } from '@jest/globals';
import type { Habits } from '#libs/habits/seams.js';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { aRule, type RuleGiven } from '#libs/testkit/a-rule.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { Engine } from './engine.js';
import type { Rule } from './rule/rule.js';

const minute = 60_000;
const hour = 60 * minute;
const base = Date.parse('2026-03-02T08:00:00.000Z');
const rowsPerFrame = 500;
const rowCount = casesOf(1_500, 3_000);
/** What one access may cost, in entries that are looked at; a window that is counted at each access costs thousands of them. */
const looksPerRowMax = 300;
/** And how much more where frames are small: a window of thousands that is counted anew at the end of each frame costs ten times as many. */
const smallFramesMax = 30;

interface Shape {
  readonly patients: number;
  readonly clinics: number;
  /** Milliseconds between two accesses; with 0 all are of one time, as those of one event. */
  readonly apart: number;
}
const shapes: readonly (readonly [string, Shape])[] = [
  ['one event over as many patients', { patients: Infinity, clinics: 1, apart: 0 }],
  ['one millisecond over two clinics', { patients: Infinity, clinics: 2, apart: 0 }],
  ['one millisecond of some patients again and again', { patients: 39, clinics: 2, apart: 0 }],
  ['a stream of new patients over two clinics', { patients: Infinity, clinics: 2, apart: 3 }],
  ['a stream of some patients again and again', { patients: 39, clinics: 1, apart: 3 }],
  ['a stream of many patients again and again', { patients: 3_000, clinics: 3, apart: 3 }],
];

const habits: Habits = {
  dayOf: (_, time) => Math.floor(time / (24 * hour)),
  startOf: (_, day) => day * 24 * hour,
  least: ({ id }) => Number(id.split(' ')[1]),
  evidence: (_, __, ___, most) => Object.values(most).reduce((sum, count) => sum + count, 0) / 700,
};

const ruleSets: readonly (readonly [string, readonly Rule[]])[] = [
  ['a threshold', [ruleOf({ id: 'r', atLeast: 40 })]],
  ['a threshold that nobody reaches', [ruleOf({ id: 'r', atLeast: 1_000_000 })]],
  ['a spread that is met', [ruleOf({ id: 'r', atLeast: 40, spread: { field: 'clinic_id', atLeast: 2 } })]],
  ['a spread that is not', [ruleOf({ id: 'r', atLeast: 40, spread: { field: 'clinic_id', atLeast: 4 } })]],
  ['a sum', [sumOf(40)]],
  ['a sum that nobody reaches', [sumOf(50_000_000)]],
  ['a sum that is just missed', [sumOf(2 * rowCount + 1)]],
  ['a bound from above', [{ ...ruleOf({ id: 'r' }), condition: { atLeast: 40, atMost: 1_000_000 } }]],
  ['more than is usual', [usualOf(50)]],
  ['no more than is usual', [usualOf(1_000_000)]],
  ['more than is usual, beside a spread that is met', [usualOf(50, 2)]],
  ['more than is usual, beside a spread that is not', [usualOf(50, 4)]],
  ['no more than is usual, beside a spread that is not', [usualOf(1_000_000, 4)]],
  ['unusual days', [usualOf(1_000_000), { ...ruleOf({ id: 'days', atLeast: 20 }), habitDays: true }]],
  [
    'twelve thresholds and windows',
    Array.from({ length: 12 }, (_, n) => ruleOf({ id: `r${n}`, atLeast: 10 * 2 ** n, timespanMs: (n + 1) * 10 * minute })),
  ],
];

describe('the work for one account grows no faster than its accesses', () => {
  it.each(cases())('%s, under %s: live, filled and judged again', (_shape, _rules, given, rules) => {
    const rows = rowsOf(given);
    expect(perRow(live(rules, rows), rules)).toBeLessThan(looksPerRowMax);
    expect(perRow(filled(rules, rows), rules)).toBeLessThan(2 * looksPerRowMax);
    expect(perRow(judgedAgain(rules, rows), rules)).toBeLessThan(2 * looksPerRowMax);
  });

  it.each(cases().filter(([, , { apart }]) => apart === 0))(
    '%s, under %s: no more in many small frames',
    (_shape, _rules, given, rules) => {
      const inOrder = rowsOf(given);
      for (const rows of [inOrder, [rowOf(rowCount, 1), ...inOrder]]) {
        const large = perRow(live(rules, rows), rules);
        expect(perRow(live(rules, rows, 5), rules)).toBeLessThan(large + smallFramesMax);
      }
    },
  );

  it.each(
    shapes
      .slice(0, 2)
      .flatMap(([shape, given]) => [0, 5, 8].map((at) => [shape, ruleSets[at]?.[0], given, ruleSets[at]?.[1] ?? []] as const)),
  )('%s, under %s: when a newer access came before', (_shape, _rules, given, rules) => {
    const newest = rowOf(rowCount, 1);
    expect(perRow(live(rules, [newest, ...rowsOf(given)]), rules)).toBeLessThan(2 * looksPerRowMax);
  });

  it.each([0, 1, 3, 4, 5, 6].map((at) => [ruleSets[at]?.[0] ?? '', ruleSets[at]?.[1] ?? []] as const))(
    'streams that come in four lanes, each behind the one before, under %s',
    (_, rules) => {
      for (const [, given] of shapes.filter(([, { apart }]) => apart > 0)) {
        const inOrder = rowsOf(given);
        const rows = [0, 1, 2, 3].flatMap((lane) => inOrder.filter((_row, n) => n % 4 === lane));
        expect(perRow(live(rules, rows), rules)).toBeLessThan(looksPerRowMax / 2);
      }
    },
  );

  it.each<[string, Known]>([
    ['no habits are known', {}],
    ['no day is unusual', { habits: { ...habits, evidence: () => 0 } }],
  ])('a stream of new patients whose second half comes late, between the first, under rules over days while %s', (_, known) => {
    const rules = [usualOf(1_000_000), { ...ruleOf({ id: 'days', atLeast: 20 }), habitDays: true }];
    const inOrder = rowsOf({ patients: Infinity, clinics: 2, apart: 3 });
    const rows = [0, 1].flatMap((lane) => inOrder.filter((_row, n) => n % 2 === lane));
    expect(perRow(live(rules, rows, rowsPerFrame, known), rules)).toBeLessThan(looksPerRowMax / 10);
  });
});

/** Under a bound from above each time is counted by itself, later. */
function cases(): readonly (readonly [string, string, Shape, readonly Rule[]])[] {
  const all = shapes.flatMap(([shape, given]) => ruleSets.map(([rules, of]) => [shape, rules, given, of] as const));
  return all.filter(([, , { apart }, [rule]]) => apart === 0 || rule?.condition.atMost === Number.POSITIVE_INFINITY);
}

/** Of each rule, and each access. */
function perRow(looked: number, rules: readonly Rule[]): number {
  return looked / rowCount / rules.length;
}

function live(rules: readonly Rule[], rows: readonly AccessRow[], perFrame = rowsPerFrame, known: Known = { habits }): number {
  const engine = engineOf(rules, known);
  framesOf(rows, perFrame).forEach((bytes, offset) => {
    engine.apply({ offset, bytes }, base);
    engine.takeChanges({ includeUpdates: offset % 4 === 0 });
  });
  engine.finish(base);
  return engine.stats().looked;
}

function filled(rules: readonly Rule[], rows: readonly AccessRow[]): number {
  const engine = engineOf(rules);
  engine.apply({ offset: 0, bytes: framesOf([rowOf(0, 2 * hour)])[0] ?? Buffer.alloc(0) }, base);
  for (const frame of framesOf(rows)) engine.backfill(frame, 0);
  return engine.stats().looked;
}

function judgedAgain(rules: readonly Rule[], rows: readonly AccessRow[]): number {
  const engine = engineOf(rules);
  engine.apply({ offset: 0, bytes: framesOf([rowOf(0, 100 * 24 * hour)])[0] ?? Buffer.alloc(0) }, base);
  framesOf(rows.slice(0, 1)).forEach((bytes, n) => engine.apply({ offset: n + 1, bytes }, base));
  const [asked] = engine.rejudgements();
  if (!asked) throw new Error('nothing is to be judged again');
  const rejudging = engine.beginRejudging();
  rejudging.begin(asked);
  for (const frame of framesOf(rows)) rejudging.take(frame);
  expect(engine.adopt(rejudging, asked, base)).toBe(true);
  return engine.stats().looked + rejudging.looked;
}

interface Known {
  readonly habits?: Habits;
}

function engineOf(rules: readonly Rule[], known: Known = { habits }): Engine {
  return new Engine({ rules, quietMs: 24 * hour, allowedLatenessMs: 15 * minute, ...known });
}

function rowsOf({ patients, clinics, apart }: Shape): readonly AccessRow[] {
  return Array.from({ length: rowCount }, (_, n) => ({
    ...rowOf(n % patients, n * apart),
    event_id: anEventId(apart === 0 ? 'one' : n),
    clinic_id: String(n % clinics),
    record_count: 1 + (n % 3),
  }));
}

function rowOf(patient: number, at: number): AccessRow {
  const time = new Date(base + at).toISOString();
  return anAccessRow({ time, received_at: time, patient_id: aPatient(patient), actor_id: 'a' });
}

function framesOf(rows: readonly AccessRow[], perFrame = rowsPerFrame): readonly Buffer[] {
  return Array.from({ length: Math.ceil(rows.length / perFrame) }, (_, n) =>
    Buffer.from(
      rows
        .slice(n * perFrame, (n + 1) * perFrame)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    ),
  );
}

/** What it is told from stands in its id. */
function usualOf(least: number, clinics = 0): Rule {
  const spread = clinics > 0 ? ({ field: 'clinic_id', atLeast: clinics } as const) : undefined;
  return { ...ruleOf({ id: `usual ${least}`, atLeast: 40, spread }), habit: { weight: 1, scale: 'volume' } };
}

function sumOf(atLeast: number): Rule {
  return { ...ruleOf({ id: 'r', field: ['record_count'], atLeast }), type: 'value_sum' };
}

function ruleOf(given: Partial<RuleGiven>): Rule {
  return aRule({
    timespanMs: 10 * minute,
    selection: {
      id: 'a'.repeat(32),
      fields: ['action', 'patient_id'],
      presence: ['patient_id'],
      sql: '',
      matches: (row) => row.action === 'read' && Boolean(row.patient_id),
    },
    ...given,
  });
}
