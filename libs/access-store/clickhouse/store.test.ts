import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { Selection } from '#libs/detection/rule/rule.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aChange } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { ClickHouseStore } from './clickhouse-store.js';
import { MemoryStore } from '../memory/memory-store.js';
import { migrate, migrationOf, readMigrations } from '../tables/migrate.js';
import type { AccessStore } from '../contract/port.js';
import { conditionsOf } from '../selections/selection-expressions.js';
import { storeForTests } from './store.fixture.js';

let client: ClickHouseClient;
let end: () => Promise<void>;
beforeAll(async () => {
  ({ client, end } = await storeForTests());
});
afterAll(() => end());

const memory = new MemoryStore();
describe.each<readonly [string, () => AccessStore]>([
  ['memory', () => memory],
  ['ClickHouse', () => new ClickHouseStore(client, systemClock)],
])('every store (%s)', (_, open) => {
  it('stores rows once, however often the insert is repeated and under whatever token', async () => {
    const frame = lines([access(1), access(2), access(3)]);
    for (const token of ['a', 'a', 'another'])
      expect(await open().insert('accesses', frame, 3, token)).toEqual({ kind: 'accepted', value: 3 });
    expect(await open().found('accesses', [id(1), id(2), id(3), id(99)])).toBe(3);
  });

  it('takes several frames as one insert, bytes unchanged', async () => {
    const frames = [lines([access(10)]), lines([access(11), access(12)])];
    expect(await open().insert('accesses', frames, 3, 'frames')).toEqual({ kind: 'accepted', value: 3 });
    expect(await open().found('accesses', [id(10), id(11), id(12)])).toBe(3);
  });

  it('keeps what was stamped on an access, and of its block nothing', async () => {
    const stamps = { care_link: 'none', own_clinic: false, new_network: true, house_network: true, event_patients: 4 } as const;
    const frame = lines([access(30, { ...stamps, id_block: '00ff00ff00ff00ff' })]);
    expect(await open().insert('accesses', frame, 1, 'stamps')).toEqual({ kind: 'accepted', value: 1 });
    expect(await stored(open(), id(30))).toMatchObject(stamps);
    expect(JSON.stringify(await stored(open(), id(30)))).not.toContain('00ff');
  });

  it('takes rows of every month that a time can lie in, in one insert', async () => {
    const months = Array.from({ length: 330 * 12 }, (_, month) => new Date(Date.UTC(1970, month, 28)).toISOString());
    // More than the hundred that ClickHouse takes by itself.
    const some = months.filter((_, month) => month % casesOf(33, 13) === 0);
    const frame = lines(some.map((time, index) => access(5000 + index, { time })));
    expect(await open().insert('accesses', frame, some.length, 'months')).toEqual({ kind: 'accepted', value: some.length });
    expect(await open().found('accesses', [id(5000), id(5000 + some.length - 1)])).toBe(2);
  });

  it.each([
    ['an unknown column', '{"nosuch":1}'],
    ['a wrong type', '{"record_count":"many"}'],
    ['a time that is none', '{"time":"yesterday"}'],
    ['null where there is no absence', '{"action":null}'],
  ])('refuses the whole insert for %s, and says the column without its value', async (_, patch) => {
    const bad = { ...access(21), ...(JSON.parse(patch) as object) };
    const outcome = await open().insert('accesses', lines([access(20), bad]), 2, `bad ${patch}`);
    expect(outcome).toMatchObject({ kind: 'rejected' });
    expect(JSON.stringify(outcome)).not.toMatch(/many|yesterday|aaaaaaa/);
    expect(await open().found('accesses', [id(20), id(21)])).toBe(0);
  });

  it('keeps the ledger in order, each entry once', async () => {
    const at = { topic: 'vigie.accesses.v1', partition: 3 };
    const entry = (first: number) => ({ ...at, first, last: first + 9, rows: 100, refused: 1, token: `t${first}` });
    for (const first of [20, 0, 10, 10]) await open().recordBatch(entry(first));
    expect(await open().batches(at, 15, 10)).toEqual([entry(10), entry(20)]);
    expect(await open().batches(at, 0, 1)).toEqual([entry(0)]);
  });

  it('stores incident changes and quarantine rows', async () => {
    expect(await open().insert('incident_changes', lines([change(1, {})]), 1, 'c1')).toEqual({ kind: 'accepted', value: 1 });
    const row = {
      quarantine_id: id(7),
      received_at: at(0),
      group_id: 'g',
      source: 's',
      step: 'admit',
      reason: 'unreadable_patient',
      field: 'time',
      detail: 'd',
      origin: 'o',
      content: '{}',
    };
    expect(await open().insert('quarantine', lines([row]), 1, 'q1')).toEqual({ kind: 'accepted', value: 1 });
    expect(await open().found('quarantine', [id(7)])).toBe(1);
  });
});

describe('incidents as people read them', () => {
  it('are one row each: the latest state, with the earliest time that was told', async () => {
    const store = new ClickHouseStore(client, systemClock);
    const told = [
      change(40, { version: 1, detected_at: at(10), patients: 3 }),
      change(40, { version: 9, change_id: id(41), change_type: 'incident.step', detected_at: at(10), patients: 9, step: 5 }),
      // A replay of the first change after a restart, decided later by the wall clock.
      change(40, { version: 1, detected_at: at(50), patients: 3 }),
    ];
    await store.insert('incident_changes', lines(told), 3, 'replay');
    expect(
      await rows(`SELECT toString(detected_at) AS d, patients, step FROM vigie.incidents WHERE incident_id = '${id(40)}'`),
    ).toEqual([{ d: '2024-11-19 08:00:10.000', patients: 9, step: 5 }]);
    expect(await rows(`SELECT change_type FROM vigie.incident_changes WHERE incident_id = '${id(40)}' ORDER BY version`)).toEqual(
      [{ change_type: 'incident.opened' }, { change_type: 'incident.step' }],
    );
  });

  it('have a list of patients that equals their figure: selected, inside the times, of the account', async () => {
    const store = new ClickHouseStore(client, systemClock);
    const of = (index: number, patch: Partial<AccessRow>) =>
      access(100 + index, { actor_id: 'usurped', time: at(index), ...patch });
    await store.insert(
      'accesses',
      lines([
        of(1, {}),
        of(2, {}),
        of(3, { action: 'login' }),
        of(4, { patient_id: id(101) }),
        of(5, { actor_id: 'other' }),
        of(60, {}),
      ]),
      6,
      'patients',
    );
    const selection = 'b'.repeat(32);
    await store.insert(
      'incident_changes',
      lines([change(50, { actor_id: 'usurped', first_time: at(1), last_time: at(4), selections: [selection], patients: 2 })]),
      1,
      'patients',
    );
    expect(await rows(`SELECT * FROM vigie.incident_patients WHERE incident_id = '${id(50)}'`)).toEqual([]);
    await store.registerSelections([
      { id: selection, sql: "action = 'read' -- with a comment" },
      { id: 'c'.repeat(32), sql: "has(categories, 'lab')" },
    ]);
    await store.registerSelections([{ id: selection, sql: 'this is not read again' }]);
    // What a scorer asks accesses by, also of a selection that was registered without.
    const tree = { op: 'not', of: { op: 'test', test: { kind: 'present', field: 'device' } } } as const;
    await store.registerSelections([{ id: selection, sql: '', tree }]);
    await store.registerSelections([{ id: selection, sql: '' }]);
    expect(await conditionsOf(client, [selection, 'c'.repeat(32)])).toEqual([
      { selection_id: selection, condition: JSON.stringify(tree) },
    ]);
    const answer = await rows(
      `SELECT uniqExact(patient_id) AS listed, sum(accesses) AS events, any(i.patients) AS figure FROM vigie.incident_patients AS p
       INNER JOIN vigie.incidents AS i ON p.incident_id = i.incident_id WHERE p.incident_id = '${id(50)}'`,
    );
    expect(answer).toEqual([{ listed: 2, events: 3, figure: 2 }]);
    const all = `SELECT * FROM vigie.incident_patients WHERE incident_id = '${id(50)}' ORDER BY ALL`;
    const one = `SELECT * FROM vigie.incident_patients_of(incident_id = '${id(50)}') ORDER BY ALL`;
    expect(await rows(one)).toEqual(await rows(all));
    expect(await rows(`SELECT * FROM vigie.incident_patients_of(incident_id = '${id(51)}')`)).toEqual([]);
  });

  it('are listed one by one without reading other accounts, and rows are found by id without reading all', async () => {
    const store = new ClickHouseStore(client, systemClock);
    const many = Array.from({ length: 60_000 }, (_, n) => access(1_000_000 + n, { actor_id: `account.${n % 500}` }));
    await store.insert('accesses', lines(many), many.length, 'many');
    const incidents = Array.from({ length: 300 }, (_, n) => change(2000 + n, { actor_id: `account.${n}` }));
    await store.insert('incident_changes', lines(incidents), incidents.length, 'many');
    const listed = await granules(`SELECT * FROM vigie.incident_patients_of(incident_id = '${id(2007)}')`);
    expect(listed).toBeLessThanOrEqual((await granules('SELECT * FROM vigie.incident_patients')) / 10);
    const found = await granules(`SELECT event_id FROM vigie.access_rows WHERE event_id IN ['${id(1_000_007)}']`);
    expect(found).toBeLessThanOrEqual((await granules('SELECT event_id FROM vigie.access_rows')) / 3);
  });

  it('keep both rows when a source sends an event again under another time or account', async () => {
    const store = new ClickHouseStore(client, systemClock);
    const again = [access(300, {}), access(300, { time: at(5) }), access(300, { actor_id: 'other' }), access(300, {})];
    await store.insert('accesses', lines(again), again.length, 'sent again');
    expect(await rows(`SELECT count() AS n FROM vigie.accesses WHERE event_id = '${id(300)}'`)).toEqual([{ n: 3 }]);
    expect(await store.found('accesses', [id(300)])).toBe(1);
  });

  it('have no patients once they are withdrawn, and are not there at all when an exception suppressed them', async () => {
    const store = new ClickHouseStore(client, systemClock);
    const selection = 'b'.repeat(32);
    const common = { first_time: at(0), last_time: at(30), selections: [selection], patients: 2 };
    const reads = [70, 71, 72].flatMap((n) =>
      [1, 2].map((of) => access(n * 10 + of, { actor_id: `account.${n}.`, time: at(of) })),
    );
    await store.insert('accesses', lines(reads), reads.length, 'states');
    await store.registerSelections([{ id: selection, sql: "action = 'read'" }]);
    const changes = [
      change(70, { ...common, actor_id: 'account.70.' }),
      change(70, { ...common, actor_id: 'account.70.', state: 'withdrawn', change_type: 'incident.withdrawn', change_id: id(700), version: 2 }),
      change(71, { ...common, actor_id: 'account.71.', state: 'suppressed', change_type: 'incident.suppressed', suppressed_by: ['recall'] }),
      // Suppressed matches that were undone, or joined to another one: they never were incidents.
      change(72, { ...common, actor_id: 'account.72.', state: 'suppressed', change_type: 'incident.suppressed', suppressed_by: ['recall'] }),
change(72, { ...common, actor_id: 'account.72.', state: 'withdrawn', change_type: 'incident.updated', suppressed_by: ['recall'], change_id: id(720), version: 2 }),
      change(73, { ...common, state: 'merged', change_type: 'incident.updated', suppressed_by: ['recall'], merged_into: id(71) }),
    ]; // prettier-ignore
    await store.insert('incident_changes', lines(changes), changes.length, 'states');
    const ids = `incident_id IN ('${[70, 71, 72, 73].map(id).join("', '")}')`;
    expect(await rows(`SELECT incident_id, state, patients FROM vigie.incidents WHERE ${ids}`)).toEqual([
      { incident_id: id(70), state: 'withdrawn', patients: 0 },
    ]);
    expect(await rows(`SELECT incident_id, suppressed_by, patients FROM vigie.suppressed_matches WHERE ${ids}`)).toEqual([
      { incident_id: id(71), suppressed_by: ['recall'], patients: 2 },
    ]);
    expect(await rows(`SELECT change_type FROM vigie.incident_changes WHERE ${ids} ORDER BY version`)).toEqual([
      { change_type: 'incident.opened' },
      { change_type: 'incident.withdrawn' },
    ]);
    expect(await rows(`SELECT * FROM vigie.incident_patients WHERE ${ids}`)).toEqual([]);
    const listed = (n: number) =>
      rows(`SELECT uniqExact(patient_id) AS n FROM vigie.incident_patients_of(incident_id = '${id(n)}')`);
    expect([await listed(70), await listed(71), await listed(72)]).toEqual([[{ n: 0 }], [{ n: 2 }], [{ n: 0 }]]);
  });

  it('keep the selections that they name in the views, while those that no rule and no incident names that lists somebody fall out of them', async () => {
    const store = new ClickHouseStore(client, systemClock);
    const longAgo = new ClickHouseStore(client, new FakeClock(Date.UTC(2024, 0, 1)));
    await longAgo.registerSelections([selection('1'), selection('2'), selection('3')]);
    const gone = change(81, { selections: ['2'.repeat(32)], state: 'withdrawn', change_type: 'incident.withdrawn' });
    await store.insert('incident_changes', lines([change(80, { selections: ['1'.repeat(32)] }), gone]), 2, 'named');
    await store.registerSelections([selection('3'), selection('4')]);
    await store.registerSelections([selection('3')]);
    const [view] = await rows("SELECT as_select AS text FROM system.tables WHERE name = 'selected_accesses'");
    const held = ['1', '2', '3', '4'].filter((letter) => JSON.stringify(view).includes(letter.repeat(32)));
    expect(held).toEqual(['1', '3', '4']);
  });

  it('have lists even where rules, and incidents of lists of before, name thousands of values: more than a mebibyte together', async () => {
    const store = new ClickHouseStore(client, systemClock);
    const values = Array.from({ length: 12_000 }, (_, n) => `'${id(n)}'`);
    const sql = `patient_id IN (${values.join(', ')})`;
    await store.registerSelections(['5', '6', '7'].map((digit) => ({ id: digit.repeat(32), sql })));
    expect(await rows('SELECT count() AS n FROM vigie.incident_patients WHERE incident_id = 1::String')).toEqual([{ n: 0 }]);
  });

  it('have lists even where all rules leave out thousands of programs', async () => {
    const store = new ClickHouseStore(client, systemClock);
    const programs = `(lower(actor_id) IN (${Array.from({ length: 3_000 }, (_, n) => `'svc-application-${n}'`).join(', ')}))`;
    const actions = [
      'read',
      'list',
      'search',
      'export',
      'print',
      'download',
      'create',
      'update',
      'delete',
      'login',
      'logout',
      'other',
    ];
    const apart = actions.map((action, n) => ({ id: id(900 + n), sql: `(action = '${action}' AND NOT ${programs})` }));
    await store.registerSelections(apart);
    await store.insert(
      'accesses',
      lines([access(960, { actor_id: 'SVC-application-7' }), access(961, { actor_id: 'nurse-7' })]),
      2,
      'programs',
    );
    const of = `event_id IN ('${id(960)}', '${id(961)}')`;
    expect(
      await rows(`SELECT actor_id, has(selected, '${id(900)}') AS n FROM vigie.selected_accesses WHERE ${of} ORDER BY actor_id`),
    ).toEqual([
      { actor_id: 'SVC-application-7', n: 0 },
      { actor_id: 'nurse-7', n: 1 },
    ]);
  });

  it('refuse a selection that ClickHouse does not understand, by name, and take the others', async () => {
    const store = new ClickHouseStore(client, systemClock);
    const bad = 'd'.repeat(32);
    const good = { id: 'e'.repeat(32), sql: "action = 'export'" };
    await expect(store.registerSelections([{ id: bad, sql: "nosuch = 'x'" }, good])).rejects.toThrow(bad);
    expect(await rows(`SELECT expression FROM vigie.selections WHERE selection_id = '${good.id}'`)).toHaveLength(1);
    await expect(store.registerSelections([{ id: "x'", sql: '1' }])).rejects.toThrow('32 hexadecimal digits');
  });
});

describe('migrations', () => {
  it('may run twice and at once', async () => {
    const reports = await Promise.all([migrate(client), migrate(client)]);
    expect(reports.map(({ applied }) => applied)).toEqual([[], []]);
    expect(reports[0]?.already).toHaveLength(readMigrations().length);
  });

  it('stop when an applied one was changed', async () => {
    const [first] = readMigrations();
    await expect(migrate(client, [{ ...migrationOf(`${first?.name}.sql`, 'SELECT 1;\n') }])).rejects.toThrow('was changed after');
  });

  it('are read as statements, comments left in', () => {
    expect(migrationOf('0001_x.sql', '-- a; b\nSELECT 1;\n\n-- last\nSELECT 2;\n-- end\n').statements).toEqual([
      '-- a; b\nSELECT 1',
      '-- last\nSELECT 2',
    ]);
  });
});

/** All that a store has of an access. */
async function stored(store: AccessStore, eventId: string): Promise<unknown> {
  if (store instanceof MemoryStore) return store.rows('accesses').find((row) => JSON.stringify(row).includes(eventId));
  return (await rows(`SELECT * FROM vigie.access_rows WHERE event_id = '${eventId}'`))[0];
}

async function rows(query: string): Promise<readonly unknown[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json();
}

function selection(letter: string): Pick<Selection, 'id' | 'sql'> {
  return { id: letter.repeat(32), sql: `action = '${letter}'` };
}

/** Granules of `access_rows` that a query would read. */
async function granules(query: string): Promise<number> {
  const plan = await (await client.query({ query: `EXPLAIN indexes = 1 ${query}`, format: 'TabSeparatedRaw' })).text();
  const [, reading = ''] = plan.split('ReadFromMergeTree (vigie.access_rows)');
  const last = [...(reading.split('ReadFromMergeTree')[0] ?? '').matchAll(/Granules: (\d+)/g)].at(-1);
  return Number(last?.[1]);
}

function id(n: number): string {
  return String(n).padStart(32, 'a');
}

/** Seconds after eight in the morning. */
function at(seconds: number): string {
  return new Date(Date.UTC(2024, 10, 19, 8, 0, seconds)).toISOString();
}

function lines(values: readonly object[]): Buffer {
  return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}

function access(n: number, patch: Partial<AccessRow> = {}): AccessRow {
  return {
    time: at(n),
    group_id: 'g',
    actor_id: 'nurse',
    patient_id: id(n),
    clinic_id: 'c1',
    action: 'read',
    outcome: 'success',
    event_id: id(n),
    source: 's',
    received_at: at(n),
    ...patch,
  };
}

function change(n: number, patch: Partial<IncidentChange>): IncidentChange {
  return aChange(`${n}`, 1, {
    incident_id: id(n),
    group_id: 'g',
    actor_id: 'nurse',
    first_time: at(0),
    last_time: at(30),
    detected_at: at(31),
    patients: 1,
    clinics: ['c1'],
    selections: [],
    change_id: id(n),
    changed_at: at(31),
    received_at: at(30),
    ...patch,
  });
}
