import { describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { aRule, type RuleGiven } from '#libs/testkit/a-rule.js';
import { Engine } from './engine.js';
import { judgeHistory } from './history/judge-history.js';
import type { Rule, Selection } from './rule/rule.js';
import { SnapshotRefused } from './snapshot/snapshot-format.js';

const minute = 60_000;
const hour = 60 * minute;
const base = Date.parse('2026-03-02T08:00:00.000Z');
const two = { atLeast: 2, timespanMs: 10 * minute };

describe('a window', () => {
  it.each([
    ['exactly timespan apart is outside', 10 * minute, 0],
    ['one millisecond less is inside', 10 * minute - 1, 1],
  ])('%s', (_, apart, incidents) => {
    expect(opened(run([ruleOf(two)], [rowOf({ at: 0, patient: 1 }), rowOf({ at: apart, patient: 2 })])).length).toBe(incidents);
  });

  it('counts two values that alternate 10,000 times as 2', () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => rowOf({ at: index * 10, patient: 1 + (index % 2), event: index }));
    expect(opened(run([ruleOf({ atLeast: 3 })], rows))).toEqual([]);
    expect(opened(run([ruleOf(two)], rows))[0]?.rule_matches[0]?.value).toBe(2);
  });

  it('takes 300 rows of one hour-rounded time over five clinics at once', () => {
    const rows = Array.from({ length: 300 }, (_, index) =>
      rowOf({ at: 0, patient: index + 1, clinic: String(index % 5), event: index }),
    );
    const changes = run([ruleOf({ atLeast: 40, spread: { field: 'clinic_id', atLeast: 2 } })], rows, { updates: true });
    expect(changes[0]).toMatchObject({ change_type: 'incident.opened', patients: 40, patients_at_detection: 40 });
    expect(changes.at(-1)).toMatchObject({
      patients: 300,
      clinics: ['0', '1', '2', '3', '4'],
      rule_matches: [{ value: 300, spread: 5 }],
    });
  });

  it('holds with 30 patients in one clinic and 15 in another, and not without the other', () => {
    const rule = ruleOf({ atLeast: 40, spread: { field: 'clinic_id', atLeast: 2 } });
    const rows = Array.from({ length: 45 }, (_, i) =>
      rowOf({ at: i * 1000, patient: i + 1, clinic: i < 30 ? '1' : '2', event: i }),
    );
    expect(opened(run([rule], rows))[0]).toMatchObject({ patients: 40, clinics: ['1', '2'] });
    expect(
      opened(
        run(
          [rule],
          rows.map((row) => ({ ...row, clinic_id: '1' })),
        ),
      ),
    ).toEqual([]);
  });

  it('is kept of each of 5,000 accounts, for each of three rules', () => {
    const rules = [1, 2, 3].map((n) => ruleOf({ ...two, id: `r${n}`, timespanMs: n * 10 * minute }));
    const rows = Array.from({ length: 10_000 }, (_, i) =>
      rowOf({ at: i, patient: i < 5_000 ? 1 : 2, actor: `a${i % 5_000}`, event: i }),
    );
    const engine = engineOf(rules);
    engine.apply(frameOf(0, rows), base);
    const incidents = opened(engine.takeChanges({ includeUpdates: true }));
    expect(incidents.length).toBe(5_000);
    expect(incidents.filter(({ rule_matches }) => rule_matches.length !== 3)).toEqual([]);
  });

  it('gives the same incidents when a hot account comes in four lanes that run behind one another, quiet gaps and restarts included', () => {
    const rules = [
      ruleOf({ atLeast: 40, spread: { field: 'clinic_id', atLeast: 2 } }),
      ruleOf({ id: 'long', atLeast: 100, timespanMs: 60 * minute }),
    ];
    const rows = Array.from({ length: 1_200 }, (_, i) =>
      // Two at a time; 25 hours of quiet after each third of them.
      rowOf({ at: (i >> 1) * 2_000 + Math.floor(i / 400) * 25 * hour, patient: 1 + (i % 900), clinic: String(i % 5), event: i }),
    );
    const lanes = rows.map((row, i) => ({ row, at: i + (i % 4) * 100 })).toSorted((a, b) => a.at - b.at);
    const shuffled = lanes.map(({ row }) => row);
    const latenessMs = 60 * hour;
    const inOrder = final(run(rules, rows, { updates: true, latenessMs }));
    expect(inOrder.map(({ patients }) => patients)).toEqual([400, 400, 400]);
    expect(final(run(rules, shuffled, { updates: true, latenessMs }))).toEqual(inOrder);
    expect(final(run(rules, shuffled, { updates: true, latenessMs, restartAfter: 600 }))).toEqual(inOrder);
  });

  it('leaves out a row without group-by field, and counts it', () => {
    const rule = ruleOf({ ...two, by: ['session_id'] });
    const engine = engineOf([rule]);
    engine.apply(
      frameOf(0, [rowOf({ at: 0, patient: 1 }), rowOf({ at: 1, patient: 2 }), rowOf({ at: 2, patient: 3, actor: '' })]),
      base,
    );
    expect(engine.takeChanges({ includeUpdates: true })).toEqual([]);
    expect(engine.stats().missingGroupBy).toBe(3);
  });

  it('leaves out a row that lacks one of two counted fields', () => {
    const rule = ruleOf({ ...two, field: ['patient_id', 'session_id'] });
    const rows = [rowOf({ at: 0, patient: 1, session: 's' }), rowOf({ at: 1, patient: 2 })];
    expect(opened(run([rule], rows))).toEqual([]);
    expect(opened(run([rule], [...rows, rowOf({ at: 2, patient: 1, session: 't' })])).length).toBe(1);
  });

  it('is live when its partition was read after others, or a clock was wrong when it came: late is what both say', () => {
    const late = rowOf({ at: minute, patient: 2 });
    const ahead = { ...late, received_at: new Date(base + 3 * hour).toISOString() };
    const other = rowOf({ at: 2 * hour, patient: 9, actor: 'b' });
    const first = rowOf({ at: 0, patient: 1 });
    expect(opened(run([ruleOf(two)], [first, other, late]))[0]).toMatchObject({ found: 'live', late_seconds: 0 });
    expect(opened(run([ruleOf(two)], [first, ahead, other]))[0]).toMatchObject({ found: 'live', late_seconds: 0 });
  });

  it('is told live whatever rows of the same partition, or of the account, are dated ahead of their arrival', () => {
    const ahead = (at: number, years: number): AccessRow => {
      const row = rowOf({ at, patient: 9, actor: years % 2 === 0 ? 'a' : 'clock', event: at + years });
      return { ...row, time: new Date(base + at + years * 365 * 24 * hour).toISOString() };
    };
    const rows = [
      ahead(0, 173),
      rowOf({ at: 1, patient: 1 }),
      ahead(2, 1),
      ahead(3, 2),
      rowOf({ at: 4, patient: 2 }),
      rowOf({ at: 5, patient: 3 }),
    ];
    const changes = run([ruleOf({ ...two, atLeast: 4 })], rows);
    expect(changes).toMatchObject([{ change_type: 'incident.opened', actor_id: 'a', patients: 4, found: 'live' }]);
  });

  it('is told live beside rows that are ahead by both clocks, where the log says when it took them', () => {
    const rogue = rowOf({ at: 170 * 365 * 24 * hour, patient: 9, actor: 'clock' });
    const rows = [1, 2, 3].map((patient) => rowOf({ at: patient, patient, actor: 'b' }));
    const engine = engineOf([ruleOf({ ...two, atLeast: 3 })]);
    const apply = (offset: number, row: AccessRow) =>
      engine.apply({ ...frameOf(offset, [row]), appendedAt: base + offset }, base);
    [rows[0], rogue, rows[1], rows[2]].forEach((row, offset) => row && apply(offset, row));
    expect(engine.stats().watermark).toBeLessThan(base + 2 * hour);
    expect(engine.rejudgements()).toEqual([]);
    expect(engine.takeChanges({ includeUpdates: true })).toMatchObject([
      { change_type: 'incident.opened', state: 'open', found: 'live' },
    ]);
  });

  it('is completed by a late event, and the incident says so when it was later than allowed', () => {
    const rows = [
      rowOf({ at: 0, patient: 1 }),
      rowOf({ at: 2 * hour, patient: 9, actor: 'b' }),
      { ...rowOf({ at: minute, patient: 2 }), received_at: new Date(base + 3 * hour).toISOString() },
    ];
    expect(opened(run([ruleOf(two)], rows))[0]).toMatchObject({
      found: 'late',
      late_seconds: 2 * 3600 - 60,
      first_time: rows[0]?.time,
      last_time: rows[2]?.time,
    });
    expect(opened(run([ruleOf(two)], rows, { latenessMs: 3 * hour }))[0]?.found).toBe('live');
  });
});

describe('an incident', () => {
  const rule = ruleOf({ atLeast: 2, timespanMs: 10 * minute, steps: [2, 4] });

  it('is told when it opens, when a step is crossed, when another rule fires, and when it closes', () => {
    const wide = ruleOf({ id: 'wide', atLeast: 5, timespanMs: hour });
    const rows = [...burst(0, [1, 2, 3, 4, 5]), rowOf({ at: 48 * hour, patient: 1, actor: 'b' })];
    const told = run([rule, wide], rows).map(({ change_type, patients, state }) => [change_type, patients, state]);
    expect(told).toEqual([
      ['incident.opened', 2, 'open'],
      ['incident.step', 4, 'open'],
      ['incident.rule_added', 5, 'open'],
      ['incident.closed', 5, 'closed'],
    ]);
  });

  it('joins two that a late event brings together: the one told later is merged into the other', () => {
    const rows = [...burst(0, [1, 2]), ...burst(30 * hour, [3, 4]), ...burst(15 * hour, [5, 6])];
    const changes = run([rule], rows, { latenessMs: 48 * hour, updates: true });
    const [first, second] = opened(changes);
    expect(changes.find(({ change_type }) => change_type === 'incident.merged')).toMatchObject({
      incident_id: second?.incident_id,
      merged_into: first?.incident_id,
      state: 'merged',
      patients: 0,
    });
    expect(changes.filter(({ incident_id }) => incident_id === first?.incident_id).at(-1)).toMatchObject({
      patients: 6,
      state: 'open',
    });
  });

  it('closes when nothing arrives for quiet of wall time, and once only', () => {
    const engine = engineOf([rule]);
    engine.apply(frameOf(0, burst(0, [1, 2])), base);
    engine.takeChanges({ includeUpdates: false });
    engine.idle(23 * hour, base);
    expect(engine.takeChanges({ includeUpdates: false })).toEqual([]);
    engine.idle(24 * hour, base);
    engine.idle(25 * hour, base);
    expect(engine.takeChanges({ includeUpdates: false }).map(({ change_type }) => change_type)).toEqual(['incident.closed']);
  });

  it('has the same ids, change ids and versions after a replay, and after a restart from a snapshot at any frame', () => {
    const rows = [
      ...burst(0, [1, 2, 3]),
      ...burst(30 * hour, [3, 4, 5, 6]),
      ...burst(15 * hour, [5, 6]),
      ...burst(90 * hour, [1]),
    ];
    const whole = run([rule], rows, { latenessMs: 48 * hour });
    expect(run([rule], rows, { latenessMs: 48 * hour })).toEqual(whole);
    expect(new Set(whole.map(({ change_id }) => change_id)).size).toBe(whole.length);
    for (let at = 0; at < rows.length; at += 1)
      expect(run([rule], rows, { latenessMs: 48 * hour, restartAfter: at })).toEqual(whole);
    for (const id of new Set(whole.map(({ incident_id }) => incident_id))) {
      const versions = whole.filter(({ incident_id }) => incident_id === id).map(({ version }) => version);
      expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    }
  });

  it('is what judging the sorted history again gives', () => {
    const rows = burst(0, [1, 2, 3, 4]);
    const [live] = run([rule], rows, { updates: true }).slice(-1);
    expect(judgeHistory(rows, [rule], { quietMs: 24 * hour, detectedAt: base })).toMatchObject([
      { incident_id: live?.incident_id, patients: 4 },
    ]);
  });
});

describe('a snapshot', () => {
  const rows = Array.from({ length: 30 }, (_, i) => rowOf({ at: i * 1000, patient: i + 1, event: i }));

  it('keeps the windows of rules that stay when others are added or removed', () => {
    const engine = engineOf([ruleOf({ id: 'old', atLeast: 99 })]);
    engine.apply(frameOf(0, rows), base);
    const restored = Engine.restore([...engine.snapshot()], optionsOf([ruleOf({ id: 'new', atLeast: 31, timespanMs: hour })]));
    restored.apply(frameOf(1, [rowOf({ at: 31_000, patient: 99 })]), base);
    expect(opened(restored.takeChanges({ includeUpdates: false }))[0]).toMatchObject({ rules: ['new'], patients: 31 });
  });

  it('keeps of each of 1,000 accounts when it was last seen, so that it can wake up after a restart', () => {
    const rules = [ruleOf({ atLeast: 1, timespanMs: hour, dormantMs: 30 * 24 * hour })];
    const seen = Array.from({ length: 1_000 }, (_, i) => rowOf({ at: i, patient: 1, actor: `a${i}`, event: i }));
    const engine = engineOf(rules);
    engine.apply(frameOf(0, seen), base);
    const restored = Engine.restore([...engine.snapshot()], optionsOf(rules));
    const later = seen.map((row, i) => ({
      ...row,
      time: new Date(base + 31 * 24 * hour + i).toISOString(),
      received_at: new Date(base + 31 * 24 * hour + i).toISOString(),
      event_id: aHex(i + 1e9),
    }));
    restored.apply(frameOf(1, later), base);
    expect(opened(restored.takeChanges({ includeUpdates: false })).length).toBe(1_000);
  });

  it('is refused when pieces are missing', () => {
    const engine = engineOf([ruleOf({})]);
    engine.apply(frameOf(0, rows), base);
    const pieces = [...engine.snapshot()];
    for (const some of [[], pieces.slice(1), pieces.slice(0, -1), [...pieces.slice(0, 1), ...pieces.slice(-1)]])
      expect(() => Engine.restore(some, optionsOf([ruleOf({})]))).toThrow(SnapshotRefused);
  });
});

describe('what is held', () => {
  it('is let go when an account has been idle for longer than the horizon', () => {
    const engine = new Engine({ ...optionsOf([ruleOf({})]), forgetAfterMs: 0 });
    engine.apply(
      frameOf(
        0,
        Array.from({ length: 100 }, (_, i) => rowOf({ at: i, patient: i + 1, actor: `a${i}`, event: i })),
      ),
      base,
    );
    expect(engine.stats().accounts).toBe(100);
    // One account is looked at for some rows that come.
    for (let frame = 1; frame < 120; frame += 1)
      engine.apply(frameOf(frame, [rowOf({ at: 72 * hour, patient: 1, actor: 'z' })]), base);
    expect(engine.stats()).toMatchObject({ accounts: 1, pairs: 1 });
  });

  it('counts what is later than allowed, and what is older than every window', () => {
    const engine = engineOf([ruleOf({})]);
    engine.apply(
      frameOf(
        0,
        [0, -hour, -72 * hour].map((at, i) => rowOf({ at, patient: i + 1, event: i })),
      ),
      base,
    );
    expect(engine.stats()).toMatchObject({ late: 2, beyondHorizon: 1 });
  });
});

function aHex(number: number): string {
  return number.toString(16).padStart(32, '0');
}
function burst(from: number, patients: readonly number[]): readonly AccessRow[] {
  return patients.map((patient, i) => rowOf({ at: from + i * 1000, patient, event: from + i }));
}

interface RunOptions {
  readonly latenessMs?: number;
  readonly updates?: boolean;
  readonly restartAfter?: number;
}

/** Each row as a frame of its own. */
function run(
  rules: readonly Rule[],
  rows: readonly AccessRow[],
  { latenessMs, updates = false, restartAfter }: RunOptions = {},
): IncidentChange[] {
  let engine = engineOf(rules, latenessMs);
  const changes: IncidentChange[] = [];
  rows.forEach((row, offset) => {
    engine.apply(frameOf(offset, [row]), base);
    changes.push(...engine.takeChanges({ includeUpdates: updates }));
    if (offset === restartAfter) engine = Engine.restore([...engine.snapshot()], optionsOf(rules, latenessMs));
  });
  return changes;
}

/** What each incident says last. */
function final(
  changes: readonly IncidentChange[],
): readonly Pick<IncidentChange, 'first_time' | 'last_time' | 'patients' | 'clinics' | 'rule_matches'>[] {
  const told = changes.filter(({ state }) => state !== 'merged');
  return [...new Map(told.map((change) => [change.incident_id, change])).values()]
    .map(({ first_time, last_time, patients, clinics, rule_matches }) => ({
      first_time,
      last_time,
      patients,
      clinics,
      rule_matches,
    }))
    .toSorted((a, b) => (a.first_time < b.first_time ? -1 : 1));
}
function opened(changes: readonly IncidentChange[]): readonly IncidentChange[] {
  return changes.filter(({ change_type }) => change_type === 'incident.opened');
}
function optionsOf(rules: readonly Rule[], latenessMs = 15 * minute): ConstructorParameters<typeof Engine>[0] {
  return { rules, quietMs: 24 * hour, allowedLatenessMs: latenessMs };
}
function engineOf(rules: readonly Rule[], latenessMs?: number): Engine {
  return new Engine(optionsOf(rules, latenessMs));
}
function frameOf(offset: number, rows: readonly AccessRow[]): { readonly offset: number; readonly bytes: Buffer } {
  return { offset, bytes: Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join('')) };
}

interface RowOver {
  readonly at: number;
  readonly patient: number;
  readonly clinic?: string;
  readonly actor?: string;
  readonly session?: string;
  readonly event?: number;
}
function rowOf({ at, patient, clinic = '1', actor = 'a', session, event = at }: RowOver): AccessRow {
  return {
    time: new Date(base + at).toISOString(),
    group_id: 'aleo',
    actor_id: actor,
    patient_id: patient.toString(16).padStart(32, '0'),
    clinic_id: clinic,
    action: 'read',
    outcome: 'success',
    event_id: (event + 1e12).toString(16).padStart(32, '0'),
    source: 'test',
    received_at: new Date(base + at).toISOString(),
    ...(session ? { session_id: session } : {}),
  };
}

function ruleOf(over: Partial<RuleGiven>): Rule {
  const reads: Selection = {
    id: 'a'.repeat(32),
    fields: ['action', 'patient_id'],
    presence: ['patient_id'],
    sql: '',
    matches: (row) => row.action === 'read' && Boolean(row.patient_id),
  };
  return aRule({ selection: reads, timespanMs: 10 * minute, ...over });
}
