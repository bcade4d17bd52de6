import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Session } from 'chdb';

const runbook = await readFile(new URL('../../../docs/runbooks/mass-access.md', import.meta.url), 'utf8');
const queries = [...runbook.matchAll(/### (.*)\n(?:(?!###)[^])*?```sql\n([^]*?)```/g)].map(
  ([, title = '', sql = '']) => [title, sql] as const,
);

/** The columns that the queries may rely on, with two patients read by one account in two clinics. */
const tables = [
  'CREATE DATABASE vigie',
  `CREATE TABLE vigie.accesses ENGINE = Memory AS SELECT toDateTime64('2026-11-23 03:00:00.000', 3, 'UTC') + number AS time, 'g' AS group_id,
    if(number = 9, 'other', 'actor') AS actor_id, toString(number % 2) AS patient_id, toString(number % 2) AS clinic_id, if(number = 0, 'login', 'read') AS action,
    'success' AS outcome, '10.0.0.1' AS source_ip, 'pc' AS device, 'doctor' AS actor_role, 'human' AS actor_kind, CAST(1, 'Nullable(Bool)') AS privileged,
    CAST(NULL, 'Nullable(Bool)') AS mfa, CAST(NULL, 'Nullable(Bool)') AS emergency, 'ehr' AS application, 'password' AS auth, 's' AS session_id FROM numbers(10)`,
  `CREATE TABLE vigie.incidents ENGINE = Memory AS SELECT 'i1' AS incident_id, 'g' AS group_id, 'actor' AS actor_id, 'open' AS state,
    toDateTime64('2026-11-23 03:00:00.000', 3, 'UTC') AS first_time, toDateTime64('2026-11-23 03:00:05.000', 3, 'UTC') AS last_time,
    2 AS patients, 2 AS patients_at_detection, ['0', '1'] AS clinics`,
  `CREATE TABLE vigie.incident_patients ENGINE = Memory AS SELECT 'i1' AS incident_id, patient_id, clinic_id, min(time) AS first_time, max(time) AS last_time,
    count() AS accesses FROM vigie.accesses WHERE time <= '2026-11-23 03:00:05.000' GROUP BY patient_id, clinic_id`,
];

describe('the queries of the runbook', () => {
  const session = new Session();
  beforeAll(() => {
    for (const table of tables) session.query(table);
    session.query("SET param_incident = 'i1'");
  });
  afterAll(() => session.cleanup());

  it('are eight', () => {
    expect(queries).toHaveLength(8);
  });

  it.each(queries)('%s: answers', (_, sql) => {
    expect(session.query(sql, 'TSV').trim()).not.toBe('');
  });

  it('list exactly the patients of the incident', () => {
    const list = queries.find(([title]) => title.startsWith('7'))?.[1] ?? '';
    expect(session.query(list, 'TSV').trim().split('\n')).toHaveLength(2);
  });

  it('see what happened after the last firing', () => {
    expect(session.query(queries[0]?.[1] ?? '', 'JSONEachRow')).toMatch(/"accesses_after":"?3"?/);
  });
});
