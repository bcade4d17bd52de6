import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type SpawnedClickHouse, spawnClickHouse } from '../spawn.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-broken-'));
let server: SpawnedClickHouse;
beforeAll(async () => {
  server = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory: folder });
});
afterAll(async () => {
  await server.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Each begins to answer and cannot finish; the code that the text behind the rows begins with. */
const causes: Readonly<Record<string, { readonly code: number; readonly sql: string }>> = {
  'an error of the engine': {
    code: 395,
    sql: 'SELECT number, throwIf(number = 100000) FROM numbers(200000) SETTINGS max_block_size = 1000',
  },
  'the time that the query gives itself': {
    code: 159,
    sql: 'SELECT number, sleepEachRow(0.001) FROM numbers(1000000) SETTINGS max_execution_time = 1, max_block_size = 100',
  },
  'its memory': {
    code: 241,
    sql: "SELECT length(repeat('x', if(number < 100000, 1, 1000000))) FROM numbers(200000) SETTINGS max_memory_usage = 100000000, max_block_size = 1000",
  },
  'its limit of rows': {
    code: 396,
    sql: 'SELECT number FROM system.numbers SETTINGS max_result_rows = 100000, max_block_size = 1000',
  },
};
const encodings = ['identity', 'gzip', 'zstd', 'lz4'];

describe('an answer that something cuts off', () => {
  it.each(Object.keys(causes).flatMap((cause) => encodings.map((encoding) => ({ cause, encoding }))))(
    'breaks the transfer and says why ($cause, $encoding)',
    async ({ cause, encoding }) => {
      const { code, sql } = causes[cause] ?? { code: 0, sql: '' };
      const answer = await received(`${sql} FORMAT TSV`, encoding);
      expect(answer).toMatchObject({ status: 200, whole: false });
      expect(answer.text).toMatch(new RegExp(`__exception__\\r\\n${answer.tag}\\r\\nCode: ${code}\\.`));
    },
  );

  it.each([
    'JSONEachRow',
    'JSONCompactEachRowWithNamesAndTypes',
    'TSVRaw',
    'TabSeparatedWithNames',
    'CSV',
    'CSVWithNamesAndTypes',
    'RowBinary',
    'RowBinaryWithNamesAndTypes',
    'JSONStringsEachRow',
    'TSKV',
    'LineAsString',
  ])('breaks the transfer in every format that streams (%s)', async (format) => {
    const sql =
      format === 'LineAsString'
        ? 'SELECT toString(throwIf(number = 100000)) FROM numbers(200000) SETTINGS max_block_size = 1000'
        : causes['an error of the engine']?.sql;
    expect(await received(`${sql} FORMAT ${format}`, 'identity')).toMatchObject({ status: 200, whole: false });
  });

  it.each(['JSON', 'JSONCompact', 'Native', 'Parquet', 'Arrow', 'ORC', 'Pretty', 'XML', 'Values', 'Markdown'])(
    'is an error and nothing else in a format that is one document (%s)',
    async (format) => {
      const answer = await received(`${causes['an error of the engine']?.sql} FORMAT ${format}`, 'gzip');
      expect(answer).toMatchObject({ status: 500, whole: true, code: '395' });
    },
  );

  it('is an error and nothing else for a client that waits for the end of the query', async () => {
    const answer = await received(
      'SELECT number, throwIf(number = 100000) FROM numbers(1000000) SETTINGS max_block_size = 1000',
      'identity',
      'wait_end_of_query=1&',
    );
    expect(answer).toMatchObject({ status: 500, whole: true, code: '395' });
  });

  it('is broken off for such a client as well when there is more than can be held back', async () => {
    const sql =
      "SELECT repeat('x', 300), throwIf(number = 100000) FROM numbers(200000) SETTINGS max_block_size = 1000 FORMAT TSV";
    expect(await received(sql, 'identity', 'wait_end_of_query=1&')).toMatchObject({ status: 200, whole: false });
  });

  it('breaks the transfer when somebody kills the query', async () => {
    const sql = 'SELECT number, sleepEachRow(0.001) FROM numbers(1000000) SETTINGS max_block_size = 100 FORMAT TSV';
    const kill = "KILL QUERY WHERE Settings['log_comment'] = 'cut' SYNC FORMAT JSONEachRow";
    const headers = { 'x-clickhouse-user': server.user, 'x-clickhouse-key': server.password };
    const cut = await received(sql, 'identity', 'query_id=cut&', async () => {
      expect(await (await fetch(server.url, { method: 'POST', body: kill, headers })).text()).toContain('sleepEachRow');
    });
    expect(cut).toMatchObject({ status: 200, whole: false });
    expect(cut.text).toContain('Code: 394.');
  });

  it('resets the connection of an HTTP/1.0 client, who knows no other end than that of the connection', async () => {
    const sql = causes['an error of the engine']?.sql ?? '';
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    socket.write(`POST / HTTP/1.0\r\nContent-Length: ${sql.length}\r\n\r\n${sql}`);
    socket.resume();
    await expect(once(socket, 'end')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('rejects in the official client, however it reads', async () => {
    const client = createClient({ url: server.url, log: { level: ClickHouseLogLevel.OFF } });
    const query = causes['an error of the engine']?.sql ?? '';
    await expect((await client.query({ query, format: 'JSONEachRow' })).json()).rejects.toThrow();
    await expect((await client.query({ query, format: 'CSV' })).text()).rejects.toThrow();
    const { stream } = await client.exec({ query: `${query} FORMAT JSONEachRow` });
    await expect(stream.toArray()).rejects.toThrow();
    await client.close();
  });
});

describe('a whole answer', () => {
  it.each(encodings)('says that it is whole (%s)', async (encoding) => {
    const answer = await received('SELECT number FROM numbers(300000) FORMAT TSV', encoding);
    expect(answer).toMatchObject({ status: 200, whole: true, encoding: encoding === 'identity' ? undefined : encoding });
    expect(answer.text.split('\n')).toHaveLength(300_001);
  });

  it.each([
    ['gzip;q=0, zstd;q=0.5', 'zstd'],
    ['LZ4', 'lz4'],
    ['br', undefined],
    ['snappy, gzip', 'gzip'],
  ])('is compressed as Accept-Encoding allows (%s)', async (accepted, encoding) => {
    expect(await received('SELECT 1', accepted)).toMatchObject({ status: 200, whole: true, encoding });
  });
});

interface Received {
  readonly status: number | undefined;
  readonly code: string | undefined;
  readonly tag: string;
  readonly encoding: string | undefined;
  /** The transfer said its end. */
  readonly whole: boolean;
  readonly text: string;
}

async function received(
  sql: string,
  acceptEncoding: string,
  parameters = '',
  onBegun: () => Promise<void> = () => Promise.resolve(),
): Promise<Received> {
  const sent = request(`${server.url}/?${parameters}enable_http_compression=1`, {
    method: 'POST',
    headers: { 'accept-encoding': acceptEncoding },
  });
  sent.end(sql);
  const [message] = (await once(sent, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  message.on('data', (bytes: Buffer) => chunks.push(bytes));
  const over = Promise.race([once(message, 'end'), once(message, 'aborted')]).catch(() => {});
  await onBegun();
  await over;
  const encoding = message.headers['content-encoding'];
  return {
    status: message.statusCode,
    code: message.headers['x-clickhouse-exception-code']?.toString(),
    tag: String(message.headers['x-clickhouse-exception-tag']),
    encoding,
    whole: message.complete,
    text: await decoded(Buffer.concat(chunks), encoding),
  };
}

async function decoded(bytes: Buffer, encoding: string | undefined): Promise<string> {
  if (encoding === 'lz4') return unframed(bytes);
  const decoder = encoding === 'gzip' ? createGunzip() : encoding === 'zstd' ? createZstdDecompress() : undefined;
  if (!decoder) return bytes.toString('latin1');
  const out: Buffer[] = [];
  decoder.on('data', (part: Buffer) => out.push(part));
  decoder.end(bytes);
  await once(decoder, 'end');
  return Buffer.concat(out).toString('latin1');
}

/** Stored blocks between the head of 7 bytes and the mark of the end. */
function unframed(bytes: Buffer): string {
  const parts: string[] = [];
  for (let at = 7; ;) {
    const size = bytes.readUInt32LE(at) % 0x8000_0000;
    if (size === 0) return parts.join('');
    parts.push(bytes.toString('latin1', at + 4, at + 4 + size));
    at += 4 + size;
  }
}
