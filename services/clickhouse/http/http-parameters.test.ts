import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type SpawnedClickHouse, spawnClickHouse } from '../spawn.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-parameters-'));
let server: SpawnedClickHouse;
beforeAll(async () => {
  server = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory: folder });
  await post('CREATE DATABASE written');
  await post('CREATE TABLE written.t (n UInt32) ENGINE = MergeTree ORDER BY n');
});
afterAll(async () => {
  await server.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

describe('parameters of a query', () => {
  it.each([
    ['a tab', 'abc\\t123', 'SELECT length({a:String})', '7'],
    ['a line end', 'a\\nb', 'SELECT length({a:String})', '3'],
    ['a backslash', 'HELIX\\\\jean', 'SELECT length({a:String})', '10'],
    ['a quote and a percent sign', 'O\'Neil 100% "x"', 'SELECT {a:String}', 'O\\\'Neil 100% "x"'],
    ['letters with accents', 'élodie', 'SELECT lengthUTF8({a:String})', '6'],
    ['an array', "['x\\'y','z']", 'SELECT length({a:Array(String)})', '2'],
    ['nothing', '\\N', 'SELECT {a:Nullable(String)} IS NULL', '1'],
    ['a name', 't', 'SELECT count() FROM written.{a:Identifier}', '0'],
    ['a time with a zone', '2026-11-28 01:00:00', "SELECT toUnixTimestamp({a:DateTime('Europe/Paris')})", '1795824000'],
  ])('hold %s', async (_, value, sql, expected) => {
    const answer = await post(sql, { param_a: value });
    expect([answer.status, await answer.text()]).toEqual([200, `${expected}\n`]);
  });

  it.each([
    ['a tab that is not escaped', { param_a: 'abc\t123' }, 400, '457'],
    ['no value', {}, 400, '456'],
  ])('refuse %s', async (_, parameters, status, code) => {
    expect(await told(post('SELECT {a:String}', parameters))).toEqual([status, code]);
  });
});

describe('the answer to a query', () => {
  it.each([
    ['CSV', 'text/csv; charset=UTF-8; header=absent'],
    ['CSVWithNames', 'text/csv; charset=UTF-8; header=present'],
    ['XML', 'application/xml; charset=UTF-8'],
  ])('in the format %s says what it is', async (format, type) => {
    expect((await post(`SELECT 1 AS a FORMAT ${format}`)).headers.get('content-type')).toBe(type);
  });
});

describe('the text of a query', () => {
  it.each([
    ['SELECT 1;', '1\n'],
    ['SELECT 1 ;\n\n -- done\n', '1\n'],
    ["SELECT 'a;b'", 'a;b\n'],
  ])('may end with semicolons and remarks: %j', async (sql, expected) => {
    expect(await (await post(sql)).text()).toBe(expected);
  });

  it.each([
    ['two statements', 'SELECT 1; SELECT 2', {}, 400, '62'],
    ['a setting that is unknown', 'SELECT 1', { nosuch: '1' }, 404, '115'],
    ['a setting that is no word', 'SELECT 1', { 'a b': '1' }, 404, '115'],
  ])('is refused with %s', async (_, sql, parameters, status, code) => {
    expect(await told(post(sql, parameters))).toEqual([status, code]);
  });

  it('may have a limit of its own, a fraction of a second too', async () => {
    expect((await get('SELECT 1', { max_execution_time: '60' })).status).toBe(200);
    expect((await get('SELECT 1', { max_execution_time: '0.5' })).status).toBe(200);
  });
});

describe('GET', () => {
  const writes = [
    'INSERT INTO written.t VALUES (1)',
    'INSERT INTO written.t SELECT 1',
    'CREATE TABLE written.u (n UInt32) ENGINE = Memory',
    'DROP TABLE written.t',
    'TRUNCATE TABLE written.t',
    'ALTER TABLE written.t DELETE WHERE 1',
    'CREATE DATABASE other',
  ];
  it.each(
    ['GET', 'HEAD'].flatMap((method) =>
      [{} as Parameters, { readonly: '0' }, { readonly: '1' }, { readonly: '2' }].flatMap((settings) =>
        writes.map((sql) => ({ method, settings, sql })),
      ),
    ),
  )('writes nothing, whatever its settings say: $method $settings $sql', async ({ method, settings, sql }) => {
    expect(await told(get(sql, settings, method))).toEqual([403, '164']);
  });

  it('does not leave read-only mode within the query either', async () => {
    expect(await told(get('SELECT 1 SETTINGS readonly = 0'))).toEqual([403, '164']);
    expect(await told(get('INSERT INTO written.t SETTINGS readonly = 0 VALUES (1)'))).toEqual([403, '164']);
  });

  it('has left everything as it was', async () => {
    const tables = "SELECT name, total_rows FROM system.tables WHERE database IN ('written', 'other')";
    expect(await (await post(tables)).text()).toBe('t\t0\n');
  });
});

describe('the headers of an answer', () => {
  it.each([
    ['a good query', 'SELECT 7', null],
    ['a query that fails', 'SELECT * FROM nosuch', '60'],
    ['a query that is refused before it runs', 'SELECT 1; SELECT 2', '62'],
  ])('name the query, and the exception if there is one: %s', async (_, sql, code) => {
    const { headers } = await post(sql, { query_id: 'mine' });
    expect([headers.get('x-clickhouse-query-id'), headers.get('x-clickhouse-exception-code')]).toEqual(['mine', code]);
    expect(headers.get('x-clickhouse-summary')).toContain('elapsed_ns');
    expect(headers.get('x-clickhouse-timezone')).not.toBeNull();
    expect((await post(sql)).headers.get('x-clickhouse-query-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

type Parameters = Readonly<Record<string, string>>;

function post(body: string, parameters: Parameters = {}): Promise<Response> {
  return fetch(`${server.url}/?${new URLSearchParams(parameters)}`, { method: 'POST', body, headers: credentials() });
}

function get(query: string, parameters: Parameters = {}, method = 'GET'): Promise<Response> {
  return fetch(`${server.url}/?${new URLSearchParams({ query, ...parameters })}`, { method, headers: credentials() });
}

/** Of the services, who may write: what is refused here is not refused for want of a right. */
function credentials() {
  return { 'x-clickhouse-user': server.user, 'x-clickhouse-key': server.password };
}

async function told(answer: Promise<Response>): Promise<readonly [number, string | null]> {
  const { status, headers } = await answer;
  return [status, headers.get('x-clickhouse-exception-code')];
}
