/**
 * Rows a second into the embedded ClickHouse through the store (client, HTTP, token, verification), beside the engine's own insert of
 * the same bytes in the same process kind. Goal: 100,000 rows a second.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate, readMigrations } from '#libs/access-store/tables/migrate.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Engine } from '#services/clickhouse/engine/engine.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { accessRows } from './rows/access-rows.js';

/** Inserts at a time, on both sides. */
const atOnce = 2;
const rowsPerBatch = 50_000;
const batches = Array.from({ length: 12 }, (_, index) => accessRows(index * rowsPerBatch, rowsPerBatch));
const rows = rowsPerBatch * batches.length;
const bytes = batches.reduce((sum, batch) => sum + batch.length, 0);
const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-archive-'));
try {
  const throughStore = await measureStore();
  const alone = await measureEngine();
  console.log(`machine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  console.log(
    `${rows} rows of ${Math.round(bytes / rows)} bytes in batches of ${rowsPerBatch}, ${atOnce} inserts at a time on both sides`,
  );
  console.log(`through the store:  ${told(throughStore)}`);
  console.log(`the engine alone:   ${told(alone)}`);
  console.log(
    `ratio: ${(throughStore.perSecond / alone.perSecond).toFixed(2)} of the engine's own insert (goal: 100000 rows/s through the store)`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** `cpuMicroseconds`: what a row cost the process that holds the engine; it tells more than the rate where other work takes the cores. */
interface Rate {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
}

function told({ perSecond, cpuMicroseconds }: Rate): string {
  return `${Math.round(perSecond)} rows/s, ${cpuMicroseconds.toFixed(1)} microseconds of CPU a row`;
}

async function measureStore(): Promise<Rate> {
  const server = await spawnClickHouse(systemClock, { portBase: 19_220, directory: join(folder, 'server') });
  const client = createStoreClient({ url: server.url, user: server.user, password: server.password });
  try {
    await migrate(client);
    const store = new ClickHouseStore(client, systemClock);
    const before = await cpuSeconds(server.url);
    const perSecond = await rowsPerSecond(async (index, batch) => {
      await store.insert('accesses', batch, rowsPerBatch, `bench-${index}`);
    });
    const cpuMicroseconds = ((await cpuSeconds(server.url)) - before) * (1e6 / rows);
    const answer = await client.query({ query: 'SELECT count() AS rows FROM vigie.accesses', format: 'JSONEachRow' });
    const [stored] = await answer.json<{ rows: number }>();
    if (Number(stored?.rows) !== rows) throw new Error(`${rows} rows were sent and ${stored?.rows} can be read`);
    return { perSecond, cpuMicroseconds };
  } finally {
    await client.close();
    await server.end('SIGTERM');
  }
}

/** Two connections of the engine, same table, same settings, same tokens, no HTTP and no process between. */
async function measureEngine(): Promise<Rate> {
  const target = 'INSERT INTO vigie.access_rows';
  const engine = new Engine(join(folder, 'engine'), []);
  const settings = { date_time_input_format: 'best_effort', optimize_on_insert: 0, input_format_parallel_parsing: 0, max_insert_threads: 1, max_threads: 1 }; // prettier-ignore
  const connections = await Promise.all(Array.from({ length: atOnce }, () => engine.connect('services', settings)));
  const [first] = connections;
  await first?.query('CREATE DATABASE vigie', 'Null');
  for (const statement of readMigrations()[0]?.statements ?? []) await first?.query(statement, 'Null');
  const before = process.cpuUsage();
  const perSecond = await rowsPerSecond(async (index, batch) => {
    const connection = connections[index % atOnce];
    await connection?.query(`SET insert_deduplication_token = 'bench-${index}'`, 'Null');
    await connection?.insert(`${target} FORMAT JSONEachRow`, target.length, batch);
  });
  const { user, system } = process.cpuUsage(before);
  for (const connection of connections) connection.close();
  engine.close();
  return { perSecond, cpuMicroseconds: (user + system) / rows };
}

async function rowsPerSecond(insert: (index: number, batch: Buffer) => Promise<void>): Promise<number> {
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: atOnce }, async (_, lane) => {
      for (const [index, batch] of batches.entries()) if (index % atOnce === lane) await insert(index, batch);
    }),
  );
  return rows / ((performance.now() - begun) / 1000);
}

async function cpuSeconds(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^vigie_process_cpu_seconds_total\{.*\} ([\d.e+-]+)$/m.exec(text)?.[1]);
}
