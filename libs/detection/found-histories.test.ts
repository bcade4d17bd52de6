import { describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { inLane } from './definition/lane-rules.suite.js';
import { naiveRecount, naiveSuppressed } from './definition/naive-recount.js';
import type { History } from './definition/partition-run.suite.js';
import { and, not, test } from './rules/match/match.js';
import { base, hour, is, minute } from './definition/random-conditions.suite.js';
import { latenessIn, play, type Played, withKnownFound } from './definition/random-history.suite.js';
import type { Rule } from './rule/rule.js';
import { selectionOf } from './rules/match/selection.js';

const reads = selectionOf(is('action', 'read'));

/** Histories that random ones found to be judged otherwise than counted. */
describe('of histories that were judged wrong once', () => {
  it('an access that is dated ahead and arrives again opens an incident of another id, though that of the first was joined to another', () => {
    const ahead = { event: 0, at: 48 * hour + 5 * minute };
    const { changes } = agree({
      rules: [temporal(aRule({ selection: reads, atLeast: 1, timespanMs: 36 * hour }))],
      rows: [
        rowOf({ event: 2, at: 0 }),
        rowOf({ ...ahead, receivedAt: 5 * minute }),
        rowOf({ event: 1, at: 1, receivedAt: 5 * minute }),
        rowOf({ ...ahead, receivedAt: 10 * minute }),
      ],
    });
    const ids = changes.map(({ change_id }) => change_id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(changes.map(({ change_type }) => change_type)).toContain('incident.merged');
  });

  it('an incident of a subject that no store has lists what its window holds, though it came later than patients are held otherwise', () => {
    const session = { session_id: 'x', id_block: '7830303030303030' };
    const rules = [temporal(aRule({ selection: reads, atLeast: 1, timespanMs: 36 * hour, subject: 'id_block' }))];
    const { rejudged } = agree({
      ...inLane({ ...plain, rules: [] }, 'id_block'),
      rules,
      allowedLatenessMs: 60 * hour,
      rows: [
        rowOf({ event: 2, at: 0, patient: 1, ...session }),
        rowOf({ event: 1, at: 61 * hour, ...session }),
        rowOf({ event: 0, at: 18 * hour + 5 * minute, receivedAt: 61 * hour, ...session }),
      ],
    });
    expect(rejudged).toBe(0);
  });

  it('an account that seemed to wake up is judged again where its past shows that it never slept', () => {
    agree({
      rules: [aRule({ selection: reads, atLeast: 1, timespanMs: 1_000, dormantMs: 60 * hour })],
      frames: 5,
      changed: { first: 0, before: 3, filledFor: 1 },
      rows: [
        rowOf({ event: 2, at: 0 }),
        rowOf({ event: 2, at: 0 }),
        rowOf({ event: 4, at: 5 * minute }),
        rowOf({ event: 2, at: 0 }),
        rowOf({ event: 0, at: 60 * hour, patient: 1 }),
      ],
    });
  });

  it('what seemed not to be met is judged again where the past of its session shows that it was', () => {
    const s = { session_id: 's' };
    const unmet = selectionOf(and([is('action', 'read'), test({ kind: 'present', field: 'patient_id' })]));
    const rule = aLack(unmet, { timespanMs: 36 * hour, subject: 'session_id' });
    agree({
      subject: 'session_id',
      rules: [rule],
      frames: 2,
      changed: { first: 0, before: 1, filledFor: 0 },
      rows: [
        rowOf({ event: 0, at: 0, patient: 1, ...s }),
        rowOf({ event: 1, at: hour, ...s }),
        rowOf({ event: 1, at: hour, ...s }),
        rowOf({ event: 1, at: hour, ...s }),
        rowOf({ event: 4, at: 50 * hour }),
        rowOf({ event: 5, at: 100 * hour }),
      ],
    });
  });

  it('what an inner rule waits for is counted, though the outer one looks back less far', () => {
    const inner = aLack(selectionOf(is('action', 'export')), { id: 'inner', timespanMs: 1_000, raises: false });
    const outer: Rule = {
      ...aRule({ selection: reads, atLeast: 1, timespanMs: 1_000, allowedLatenessMs: minute }),
      type: 'event_count',
      inputs: [{ kind: 'matches', rule: inner, by: [], field: [] }],
    };
    const { current } = agree({
      rules: [outer],
      allowedLatenessMs: 60 * hour,
      rows: [rowOf({ event: 2, at: 0 }), rowOf({ event: 0, at: minute + 1_000 })],
    });
    expect(current.length).toBe(1);
  });

  it('a match of an inner rule that a late access undid is counted no more by what comes after it', () => {
    const median: Rule = {
      ...aRule({ id: 'inner', selection: reads, atLeast: 1, timespanMs: 1_000, field: ['record_count'], raises: false }),
      type: 'value_median',
      percentile: 50,
    };
    const twice: Rule = {
      ...aRule({ selection: reads, timespanMs: 36 * hour }),
      type: 'event_count',
      condition: { atLeast: 2, atMost: 3 },
      inputs: [{ kind: 'matches', rule: median, by: [], field: [] }],
    };
    const { rejudged } = agree({
      rules: [twice],
      rows: [
        rowOf({ event: 1, at: 0, record_count: 50 }),
        rowOf({ event: 3, at: minute }),
        rowOf({ event: 2, at: 0, receivedAt: minute, record_count: 0 }),
        rowOf({ event: 0, at: hour, record_count: 50 }),
      ],
    });
    expect(rejudged).toBe(1);
  });

  it('a match that comes too late for the windows of its inner rule is counted by one that waits longer', () => {
    const patient = {
      kind: 'rows',
      selection: selectionOf(test({ kind: 'present', field: 'patient_id' })),
      by: [],
      field: [],
    } as const;
    const chain: Rule = {
      ...aRule({ id: 'inner', selection: reads, atLeast: 2, timespanMs: hour, allowedLatenessMs: 3 * hour, raises: false }),
      type: 'temporal_ordered',
      inputs: [patient, { ...patient, selection: reads }],
    };
    const twice: Rule = {
      ...aRule({ selection: reads, timespanMs: 10 * minute }),
      type: 'event_count',
      condition: { atLeast: 2, atMost: 3 },
      inputs: [{ kind: 'matches', rule: chain, by: [], field: [] }],
    };
    const { current } = agree({
      rules: [twice],
      allowedLatenessMs: 60 * hour,
      rows: [
        rowOf({ event: 1, at: 0, patient: 1 }),
        rowOf({ event: 0, at: 4 * hour }),
        rowOf({ event: 2, at: 5 * minute, receivedAt: 4 * hour }),
      ],
    });
    expect(current.length).toBe(1);
  });

  it('a silence that was cut in two while windows were filled is told where the account woke up first', () => {
    const { current } = agree({
      rules: [aRule({ selection: reads, atLeast: 1, timespanMs: 1_000, field: ['session_id'], dormantMs: 40 * hour })],
      allowedLatenessMs: 60 * hour,
      frames: 4,
      changed: { first: 0, before: 3, filledFor: 0 },
      rows: [
        rowOf({ event: 0, at: 0, session_id: 's' }),
        rowOf({ event: 3, at: 80 * hour, session_id: 's' }),
        rowOf({ event: 2, at: 80 * hour, session_id: 's' }),
        rowOf({ event: 1, at: 40 * hour, receivedAt: 80 * hour, session_id: 's' }),
      ],
    });
    expect(current.length).toBe(2);
  });

  it('an access that comes late to the moment before a silence may tell that the account had woken up just then', () => {
    const { current } = agree({
      rules: [aRule({ selection: reads, atLeast: 2, timespanMs: 1_000, dormantMs: 40 * hour })],
      allowedLatenessMs: 60 * hour,
      rows: [
        rowOf({ event: 0, at: 0, patient: 1 }),
        rowOf({ event: 1, at: 40 * hour, patient: 1 }),
        rowOf({ event: 3, at: 80 * hour, patient: 1 }),
        rowOf({ event: 2, at: 40 * hour, receivedAt: 80 * hour, patient: 2 }),
      ],
    });
    expect(current.length).toBe(1);
  });

  it.each([
    ['that its subject begins anew', hour, { event: 2, at: 5 * minute, receivedAt: 14 * hour + 1 }],
    ['that its windows move on', 6 * hour, { event: 2, at: 13 * hour, receivedAt: 14 * hour + 1, record_count: 0 }],
  ])('what came late enough to be due is judged though the next access of the frame has it %s', (_, at, next) => {
    const sum: Rule = {
      ...aRule({ selection: reads, timespanMs: 1_000, field: ['record_count'] }),
      type: 'value_sum',
      condition: { atLeast: 3, atMost: 60 },
    };
    const from = { source_ip: '10.0.0.2' };
    const { current } = agree({
      ...inLane({ ...plain, rules: [sum] }, 'source_ip'),
      rows: [
        rowOf({ event: 3, at: 5 * minute, receivedAt: 0, ...(at === hour && from) }),
        rowOf({ event: 1, at: 14 * hour }),
        rowOf({ event: 0, at, receivedAt: 14 * hour + 1, record_count: 3, ...from }),
        rowOf({ ...next, ...from }),
      ],
    });
    expect(current.length).toBe(1);
  });

  it('an access that comes late to the end of a silence while its account is judged again is judged in its place', () => {
    const { current } = agree({
      rules: [aRule({ selection: reads, atLeast: 1, timespanMs: 1_000, dormantMs: 40 * hour })],
      frames: 4,
      judgingFrames: 1,
      rows: [
        rowOf({ event: 0, at: 0 }),
        rowOf({ event: 1, at: 96 * hour }),
        rowOf({ event: 2, at: 48 * hour }),
        rowOf({ event: 3, at: 48 * hour, patient: 1 }),
      ],
    });
    expect(current.length).toBe(1);
  });

  it.each([
    ['lie there', [rowOf({ event: 0, at: 35 * 24 * hour }), rowOf({ event: 1, at: 0, record_count: 3 })]],
    ['go there', [rowOf({ event: 0, at: 0, record_count: 3 }), rowOf({ event: 1, at: 35 * 24 * hour })]],
    ['go on there', [35, 200].map((days, event) => rowOf({ event, at: days * 24 * hour, record_count: event ? undefined : 3 }))],
  ])('what waits is judged of an account of which an access was dated far ahead, though its windows %s', (_, rows) => {
    const sum: Rule = {
      ...aRule({ selection: reads, timespanMs: 1_000, field: ['record_count'] }),
      type: 'value_sum',
      condition: { atLeast: 3, atMost: 60 },
    };
    const { current } = agree({ rules: [sum], dated: true, allowedLatenessMs: 60 * hour, rows });
    expect(current.length).toBe(1);
  });

  it.each(['s', 'of more than fifteen bytes', 'f'.repeat(32)])(
    'a value that accesses say and matches carry is counted once: %s',
    (session_id) => {
      const [by, of] = [['session_id'], { selection: reads, timespanMs: 1_000, field: ['session_id'] }] as const;
      const inner = aRule({ ...of, id: 'inner', by, field: ['patient_id'], atLeast: 1, raises: false });
      const rows = { kind: 'rows', selection: reads, by: [], field: ['session_id'] } as const;
      const both: Rule = {
        ...aRule({ ...of, atLeast: 1 }),
        inputs: [rows, { kind: 'matches', rule: inner, by: [], field: [0] }],
      };
      const { current } = agree({ rules: [both], rows: [rowOf({ event: 0, at: 0, patient: 1, session_id })] });
      expect(current.flatMap(({ matches }) => matches.map(({ value }) => value))).toEqual([1]);
    },
  );

  it('a patient that accesses are of and matches carry is counted once', () => {
    const of = { selection: reads, timespanMs: 1_000, atLeast: 1 };
    const inner = aRule({ ...of, id: 'inner', by: ['patient_id'], raises: false });
    const plainRule = aRule(of);
    const both: Rule = { ...plainRule, inputs: [...plainRule.inputs, { kind: 'matches', rule: inner, by: [], field: [0] }] };
    const { current } = agree({ rules: [both], rows: [rowOf({ event: 0, at: 0, patient: 1 })] });
    expect(current.flatMap(({ matches }) => matches.map(({ value }) => value))).toEqual([1]);
  });

  it.each([{ keepClosedMs: 0 }, { closedBytesMax: 0 }])(
    'patients that a rule which came later touched are in the figure of an incident that ended, with no more room than %p',
    (held) => {
      const session = { subject: 'session_id', timespanMs: 1_000 } as const;
      const named = selectionOf(and([is('action', 'read'), test({ kind: 'present', field: 'patient_id' })]));
      const ofOthers = selectionOf(and([is('action', 'read'), not(is('actor_id', 'b'))]));
      const average: Rule = {
        ...aRule({ ...session, id: 'inner', selection: named, atLeast: 1, field: ['record_count'], raises: false }),
        type: 'value_avg',
      };
      const outer: Rule = {
        ...aRule({ ...session, id: 'outer', selection: named, atLeast: 1 }),
        type: 'event_count',
        inputs: [{ kind: 'matches', rule: average, by: [], field: [] }],
      };
      const s = { session_id: 's', record_count: 50 };
      const { current } = agree({
        held,
        subject: 'session_id',
        rules: [{ ...aRule({ ...session, selection: ofOthers, atLeast: 1, field: ['record_count'] }), type: 'value_sum' }, outer],
        frames: 6,
        allowedLatenessMs: 60 * hour,
        changed: { first: 1, before: 6, filledFor: 0 },
        rows: [
          rowOf({ event: 0, at: 0, ...s }),
          rowOf({ event: 0, at: 0, ...s }),
          rowOf({ event: 1, at: 0, session_id: 's' }),
          rowOf({ event: 2, at: 0, patient: 1, actor_id: 'b', ...s }),
          rowOf({ event: 3, at: 5 * minute, session_id: 't' }),
          rowOf({ event: 1, at: 0, receivedAt: 5 * minute + 1, session_id: 's' }),
        ],
      });
      expect(current.map(({ patients }) => patients)).toEqual([1]);
    },
  );

  it('what exceptions keep from being an incident is one record or none, though what was recorded was let go of before', () => {
    const [some, out] = [
      and([is('action', 'read'), not(is('clinic_id', '2'))]),
      and([is('action', 'read'), is('clinic_id', '2')]),
    ];
    const exception = { id: 'e', title: '', owner: '', reason: '', expiresMs: 0, excluded: selectionOf(out), file: '', line: 1 };
    const rule = { ...neverTwo(selectionOf(some)), exceptions: [exception], unfiltered: neverTwo(reads) };
    const of = { rules: [rule], held: { keepClosedMs: 0 } };
    const joined = [
      rowOf({ event: 0, at: 0 }),
      rowOf({ event: 1, at: minute }),
      rowOf({ event: 2, at: 5 * minute, clinic_id: '2' }),
      rowOf({ event: 3, at: 5 * minute + 1 }),
    ];
    expect(agree({ ...of, frames: 2, rows: joined }).suppressed.length).toBe(1);
    const undone = [
      rowOf({ event: 0, at: 0, clinic_id: '2' }),
      rowOf({ event: 1, at: hour }),
      rowOf({ event: 2, at: 0, receivedAt: hour }),
    ];
    expect(agree({ ...of, frames: 3, rows: undone }).suppressed.length).toBe(0);
  });
});

const plain: History = {
  rows: [],
  rules: [],
  quietMs: 5 * minute,
  allowedLatenessMs: 0,
  partitions: 1,
  frames: 1,
  snapshots: [],
  kills: [],
  clock: [],
  storeLag: 0,
  judgingFrames: 0,
  changed: undefined,
};

function agree(given: Partial<History>): Played {
  const of = { ...plain, ...given };
  const run = play(of);
  expect(withKnownFound(of, run.current)).toEqual(
    withKnownFound(of, naiveRecount(of.rows, of.rules, of.quietMs, latenessIn(of))),
  );
  expect(withKnownFound(of, run.suppressed)).toEqual(
    withKnownFound(of, naiveSuppressed(of.rows, of.rules, of.quietMs, latenessIn(of))),
  );
  return run;
}

/** Reads without something else near them. */
function aLack(selection: Rule['selection'], given: Partial<Pick<Rule, 'id' | 'timespanMs' | 'subject' | 'raises'>>): Rule {
  const input = { kind: 'rows', selection: reads, by: [], field: [] } as const;
  return {
    ...aRule({ selection: reads, atLeast: 1, ...given }),
    type: 'temporal',
    inputs: [input, { ...input, selection }],
    meeting: {
      op: 'and',
      of: [
        { op: 'met', input: 0 },
        { op: 'unmet', input: 1 },
      ],
    },
  };
}

function neverTwo(selection: Rule['selection']): Rule {
  return {
    ...aRule({ selection, timespanMs: 1_000, field: [] }),
    type: 'event_count',
    condition: { atLeast: 1, atMost: Number.POSITIVE_INFINITY, except: 2 },
  };
}

function temporal(rule: Rule): Rule {
  return { ...rule, type: 'temporal', field: [], inputs: [{ kind: 'rows', selection: reads, by: [], field: [] }] };
}

interface RowGiven extends Pick<AccessRow, 'session_id' | 'id_block' | 'record_count' | 'source_ip'> {
  readonly event: number;
  /** From the beginning on, milliseconds; it arrives then, where nothing else is said. */
  readonly at: number;
  readonly receivedAt?: number;
  readonly patient?: number;
  readonly actor_id?: string;
  readonly clinic_id?: string;
}

function rowOf({ event, at, receivedAt = at, patient, ...rest }: RowGiven): AccessRow {
  return {
    time: new Date(base + at).toISOString(),
    group_id: 'aleo',
    actor_id: 'a',
    patient_id: patient ? String(patient).padStart(32, '0') : '',
    clinic_id: '1',
    action: 'read',
    outcome: 'success',
    event_id: String(event).padStart(32, '0'),
    source: 'test',
    received_at: new Date(base + receivedAt).toISOString(),
    ...rest,
  };
}
