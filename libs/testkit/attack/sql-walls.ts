import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type Attack, outcomeOf } from './attack.js';
import { services, type Target } from './target.js';

const secret = 'never-to-be-read-0815';

/** Reading and writing files, calling elsewhere, running programs, ending the server. */
const statements = [
  "SELECT * FROM file('PATH', 'CSV', 's String')", "SELECT file('PATH')", "SELECT * FROM `file`('PATH')", "SELECT * FROM `fi\\x6ce`('PATH', 'CSV', 's String')",
  "SELECT * FROM fileCluster('default', 'PATH', 'CSV', 's String')", "SELECT * FROM url('http://127.0.0.1:PORT/', 'CSV', 's String')",
  "SELECT * FROM s3('http://127.0.0.1:PORT/b/k', 'CSV', 's String')", "SELECT * FROM remote('127.0.0.1:PORT', system.one)", "SELECT * FROM mysql('127.0.0.1:PORT', 'd', 't', 'u', 'p')",
  "SELECT * FROM executable('cat PATH', 'CSV', 's String')", "SELECT * FROM 'PATH'", "SELECT 1 INTO OUTFILE 'OUT'", "INSERT INTO FUNCTION file('OUT', 'CSV', 's String') VALUES ('x')",
  "INSERT INTO vigie.lists (list_name) FROM INFILE 'PATH' FORMAT CSV", "INSERT INTO vigie.lists (list_name) VALUES (file('PATH'))", "CREATE DATABASE x ENGINE = Filesystem('PATH')",
  "CREATE TABLE x (s String) ENGINE = File(CSV, 'PATH')", "CREATE TABLE x (k String, v String) ENGINE = EmbeddedRocksDB(0, 'OUT') PRIMARY KEY k",
  "CREATE DICTIONARY x (k UInt64, s String) PRIMARY KEY k SOURCE(EXECUTABLE(command 'cat PATH' format CSV)) LAYOUT(FLAT()) LIFETIME(0)", "CREATE FUNCTION x AS (a) -> a",
  "BACKUP DATABASE vigie TO File('OUT')", "SELECT * FROM numbers(1) SETTINGS format_schema = DEFAULT", "SELECT 1 FORMAT Template SETTINGS format_template_row = 'PATH'",
  "SELECT * FROM system.one SETTINGS additional_result_filter = 'throwIf(1, file(''PATH'')) = 1'", "SELECT a FROM values('x Int8, a String ALIAS file(''PATH'')', 1)", "SELECT a FROM generateRandom('x Int8, a String ALIAS file(''PATH'')') LIMIT 1",
  "SELECT 1 AS a FORMAT Protobuf SETTINGS output_format_schema = 'OUT'", "SELECT 1 AS a FORMAT AvroConfluent SETTINGS output_format_avro_confluent_subject = 'x', format_avro_schema_registry_url = 'http://127.0.0.1:PORT/'",
  'SYSTEM SHUTDOWN', 'SYSTEM KILL', 'SYSTEM STOP MERGES', 'KILL QUERY WHERE 1', "ATTACH TABLE x FROM 'PATH' (s String) ENGINE = MergeTree ORDER BY s", 'SELECT * FROM system.users', 'SET ROLE services', 'EXECUTE AS default SELECT 1',
]; // prettier-ignore

/** Ways to write the same so that two readers may not see the same. */
const spellings: readonly ((sql: string) => string)[] = [
  (sql) => sql,
  (sql) => sql.replace(/\b(file|url|executable|remote)\(/, '"$1" /* ( */ ('),
  (sql) => sql.replace(/ FROM /, ' /* a$$ */ FROM /**/ '),
  (sql) => `/* ' */ ${sql} -- '`,
  (sql) => `SELECT a$$ FROM (SELECT 1 AS a$$) WHERE 0 = (SELECT count() FROM (${sql})) -- $$`,
  (sql) => `${sql} SETTINGS max_threads = 1`,
  (sql) => `WITH x AS (${sql}) SELECT * FROM x`,
  (sql) => `SELECT 1 UNION ALL ${sql}`,
  (sql) => `EXPLAIN ${sql}`,
  (sql) => sql.replaceAll("'", '’'),
  (sql) => sql.replace(/'([^']*)'/, '$x$$$1$x$$'),
  (sql) => `SET max_threads = 1; ${sql}`,
];

/** The guard of the query port: nothing outside the tables is read, written, called or started, and nobody stops the server. */
export const sqlWalls: Attack = {
  name: 'sql-walls',
  title: 'statements on the query port that reach for files, programs, other machines, or the end of the server',
  quick: true,
  async run(target) {
    const [path, out] = [join(target.folder, 'secret.csv'), join(target.folder, 'written')];
    writeFileSync(path, `${secret}\n`);
    let calls = 0;
    const outside = createServer((_, response) => response.end(`${secret}\n`)).on('connection', () => (calls += 1));
    await once(outside.listen(0, '127.0.0.1'), 'listening');
    const filled = (sql: string) =>
      sql
        .replaceAll('PATH', path)
        .replaceAll('OUT', out)
        .replaceAll('PORT', String((outside.address() as AddressInfo).port));
    const before = services.map((name) => target.vigie.pidOf(name));
    const through: string[] = [];
    for (const statement of statements)
      for (const spelling of spellings) {
        const sql = filled(spelling(statement));
        const { text } = await target.ask(sql);
        if (text.includes(secret)) through.push(`shown: ${sql}`);
        if (existsSync(out)) through.push(`written: ${sql}`);
        if (calls > 0) through.push(`called: ${sql}`);
        if (through.length > 0) break;
      }
    outside.close();
    const after = services.map((name) => target.vigie.pidOf(name));
    if (JSON.stringify(after) !== JSON.stringify(before)) through.push('a service was ended');
    return outcomeOf(through, `${statements.length * spellings.length} statements`);
  },
};

const writes = [
  "INSERT INTO vigie.lists (list_name, value) VALUES ('service_accounts', 'thief')", "INSERT INTO vigie.clinics (group_id, clinic_id) VALUES ('helix', 'x')",
  "INSERT INTO vigie.incident_states (incident_id, actor_id) VALUES ('f', 'innocent')", "INSERT INTO vigie.selections (selection_id, expression) VALUES ('f', '1')",
  'INSERT INTO vigie.access_rows SELECT * FROM vigie.access_rows', 'ALTER TABLE vigie.access_rows DELETE WHERE 1', "ALTER TABLE vigie.incident_states UPDATE state = 'withdrawn' WHERE 1",
  'TRUNCATE TABLE vigie.access_rows', 'DROP TABLE vigie.incident_states', 'DROP DATABASE vigie', 'RENAME TABLE vigie.lists TO vigie.gone', 'CREATE OR REPLACE VIEW vigie.incidents AS SELECT 1',
  'OPTIMIZE TABLE vigie.access_rows FINAL', 'DETACH TABLE vigie.lists', 'CREATE TEMPORARY TABLE lists (a Int8)',
]; // prettier-ignore

const asked: readonly string[] = [
  '',
  'readonly=0',
  'readonly=0&allow_ddl=1',
  'user=services',
  'user=services&password=services',
  'user=services&password=password',
  'user=default&password=x',
  'role=services',
  'user=admin',
];

/** Lists, incidents and accesses are the services' to write. */
export const queryWrites: Attack = {
  name: 'query-writes',
  title: 'lists, incidents and accesses written, changed or dropped by whoever reaches the query port',
  quick: true,
  async run(target) {
    const before = await contents(target);
    const through: string[] = [];
    for (const sql of writes)
      for (const parameters of asked)
        for (const method of ['POST', 'GET'] as const) {
          const path = method === 'GET' ? `/?${parameters}&query=${encodeURIComponent(sql)}` : `/?${parameters}`;
          const { status } = await target.http('clickhouse', { method, path, ...(method === 'POST' && { body: sql }) });
          if (status < 400) through.push(`${method} ${parameters} ${sql}`);
        }
    if ((await contents(target)) !== before) through.push('what is stored has changed');
    return outcomeOf(through, `${writes.length * asked.length * 2} statements, all refused`);
  },
};

async function contents({ vigie }: Target): Promise<string> {
  const names = ['lists', 'clinics', 'incident_states', 'selections', 'access_rows'];
  const counts = await Promise.all(names.map((name) => vigie.sql(`SELECT count() AS n FROM vigie.${name}`)));
  return JSON.stringify([
    counts,
    await vigie.sql("SELECT name, engine FROM system.tables WHERE database = 'vigie' ORDER BY name"),
  ]);
}
