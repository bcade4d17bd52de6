/**
 * Rows a second into the embedded ClickHouse through the store (client, HTTP, token, verification), beside the engine's own insert of
 * the same bytes in the same process kind. Goal: 100,000 rows a second.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseStore } from '#libs/access-store/clickhouse-store.js';
import { createStoreClient } from '#libs/access-store/client.js';
import { migrate, readMigrations } from '#libs/access-store/migrate.js';
import { systemClock } from '#libs/runtime/clock.js';
import { Engine } from '#services/clickhouse/engine.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { accessRows } from './lib-access-rows.js';

const rowsPerBatch = 50_000;
const batches = Array.from({ length: 12 }, (_, index) => accessRows(index * rowsPerBatch, rowsPerBatch));
const rows = rowsPerBatch * batches.length;
const bytes = batches.reduce((sum, batch) => sum + batch.length, 0);
const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-archive-'));
try {
  const throughStore = await measureStore();
  const alone = await measureEngine();
  console.log(`machine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}`);
  console.log(`${rows} rows of ${Math.round(bytes / rows)} bytes in batches of ${rowsPerBatch}, two inserts at a time`);
  console.log(`through the store:  ${Math.round(throughStore)} rows/s`);
  console.log(`the engine alone:   ${Math.round(alone)} rows/s`);
  console.log(`ratio: ${(throughStore / alone).toFixed(2)} of the engine's own insert (goal: 100000 rows/s through the store)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureStore(): Promise<number> {
  const server = await spawnClickHouse(systemClock, { portBase: 19_220, directory: join(folder, 'server') });
  const client = createStoreClient({ url: server.url, user: 'default', password: '' });
  try {
    await migrate(client);
    const store = new ClickHouseStore(client, systemClock);
    const begun = performance.now();
    await Promise.all(
      [0, 1].map(async (half) => {
        for (const [index, batch] of batches.entries())
          if (index % 2 === half) await store.insert('accesses', batch, rowsPerBatch, `bench-${index}`);
      }),
    );
    const seconds = (performance.now() - begun) / 1000;
    const answer = await client.query({ query: 'SELECT count() AS rows FROM vigie.accesses', format: 'JSONEachRow' });
    const [stored] = await answer.json<{ rows: number }>();
    if (Number(stored?.rows) !== rows) throw new Error(`${rows} rows were sent and ${stored?.rows} can be read`);
    return rows / seconds;
  } finally {
    await client.close();
    await server.end('SIGTERM');
  }
}

async function measureEngine(): Promise<number> {
  const engine = new Engine(join(folder, 'engine'), []);
  const connection = engine.connect({ date_time_input_format: 'best_effort', optimize_on_insert: 0 });
  await connection.query('CREATE DATABASE vigie', 'Null');
  for (const statement of readMigrations()[0]?.statements ?? []) await connection.query(statement, 'Null');
  const begun = performance.now();
  for (const batch of batches) await connection.insert('INSERT INTO vigie.access_rows FORMAT JSONEachRow', batch);
  const seconds = (performance.now() - begun) / 1000;
  connection.close();
  engine.close();
  return rows / seconds;
}
