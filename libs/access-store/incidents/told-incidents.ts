import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import type { z } from 'zod';
import { incidentChange } from '#libs/contracts/incident.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const sql = readFileSync(new URL('./told-incidents.sql', import.meta.url), 'utf8');

/** An incident as ClickHouse holds it: the names and meanings of the contract. */
export const toldIncident = incidentChange.pick({
  incident_id: true,
  group_id: true,
  subject_kind: true,
  actor_id: true,
  state: true,
  level: true,
  first_time: true,
  last_time: true,
  detected_at: true,
  patients: true,
  patients_at_firing: true,
  patients_at_detection: true,
  clinics: true,
  categories: true,
  rules: true,
  rule_matches: true,
  step: true,
  found: true,
  late_seconds: true,
  detection_delay_seconds: true,
});
export type ToldIncident = z.infer<typeof toldIncident>;

export interface ToldQuery {
  /** Event time in milliseconds, `fromMs <= time < toMs`; incidents that only reach into it are given too. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly groupId?: string | undefined;
  readonly actorId?: string | undefined;
}

/** What people were told within an interval. Rejects with `Transient` when the store is away. */
export function toldIncidents(client: ClickHouseClient, query: ToldQuery): Promise<readonly ToldIncident[]> {
  const { fromMs, toMs, groupId = '', actorId = '' } = query;
  const params = { from: fromMs, to: toMs, group: groupId, actor: actorId };
  const failure = 'the incidents that were told could not be read';
  return jsonRows(client, { query: sql, params, shape: toldIncident, failure });
}
