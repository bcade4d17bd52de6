import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { aRule, type RuleGiven } from '#libs/testkit/a-rule.js';
import { Engine } from './engine.js';
import { naiveRecount, type NaiveIncident } from './naive-recount.js';
import type { Rule, Selection } from './rule.js';

const minute = 60_000;
const hour = 60 * minute;
const base = Date.parse('2026-03-02T08:00:00.000Z');

describe('the engine agrees with a naive recount', () => {
  it('for any history, order, delay, duplication, restart and cut into frames', () => {
    let histories = 0;
    fc.assert(
      fc.property(history, (of) => {
        histories += 1;
        const run = play(of);
        expect(run.current).toEqual(naiveRecount(of.rows, of.rules, of.quietMs).toSorted(byTime));
      }),
      { numRuns: 10_000, endOnFailure: false },
    );
    expect(histories).toBeGreaterThanOrEqual(10_000);
  }, 240_000);
});

interface History {
  readonly rows: readonly AccessRow[];
  readonly rules: readonly Rule[];
  readonly quietMs: number;
  readonly frames: number;
  readonly restarts: readonly number[];
}

/** Plays the rows in their order and gives the incidents as last told, without those that were joined to another. */
function play(of: History): { readonly current: readonly NaiveIncident[]; readonly changes: readonly IncidentChange[] } {
  const options = { rules: of.rules, quietMs: of.quietMs, allowedLatenessMs: 60 * hour };
  let engine = new Engine(options);
  const changes: IncidentChange[] = [];
  const size = Math.max(1, Math.ceil(of.rows.length / of.frames));
  for (let frame = 0; frame * size < of.rows.length; frame += 1) {
    const rows = of.rows.slice(frame * size, (frame + 1) * size);
    engine.apply({ offset: frame, bytes: Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')) }, base + frame);
    changes.push(...engine.takeChanges({ includeUpdates: frame % 3 === 0 }));
    if (of.restarts.includes(frame)) engine = Engine.restore([...engine.snapshot()], options);
  }
  changes.push(...engine.takeChanges({ includeUpdates: true }));
  const last = new Map<string, IncidentChange>();
  for (const change of changes) last.set(change.incident_id, change);
  const current = [...last.values()].filter(({ state }) => state !== 'merged').map(naiveOf);
  return { current: current.toSorted(byTime), changes };
}

function naiveOf(change: IncidentChange): NaiveIncident {
  return {
    group: change.group_id,
    actor: change.actor_id,
    firstTime: Date.parse(change.first_time),
    lastTime: Date.parse(change.last_time),
    patients: change.patients,
    clinics: change.clinics,
    categories: change.categories,
    level: change.level,
    step: change.step,
    matches: change.rule_matches.map(({ rule_id, value, spread, first_fired, last_fired }) => ({
      rule_id,
      value,
      spread,
      first: Date.parse(first_fired),
      last: Date.parse(last_fired),
    })),
    selections: change.selections,
  };
}

function byTime(a: NaiveIncident, b: NaiveIncident): number {
  return a.actor < b.actor ? -1 : a.actor > b.actor ? 1 : a.firstTime - b.firstTime || a.lastTime - b.lastTime;
}

const reads: Selection = {
  id: 'a'.repeat(32),
  fields: ['action', 'outcome', 'patient_id'],
  presence: ['patient_id'],
  sql: '',
  matches: (row) => row.action === 'read' && row.outcome !== 'failure' && Boolean(row.patient_id),
};
const everything: Selection = { id: 'b'.repeat(32), fields: ['action'], sql: '', matches: () => true };
const applications: Selection = {
  id: 'c'.repeat(32),
  fields: ['application'],
  sql: '',
  matches: (row) => row.application === 'x',
};

function ruleOf(over: Partial<RuleGiven>): Rule {
  return aRule({ selection: reads, timespanMs: 10 * minute, ...over });
}

const anyRule = fc.record({
  timespanMs: fc.constantFrom(1, 2 * minute, 10 * minute, hour, 24 * hour, 36 * hour),
  atLeast: fc.integer({ min: 1, max: 5 }),
  spread: fc.option(
    fc.record({ field: fc.constantFrom('clinic_id' as const, 'session_id' as const), atLeast: fc.integer({ min: 2, max: 3 }) }),
    { nil: undefined },
  ),
  selection: fc.constantFrom(reads, reads, everything, applications),
  field: fc.constantFrom(
    ['patient_id'] as const,
    ['patient_id'] as const,
    ['event_id'] as const,
    ['clinic_id', 'session_id'] as const,
  ),
  by: fc.constantFrom([] as const, [] as const, ['session_id'] as const),
  steps: fc.constantFrom([], [2, 4, 6]),
  level: fc.constantFrom('low' as const, 'high' as const),
});

const anyRow = fc.record({
  at: fc.oneof(
    fc.integer({ min: 0, max: 30 }).map((m) => m * minute),
    fc.integer({ min: 0, max: 5 * 24 }).map((h) => h * hour),
    fc.integer({ min: 0, max: 30 * minute }),
  ),
  actor: fc.constantFrom('a', 'a', 'a', 'b', 'é"\\', ''),
  patient: fc.integer({ min: 0, max: 7 }),
  clinic: fc.constantFrom('1', '2', '2', '3', ''),
  action: fc.constantFrom('read' as const, 'read' as const, 'export' as const),
  outcome: fc.constantFrom('success' as const, 'success' as const, 'failure' as const),
  session: fc.constantFrom(undefined, 's', 't'),
  application: fc.constantFrom(undefined, 'x'),
  categories: fc.constantFrom(undefined, ['identity' as const], ['lab' as const, 'notes' as const]),
  event: fc.integer({ min: 0, max: 1e9 }),
  delay: fc.oneof(
    fc.constant(0),
    fc.constant(0),
    fc.integer({ min: 0, max: 10 * minute }),
    fc.integer({ min: 0, max: 48 * hour }),
  ),
  again: fc.option(fc.integer({ min: 0, max: 48 * hour }), { nil: undefined, freq: 5 }),
});

const history: fc.Arbitrary<History> = fc
  .record({
    rows: fc.array(anyRow, { maxLength: 40, size: 'max' }),
    rules: fc.array(anyRule, { minLength: 1, maxLength: 4 }),
    quietMs: fc.constantFrom(5 * minute, hour, 24 * hour),
    frames: fc.integer({ min: 1, max: 12 }),
    restarts: fc.array(fc.integer({ min: 0, max: 11 }), { maxLength: 2 }),
  })
  .map(({ rows, rules, ...rest }) => ({
    ...rest,
    rules: rules.map(({ spread, ...rule }, index) => ruleOf({ ...rule, ...(spread ? { spread } : {}), id: `r${index}` })),
    rows: rows
      .flatMap((row, index) => {
        const access = accessOf(row, index);
        const arrivals = [{ access, at: row.at + row.delay }];
        return row.again === undefined ? arrivals : [...arrivals, { access, at: row.at + row.again }];
      })
      .toSorted((a, b) => a.at - b.at)
      .map(({ access }) => access),
  }));

function accessOf(row: typeof anyRow extends fc.Arbitrary<infer T> ? T : never, index: number): AccessRow {
  return {
    time: new Date(base + row.at).toISOString(),
    group_id: 'aleo',
    actor_id: row.actor,
    patient_id: row.patient ? row.patient.toString(16).padStart(32, '0') : '',
    clinic_id: row.clinic,
    action: row.action,
    outcome: row.outcome,
    event_id: (row.event * 1000 + index).toString(16).padStart(32, '0'),
    source: 'test',
    received_at: new Date(base + row.at + row.delay).toISOString(),
    ...(row.categories ? { categories: [...row.categories] } : {}),
    ...(row.session ? { session_id: row.session } : {}),
    ...(row.application ? { application: row.application } : {}),
  };
}
