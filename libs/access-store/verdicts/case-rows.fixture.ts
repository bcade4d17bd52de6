import type { ClickHouseClient } from '@clickhouse/client';
import type { CaseStateRow } from '#libs/contracts/case-state-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { ClickHouseStore } from '../clickhouse/clickhouse-store.js';

/** An invented case of one incident, as the console stores it, and that incident, in which `rules` fired. */
export interface StoredCase {
  readonly state: CaseStateRow;
  readonly incidents: readonly IncidentChange[];
}

export function aStoredCase(
  name: string,
  rules: readonly string[],
  given: Partial<CaseStateRow> = {},
  incident: Partial<IncidentChange> = {},
): StoredCase {
  const rule_matches = rules.map((rule_id) => ({
    rule_id,
    title: `Title of ${rule_id}`,
    level: 'high' as const,
    value: 40,
    threshold: 40,
    spread: 0,
    spread_threshold: 0,
    timespan_seconds: 600,
    first_fired: atMinute(1),
    last_fired: atMinute(1),
  }));
  const change = aChange(name, 1, { rules: [...rules], rule_matches, ...incident });
  const { group_id, subject_kind, actor_id, account_count, level, clinics, patients, step, first_time, last_time, incident_id } =
    change;
  const state: CaseStateRow = {
    case_id: anIncidentId(name),
    group_id,
    subject_kind,
    actor_id,
    account_count,
    title: '',
    status: 'new',
    verdict: '',
    owner: '',
    level,
    controllers: [],
    incident_ids: [incident_id],
    rules: [...rules],
    rule_titles: rules.map((rule) => `Title of ${rule}`),
    clinics,
    patients,
    patients_settled: true,
    step,
    first_time,
    last_time,
    opened_at: atMinute(1),
    acknowledge_by: null,
    acknowledged_at: null,
    acknowledged_by: '',
    resolved_at: null,
    resolved_by: '',
    on_hold_until: null,
    reopened: 0,
    version: 1,
    changed_at: atMinute(1),
    members: [{ incident_id, linked_at: atMinute(1), linked_by: 'system' }],
    joined_into: '',
    place: 1,
    ...given,
  };
  return { state, incidents: [change] };
}

/** Stores cases with their incidents. Throws where the store does not take them. */
export async function storeCases(client: ClickHouseClient, cases: readonly StoredCase[]): Promise<void> {
  await insert(
    client,
    'incident_changes',
    cases.flatMap(({ incidents }) => incidents),
  );
  await insert(
    client,
    'case_states',
    cases.map(({ state }) => state),
  );
}

async function insert(
  client: ClickHouseClient,
  table: 'incident_changes' | 'case_states',
  rows: readonly object[],
): Promise<void> {
  const bytes = Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const outcome = await new ClickHouseStore(client, systemClock).insert(
    table,
    bytes,
    rows.length,
    `${table} ${bytes.toString()}`,
  );
  if (outcome.kind !== 'accepted') throw new Error(`${table}: ${JSON.stringify(outcome)}`);
}
