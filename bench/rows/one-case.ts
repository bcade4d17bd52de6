import { createHash } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { migrate } from '#libs/access-store/tables/migrate.js';
import type { Selection } from '#libs/detection/rule/rule.js';
import { type GroupKeys, parseKeyRing } from '#libs/pseudonyms/key-ring.js';
import { systemClock } from '#libs/runtime/clock.js';

/** The case that `fillOneCase` makes, of one incident of the same id. */
export const oneCase = '0'.repeat(32);
const selection = 'a'.repeat(32);
const perInsert = 100_000;

/** Migrates a store, and fills it with one account that read each of so many patients once, in five clinics of one controller. `beside` are selections of rules that did not fire. */
export async function fillOneCase(
  client: ClickHouseClient,
  keys: GroupKeys,
  patients: number,
  beside: readonly Pick<Selection, 'id' | 'sql'>[] = [],
): Promise<void> {
  await migrate(client);
  const store = new ClickHouseStore(client, systemClock);
  for (let from = 0; from < patients; from += perInsert) {
    const count = Math.min(perInsert, patients - from);
    const bytes = Buffer.from(Array.from({ length: count }, (_, n) => `${JSON.stringify(access(keys, from + n))}\n`).join(''));
    await store.insert('accesses', bytes, count, `bench-${from}`);
  }
  await store.registerSelections([{ id: selection, sql: "action = 'read'" }, ...beside]);
  const clinics = Array.from({ length: 5 }, (_, n) => ({ group_id: 'helix', clinic_id: `75030012${n}`, controller_id: 'one' }));
  await client.insert({ table: 'vigie.clinics', values: clinics, format: 'JSONEachRow' });
  const id = oneCase;
  const incident = {
    incident_id: id,
    group_id: 'helix',
    actor_id: 'dr.martin',
    state: 'open',
    first_time: at(0),
    last_time: at(patients),
    detected_at: at(60),
    patients,
    patients_at_firing: 40,
    patients_at_detection: 40,
    clinics: [],
    categories: [],
    rules: ['r'],
    rule_matches: [],
    rule_selections: [],
    selections: [selection],
    level: 'high',
    step: 0,
    found: 'live',
    late_seconds: 0,
    detection_delay_seconds: 1,
    merged_into: '',
    suppressed_by: [],
    change_type: 'incident.opened',
    change_id: id,
    changed_at: at(60),
    version: 1,
    received_at: at(60),
  };
  await store.insert('incident_changes', Buffer.from(`${JSON.stringify(incident)}\n`), 1, 'bench-incident');
}

export function someKeys(): GroupKeys {
  const parsed = parseKeyRing(`helix:k1=${createHash('sha256').update('bench').digest('base64')}`);
  const keys = 'ring' in parsed ? parsed.ring.group('helix') : undefined;
  if (!keys) throw new Error('the bench has no key');
  return keys;
}

function access(keys: GroupKeys, n: number): object {
  const patient_id = keys.at(0).active.once('group:helix', String(8_000_000 + n));
  return {
    time: at(n),
    group_id: 'helix',
    actor_id: 'dr.martin',
    patient_id,
    clinic_id: `75030012${n % 5}`,
    action: 'read',
    outcome: 'success',
    event_id: createHash('sha256').update(`event ${n}`).digest('hex').slice(0, 32),
    source: 'platform',
    received_at: at(n),
    categories: ['identity', 'prescription'],
    key_id: keys.at(0).active.keyId,
  };
}

/** Tenths of a second after eight in the morning. */
function at(n: number): string {
  return new Date(Date.UTC(2024, 10, 19, 8) + n * 100).toISOString();
}
