import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./incidents-patients.sql', import.meta.url), 'utf8');
const shape = z.object({ incident_id: z.string(), patients: z.int().min(0) });
const failure = 'the patients of several incidents cannot be counted';

/** Distinct patients, by lists of the store at one moment. */
export interface PatientsListed {
  /** Of all incidents together, each once. */
  readonly total: number;
  /** Of each, by `incident_id`; one whose list is empty is left out. */
  readonly each: ReadonlyMap<string, number>;
}

/** How many patients some incidents have, of one case or of many. Rejects with `Transient` when the store does not answer. */
export async function patientsOfIncidents(client: ClickHouseClient, incidentIds: readonly string[]): Promise<PatientsListed> {
  const rows = await jsonRows(client, { query, params: { incident_ids: incidentIds }, shape, failure });
  const each = new Map(rows.map(({ incident_id, patients }) => [incident_id, patients]));
  const total = each.get('') ?? 0;
  each.delete('');
  return { total, each };
}
