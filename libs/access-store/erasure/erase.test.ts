import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { assert, array, asyncProperty, boolean, constantFrom, integer, record } from 'fast-check';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { registerSelections } from '../views/selections.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { aStoredCase, storeCases } from '../verdicts/case-rows.fixture.js';
import { erase } from './erase.js';
import { countRows, planErasure } from './plan.js';
import { erasuresByPrefix } from './records/records.js';
import { type ErasureRequest, requestOf, sha256Of, subjectOf } from './subject.js';

const selection = 'b'.repeat(32);
const order = { reason: 'asked for by letter', by: 'c.morel' };
const tools = { clock: systemClock, progress: () => {} };

function dies(text: string): void {
  if (text.startsWith('incident')) throw new Error('killed');
}

let client: ClickHouseClient;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
});
afterAll(() => end());
beforeEach(() => empty());

const tables = [
  'access_rows', 'incident_states', 'case_states', 'lists', 'clinics', 'controllers', 'leak_samples', 'leak_findings', 'leaks', 'quarantine_rows',
  'quarantine_replays', 'dossier_patients', 'dossier_scopes', 'mutes', 'selections', 'erasures',
]; // prettier-ignore

async function empty(): Promise<void> {
  const filled = await ask<{ name: string }>(
    `SELECT name FROM system.tables WHERE database = 'vigie' AND total_rows > 0 AND name IN ('${tables.join("', '")}')`,
  );
  for (const { name } of filled) await run(`TRUNCATE TABLE vigie.${name}`);
  await registerSelections(client, [{ id: selection, sql: "action = 'read'" }], '2026-01-06T00:00:00.000Z');
}

async function run(query: string): Promise<void> {
  await client.command({ query });
}

async function ask<Row>(query: string): Promise<readonly Row[]> {
  return (
    await client.query({ query, format: 'JSONEachRow', clickhouse_settings: { output_format_json_quote_64bit_integers: 0 } })
  ).json<Row>();
}

let stored = 0;
async function store(rows: readonly AccessRow[]): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await new ClickHouseStore(client, systemClock).insert('accesses', bytes, rows.length, `erase ${(stored += 1)}`);
}

/** An access at a minute; the event is told apart by all that it says. */
function access(group_id: string, actor_id: string, patient: string, minute: number, more: Partial<AccessRow> = {}): AccessRow {
  const patient_id = patient === '' ? '' : aPatient(patient);
  return anAccessRow({
    group_id,
    actor_id,
    patient_id,
    time: atMinute(minute),
    event_id: anEventId(`${group_id} ${actor_id} ${patient} ${minute}`),
    ...more,
  });
}

/** A case of one incident of an account from a minute to another, with the figure of its list. */
async function aCase(
  name: string,
  status: 'new' | 'resolved',
  given: { group?: string; actor?: string; from: number; to: number; state?: 'open' | 'closed'; patients: number },
): Promise<string> {
  const { group = 'helix', actor = 'dr.a', from, to, state = 'closed', patients } = given;
  const incident = {
    group_id: group,
    actor_id: actor,
    first_time: atMinute(from),
    last_time: atMinute(to),
    state,
    patients,
    selections: [selection],
    rule_selections: [selection],
  };
  await storeCases(client, [
    aStoredCase(name, ['mass-access-10m'], { group_id: group, actor_id: actor, status, patients }, incident),
  ]);
  return anIncidentId(name);
}

async function eraseNow(request: ErasureRequest) {
  return erase(client, { subject: await subjectOf(client, request), order }, tools);
}

const left = () =>
  ask<{ a: string; g: string; p: string; t: string }>(
    'SELECT actor_id AS a, group_id AS g, patient_id AS p, toString(time) AS t FROM vigie.accesses ORDER BY g, a, p, t',
  );
const listsAndFigures = () =>
  ask<{ id: string; figure: number; listed: number }>(
    `SELECT incident_id AS id, patients AS figure, listed FROM vigie.incidents
   LEFT JOIN (SELECT incident_id, uniqExact(patient_id) AS listed FROM vigie.incident_patients GROUP BY incident_id) AS list USING incident_id ORDER BY id`,
  );

describe('an erasure', () => {
  it('of a patient takes the accesses of every pseudonym, list values and samples, and nobody else’s', async () => {
    await store([
      access('helix', 'dr.a', 'old', 1),
      access('helix', 'dr.a', 'new', 2, { former_id: aPatient('old') }),
      access('helix', 'dr.b', 'new', 3),
      access('helix', 'dr.b', 'other', 3),
      access('helix', 'dr.b', '', 4),
    ]);
    await run(
      `INSERT INTO vigie.lists (list_name, value, group_id, removed) VALUES ('canary_patients', '${aPatient('old')}', 'helix', 0), ('canary_patients', '${aPatient('new')}', '', 1), ('canary_patients', '${aPatient('other')}', 'helix', 0)`,
    );
    // Samples go by themselves a day after they were asked with: these are asked with in a hundred years.
    await run(
      `INSERT INTO vigie.leak_samples (leak_id, group_id, patient_id, asked_at) VALUES ('l', 'helix', '${aPatient('new')}', '2099-01-05T09:00:00Z'), ('l', 'helix', '${aPatient('other')}', '2099-01-05T09:00:00Z')`,
    );
    await run(
      `INSERT INTO vigie.dossier_patients (snapshot_id, group_id, patient_id) VALUES ('s', 'helix', '${aPatient('new')}')`,
    );
    await run(`INSERT INTO vigie.selections (selection_id, expression) VALUES ('c', 'patient_id IN (''${aPatient('new')}'')')`);
    const { row } = await eraseNow({ kind: 'patient', patient: aPatient('old') });
    expect(row).toMatchObject({
      state: 'done',
      group_id: 'helix',
      taken: { access_rows: 3, lists: 2, leak_samples: 1, selections: 1 },
      kept: { dossier_patients: 1 },
      held: {},
    });
    const lately = new ClickHouseStore(client, systemClock);
    expect([await lately.erasedLately(['aleo', 'helix']), await lately.erasedLately(['aleo'])]).toEqual([
      [sha256Of(aPatient('old'))],
      [],
    ]);
    expect((await left()).map(({ p }) => p)).toEqual(['', aPatient('other')]);
    expect(await ask('SELECT value FROM vigie.lists')).toEqual([{ value: aPatient('other') }]);
    expect(await ask('SELECT count() AS n FROM vigie.dossier_patients')).toEqual([{ n: 1 }]);
    const record = JSON.stringify(await ask('SELECT * FROM vigie.erasures'));
    for (const name of ['old', 'new', 'other']) expect(record).not.toContain(aPatient(name));
    expect(record).toContain(sha256Of(aPatient('old')));
  });

  it('leaves what is evidence in a case that is not resolved, and lowers the figures of those that are', async () => {
    await store([
      ...[1, 2, 3].map((minute) => access('helix', 'dr.a', 'p', minute)),
      access('helix', 'dr.a', 'q', 1),
      access('helix', 'dr.b', 'p', 2),
      access('helix', 'dr.b', 'q', 2),
    ]);
    const open = await aCase('held', 'new', { from: 2, to: 3, patients: 1 });
    const over = await aCase('over', 'resolved', { actor: 'dr.b', from: 0, to: 9, patients: 2 });
    const { row } = await eraseNow({ kind: 'patient', patient: aPatient('p'), group: 'helix' });
    expect(row).toMatchObject({
      taken: { access_rows: 2 },
      held: { [open]: 2 },
      listed: [{ incident_id: over, figure: 2, before: 2, after: 1 }],
    });
    expect((await listsAndFigures()).map(({ id, figure, listed }) => [id, figure, listed]).toSorted()).toEqual(
      [
        [over, 1, 1],
        [open, 1, 1],
      ].toSorted(),
    );
    // What was told of it stays.
    expect(await ask(`SELECT max(patients) AS told FROM vigie.incident_changes WHERE incident_id = '${over}'`)).toEqual([
      { told: 2 },
    ]);
  });

  it('holds what the dossier of such a case looks at besides, incidents that no console has folded, and those that still count', async () => {
    await store([1, 5, 9].flatMap((minute) => [access('helix', 'dr.a', 'p', minute), access('helix', 'dr.b', 'p', minute)]));
    await aCase('scoped', 'new', { actor: 'dr.c', from: 0, to: 1, patients: 0 });
    await run(
      `INSERT INTO vigie.dossier_scopes (group_id, case_id, version, accounts, from_time, to_time) VALUES ('helix', '${anIncidentId('scoped')}', 1, ['dr.a'], '${atMinute(4)}', '${atMinute(6)}')`,
    );
    await aCase('counts', 'resolved', { actor: 'dr.b', from: 9, to: 9, state: 'open', patients: 1 });
    const {
      incidents: [change],
    } = aStoredCase(
      'alone',
      ['r'],
      {},
      {
        group_id: 'helix',
        actor_id: 'dr.b',
        first_time: atMinute(1),
        last_time: atMinute(1),
        state: 'closed',
        patients: 1,
        selections: [selection],
      },
    );
    await new ClickHouseStore(client, systemClock).insert(
      'incident_changes',
      Buffer.from(`${JSON.stringify(change)}\n`),
      1,
      'alone',
    );
    const { row } = await eraseNow({ kind: 'group', group: 'helix' });
    expect(row.held).toEqual({ [anIncidentId('scoped')]: 1, [anIncidentId('counts')]: 1, [anIncidentId('alone')]: 1 });
    expect((await left()).map(({ a, t }) => `${a} ${t.slice(14, 16)}`)).toEqual(['dr.a 05', 'dr.b 01', 'dr.b 09']);
  });

  it('of a group takes its registers, quarantine and leaks, and not those of another; its cases and who was told stay', async () => {
    for (const group of ['helix', 'aleo']) {
      await store([access(group, 'dr.a', 'p', 1)]);
      await run(`INSERT INTO vigie.clinics (group_id, clinic_id) VALUES ('${group}', '1')`);
      await run(`INSERT INTO vigie.controllers (group_id, controller_id, dpo_name) VALUES ('${group}', '1', 'C. Morel')`);
      await run(`INSERT INTO vigie.quarantine_rows (quarantine_id, group_id, source) VALUES ('1', '${group}', 's')`);
      await run(`INSERT INTO vigie.leaks (leak_id, group_id) VALUES ('1', '${group}')`);
      await run(`INSERT INTO vigie.leak_findings (leak_id, group_id, actor_id) VALUES ('1', '${group}', 'dr.a')`);
      await run(`INSERT INTO vigie.lists (list_name, value, group_id) VALUES ('service_accounts', 'batch', '${group}')`);
      await aCase(`of ${group}`, 'resolved', { group, from: 0, to: 2, patients: 1 });
    }
    const { row } = await eraseNow({ kind: 'group', group: 'helix' });
    expect(row.taken).toEqual({
      access_rows: 1,
      clinics: 1,
      controllers: 1,
      leak_findings: 1,
      leaks: 1,
      lists: 1,
      quarantine_rows: 1,
    });
    expect(row.kept).toEqual({ case_states: 1, incident_states: 1 });
    for (const table of Object.keys(row.taken))
      expect(await ask(`SELECT DISTINCT group_id AS g FROM vigie.${table}`)).toEqual([{ g: 'aleo' }]);
    expect((await listsAndFigures()).map(({ figure, listed }) => [figure, listed]).toSorted()).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  it('of a group with a case that is not resolved leaves its registers', async () => {
    await run("INSERT INTO vigie.clinics (group_id, clinic_id) VALUES ('helix', '1')");
    await aCase('held', 'new', { from: 0, to: 1, patients: 0 });
    expect((await eraseNow({ kind: 'group', group: 'helix' })).plan.heldGroups).toEqual(['helix']);
    expect(await ask('SELECT count() AS n FROM vigie.clinics')).toEqual([{ n: 1 }]);
  });

  it.each([
    "dr.o'neil",
    "x' OR 1=1 --",
    'a\\',
    "\\'",
    '{groups:Array(String)}',
    '',
    '\0',
    '%',
    'łé\u202e',
    "['a','b']",
    'a\tb\nc',
  ])('of an account called %j takes its rows alone', async (name) => {
    const others = ['dr.b', `${name}x`, name.toUpperCase()].filter((one) => one !== name);
    await store([...others, name].map((actor) => access('helix', actor, 'p', 1)));
    await store([access('aleo', name, 'p', 1)]);
    const { row } = await eraseNow({ kind: 'account', group: 'helix', account: name });
    expect(row.taken).toEqual({ access_rows: 1 });
    expect(await left()).toHaveLength(new Set(others).size + 1);
    expect(await requestOf(client, row)).toBeUndefined();
  });

  it('that was broken off is taken up with the figures of before it', async () => {
    await store([access('helix', 'dr.a', 'p', 1), access('helix', 'dr.a', 'q', 1)]);
    const id = await aCase('over', 'resolved', { from: 0, to: 2, patients: 2 });
    const subject = await subjectOf(client, { kind: 'patient', patient: aPatient('p') });
    await expect(erase(client, { subject, order }, { ...tools, progress: dies })).rejects.toThrow('killed');
    expect(await listsAndFigures()).toEqual([{ id, figure: 2, listed: 1 }]);
    const { row } = await eraseNow({ kind: 'patient', patient: aPatient('p'), group: 'helix' });
    expect(await listsAndFigures()).toEqual([{ id, figure: 1, listed: 1 }]);
    expect(row).toMatchObject({ state: 'done', taken: { access_rows: 1 }, listed: [{ figure: 2, before: 2, after: 1 }] });
    expect(await ask('SELECT count() AS n, any(state) AS s FROM vigie.erasures FINAL')).toEqual([{ n: 1, s: 'done' }]);
  });

  it('is done again from its record, after what was there came back', async () => {
    const rows = [access('helix', 'dr.a', 'p', 1), access('helix', 'dr.a', 'q', 1)];
    await store(rows);
    const { row } = await eraseNow({ kind: 'patient', patient: aPatient('p') });
    expect(await requestOf(client, row)).toBeUndefined();
    await store(rows);
    const [record] = await erasuresByPrefix(client, row.erasure_id.slice(0, 8));
    const request = await requestOf(client, record ?? row);
    expect(request).toEqual({ kind: 'patient', patient: aPatient('p'), group: 'helix' });
    if (!request || !record) throw new Error('no record');
    const again = await erase(client, { subject: await subjectOf(client, request), order: { ...order, again: record } }, tools);
    expect(again.row).toMatchObject({ erasure_id: row.erasure_id, begun_at: row.begun_at, taken: { access_rows: 1 } });
    expect(await left()).toHaveLength(1);
    expect(await ask('SELECT count() AS n FROM vigie.erasures FINAL')).toEqual([{ n: 1 }]);
  });
});

describe('any erasure of any store', () => {
  const groups = ['helix', 'aleo'];
  const actors = ['dr.a', 'dr.b'];
  const patients = ['p', 'q', 'r'];
  const anAccess = record({
    group: constantFrom(...groups),
    actor: constantFrom(...actors),
    patient: constantFrom(...patients),
    minute: integer({ min: 0, max: 9 }),
  });
  const anIncident = record({
    group: constantFrom(...groups),
    actor: constantFrom(...actors),
    from: integer({ min: 0, max: 9 }),
    length: integer({ min: 0, max: 5 }),
    isResolved: boolean(),
  });
  const aRequest = record({
    kind: constantFrom('patient', 'account', 'group'),
    group: constantFrom(...groups),
    actor: constantFrom(...actors),
    patient: constantFrom(...patients),
  });

  it('takes what it said it would, leaves evidence and all others, has lists equal figures, and does nothing a second time', async () => {
    await assert(
      asyncProperty(
        array(anAccess, { minLength: 1, maxLength: 30 }),
        array(anIncident, { maxLength: 4 }),
        aRequest,
        async (accesses, incidents, { kind, group, actor, patient }) => {
          await empty();
          const rows = [...new Map(accesses.map((one) => [JSON.stringify(one), one])).values()];
          await store(rows.map((one) => access(one.group, one.actor, one.patient, one.minute)));
          for (const [index, one] of incidents.entries()) {
            const own = rows.filter(
              (row) =>
                row.group === one.group &&
                row.actor === one.actor &&
                row.minute >= one.from &&
                row.minute <= one.from + one.length,
            );
            await aCase(`${index}`, one.isResolved ? 'resolved' : 'new', {
              ...one,
              to: one.from + one.length,
              patients: new Set(own.map((row) => row.patient)).size,
            });
          }
          const request: ErasureRequest =
            kind === 'patient'
              ? { kind, patient: aPatient(patient), group }
              : kind === 'account'
                ? { kind, account: actor, group }
                : { kind: 'group', group };
          const isAsked = (row: (typeof rows)[number]) =>
            row.group === group && (kind === 'group' || (kind === 'account' ? row.actor === actor : row.patient === patient));
          const isHeld = (row: (typeof rows)[number]) =>
            incidents.some(
              (one) =>
                !one.isResolved &&
                one.group === row.group &&
                one.actor === row.actor &&
                row.minute >= one.from &&
                row.minute <= one.from + one.length,
            );
          const expected = rows.filter((row) => !isAsked(row) || isHeld(row));
          const said = await planErasure(client, await subjectOf(client, request));
          const { row } = await eraseNow(request);
          const found = await left();
          expect(found.map(({ g, a, p, t }) => [g, a, p, Number(t.slice(14, 16))].join()).toSorted()).toEqual(
            expected.map((one) => [one.group, one.actor, aPatient(one.patient), one.minute].join()).toSorted(),
          );
          for (const { figure, listed } of await listsAndFigures()) expect(listed).toBe(figure);
          expect({ taken: row.taken, held: row.held, kept: row.kept, listed: row.listed }).toEqual({
            taken: Object.fromEntries(said.takes.map(({ table, rows: count }) => [table, count])),
            held: said.held,
            kept: Object.fromEntries(said.kept.map(({ table, rows: count }) => [table, count])),
            listed: said.listed,
          });
          const again = await eraseNow(request);
          expect(again.row).toMatchObject({ taken: {}, listed: [], held: row.held });
          expect(await left()).toEqual(found);
          expect(await countRows(client, 'erasures', { sql: "state = 'done'", params: {} })).toBe(2);
        },
      ),
      { numRuns: casesOf(6, 200) },
    );
  });
});
