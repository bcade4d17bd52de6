import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { tablesBeyond, tablesWithin } from '../sql/table-functions.js';
import { type SpawnedClickHouse, spawnClickHouse } from '../spawn.js';

/** What must not be read stands in a file beside the engine's data; what must not be written would lie in the folder; who must not be called listens. */
const secret = 'never-to-be-read-4711';
const folder = mkdtempSync(join(tmpdir(), 'vigie-walls-'));
const secretPath = join(folder, 'secret.csv');
const outPath = join(folder, 'written');
let server: SpawnedClickHouse;
let outside: Server;
let calls = 0;
let port = 0;
beforeAll(async () => {
  writeFileSync(secretPath, `${secret}\n`);
  outside = createServer((_, response) => {
    calls += 1;
    response.end(`${secret}\n`);
  });
  outside.on('connection', () => (calls += 1));
  await once(outside.listen(0, '127.0.0.1'), 'listening');
  port = (outside.address() as AddressInfo).port;
  server = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory: folder });
  await post('CREATE DATABASE d', 'services');
  await post('CREATE TABLE d.t (s String) ENGINE = MergeTree ORDER BY s', 'services');
});
afterAll(async () => {
  await server.end('SIGKILL');
  outside.close();
  rmSync(folder, { recursive: true, force: true });
});

/** `PATH` is a file, `OUT` one that is not there, `PORT` somebody who listens. */
const reaches: readonly string[] = [
  "SELECT file('PATH')", "SELECT * FROM file('PATH', LineAsString)", "SELECT * FROM 'PATH'", 'SELECT * FROM `PATH`', 'SELECT * FROM default.`PATH`',
  "SELECT arrayMap(x -> file(x), ['PATH'])", "SELECT * APPLY file FROM (SELECT 'PATH')", "SELECT COLUMNS('a') APPLY(x -> file(x)) FROM (SELECT 'PATH' AS a)",
  "WITH 'PATH' AS p SELECT file(p)", "SELECT * FROM view(SELECT file('PATH'))", "SELECT 1 WHERE file('PATH') != ''", "EXPLAIN SELECT file('PATH')",
  "SELECT * FROM eval('SELECT file(''PATH'')')", "SELECT * FROM eval('SELECT 1') SETTINGS allow_experimental_eval_table_function = 1",
  "SELECT * FROM executable('id', LineAsString, 's String')", "SELECT * FROM executable('../../../bin/id', LineAsString, 's String')",
  "SELECT * FROM url('http://127.0.0.1:PORT/', LineAsString)", "SELECT * FROM s3('http://127.0.0.1:PORT/b/k', 'CSV')", "SELECT * FROM remote('127.0.0.1:PORT', system.one)",
  "SELECT * FROM mysql('127.0.0.1:PORT', 'd', 't', 'u', 'p')", "SELECT * FROM postgresql('127.0.0.1:PORT', 'd', 't', 'u', 'p')",
  "SELECT * FROM mongodb('127.0.0.1:PORT', 'd', 't', 'u', 'p', 'a Int8')", "SELECT * FROM redis('127.0.0.1:PORT', 'k', 'k String')",
  "SELECT * FROM sqlite('PATH', 't')", "SELECT * FROM sqlite('OUT', 't')", "SELECT * FROM iceberg('http://127.0.0.1:PORT/b/k')", "SELECT * FROM deltaLake('http://127.0.0.1:PORT/b/k')",
  "SELECT * FROM hdfs('hdfs://127.0.0.1:PORT/x', 'TSV', 's String')", "SELECT * FROM azureBlobStorage('http://127.0.0.1:PORT/a', 'c', 'b')",
  "SELECT * FROM odbc('DSN=x', 'd', 't')", "SELECT * FROM jdbc('jdbc:x', 'd', 't')", "SELECT * FROM arrowFlight('127.0.0.1:PORT', 'x')",
  "SELECT * FROM filesystem('PATH')", "SELECT * FROM cluster('x', system.one)", "SELECT catboostEvaluate('PATH', 1)",
  "SELECT aiGenerate('x') SETTINGS allow_experimental_ai_functions = 1", "SELECT 1 INTO OUTFILE 'OUT'", "SELECT 1 INTO OUTFILE 'OUT' TRUNCATE FORMAT CSV",
  "EXPLAIN AST SELECT 1 INTO OUTFILE 'OUT'", "SELECT 1 AS a FORMAT Template SETTINGS format_template_row = 'PATH'", "SELECT 1 FORMAT Protobuf SETTINGS format_schema = 'PATH:M'",
  "SELECT 1 SETTINGS dialect = 'kusto'", "SELECT * FROM system.one SETTINGS additional_result_filter = 'throwIf(1, file(''PATH'')) = 1'",
  "SELECT * FROM system.one SETTINGS additional_table_filters = {'system.one':'throwIf(1, file(''PATH'')) = 1'}", "SELECT a FROM values('x Int8, a String ALIAS file(''PATH'')', 1)",
  "WITH 'x Int8, a String ALIAS file(''PATH'')' AS s SELECT a FROM values(s, 1)", "SELECT a FROM generateRandom(concat('x Int8, a String ALIAS fi', 'le(''PATH'')')) LIMIT 1",
  "SELECT 1 AS a FORMAT Protobuf SETTINGS output_format_schema = 'OUT'",
  "SELECT 1 AS a FORMAT AvroConfluent SETTINGS output_format_avro_confluent_subject = 'x', format_avro_schema_registry_url = 'http://127.0.0.1:PORT/'",
  "SELECT a FROM null('x Int8, a String ALIAS throwIf(1, file(''PATH''))')", "SELECT b FROM format(TSV, 'a String, b String ALIAS file(''PATH'')', 'x')",
]; // prettier-ignore

/** What only somebody who may write could try. */
const writes: readonly string[] = [
  "INSERT INTO FUNCTION file('OUT', 'CSV', 's String') SELECT 'x'", "INSERT INTO FUNCTION url('http://127.0.0.1:PORT/', 'CSV', 's String') SELECT 'x'",
  "INSERT INTO d.t FROM INFILE 'PATH' FORMAT LineAsString", "INSERT INTO d.t SELECT file('PATH')", "INSERT INTO d.t VALUES (file('PATH'))",
  "INSERT INTO d.t SETTINGS input_format_values_interpret_expressions = DEFAULT VALUES (file('PATH'))", "INSERT INTO d.t SETTINGS input_format_values_interpret_expressions = 1 VALUES (file('PATH'))",
  "INSERT INTO d.t SETTINGS input_format_record_errors_file_path = 'OUT', input_format_allow_errors_num = 9 FORMAT CSV\n1,2",
  'CREATE TABLE d.x (s String) ENGINE = File(CSV)', "CREATE TABLE d.x (s String) ENGINE = File(CSV, 'PATH')", "CREATE TABLE d.x (s String) ENGINE = URL('http://127.0.0.1:PORT/', CSV)",
  "CREATE TABLE d.x (s String) ENGINE = Executable('id', CSV)", "CREATE TABLE d.x (s String) ENGINE = ExecutablePool('id', CSV)", "CREATE TABLE d.x (s String) ENGINE = MySQL('127.0.0.1:PORT', 'd', 't', 'u', 'p')",
  "CREATE TABLE d.x (s String) ENGINE = S3('http://127.0.0.1:PORT/b/k', 'CSV')", "CREATE TABLE d.x (s String) ENGINE = Kafka('127.0.0.1:PORT', 't', 'g', 'CSV')", "CREATE TABLE d.x (k String) ENGINE = EmbeddedRocksDB(0, 'OUT') PRIMARY KEY k",
  "CREATE TABLE d.x (s String) ENGINE = FileLog('PATH', 'CSV')", "CREATE TABLE d.x (s String DEFAULT file('PATH')) ENGINE = Memory", "CREATE VIEW d.x AS SELECT file('PATH') AS s",
  "CREATE TABLE d.x AS file('PATH')", "CREATE TABLE d.x (s String) ENGINE = MergeTree ORDER BY s SETTINGS disk = disk(type = local, path = 'OUT/')", "ALTER TABLE d.t ADD COLUMN x String DEFAULT file('PATH')",
  "CREATE TABLE d.x (s String) ENGINE = MergeTree ORDER BY s SETTINGS disk = disk(type = web, endpoint = 'http://127.0.0.1:PORT/')",
  "CREATE TABLE d.x (s String) ENGINE = MergeTree ORDER BY s SETTINGS disk = disk(type = s3, endpoint = 'http://127.0.0.1:PORT/b/', access_key_id = 'a', secret_access_key = 'b')",
  "CREATE TABLE d.x (s String) ENGINE = Memory SETTINGS disk = disk(type = local_blob_storage, path = 'OUT/')",
  "ALTER TABLE d.t MODIFY SETTING disk = disk(type = local, path = 'OUT/')",
  "CREATE DATABASE x ENGINE = Atomic SETTINGS disk = disk(type = local, path = 'OUT/')",
  "ALTER TABLE d.t UPDATE s = file('PATH') WHERE 1", "CREATE DATABASE x ENGINE = Filesystem('PATH')", "CREATE DATABASE x ENGINE = MySQL('127.0.0.1:PORT', 'd', 'u', 'p')", "CREATE DATABASE x ENGINE = SQLite('PATH')",
  "CREATE DICTIONARY d.x (k UInt64, s String) PRIMARY KEY k SOURCE(FILE(path 'PATH' format CSV)) LAYOUT(FLAT()) LIFETIME(0)",
  "CREATE DICTIONARY d.x (k UInt64, s String) PRIMARY KEY k SOURCE(EXECUTABLE(command 'cat PATH' format CSV)) LAYOUT(FLAT()) LIFETIME(0)",
  "CREATE DICTIONARY d.x (k UInt64, s String) PRIMARY KEY k SOURCE(HTTP(url 'http://127.0.0.1:PORT/' format CSV)) LAYOUT(FLAT()) LIFETIME(0)",
  'CREATE FUNCTION x AS (a) -> a', 'CREATE USER x', 'CREATE ROLE x', 'GRANT ALL ON *.* TO default', 'CREATE NAMED COLLECTION x AS a = 1', "BACKUP DATABASE d TO File('OUT')", "RESTORE DATABASE d FROM File('PATH')",
  "ATTACH TABLE d.x FROM 'PATH' (s String) ENGINE = MergeTree ORDER BY s", 'SYSTEM SHUTDOWN', 'SYSTEM KILL', 'SYSTEM RELOAD CONFIG', 'SYSTEM STOP MERGES', 'EXECUTE AS default SELECT 1',
  "ALTER TABLE d.t MODIFY SETTING disk = 'x'", "ALTER TABLE d.t FREEZE WITH NAME 'x'", "ALTER TABLE d.t FETCH PARTITION ALL FROM '/x'",
]; // prettier-ignore

/** Ways to write the same words so that two readers may not see the same in them. */
const spellings: readonly ((sql: string) => string)[] = [
  (sql) => sql,
  (sql) => sql.replace(/\bfile\(/, '`fi\\x6ce`('),
  (sql) => sql.replace(/\b(file|url|executable|eval)\(/, '"$1" /* ( */ ('),
  (sql) => sql.replace(/\b(file|url|remote|executable)\(/, '$1 -- )\n ('),
  (sql) => sql.replace(/ FROM /, ' /* a$$ */ FROM /**/ '),
  (sql) => `/* ' */ ${sql} -- '`,
  (sql) => `SELECT a$$ FROM (SELECT 1 AS a$$) WHERE 0 = (SELECT count() FROM (${sql})) -- $$`,
  (sql) => `${sql} SETTINGS max_threads = 1`,
  (sql) => `${sql};`,
  (sql) => `SELECT * FROM (${sql})`,
  (sql) => `WITH x AS (${sql}) SELECT * FROM x`,
  (sql) => `SELECT 1 UNION ALL ${sql}`,
  (sql) => `EXPLAIN ${sql}`,
  (sql) => `DESCRIBE TABLE (${sql})`,
  (sql) => sql.replaceAll("'", '’'),
  (sql) => sql.replaceAll(' ', ' '),
  (sql) => sql.replace(/'([^']*)'/, '$x$$$1$x$$'),
  (sql) => sql.replace(/^(\w+)/, (word) => word.toLowerCase()),
  (sql) => `SET max_threads = 1; ${sql}`,
  (sql) => `SELECT 1\0; ${sql}`,
];

describe('the embedded ClickHouse', () => {
  it.each(['people', 'services'] as const)(
    'reads, writes, starts and calls nothing outside its tables, however it is asked (%s)',
    async (role) => {
      const asked = fc.tuple(
        fc.constantFrom(...reaches, ...writes),
        fc.constantFrom(...spellings),
        fc.constantFrom(...spellings),
      );
      await fc.assert(
        fc.asyncProperty(asked, async ([sql, one, other]) => holds(other(one(filled(sql))), role)),
        {
          numRuns: casesOf(150, 1_000),
          examples: [...reaches, ...writes].map((sql) => [[sql, spellings[0] ?? String, spellings[0] ?? String]]),
        },
      );
      await nothingHappened();
    },
  );

  it('refuses each of them by itself, and not only what they would have shown', async () => {
    for (const sql of [...reaches, ...writes])
      expect([sql, (await post(filled(sql), 'people')).status >= 400]).toEqual([sql, true]);
    for (const sql of [...reaches, ...writes])
      expect([sql, (await post(filled(sql), 'services')).status >= 400]).toEqual([sql, true]);
    await nothingHappened();
  });

  it('knows of every table function of the engine whether it stays within', async () => {
    const answer = await post('SELECT lower(name) AS name FROM system.table_functions FORMAT TSV', 'people');
    const names = (await answer.text()).trim().split('\n');
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => tablesWithin.has(name) === tablesBeyond.has(name))).toEqual([]);
  });

  it('keeps its other settings from the URL', async () => {
    for (const setting of [
      'format_schema',
      'format_template_row',
      'output_format_schema',
      'format_avro_schema_registry_url',
      'input_format_record_errors_file_path',
      'dialect',
      'allow_experimental_eval_table_function',
      'input_format_values_interpret_expressions',
    ])
      expect((await post('SELECT 1', 'services', `${setting}=1`)).headers.get('x-clickhouse-exception-code')).toMatch(
        /^(452|36)$/,
      );
  });
});

describe('a condition or a column that comes beside the statement', () => {
  it.each([
    ['SELECT * FROM system.one', 'additional_result_filter', "throwIf(1, file('PATH')) = 1"],
    ['SELECT * FROM system.one', 'additional_table_filters', "{'system.one':'throwIf(1, file(\\'PATH\\')) = 1'}"],
    ['SELECT a FROM values({s:String}, 1)', 'param_s', "x Int8, a String ALIAS file('PATH')"],
  ])('is judged as the statement is: %s, %s', async (sql, name, value) => {
    const answer = await post(sql, 'people', new URLSearchParams([[name, filled(value)]]).toString());
    const text = await answer.text();
    expect([answer.status, text.includes(secret)]).toEqual([403, false]);
  });

  it('may compare, as filters that a dashboard adds do', async () => {
    const filter = new URLSearchParams({ additional_table_filters: "{'system.one':'dummy = 1'}" });
    expect(await (await post('SELECT count() FROM system.one', 'people', filter.toString())).text()).toBe('0\n');
  });
});

describe('people and services', () => {
  it('differ by their credential: people read, and write nothing', async () => {
    expect((await post('INSERT INTO d.t VALUES (1)', 'services')).status).toBe(200);
    expect(await (await post('SELECT count() FROM d.t', 'people')).text()).toBe('1\n');
    for (const sql of [
      "INSERT INTO d.t VALUES ('x')",
      'DROP TABLE d.t',
      'TRUNCATE TABLE d.t',
      'KILL QUERY WHERE 1',
      'CREATE TEMPORARY TABLE x (a Int8)',
    ]) {
      const answer = await post(sql, 'people');
      expect([answer.status, await answer.text()]).toEqual([403, expect.stringMatching(/keys\/clickhouse-services\.key/)]);
    }
    expect(await (await post('SELECT count() FROM d.t', 'people')).text()).toBe('1\n');
  });

  it('a wrong password of the services is refused, and their file is theirs alone', async () => {
    const headers = { 'x-clickhouse-user': 'services', 'x-clickhouse-key': 'guess' };
    expect(
      (await fetch(server.url, { method: 'POST', body: 'SELECT 1', headers })).headers.get('x-clickhouse-exception-code'),
    ).toBe('516');
    const key = readFileSync(join(folder, 'keys', 'clickhouse-services.key'), 'utf8').trim();
    expect([key, key.length]).toEqual([server.password, 43]);
  });
});

describe('a page of another site', () => {
  it.each([
    ['a name that points here', { host: 'evil.example' }],
    ['a name that points here, and its origin', { host: 'evil.example:1', origin: 'http://evil.example:1' }],
    ['another origin', { origin: 'http://evil.example' }],
    ['no origin to tell', { origin: 'null' }],
    ['what the browser says of it', { 'sec-fetch-site': 'cross-site' }],
    ['a neighbouring port', { 'sec-fetch-site': 'same-site' }],
  ])('gets nothing on any path: %s', async (_, headers) => {
    for (const path of ['/', '/?query=SELECT+1', '/ping', '/metrics', '/health/ready', '/replicas_status'])
      for (const method of ['GET', 'POST', 'OPTIONS']) expect(await statusOf(path, method, headers)).toBe(403);
  });
});

function filled(sql: string): string {
  return sql.replaceAll('PATH', secretPath).replaceAll('OUT', outPath).replaceAll('PORT', String(port));
}

async function holds(sql: string, role: 'people' | 'services'): Promise<void> {
  const text = await (await post(sql, role)).text();
  if (text.includes(secret)) throw new Error(`the secret was shown by ${sql}`);
  if (existsSync(outPath)) throw new Error(`a file was written by ${sql}`);
  if (calls > 0) throw new Error(`a connection was opened by ${sql}`);
}

async function nothingHappened(): Promise<void> {
  expect(calls).toBe(0);
  expect(existsSync(outPath)).toBe(false);
  expect(readdirSync(folder).toSorted()).toEqual(['clickhouse', 'keys', 'log', 'secret.csv']);
  expect(await (await post("SELECT name FROM system.tables WHERE database = 'd'", 'people')).text()).toBe('t\n');
  expect(await (await post('SELECT count() FROM d.t', 'people')).text()).toBe('0\n');
  expect((await post("SELECT count() FROM system.databases WHERE name = 'x'", 'people')).status).toBe(200);
}

function post(body: string, role: 'people' | 'services', parameters = ''): Promise<Response> {
  const headers = role === 'services' ? { 'x-clickhouse-user': server.user, 'x-clickhouse-key': server.password } : {};
  return fetch(`${server.url}/?${parameters}`, { method: 'POST', body, headers });
}

async function statusOf(path: string, method: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const sent = request(`${server.url}${path}`, { method, headers });
  sent.end();
  const [message] = await once(sent, 'response');
  message.resume();
  return message.statusCode;
}
