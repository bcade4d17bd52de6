import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import { someFigures } from '#libs/dossier/figures.fixture.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, aPatient } from '#libs/testkit/builders.js';
import { aChange } from '#libs/testkit/case-records.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { CaseFigures } from '../incidents/case-figures.js';
import { ClickHouseControllers } from '../lists/clickhouse-controllers.js';
import { DossierScopes } from './dossier-scopes.js';
import { LedgerReader } from './ledger-reader.js';

const { client, end } = await storeForTests();
const store = new ClickHouseStore(client, systemClock);
const reader = new LedgerReader(client);
const selection = 'a'.repeat(32);
const id = hex128Of('the case');

beforeAll(async () => {
  const rows = [
    ...[1, 2, 3].map((n) => access(n, { clinic_id: 'c1' })),
    // The same patient in two clinics of two controllers, exported in one of them, outside the rule's condition.
    access(4, { clinic_id: 'c2', patient_id: aPatient(1) }),
    access(5, { clinic_id: 'c2', patient_id: aPatient(1), action: 'export' }),
    access(6, { clinic_id: 'c2', outcome: 'failure', key_id: 'k2' }),
    // An export of the rule's own kind, of 40 records, one of them named.
    access(7, { clinic_id: 'c2', record_count: 40, patient_id: aPatient(2) }),
    // Before the first window fired, from another address.
    access(-60, { clinic_id: 'c1', patient_id: aPatient(90), source_ip: '203.0.113.7' }),
  ];
  await insert('accesses', rows);
  await store.registerSelections([{ id: selection, sql: "action = 'read'" }]);
  const told = { detected_at: at(60), changed_at: at(60), received_at: at(60) };
  await insert('incident_changes', [
    aChange('the case', 1, {
      incident_id: id,
      group_id: 'helix',
      actor_id: 'dr.x',
      first_time: at(0),
      last_time: at(60),
      patients: 4,
      selections: [selection],
      ...told,
    }),
  ]);
  const clinic = { group_id: 'helix', clinic_id: 'c1', controller_id: 'north-sa' };
  await client.insert({ table: 'vigie.clinics', values: [clinic], format: 'JSONEachRow' });
});
afterAll(end);

describe('the figures of a case', () => {
  it('are found by the beginning of its id, with its incidents as they are now', async () => {
    const [found] = await reader.cases(id.slice(0, 5), 2);
    expect(found).toMatchObject({ case_id: id, incidents: [{ incident_id: id, actor_id: 'dr.x', patients: 4, version: 1 }] });
    expect(await reader.cases('0000', 2)).toEqual([]);
  });

  it('count each patient once in the case, once for each controller and once for each clinic', async () => {
    const { whole, controllers, clinics } = await reader.figures(id, 0);
    expect(whole).toEqual(
      someFigures({
        patients: 4,
        exposed: 3,
        displayed: 2,
        exported: 1,
        attempted: 1,
        per_key: { k1: 3, k2: 1 },
        unnamed_records: 39,
      }),
    );
    expect([...controllers]).toEqual([
      ['c2', someFigures({ patients: 3, exposed: 2, displayed: 1, exported: 1, attempted: 1, per_key: { k1: 2, k2: 1 }, unnamed_records: 39 })],
      ['north-sa', someFigures({ patients: 3, exposed: 3, displayed: 3, per_key: { k1: 3 } })],
    ]); // prettier-ignore
    expect(clinics.map(({ clinic_id, controller_id, figures }) => [clinic_id, controller_id, figures.patients])).toEqual([
      ['c2', 'c2', 3],
      ['c1', 'north-sa', 3],
    ]);
  });

  it('are where a curve over its time ends, whatever the width of its stretches, and are shown of the clinics that somebody sees', async () => {
    const figures = new CaseFigures(client);
    for (const binMs of [1, 700, 2_000, 5_000, 60_000]) {
      const { points, total } = await figures.shape({ caseId: id, fromMs: Date.parse(at(0)), binMs, clinics: [] });
      expect([total, points.at(-1)?.patients]).toEqual([4, 4]);
      expect(points.map(({ patients }) => patients)).toEqual(points.map(({ patients }) => patients).toSorted((a, b) => a - b));
      // Patients 1 to 3 are new at one, two and three seconds, and 6 at six.
      expect(points.filter(({ at: end }) => Date.parse(end) <= Date.parse(at(3))).every(({ patients }) => patients <= 3)).toBe(
        true,
      );
    }
    expect(await figures.shape({ caseId: id, fromMs: Date.parse(at(0)), binMs: 1_000, clinics: ['c1'] })).toMatchObject({
      total: 3,
    });
    const all = await figures.clinics(id, 'helix', []);
    expect(all.map((one) => [one.clinic_id, one.controller_id, one.patients, one.exported, one.attempted, one.accesses])).toEqual(
      [
        ['c1', 'north-sa', 3, 0, 0, 3],
        ['c2', 'c2', 3, 1, 1, 4],
      ],
    );
    expect((await figures.clinics(id, 'helix', ['c2', 'c9'])).map(({ clinic_id }) => clinic_id)).toEqual(['c2']);
  });

  it('equal the list while nothing is on its way', async () => {
    const [found] = await reader.cases(id, 1);
    const [one] = found?.incidents ?? [];
    if (!one) throw new Error('the case is not there');
    expect(await reader.listed(one)).toMatchObject({ listed: one.patients, newest_received: at(7) });
  });

  it('stand beside those of a scope, which has an author, a reason and examples of what it changes', async () => {
    const scopes = new DossierScopes(client);
    const none = { source_ips: [], devices: [], session_ids: [], applications: [] };
    const wide = {
      group_id: 'helix',
      case_id: id,
      accounts: ['dr.x'],
      from_time: at(-600),
      to_time: at(600),
      author: 'dpo',
      reason: 'the login was stolen before',
      set_at: at(700),
    };
    await expect(scopes.add({ ...wide, ...none, reason: ' ' })).rejects.toThrow('says why');
    await expect(scopes.add({ ...wide, ...none, author: '' })).rejects.toThrow('says who');
    await expect(scopes.add({ ...wide, ...none, to_time: at(-601) })).rejects.toThrow('lies after');
    expect(await scopes.of(id)).toEqual([]);
    expect(await scopes.add({ ...wide, ...none })).toMatchObject({ version: 1 });
    expect((await reader.figures(id, 1)).whole.patients).toBe(5);
    expect(await reader.difference(id, 1, 0)).toEqual({
      added: 1,
      left_out: 0,
      added_examples: [aPatient(90)],
      left_out_examples: [],
    });
    expect(await scopes.add({ ...wide, ...none, source_ips: ['203.0.113.7'] })).toMatchObject({ version: 2 });
    expect((await reader.figures(id, 2)).whole).toMatchObject({ patients: 1, unnamed_records: 0 });
    expect(await reader.difference(id, 2, 0)).toMatchObject({ added: 1, left_out: 4 });
    expect((await scopes.of(id)).map(({ version, source_ips }) => [version, source_ips])).toEqual([
      [1, []],
      [2, ['203.0.113.7']],
    ]);
  });

  it('are ahead of the figure while a late access is judged', async () => {
    await insert('accesses', [access(3, { patient_id: aPatient(77), received_at: at(900) })]);
    const [found] = await reader.cases(id, 1);
    const [one] = found?.incidents ?? [];
    if (!one) throw new Error('the case is not there');
    expect(await reader.listed(one)).toMatchObject({ listed: one.patients + 1, newest_received: at(900) });
  });
});

describe('the register of controllers', () => {
  it('gives what was put last of each', async () => {
    const controllers = new ClickHouseControllers(client);
    const one = {
      group_id: 'helix',
      controller_id: 'north-sa',
      name: 'North SA',
      siren: '123456789',
      legal_representative: '',
      dpo_name: 'A. Durand',
      dpo_email: 'dpo@north.example',
      dpo_phone: '',
      joint_with: [],
      processor_of: [],
      nis2: 'none' as const,
      ars: '',
    };
    await controllers.put([one, { ...one, controller_id: 'south-sa', group_id: 'other' }]);
    await controllers.put([{ ...one, nis2: 'essential' }]);
    expect(await controllers.list('helix')).toEqual([{ ...one, nis2: 'essential' }]);
    expect(await controllers.list()).toHaveLength(2);
    expect(await controllers.nis2()).toEqual([{ group_id: 'helix', controller_id: 'north-sa', nis2: 'essential' }]);
  });
});

function access(n: number, given: Partial<AccessRow>): AccessRow {
  return anAccessRow({
    actor_id: 'dr.x',
    time: at(n),
    event_id: hex128Of(`event ${n}`),
    patient_id: aPatient(n),
    key_id: 'k1',
    received_at: at(Math.max(n, 0)),
    ...given,
  });
}

async function insert(table: 'accesses' | 'incident_changes', rows: readonly object[]): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  expect(await store.insert(table, bytes, rows.length, hex128Of(bytes))).toMatchObject({ kind: 'accepted' });
}

/** Seconds after eight in the morning. */
function at(seconds: number): string {
  return new Date(Date.UTC(2024, 10, 19, 8, 0, seconds)).toISOString();
}
