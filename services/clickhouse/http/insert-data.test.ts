import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClickHouseClient, ClickHouseLogLevel, type ClickHouseSettings, createClient } from '@clickhouse/client';
import * as fc from 'fast-check';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { type SpawnedClickHouse, spawnClickHouse } from '../spawn.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-insert-data-'));
let server: SpawnedClickHouse;
let client: ClickHouseClient;
beforeAll(async () => {
  server = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory: folder });
  client = createClient({
    url: server.url,
    username: server.user,
    password: server.password,
    log: { level: ClickHouseLogLevel.OFF },
  });
  await client.command({ query: 'CREATE DATABASE d' });
  await client.command({ query: 'CREATE TABLE d.t (n UInt32, s String) ENGINE = MergeTree ORDER BY n' });
});
afterAll(async () => {
  await client.close();
  await server.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const statements = [
  'CREATE TABLE d.made (n UInt8) ENGINE = Memory', 'DROP TABLE d.t', 'TRUNCATE TABLE d.t', 'RENAME TABLE d.t TO d.moved',
  'CREATE VIEW d.seen AS SELECT 1', "INSERT INTO d.t VALUES (9, 'by a statement')", 'DROP DATABASE d',
] as const; // prettier-ignore
const setting = "SELECT value AS v FROM system.settings WHERE name = 'input_format_skip_unknown_fields'";
const separators = [
  '\n',
  '\n\n',
  '\n \n',
  '\r\n\r\n',
  ';',
  ';\n',
  '\n;\n\n',
  '\0\n\n',
  ' ',
  '',
  '\n-- \n',
  "'\n\n",
  '"\n\n',
  '}\n\n',
] as const;
const rows: Readonly<Record<string, readonly string[]>> = {
  JSONEachRow: ['{"n":1,"s":"x"}', '[{"n":2,"s":"y"}]', '{"n":1,"s":"\\n\\nDROP TABLE d.t"}', '{"n":'],
  TabSeparated: ['1\tx', '2', '\\N\tz'],
  CSV: ['1,"x"', '2,"open', '3,"two\n\nlines"'],
  Values: ["(1, 'x')", "(2, 'it''s')", '(3'],
  RowBinary: ['\x01\0\0\0\x01x', '\n\n\n\n\x02\n\n', '\x02\0\0\0\x7fshort'],
};

const bodies = fc.constantFrom(...Object.keys(rows)).chain((format) => {
  const piece = fc.oneof(fc.constantFrom(...(rows[format] ?? [])), fc.constantFrom(...statements));
  const pieces = fc.array(fc.tuple(piece, fc.constantFrom(...separators)), { minLength: 1, maxLength: 6 });
  return pieces.map((given) => ({ format, body: given.map(([text, separator]) => text + separator).join('') }));
});

describe('the data of an insert', () => {
  it('are data, whatever they hold: nothing but the table changes, and it by all rows or by none', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, async ({ format, body }) => {
        await client.command({ query: 'TRUNCATE TABLE d.t' });
        const told = await insert(format, body);
        expect(await column("SELECT name AS v FROM system.tables WHERE database = 'd' ORDER BY v")).toEqual(['t']);
        expect(await column('SELECT toString(count()) AS v FROM d.t')).toEqual([told]);
        expect(await column("SELECT s AS v FROM d.t WHERE s = 'by a statement'")).toEqual([]);
      }),
      { numRuns: casesOf(50, 500) },
    );
  });

  it('of a binary format may hold any byte, and no file stays behind', async () => {
    await client.command({ query: 'TRUNCATE TABLE d.t' });
    expect(await insert('RowBinary', '\n\n\n\n\x02\n\n\x01\0\0\0\x03;\n\n')).toBe('2');
    expect(await column('SELECT s AS v FROM d.t ORDER BY n')).toEqual([';\n\n', '\n\n']);
    expect(readdirSync(join(folder, 'clickhouse')).filter((name) => name.startsWith('data-'))).toEqual([]);
  });

  it('is read by the settings of its own insert, whatever those before had', async () => {
    await client.command({ query: 'TRUNCATE TABLE d.t' });
    const row = '{"n":1,"s":"x","more":1}';
    const told: string[] = [];
    for (const settings of [skip(0), skip(1), skip(1), skip(0), skip(1)]) told.push(await insert('JSONEachRow', row, settings));
    expect(told).toEqual(['0', '1', '1', '0', '1']);
    // Who says nothing has the server's own, whatever others said before.
    const [own, other] = [await column(setting), skip(0)];
    await insert('JSONEachRow', '{"n":1,"s":"x"}', other);
    expect([await insert('JSONEachRow', row), await column(setting)]).toEqual([own[0], own]);
  });

  it('goes into the table of its database', async () => {
    await client.command({ query: 'CREATE DATABASE IF NOT EXISTS other' });
    await client.command({ query: 'CREATE TABLE IF NOT EXISTS other.t (n UInt32, s String) ENGINE = MergeTree ORDER BY n' });
    for (const database of ['other', 'd', 'other']) {
      const named = createClient({ url: server.url, username: server.user, password: server.password, database });
      await named.insert({ table: 't', values: [{ n: 7, s: database }], format: 'JSONEachRow' });
      await named.close();
    }
    expect(await column('SELECT s AS v FROM d.t WHERE n = 7')).toEqual(['d']);
    expect(await column('SELECT s AS v FROM other.t WHERE n = 7')).toEqual(['other', 'other']);
  });
});

/** Whether fields that no column has are left out. */
function skip(unknown: 0 | 1): ClickHouseSettings {
  return { input_format_skip_unknown_fields: unknown };
}

/** How many rows it is said to have written: none when it is refused. */
async function insert(format: string, body: string, settings: ClickHouseSettings = {}): Promise<string> {
  try {
    const values = Readable.from([Buffer.from(body, 'latin1')], { objectMode: false });
    const query = `INSERT INTO d.t FORMAT ${format}`;
    const { stream, summary } = await client.exec({ query, values, clickhouse_settings: settings });
    stream.resume();
    return summary?.written_rows ?? '';
  } catch {
    return '0';
  }
}

async function column(query: string): Promise<readonly string[]> {
  const answer = await client.query({ query, format: 'JSONEachRow' });
  return (await answer.json<{ v: string }>()).map(({ v }) => v);
}
