/**
 * 50 short queries a second while one long query runs and 20,000 rows a second are inserted. Goal: a median below 50 ms, and inserts
 * that keep their pace. Open loop: a query is due at its time, whether or not earlier ones have ended.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate } from '#libs/access-store/tables/migrate.js';
import { systemClock } from '#libs/runtime/clock.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { accessRows } from './rows/access-rows.js';
import { report } from './yardstick/report.js';

const secondsOfRun = 12;
const queriesPerSecond = 50;
const rowsPerInsert = 10_000;
const insertEveryMs = 500;
const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-clickhouse-'));
const server = await spawnClickHouse(systemClock, { portBase: 19_230, directory: folder });
const address = { url: server.url, user: server.user, password: server.password };
const [writer, reader, analyst] = [createStoreClient(address), createStoreClient(address), createStoreClient(address)];
try {
  await migrate(writer);
  const store = new ClickHouseStore(writer, systemClock);
  await store.insert('accesses', accessRows(0, 200_000), 200_000, 'bench-base');
  const cpuBefore = await cpuSeconds();
  const quiet = await shortQueries(reader, 3);
  const cpuMs = ((await cpuSeconds()) - cpuBefore) * (1000 / quiet.length);
  const stop = new AbortController();
  const long = longQuery(analyst, stop.signal);
  const [busy, inserts] = await Promise.all([shortQueries(reader, secondsOfRun), insertSteadily(store)]);
  stop.abort();
  await long;
  report.figure('short queries, nothing else, median', at(quiet, 0.5), 'ms');
  report.figure('short queries, nothing else, 99th percentile', at(quiet, 0.99), 'ms');
  report.figure('short queries, processor time of each', cpuMs, 'ms');
  report.figure('short queries beside a long one and 20,000 rows/s, median', at(busy, 0.5), 'ms', { atMost: 50 });
  report.figure('short queries beside a long one and 20,000 rows/s, 99th percentile', at(busy, 0.99), 'ms');
  report.figure(`inserts of ${rowsPerInsert} rows meanwhile, one due every ${insertEveryMs} ms, median`, at(inserts, 0.5), 'ms');
  report.figure('inserts meanwhile, slowest', at(inserts, 1), 'ms');
  report.ratio('short queries beside that load, median', at(busy, 0.5) / at(quiet, 0.5), 'the quiet median');
} finally {
  await Promise.all([writer.close(), reader.close(), analyst.close()]);
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

async function shortQueries(client: ClickHouseClient, seconds: number): Promise<readonly number[]> {
  const begun = performance.now();
  const took: number[] = [];
  const asked: Promise<void>[] = [];
  for (let index = 0; index < seconds * queriesPerSecond; index += 1) {
    await systemClock.sleep(Math.max(0, begun + (index * 1000) / queriesPerSecond - performance.now()));
    asked.push(one(client, index, took));
  }
  await Promise.all(asked);
  return took.toSorted((a, b) => a - b);
}

async function one(client: ClickHouseClient, index: number, took: number[]): Promise<void> {
  const due = performance.now();
  const query =
    'SELECT uniqExact(patient_id) AS patients FROM vigie.accesses WHERE group_id = {g:String} AND actor_id = {a:String}';
  const answer = await client.query({
    query,
    query_params: { g: 'helix', a: `account.${(index * 31) % 1400}` },
    format: 'JSONEachRow',
  });
  await answer.json();
  took.push(performance.now() - due);
}

async function longQuery(client: ClickHouseClient, signal: AbortSignal): Promise<void> {
  const query = 'SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) % 7 = 0 SETTINGS max_execution_time = 120';
  await client.query({ query, format: 'JSONEachRow', abort_signal: signal }).then(
    () => {
      throw new Error('the long query ended before the run did');
    },
    (cause: unknown) => {
      if (!signal.aborted) throw cause;
    },
  );
}

async function insertSteadily(store: ClickHouseStore): Promise<readonly number[]> {
  const begun = performance.now();
  const took: number[] = [];
  for (let index = 0; index < (secondsOfRun * 1000) / insertEveryMs; index += 1) {
    const rows = accessRows(1_000_000 + index * rowsPerInsert, rowsPerInsert);
    await systemClock.sleep(Math.max(0, begun + index * insertEveryMs - performance.now()));
    const sent = performance.now();
    await store.insert('accesses', rows, rowsPerInsert, `bench-steady-${index}`);
    took.push(performance.now() - sent);
  }
  return took.toSorted((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** What the engine's process has used so far. */
async function cpuSeconds(): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(/^vigie_process_cpu_seconds_total\{.*\} ([\d.e+-]+)$/m.exec(text)?.[1]);
}
