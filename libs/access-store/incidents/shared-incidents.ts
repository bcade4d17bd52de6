import { readFileSync } from 'node:fs';
import type { ClickHouseClient } from '@clickhouse/client';
import { z } from 'zod';
import { incidentChange } from '#libs/contracts/incident.js';
import { laneKinds } from '#libs/contracts/vocabulary.js';
import { jsonRows } from '../clickhouse/json-rows.js';

const query = readFileSync(new URL('./shared-incidents.sql', import.meta.url), 'utf8');

const sharedIncident = incidentChange
  .pick({ group_id: true, actor_id: true, state: true, first_time: true, last_time: true, selections: true })
  .extend({ subject_kind: z.enum(laneKinds) });

/** An incident of an address, a device, a session or a clinic that stands. */
export type SharedIncident = z.infer<typeof sharedIncident>;

/** Those that went on at `fromMs`, event time in milliseconds, or later. Rejects with `Transient` when the store is away. */
export function sharedIncidents(client: ClickHouseClient, fromMs: number): Promise<readonly SharedIncident[]> {
  const failure = 'incidents of addresses, devices, sessions and clinics cannot be read';
  return jsonRows(client, { query, params: { from: fromMs }, shape: sharedIncident, failure });
}
