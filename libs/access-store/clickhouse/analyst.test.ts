import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { systemClock } from '#libs/runtime/clock.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { aChange } from '#libs/testkit/case-records.js';
import type { SpawnedClickHouse } from '#services/clickhouse/spawn.js';
import { ClickHouseLists } from '../lists/clickhouse-lists.js';
import { ClickHouseStore } from './clickhouse-store.js';
import { spawnMigrated } from './migrated-store.fixture.js';
import { aStoredCase } from '../verdicts/case-rows.fixture.js';

const page = readFileSync(join(projectRoot, 'docs', 'analyst.md'), 'utf8');
const queries = [...page.matchAll(/^## (\d+\. .+)\n\n(.+)\n\n```sql\n([\s\S]+?)\n```/gm)].map(([, title = '', , sql = '']) => ({
  title,
  sql,
}));

/** The columns that each answer must have, in order of the page. */
const columns = [
  'actor_id role clinics events first last', 'hour events patients clinics', 'group_id actor_id hour patients clinics', 'actor_id events patients',
  'incident_id group_id actor_id state level first_time last_time detected_at patients_at_firing patients_at_detection patients clinics found late_seconds rules',
  'patient_id first last accesses clinics', 'clinic_id patients first last', 'incident_id figure listed', 'category patients',
  'changed_at change_type state patients step rules', 'endpoint change_type attempts outcome status delay_seconds',
  'found incidents median_seconds median_late_seconds median_patients_at_firing most_patients', 'source_ip device user_agent sessions first last patients', 'actor_id day clinics usual',
  'actor_id events patients last', 'time actor_id clinic_id action records patients_named', 'actor_id role patients purposes',
  'actor_id failures events share', 'group_id source day received events rows quarantined refused', 'source step reason field events example last',
  'exception matches accounts most_patients rules last', 'list_name value group_id valid_from valid_until owner reason',
  'source record versions accounts actions outcomes first_received last_received', 'source actor_id device accesses most_seconds_ahead first last',
  'rule_id title week cases true_positive authorised false_positive open median_patients_at_firing',
]; // prettier-ignore

const folder = mkdtempSync(join(tmpdir(), 'vigie-analyst-'));
let server: SpawnedClickHouse;
let client: ClickHouseClient;
beforeAll(async () => {
  ({ server, client } = await spawnMigrated({ directory: folder }));
  await fill(new ClickHouseStore(client, systemClock));
});
afterAll(async () => {
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

const asked = async (place: number, query_params = {}) =>
  (await client.query({ query: queries[place - 1]?.sql ?? '', format: 'JSONEachRow', query_params })).json<
    Record<string, unknown>
  >();
const named = async (place: number, given = {}) =>
  (await asked(place, { group: 'helix', actor: 'secretary', ...given })).flatMap((row) =>
    (row['actor_id'] ?? 'secretary') === 'secretary' ? Number(row['patients'] ?? row['patients_named']) : [],
  );

describe('the page for analysts', () => {
  it('has twenty-five queries', () => {
    expect(queries).toHaveLength(25);
    expect(columns).toHaveLength(25);
  });

  it.each(queries.map(({ title, sql }, index) => [title, sql, columns[index]?.split(' ') ?? []] as const))(
    '%s',
    async (_, query, expected) => {
      const answer = await client.query({
        query,
        query_params: { patient: id(1), group: 'helix', actor: 'dr.usurped', incident: id(900) },
        format: 'JSONEachRow',
      });
      const rows: unknown[] = await answer.json();
      expect(rows.length).toBeGreaterThan(0);
      expect(Object.keys(rows[0] ?? {})).toEqual(expected);
    },
  );

  it('lists as many patients as the incident counts, and says so of one that has no list', async () => {
    expect(await asked(8)).toEqual([
      { incident_id: id(900), figure: 30, listed: 30 },
      { incident_id: id(920), figure: 7, listed: 0 },
    ]);
    const categories = await asked(9, { incident: id(900) });
    expect(categories).toEqual(['identity', 'prescription'].map((category) => ({ category, patients: 30 })));
  });

  it('finds who touched a patient by either of two pseudonyms that follow each other', async () => {
    for (const patient of [id(700), id(701)])
      expect((await asked(1, { patient })).map((row) => row['actor_id'])).toEqual(['dr.before', 'dr.between', 'dr.after']);
  });

  it('counts nobody where an access names nobody', async () => {
    // The secretary's export names one of 400; two more of theirs, one of them by night, name nobody.
    expect((await named(2)).toSorted()).toEqual([0, 0, 1]);
    expect(await named(4)).toEqual([0]);
    expect((await named(16)).toSorted()).toEqual([0, 1]);
    expect((await named(13)).toSorted()).toEqual([1]);
    expect([await named(15), await named(17)]).toEqual([[0], [0]]);
  });
});

/** Two days of an invented group: ordinary work, then one account that reads through five clinics by night. */
async function fill(store: ClickHouseStore): Promise<void> {
  const work = Array.from({ length: 40 }, (_, n) =>
    access(n, { actor_id: n % 2 ? 'nurse' : 'dr.usurped', time: at(n, 9), clinic_id: 'c0' }),
  );
  const attack = Array.from({ length: 30 }, (_, n) =>
    access(100 + n, {
      actor_id: 'dr.usurped',
      time: at(n, 26),
      clinic_id: `c${n % 5}`,
      patient_id: id(n),
      privileged: true,
      mfa: false,
      source_ip: '203.0.113.7',
    }),
  );
  const other = [
    access(200, { action: 'export', record_count: 400, actor_id: 'secretary' }),
    access(201, { emergency: true, purpose: 'emergency', actor_id: 'dr.night' }),
    access(202, { outcome: 'failure', actor_id: 'clerk' }),
    access(204, { actor_id: 'dr.ahead', time_claimed: at(0, 74) }),
    access(205, { action: 'export', record_count: 400, actor_id: 'secretary', patient_id: '', time: at(5, 10) }),
    access(206, { actor_id: 'secretary', patient_id: '', time: at(5, 23), privileged: true, mfa: false, emergency: true }),
    access(207, { actor_id: 'dr.before', patient_id: id(700), time: at(0, 10) }),
    access(208, { actor_id: 'dr.between', patient_id: id(701), former_id: id(700), time: at(1, 10) }),
    access(209, { actor_id: 'dr.after', patient_id: id(701), time: at(2, 10) }),
    access(203, { actor_id: 'dr.usurped', time: at(0, 50), clinic_id: 'c0' }),
  ];
  const rows = [...work, ...attack, ...other];
  await store.insert('accesses', lines(rows), rows.length, 'accesses');
  const selection = 'e'.repeat(32);
  await store.registerSelections([{ id: selection, sql: "action = 'read'" }]);
  const incident = aChange('the attack', 1, {
    incident_id: id(900),
    group_id: 'helix',
    actor_id: 'dr.usurped',
    first_time: at(0, 26),
    last_time: at(29, 26),
    detected_at: at(20, 26),
    patients: 30,
    patients_at_firing: 20,
    patients_at_detection: 20,
    clinics: ['c0', 'c1', 'c2', 'c3', 'c4'],
    rules: ['mass-access'],
    selections: [selection],
    change_id: id(901),
    changed_at: at(20, 26),
    received_at: at(20, 26),
  });
  const what = { state: 'suppressed', suppressed_by: ['recall'], change_type: 'incident.suppressed' };
  const suppressed = { ...incident, incident_id: id(910), change_id: id(911), actor_id: 'secretary', ...what };
  // Retention took its accesses away.
  const old = {
    ...incident,
    incident_id: id(920),
    change_id: id(921),
    actor_id: 'dr.past',
    patients: 7,
    first_time: at(0, 2),
    last_time: at(30, 2),
    detected_at: at(10, 2),
  };
  await store.insert('incident_changes', lines([incident, suppressed, old]), 3, 'incident');
  const entry = {
    list_name: 'recalls',
    value: 'secretary',
    group_id: '',
    valid_from: null,
    valid_until: null,
    owner: '',
    reason: '',
  };
  await new ClickHouseLists(client).put([entry]);
  const sent = {
    change_id: id(901),
    incident_id: id(900),
    change_type: 'incident.opened',
    endpoint: 'soc',
    attempt: 1,
    outcome: 'delivered',
    status: 200,
    reason: '',
    at: at(21, 26),
    delay_seconds: 0.6,
  };
  await store.insert('notifications', lines([sent]), 1, 'sent');
  const { state } = aStoredCase('the attack', ['mass-access'], {
    group_id: 'helix',
    members: [{ incident_id: id(900), linked_at: at(20, 26), linked_by: 'system' }],
  });
  await store.insert('case_states', lines([state]), 1, 'cases');
  const set = {
    quarantine_id: id(950),
    received_at: at(0, 9),
    group_id: 'helix',
    source: 'mediboard',
    step: 'admit',
    reason: 'unreadable_patient',
    field: 'entity[0]',
    detail: 'A patient stands here who cannot be told apart.',
    origin: 'http:1#0',
    content: '{}',
  };
  await store.insert('quarantine', lines([set]), 1, 'set aside');
}

function access(n: number, patch: object): object {
  return {
    time: at(n, 9),
    group_id: 'helix',
    actor_id: 'nurse',
    patient_id: id(n),
    clinic_id: 'c0',
    action: 'read',
    outcome: 'success',
    event_id: id(n),
    source: 'mediboard',
    received_at: at(n, 9),
    actor_role: 'physician',
    categories: ['identity', 'prescription'],
    ...patch,
  };
}

function id(n: number): string {
  return String(n).padStart(32, '0');
}

/** Minutes after an hour, the hours counted from midnight of Tuesday 19 November 2024. */
function at(minutes: number, hour: number): string {
  return new Date(Date.UTC(2024, 10, 19, hour, minutes)).toISOString();
}

function lines(values: readonly object[]): Buffer {
  return Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
}
