import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ClickHouseClient } from '@clickhouse/client';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate } from '#libs/access-store/tables/migrate.js';
import { registerSelections } from '#libs/access-store/views/selections.js';
import { type Choice, dashboard, expandSql, panelQueries } from '#libs/testkit/dashboards.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { startEmbeddedClickHouse, type EmbeddedClickHouse } from './embedded-clickhouse.js';

const file = readFileSync('deploy/grafana/dashboards/analysts.json', 'utf8');
const queries = panelQueries(file);
const incidentId = '1'.repeat(32);
const selectionId = '5'.repeat(32);
const patients = 7;

const anyone: Choice = {
  fromMs: Date.UTC(2024, 10, 19),
  toMs: Date.UTC(2024, 10, 20),
  intervalSeconds: 60,
  variables: { incident: [incidentId] },
};
const oneGroup: Choice = { ...anyone, variables: { ...anyone.variables, group: ['aleo', "o'hara"] } };

describe('the analysts dashboard', () => {
  let clickhouse: EmbeddedClickHouse;
  let client: ClickHouseClient;

  beforeAll(async () => {
    clickhouse = await startEmbeddedClickHouse(await freePortBase());
    client = createStoreClient({ url: clickhouse.url, user: clickhouse.user, password: clickhouse.password });
    await migrate(client);
    await registerSelections(client, [{ id: selectionId, sql: "action = 'read'" }], time(0));
    for (const [table, values] of Object.entries(contents())) await client.insert({ table, values, format: 'JSONEachRow' });
  });
  afterAll(async () => {
    await client.close();
    await clickhouse.stop();
  });

  it('has a title and a description on every panel', () => {
    const { panels } = dashboard.parse(JSON.parse(file));
    const shown = panels.filter(({ type }) => type !== 'row' && type !== 'text');
    expect(shown.filter((panel) => !panel.title || !panel.description)).toEqual([]);
    expect(queries.length).toBeGreaterThan(shown.length);
  });

  it.each(queries.map((query) => [query.panel, query.text] as const))(
    '"%s" has rows, for every group and for chosen ones',
    async (_, text) => {
      for (const choice of [anyone, oneGroup]) expect(await rowsOf(expandSql(text, choice))).not.toEqual([]);
    },
  );

  it('ends the curve of exposure on the figure of the incident, though one patient was read in two clinics', async () => {
    const curve = await rowsOf(expandSql(textOf('Patients exposed over time'), anyone));
    expect(curve.at(-1)).toEqual(expect.objectContaining({ patients }));
    const perClinic = await rowsOf(expandSql(textOf('Patients per clinic'), anyone));
    expect(perClinic).toEqual([
      { clinic_id: '750300123', patients },
      { clinic_id: '690780456', patients: 1 },
    ]);
  });

  it('shows how it was done of incidents that belong to what accounts have in common, too', async () => {
    const subjects = {
      source_ip: '203.0.113.7',
      device: 'kiosk',
      session_id: 's-1',
      clinic_id: '750300123',
      id_block: 'a block',
    };
    const states = Object.entries(subjects).map(([subject_kind, actor_id], index) => ({
      ...incidentState(),
      incident_id: `a${index}`.repeat(16),
      change_id: `b${index}`.repeat(16),
      subject_kind,
      actor_id,
      accounts: ['dr.martin'],
      ...(subject_kind === 'id_block' && { clinics: ['750300123'], block_patients: ['1'.repeat(32), '2'.repeat(32)] }),
    }));
    await client.insert({ table: 'vigie.incident_states', values: states, format: 'JSONEachRow' });
    const found = [];
    for (const { incident_id } of states)
      found.push(await rowsOf(expandSql(textOf('How it was done'), { ...anyone, variables: { incident: [incident_id] } })));
    expect(found).toEqual([7, 7, 7, 7, 2].map((patients) => [expect.objectContaining({ action: 'read', patients })]));
  });

  async function rowsOf(query: string): Promise<readonly unknown[]> {
    return (await client.query({ query, format: 'JSONEachRow' })).json();
  }
});

function textOf(panel: string): string {
  return queries.find((query) => query.panel === panel)?.text ?? '';
}

/** Minute `minute` of the day that is looked at. */
function time(minute: number): string {
  return new Date(Date.UTC(2024, 10, 19, 8, minute)).toISOString();
}

/** One account reads seven patients in one clinic, one of them in a second clinic too; one item was set aside; one receiver was told. */
function contents(): Readonly<Record<string, readonly object[]>> {
  const reads = Array.from({ length: patients }, (_, index) => access(index + 1, index, '750300123'));
  return {
    'vigie.access_rows': [...reads, access(1, patients, '690780456')],
    'vigie.incident_states': [incidentState(), suppressedState()],
    'vigie.quarantine_rows': [quarantined()],
    'vigie.notification_attempts': [told()],
  };
}

function access(patient: number, minute: number, clinic: string): object {
  return {
    time: time(minute),
    group_id: 'aleo',
    actor_id: 'dr.martin',
    patient_id: String(patient).repeat(32),
    clinic_id: clinic,
    action: 'read',
    outcome: 'success',
    event_id: minute.toString(16).padStart(32, '0'),
    source: 'records',
    received_at: time(minute),
    source_ip: '203.0.113.7',
    device: 'kiosk',
    session_id: 's-1',
  };
}

function incidentState(): object {
  return {
    incident_id: incidentId,
    group_id: 'aleo',
    actor_id: 'dr.martin',
    state: 'open',
    first_time: time(0),
    last_time: time(patients),
    detected_at: time(4),
    patients,
    patients_at_firing: 4,
    patients_at_detection: 4,
    clinics: ['690780456', '750300123'],
    categories: ['identity'],
    rules: ['mass-read'],
    rule_matches: [],
    rule_selections: [selectionId],
    selections: [selectionId],
    level: 'high',
    step: 4,
    found: 'live',
    late_seconds: 0,
    detection_delay_seconds: 0.2,
    merged_into: '',
    suppressed_by: [],
    change_type: 'incident.opened',
    change_id: '2'.repeat(32),
    changed_at: time(4),
    version: 1,
    received_at: time(4),
  };
}

function suppressedState(): object {
  const what = { state: 'suppressed', suppressed_by: ['recall'], change_type: 'incident.suppressed' };
  return { ...incidentState(), incident_id: '6'.repeat(32), change_id: '7'.repeat(32), actor_id: 'secretary', ...what };
}

function quarantined(): object {
  const origin = {
    origin: 'http:r-1#0',
    content: '{}',
    field: 'entity[0]',
    detail: 'a patient stands here who cannot be told apart',
  };
  return {
    quarantine_id: '3'.repeat(32),
    received_at: time(1),
    group_id: 'aleo',
    source: 'records',
    step: 'admit',
    reason: 'unreadable_patient',
    ...origin,
  };
}

function told(): object {
  return {
    change_id: '2'.repeat(32),
    incident_id: incidentId,
    change_type: 'incident.opened',
    endpoint: 'soc',
    attempt: 1,
    outcome: 'delivered',
    status: 200,
    reason: '',
    at: time(5),
    delay_seconds: 0.4,
  };
}
