import { afterAll, describe, expect, it } from '@jest/globals';
import type { AccessRow } from '#libs/contracts/access-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { systemClock } from '#libs/runtime/clock.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';
import { registerSelections } from '../views/selections.js';
import { storeForTests } from '../clickhouse/store.fixture.js';
import { aStoredCase, storeCases } from '../verdicts/case-rows.fixture.js';
import { erase } from './erase.js';
import { subjectOf } from './subject.js';

const { client, end } = await storeForTests();
afterAll(end);
const selection = 'b'.repeat(32);

describe('the incident of a block of numbers', () => {
  it('lists the accesses to its patients in its clinic between its times, and an erasure of one of them takes it off the list', async () => {
    await registerSelections(client, [{ id: selection, sql: "action = 'read'" }], '2026-01-06T00:00:00.000Z');
    const counted = ['p', 'q', 'r'].map((patient, n) => access(`account ${n}`, patient, 1 + n));
    const others = [
      access('account 0', 'p', 2, { clinic_id: 'c2' }),
      access('account 3', 'q', 9),
      access('account 3', 'another', 2),
      access('account 3', 'r', 2, { action: 'list' }),
    ];
    await store([...counted, ...others]);
    await aCase('over', 'resolved');
    expect(await listed('over')).toEqual([
      ['account 0', 'p'],
      ['account 1', 'q'],
      ['account 2', 'r'],
    ]);
    const subject = await subjectOf(client, { kind: 'patient', patient: aPatient('p') });
    const order = { reason: 'asked for by letter', by: 'c.morel' };
    const { row } = await erase(client, { subject, order }, { clock: systemClock, progress: () => {} });
    const lowered = { incident_id: anIncidentId('over'), figure: 3, before: 3, after: 2 };
    expect(row).toMatchObject({ taken: { access_rows: 2 }, kept: { incident_states: 1 }, listed: [lowered] });
    expect((await listed('over')).map(([, patient]) => patient)).toEqual(['q', 'r']);
  });

  it('is evidence with the accesses of its accounts while its case is not resolved', async () => {
    await aCase('open', 'new');
    const subject = await subjectOf(client, { kind: 'patient', patient: aPatient('q') });
    const order = { reason: 'asked for by letter', by: 'c.morel' };
    const { row } = await erase(client, { subject, order }, { clock: systemClock, progress: () => {} });
    expect(row).toMatchObject({ taken: { access_rows: 1 }, held: { [anIncidentId('open')]: 1 } });
    expect((await listed('open')).map(([, patient]) => patient)).toEqual(['q', 'r']);
  });
});

describe('the incident of a clinic', () => {
  it('lists what its selections take there, and of an erasure keeps the accesses of its accounts alone while its case is not resolved', async () => {
    const there = { clinic_id: 'c9' };
    const counted = ['s', 't', 'u'].map((patient, n) => access(`account ${n}`, patient, 11 + n, there));
    await store([...counted, access('account 0', 't', 12), access('account 9', 'w', 12, { ...there, action: 'list' })], 'clinic');
    const times = { first_time: atMinute(11), last_time: atMinute(13) };
    await aCase('clinic', 'new', { subject_kind: 'clinic_id', actor_id: 'c9', clinics: ['c9'], ...times });
    expect(await listed('clinic')).toEqual([
      ['account 0', 's'],
      ['account 1', 't'],
      ['account 2', 'u'],
    ]);
    const order = { reason: 'asked for by letter', by: 'c.morel' };
    const erased = async (patient: string) => {
      const subject = await subjectOf(client, { kind: 'patient', patient: aPatient(patient) });
      return (await erase(client, { subject, order }, { clock: systemClock, progress: () => {} })).row;
    };
    expect((await erased('s')).held).toEqual({ [anIncidentId('clinic')]: 1 });
    expect(await erased('w')).toMatchObject({ taken: { access_rows: 1 }, held: {} });
    expect(await listed('clinic')).toHaveLength(3);
  });
});

function access(actor_id: string, patient: string, minute: number, more: Partial<AccessRow> = {}): AccessRow {
  const event_id = anEventId(`${actor_id} ${patient} ${minute}`);
  return anAccessRow({
    group_id: 'helix',
    actor_id,
    patient_id: aPatient(patient),
    clinic_id: 'c1',
    time: atMinute(minute),
    event_id,
    ...more,
  });
}

async function store(rows: readonly AccessRow[], batch = 'blocks'): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await new ClickHouseStore(client, systemClock).insert('accesses', bytes, rows.length, batch);
}

type Shown = Pick<IncidentChange, 'subject_kind' | 'actor_id' | 'clinics' | 'first_time' | 'last_time'>;

/** A case of one incident of three accounts; where nothing else is said, of the block in the first three minutes. */
async function aCase(name: string, status: 'new' | 'resolved', of?: Shown): Promise<void> {
  const subject: Shown = of ?? {
    subject_kind: 'id_block',
    actor_id: '00ff00ff00ff00ff',
    clinics: ['c1'],
    first_time: atMinute(1),
    last_time: atMinute(3),
  };
  const block = { group_id: 'helix', ...subject, account_count: 3, patients: 3 };
  const patients =
    subject.subject_kind === 'id_block' ? { block_patients: ['p', 'q', 'r'].map((one) => aPatient(one)).toSorted() } : {};
  const more = {
    accounts: ['account 0', 'account 1', 'account 2'],
    ...patients,
    state: 'closed',
    selections: [selection],
    rule_selections: [selection],
  } as const;
  await storeCases(client, [
    aStoredCase(
      name,
      ['blocks'],
      { ...block, clinics: [...subject.clinics], status },
      {
        ...block,
        clinics: [...subject.clinics],
        ...more,
        accounts: [...more.accounts],
        selections: [selection],
        rule_selections: [selection],
      },
    ),
  ]);
}

/** Accounts and names of the patients of an incident's list. */
async function listed(name: string): Promise<readonly (readonly [string, string])[]> {
  const names = new Map(['p', 'q', 'r', 's', 't', 'u', 'another'].map((one) => [aPatient(one), one]));
  const rows = await rowsOf<{ patient_id: string }>(
    `SELECT DISTINCT patient_id FROM vigie.incident_patients_of(incident_id = '${anIncidentId(name)}')`,
  );
  const accounts = await rowsOf<{ actor_id: string }>(
    `SELECT actor_id FROM vigie.incident_accounts_of(incident_id = '${anIncidentId(name)}') ORDER BY actor_id`,
  );
  const patients = rows.map(({ patient_id }) => names.get(patient_id) ?? '').toSorted();
  return patients.map((patient, n) => [accounts[n]?.actor_id ?? '', patient] as const);
}

async function rowsOf<Row>(query: string): Promise<readonly Row[]> {
  return (await client.query({ query, format: 'JSONEachRow' })).json<Row>();
}
