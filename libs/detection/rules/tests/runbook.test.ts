import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Session } from 'chdb';
import { loadRules } from '../load/load-rules.js';
import { readRuleFiles } from '../load/read-rule-files.js';
import { defaultListsDir } from '../load/config.js';
import { readLists } from '../load/require-rules.js';

const folder = new URL('../../../../docs/runbooks/', import.meta.url);
/** Those of incidents; `operations.md` is for Vigie's own alerts. The French ones have the same queries, as `tests/docs` sees to. */
const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'operations.md');
const texts = new Map(pages.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
const queries = [...texts].flatMap(([page, text]) =>
  [...text.matchAll(/### (.*)\n(?:(?!###)[^])*?```sql\n([^]*?)```/g)].map(
    ([, title = '', sql = '']) => [page, title, sql] as const,
  ),
);
const ofMassAccess = queries.filter(([page]) => page === 'mass-access.md');

/** The columns that the queries may rely on, with two patients read by one account in two clinics. */
const tables = [
  'CREATE DATABASE vigie',
  `CREATE TABLE vigie.accesses ENGINE = Memory AS SELECT toDateTime64('2026-11-23 03:00:00.000', 3, 'UTC') + number AS time, 'g' AS group_id,
    if(number = 9, 'other', 'actor') AS actor_id, toString(number % 2) AS patient_id, toString(number % 2) AS clinic_id,
    multiIf(number = 0, 'login', number = 4, 'export', 'read') AS action, if(number = 3, 'failure', 'success') AS outcome,
    lower(hex(MD5(toString(number)))) AS event_id, if(number = 5, '10.0.0.2', '10.0.0.1') AS source_ip, 'pc' AS device, '' AS user_agent, '' AS purpose,
    'doctor' AS actor_role, 'human' AS actor_kind, CAST(1, 'Nullable(Bool)') AS privileged, CAST(NULL, 'Nullable(Bool)') AS mfa,
    CAST(number = 1, 'Nullable(Bool)') AS emergency, CAST(NULL, 'Nullable(UInt64)') AS record_count, 'ehr' AS application, 'password' AS auth,
    's' AS session_id, if(number = 2, '', 'none') AS care_link, CAST(if(number = 0, 0, NULL), 'Nullable(Bool)') AS own_clinic FROM numbers(10)
    UNION ALL SELECT toDateTime64('2026-06-01 03:00:00.000', 3, 'UTC') AS time, 'g' AS group_id, 'asleep' AS actor_id, '9' AS patient_id, '1' AS clinic_id,
    'read' AS action, 'success' AS outcome, '' AS event_id, '10.0.0.9' AS source_ip, 'pc' AS device, '' AS user_agent, '' AS purpose, 'doctor' AS actor_role,
    'human' AS actor_kind, CAST(1, 'Nullable(Bool)') AS privileged, CAST(NULL, 'Nullable(Bool)') AS mfa, CAST(0, 'Nullable(Bool)') AS emergency,
    CAST(NULL, 'Nullable(UInt64)') AS record_count, 'ehr' AS application, 'password' AS auth, 't' AS session_id,
    'own' AS care_link, CAST(NULL, 'Nullable(Bool)') AS own_clinic`,
  `CREATE TABLE vigie.incidents ENGINE = Memory AS SELECT 'i1' AS incident_id, 'g' AS group_id, 'actor' AS actor_id, 'open' AS state,
    toDateTime64('2026-11-23 03:00:00.000', 3, 'UTC') AS first_time, toDateTime64('2026-11-23 03:00:05.000', 3, 'UTC') AS last_time,
    2 AS patients, 2 AS patients_at_detection, ['0', '1'] AS clinics`,
  `CREATE TABLE vigie.incident_patients ENGINE = Memory AS SELECT 'i1' AS incident_id, patient_id, clinic_id, min(time) AS first_time, max(time) AS last_time,
    count() AS accesses FROM vigie.accesses WHERE time BETWEEN '2026-11-23 03:00:00.000' AND '2026-11-23 03:00:05.000' GROUP BY patient_id, clinic_id`,
  `CREATE TABLE vigie.audit ENGINE = Memory AS SELECT toDateTime64('2026-11-23 03:00:02.000', 3, 'UTC') AS at, 'actor' AS by, 'console' AS via, 'GET' AS method,
    '/v1/snapshots/:id/files/:name' AS route, '' AS case_id, 1000 AS rows, 200 AS status, '10.0.0.1' AS remote_address`,
  `CREATE VIEW vigie.incident_accounts_of AS SELECT actor_id, uniqExact(patient_id) AS patients, uniqExact(event_id) AS accesses, min(time) AS first_time,
    max(time) AS last_time, ['i1'] AS incident_ids FROM vigie.accesses WHERE {incident_id:String} = 'i1' GROUP BY actor_id`,
];

describe('the queries of the runbooks', () => {
  const session = new Session();
  beforeAll(() => {
    for (const table of tables) session.query(table);
    session.query("SET param_incident = 'i1'");
    session.query("SET param_address = '10.0.0.2'");
  });
  afterAll(() => session.cleanup());

  it.each(pages)('%s has some', (page) => {
    expect(queries.filter(([of]) => of === page).length).toBeGreaterThanOrEqual(page === 'mass-access.md' ? 8 : 2);
  });

  it.each(queries)('%s, %s: answers', (_page, _title, sql) => {
    expect(session.query(sql, 'TSV').trim()).not.toBe('');
  });

  it('list exactly the patients of the incident', () => {
    const list = ofMassAccess.find(([, title]) => title.startsWith('7'))?.[2] ?? '';
    expect(session.query(list, 'TSV').trim().split('\n')).toHaveLength(2);
  });

  it('see what happened after the last firing', () => {
    expect(session.query(ofMassAccess[0]?.[2] ?? '', 'JSONEachRow')).toMatch(/"accesses_after":"?3"?/);
  });

  it('find the patients of one address, and the accounts that sleep', () => {
    expect(session.query(secondOf('service-accounts.md'), 'TSV').trim().split('\n')).toHaveLength(1);
    expect(session.query(secondOf('dormant-account.md'), 'TSV')).toMatch(/^asleep\t/);
  });
});

describe('the runbooks', () => {
  it('show an exception that loads beside the default rules', async () => {
    const [, text = ''] = /```yaml\n([^]*?)```/.exec(texts.get('mass-access.md') ?? '') ?? [];
    const { files } = await readRuleFiles(new URL('../../../../rules/', import.meta.url).pathname);
    const { rules, mistakes } = loadRules([...files, { path: 'exception.yml', text }], await readLists(defaultListsDir));
    expect(mistakes).toEqual([]);
    expect(rules.find(({ title }) => title === 'Bulk export, print or download')?.exceptions).toHaveLength(1);
  });
});

function secondOf(page: string): string {
  return queries.find(([name, title]) => name === page && title.startsWith('2'))?.[2] ?? '';
}
