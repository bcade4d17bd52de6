import { describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { aRule } from '#libs/testkit/a-rule.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { Engine } from './engine.js';
import type { Rule, Selection } from './rule/rule.js';

const minute = 60_000;
const hour = 60 * minute;
const block = '00ff00ff00ff00ff';

describe('a block of numbers as the subject', () => {
  it('has its accounts and its patients by name, and asks no store about what came too late', () => {
    const engine = new Engine({ rules: [ofBlock], subject: 'id_block', quietMs: 24 * hour, allowedLatenessMs: 15 * minute });
    const rows = [3, 1, 2].map((patient) =>
      rowOf({ patient, at: patient * minute, id_block: block, actor_id: `account ${patient}` }),
    );
    apply(engine, 0, [
      ...rows,
      rowOf({ patient: 7, at: 4 * minute, id_block: '11ff00ff00ff00ff' }),
      rowOf({ patient: 8, at: 5 * minute }),
    ]);
    const [opened] = engine.takeChanges({ includeUpdates: true });
    expect(opened).toMatchObject({
      subject_kind: 'id_block',
      actor_id: block,
      accounts: ['account 1', 'account 2', 'account 3'],
      account_count: 3,
      patients: 3,
      block_patients: [1, 2, 3].map((patient) => aPatient(patient)).toSorted(),
    });
    apply(engine, 1, [rowOf({ patient: 9, at: 48 * hour, id_block: '22ff00ff00ff00ff' })]);
    apply(engine, 2, [
      rowOf({ patient: 4, at: 6 * minute, id_block: block, received_at: new Date(aMonday + 48 * hour).toISOString() }),
    ]);
    expect(engine.rejudgements()).toEqual([]);
  });
});

describe('what a rule found by a field that no store has', () => {
  it('stays when the account is judged again from the store, with its patients', () => {
    const engine = engineOf([byBlock]);
    const live = [1, 2, 3].map((patient) => rowOf({ patient, at: patient * minute, id_block: block }));
    apply(engine, 0, live);
    const [opened] = engine.takeChanges({ includeUpdates: true });
    expect(opened).toMatchObject({ change_type: 'incident.opened', patients: 3 });
    expect(judgedAgain(engine, live)).toEqual([]);
  });

  it('stays beside what the store can tell, in the same incident, which counts the patients of both', () => {
    const engine = engineOf([byBlock, aRule({ id: 'plain', atLeast: 5, selection: reads })]);
    const live = [1, 2, 3, 4].map((patient) => rowOf({ patient, at: patient * minute, id_block: block }));
    apply(engine, 0, live);
    const [opened] = engine.takeChanges({ includeUpdates: true });
    const changes = judgedAgain(engine, live, rowOf({ patient: 5, at: 5 * minute }));
    expect(changes).toMatchObject([{ incident_id: opened?.incident_id, patients: 5, rules: ['block', 'plain'] }]);
  });

  it('is still counted by a rule over it when the account was judged again', () => {
    const blocks: Rule = {
      ...aRule({ id: 'blocks', atLeast: 2, timespanMs: 50 * hour, field: ['id_block'], selection: reads }),
      inputs: [{ kind: 'matches', rule: { ...byBlock, raises: false }, by: [], field: [0] }],
    };
    const engine = engineOf([blocks]);
    const live = [
      ...[1, 2, 3].map((patient) => rowOf({ patient, at: patient * minute, id_block: block })),
      rowOf({ patient: 8, at: hour }),
    ];
    const late = rowOf({ patient: 9, at: 90_000, received_at: new Date(aMonday + hour).toISOString() });
    apply(engine, 0, [...live, late]);
    const [asked] = engine.rejudgements();
    const stored = [...live, late].map(({ id_block: _block, ...row }) => row).toSorted((a, b) => (a.time < b.time ? -1 : 1));
    expect(asked && engine.rejudge(asked, [frameOf(stored)], aMonday)).toBe(true);
    apply(
      engine,
      1,
      [61, 62, 63].map((at) => rowOf({ patient: at, at: at * minute, id_block: '11ff00ff00ff00ff' })),
    );
    expect(engine.takeChanges({ includeUpdates: true })).toMatchObject([{ rules: ['blocks'] }]);
  });

  it('is withdrawn with a plain rule’s part only as far as that goes', () => {
    const engine = engineOf([byBlock, { ...aRule({ id: 'few', selection: reads }), condition: few }]);
    const live = [1, 2, 3].map((patient) => rowOf({ patient, at: patient * minute, id_block: block }));
    apply(engine, 0, live);
    apply(engine, 1, [rowOf({ patient: 9, at: 3 * hour, actor_id: 'b' })]);
    const told = engine.takeChanges({ includeUpdates: true });
    expect(told.at(-1)).toMatchObject({ rules: ['block', 'few'] });
    const changes = judgedAgain(engine, live, rowOf({ patient: 4, at: 90_000 }));
    expect(changes.filter(({ change_type }) => change_type === 'incident.withdrawn')).toEqual([]);
    expect(changes.at(-1) ?? told.at(-1)).toMatchObject({ incident_id: told[0]?.incident_id });
  });
});

const reads: Selection = {
  id: 'a'.repeat(32),
  fields: ['action', 'patient_id'],
  sql: '',
  matches: (row) => row.action === 'read' && Boolean(row.patient_id),
};
const byBlock = aRule({ id: 'block', atLeast: 3, by: ['id_block'], selection: reads });
const ofBlock = aRule({ id: 'accounts', atLeast: 3, field: ['actor_id'], subject: 'id_block', selection: reads });
const few = { atLeast: 3, atMost: 3 };

/** Has a row come two days late, or another one, and gives the store's rows, which have no block. */
function judgedAgain(engine: Engine, live: readonly AccessRow[], late = rowOf({ patient: 1, at: 30_000 })) {
  apply(engine, 100, [rowOf({ patient: 8, at: 48 * hour, actor_id: 'b' })]);
  apply(engine, 101, [{ ...late, received_at: new Date(aMonday + 48 * hour).toISOString() }]);
  engine.takeChanges({ includeUpdates: true });
  const [asked] = engine.rejudgements();
  if (!asked) throw new Error('nothing is to be judged again');
  const stored = [...live, late].map(({ id_block: _block, ...row }) => row).toSorted((a, b) => (a.time < b.time ? -1 : 1));
  expect(engine.rejudge(asked, [frameOf(stored)], aMonday)).toBe(true);
  return engine.takeChanges({ includeUpdates: true });
}

function engineOf(rules: readonly Rule[]): Engine {
  return new Engine({ rules, quietMs: 24 * hour, allowedLatenessMs: 15 * minute });
}

function apply(engine: Engine, offset: number, rows: readonly AccessRow[]): void {
  engine.apply({ offset, bytes: frameOf(rows) }, aMonday);
}

function frameOf(rows: readonly AccessRow[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

function rowOf({ patient, at, ...given }: { readonly patient: number; readonly at: number } & Partial<AccessRow>): AccessRow {
  const time = new Date(aMonday + at).toISOString();
  return anAccessRow({
    time,
    received_at: time,
    actor_id: 'a',
    patient_id: aPatient(patient),
    event_id: anEventId(at),
    ...given,
  });
}
