import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import { commonConfig, readConfig } from '#libs/runtime/config.js';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type SpawnedClickHouse, spawnClickHouse } from '../spawn.js';

const { CLICKHOUSE_URL, CLICKHOUSE_USER: username, CLICKHOUSE_PASSWORD: password } = readConfig(commonConfig);
const folder = mkdtempSync(join(tmpdir(), 'vigie-clickhouse-'));
const options = {
  portBase: await freePortBase(),
  directory: folder,
  env: { VIGIE_CLICKHOUSE_READERS: '2', VIGIE_CLICKHOUSE_QUEUE: '1' },
};
let server: SpawnedClickHouse;
beforeAll(async () => {
  server = await spawnClickHouse(systemClock, options);
});
afterAll(async () => {
  await server.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const targets: readonly (readonly [string, () => { url: string; username: string; password: string }])[] = [
  ['the embedded ClickHouse', () => ({ url: server.url, username: server.user, password: server.password })],
  ...(CLICKHOUSE_URL ? ([['the server of CLICKHOUSE_URL', () => ({ url: CLICKHOUSE_URL, username, password })]] as const) : []),
];

describe.each(targets)('@clickhouse/client with %s', (_, address) => {
  let client: ClickHouseClient;
  beforeAll(async () => {
    client = createClient({ ...address(), log: { level: ClickHouseLogLevel.OFF } });
    await client.command({ query: 'CREATE DATABASE IF NOT EXISTS vigie_suite' });
    await client.command({ query: 'CREATE OR REPLACE TABLE vigie_suite.t (n UInt64, s String) ENGINE = MergeTree ORDER BY n' });
  });
  afterAll(async () => {
    await client.command({ query: 'DROP DATABASE vigie_suite' });
    await client.close();
  });

  it('answers a ping, with and without a query', async () => {
    expect(await client.ping()).toMatchObject({ success: true });
    expect(await client.ping({ select: true })).toMatchObject({ success: true });
  });

  it('answers each question as if it were the first, whatever the one before has set', async () => {
    const query = "SELECT getSetting('max_block_size') AS n";
    const ask = async (clickhouse_settings: ClickHouseSettings = {}) =>
      (await (await client.query({ query, format: 'JSONEachRow', clickhouse_settings })).json<{ n: string }>())[0]?.n;
    const usual = await ask();
    expect([await ask({ max_block_size: '7' }), await ask(), await ask({ max_block_size: '8' })].map(String)).toEqual([
      '7',
      String(usual),
      '8',
    ]);
    expect([await ask({ readonly: '1' }), await ask({ readonly: '1' }), await ask()]).toEqual([usual, usual, usual]);
    const named = 'SELECT {name:String} AS s';
    await client.query({ query: named, query_params: { name: 'a' } });
    await expect(client.query({ query: named })).rejects.toThrow(/name/);
  });

  it('inserts values, and says how many rows were written', async () => {
    const { summary } = await client.insert({
      table: 'vigie_suite.t',
      values: [
        { n: 1, s: "a'b;\n" },
        { n: 2, s: 'é' },
      ],
      format: 'JSONEachRow',
    });
    expect(summary?.written_rows).toBe('2');
    const answer = await client.query({ query: 'SELECT s FROM vigie_suite.t ORDER BY n', format: 'JSONEachRow' });
    expect(await answer.json()).toEqual([{ s: "a'b;\n" }, { s: 'é' }]);
  });

  it.each([
    { request: true, response: true },
    { request: false, response: true },
  ])('compresses (%j)', async (compression) => {
    const compressed = createClient({ ...address(), compression });
    const values = Array.from({ length: 1000 }, (_, n) => ({ n: 1000 + n, s: 'x'.repeat(100) }));
    await compressed.insert({ table: 'vigie_suite.t', values, format: 'JSONEachRow' });
    const answer = await compressed.query({ query: 'SELECT s FROM vigie_suite.t WHERE n >= 1000', format: 'JSONEachRow' });
    expect(await answer.json()).toHaveLength(1000 * (compression.request ? 1 : 2));
    await compressed.close();
  });

  it('inserts a stream of raw bytes', async () => {
    const values = Readable.from([Buffer.from('5000,"a"\n50'), Buffer.from('01,"b"\n')], { objectMode: false });
    await client.insert({ table: 'vigie_suite.t', values, format: 'CSV' });
    const { stream, summary } = await client.exec({
      query: 'INSERT INTO vigie_suite.t FORMAT JSONEachRow',
      values: Readable.from([Buffer.from('{"n":5002}\n')], { objectMode: false }),
    });
    stream.resume();
    expect(summary?.written_rows).toBe('1');
    const answer = await client.query({
      query: 'SELECT count() AS c FROM vigie_suite.t WHERE n BETWEEN 5000 AND 5002',
      format: 'JSONEachRow',
    });
    expect(await answer.json()).toEqual([{ c: expect.anything() }]);
  });

  it.each([
    'JSON',
    'JSONCompact',
    'JSONEachRow',
    'JSONCompactEachRowWithNamesAndTypes',
    'CSVWithNames',
    'TabSeparatedWithNamesAndTypes',
  ] as const)('answers in %s, header once however long the answer', async (format) => {
    const answer = await client.query({ query: 'SELECT number FROM numbers(200000)', format });
    const text = await answer.text();
    expect(text.match(/"?number"?(?=[\]\n"])/g)?.length ?? 0).toBe(namesOf[format] ?? 1);
    expect(text).toContain('199999');
  });

  it('binds parameters in the engine, whatever they hold', async () => {
    const nasty = "'; DROP TABLE t --\\ \t\n{x:String}";
    const query = 'SELECT {s:String} AS s, {a:Array(String)} AS a, {n:Nullable(UInt8)} AS n';
    const answer = await client.query({ query, query_params: { s: nasty, a: [nasty, ''], n: null }, format: 'JSONEachRow' });
    expect(await answer.json()).toEqual([{ s: nasty, a: [nasty, ''], n: null }]);
  });

  it('keeps the settings of one request from the next', async () => {
    expect(await blockSize(client, { max_block_size: '1234' })).toBe(1234);
    expect(await blockSize(client, {})).not.toBe(1234);
  });

  it('tells errors with their code, also in the middle of a stream', async () => {
    await expect(client.query({ query: 'SELECT * FROM nosuch_table' })).rejects.toMatchObject({ code: '60' });
    await expect(client.query({ query: 'SELEC 1' })).rejects.toMatchObject({ code: '62' });
    const answer = await client.query({ query: 'SELECT throwIf(number = 500000) FROM system.numbers', format: 'JSONEachRow' });
    await expect(readAll(answer.stream())).rejects.toThrow(/throwIf|non-zero/);
  });

  it('obeys a time limit', async () => {
    const query = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) % 7 = 0 SETTINGS max_execution_time = 1';
    await expect(client.query({ query })).rejects.toMatchObject({ code: '159' });
  });
});

describe('the embedded ClickHouse over plain HTTP', () => {
  it('takes the query in the URL, in the body, or split over both', async () => {
    expect(await (await fetch(`${server.url}/?query=SELECT%201`)).text()).toBe('1\n');
    expect(await (await post('SELECT 2')).text()).toBe('2\n');
    expect(await (await post('+ 1', '?query=SELECT%202')).text()).toBe('3\n');
    expect(await (await post('SELECT 1 AS a', '?default_format=JSONEachRow')).text()).toBe('{"a":1}\n');
    expect((await post('SELECT 1 FORMAT CSV')).headers.get('x-clickhouse-format')).toBe('CSV');
  });

  it.each([
    ['two statements', 'SELECT 1; SELECT 2', 400, '62'],
    ['a file of this machine', "SELECT * FROM file('/etc/hostname')", 403, '497'],
    ['writing by people', 'CREATE TABLE x (a Int8) ENGINE = Memory', 403, '497'],
    ['a result into a file', "SELECT 1 INTO OUTFILE '/tmp/x'", 501, '1'],
    ['more time than allowed', 'SELECT 1 SETTINGS max_execution_time = 0', 403, '452'],
    ['more memory than allowed', 'SELECT 1 SETTINGS max_memory_usage = 999999999999', 403, '452'],
  ])('refuses %s', async (_, query, status, code) => {
    const answer = await post(query);
    expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([status, code]);
  });

  it('refuses writing by GET, other sites, and endpoints that do not exist', async () => {
    expect((await fetch(`${server.url}/?query=CREATE%20DATABASE%20no`)).status).toBe(403);
    expect((await fetch(`${server.url}/?query=SELECT%201`, { headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect((await fetch(`${server.url}/nosuch`)).status).toBe(404);
  });

  it('kills the query of a client that went away, and refuses one too many with code 202', async () => {
    const forever = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) % 7 = 0';
    const leaving = new AbortController();
    const long = [0, 1, 2].map(() => fetch(server.url, { method: 'POST', body: forever, signal: leaving.signal }));
    for (const one of long) one.catch(() => {});
    await until(async () => (await metric('vigie_clickhouse_read_queries_waiting')) === 1);
    const refused = await post('SELECT 1');
    expect([refused.status, refused.headers.get('x-clickhouse-exception-code')]).toEqual([503, '202']);
    leaving.abort();
    await until(async () => (await metric('vigie_clickhouse_read_queries_running')) === 0);
    expect(await (await post('SELECT 1')).text()).toBe('1\n');
  });

  it('waits for a reader who takes his time, holding little in hand meanwhile', async () => {
    const answer = await post("SELECT repeat('x', 1000) FROM numbers(5000000) FORMAT TSV");
    const before = await resident();
    let [taken, most] = [0, before];
    // Between two chunks the engine has the time of a whole request to run ahead: five gigabytes, if nobody held it.
    for await (const chunk of answer.body ?? []) {
      taken += Buffer.byteLength(chunk);
      most = Math.max(most, await resident());
      if (taken > 20 * mebibyte) break;
    }
    expect(taken).toBeGreaterThan(20 * mebibyte);
    expect(most - before).toBeLessThan(300 * mebibyte);
    await until(async () => (await metric('vigie_clickhouse_read_queries_running')) === 0);
  });

  it('sends Native as a client of a newer protocol reads it, and refuses block compression by name', async () => {
    const answer = await post(
      "SELECT toUInt8(7) AS a, toLowCardinality('v') AS b FORMAT Native",
      '?client_protocol_version=54460',
    );
    const bytes = Buffer.from(await answer.arrayBuffer()).toString('latin1');
    expect(bytes.slice(0, 21)).toBe('\x01\x00\x02\xff\xff\xff\xff\x00\x02\x01\x01a\x05UInt8\x00\x07\x01');
    expect(bytes).toContain('\x01b\x16LowCardinality(String)\x00\x01');
    expect((await post('SELECT 1', '?compress=1')).headers.get('x-clickhouse-exception-code')).toBe('344');
  });

  it('sends names and types in Native when there is no row', async () => {
    const answer = Buffer.from(await (await post('SELECT toUInt8(1) AS abc WHERE 0 FORMAT Native')).arrayBuffer());
    expect(answer.toString('latin1')).toBe('\x01\x00\x03abc\x05UInt8');
  });

  it('answers health and metrics as every process does', async () => {
    expect(await (await fetch(`${server.url}/health/ready`)).json()).toEqual({ ok: true, checks: { accepting: 'ok' } });
    expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('vigie_clickhouse_queries_total');
  });

  it('has what it acknowledged after kill -9, and after SIGTERM, which it answers with exit code 0', async () => {
    await postAsService('CREATE DATABASE kept');
    await postAsService('CREATE TABLE kept.t (n UInt32) ENGINE = MergeTree ORDER BY n SETTINGS fsync_after_insert = 1');
    expect((await postAsService('INSERT INTO kept.t VALUES (1), (2), (3)')).status).toBe(200);
    await server.end('SIGKILL');
    server = await spawnClickHouse(systemClock, options);
    expect(await (await post('SELECT sum(n) FROM kept.t')).text()).toBe('6\n');
    expect(await server.end('SIGTERM')).toBe(0);
    server = await spawnClickHouse(systemClock, options);
    expect(await (await post('SELECT sum(n) FROM kept.t')).text()).toBe('6\n');
  });
});

const mebibyte = 1024 * 1024;

/** Bytes of memory that the server's process has. */
function resident(): Promise<number> {
  return metric('vigie_process_resident_memory_bytes');
}

/** How often the column's name is written, where it is not once. */
const namesOf: Readonly<Record<string, number>> = { JSONEachRow: 200_000, JSON: 200_001 };

async function blockSize(client: ClickHouseClient, settings: ClickHouseSettings): Promise<number> {
  const query = "SELECT getSetting('max_block_size') AS size";
  const answer = await client.query({ query, format: 'JSONEachRow', clickhouse_settings: settings });
  const [row] = await answer.json<{ size: string }>();
  return Number(row?.size);
}

/** As one of the people. */
function post(body: string, query = ''): Promise<Response> {
  return fetch(`${server.url}/${query}`, { method: 'POST', body });
}

function postAsService(body: string): Promise<Response> {
  const headers = { 'x-clickhouse-user': server.user, 'x-clickhouse-key': server.password };
  return fetch(server.url, { method: 'POST', body, headers });
}

async function readAll(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream) continue;
}

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^${name}\\{.*\\} (\\d+)$`, 'm').exec(text)?.[1]);
}

/** Waits for a state that must come; the test's own time limit ends the wait. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(20);
}
