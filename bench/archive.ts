/**
 * Rows into the embedded ClickHouse through the store (client, HTTP, token, verification), beside the engine's own insert of the same bytes into the same tables
 * without HTTP and without another process, in batches of several sizes. Both take turns in one run, by the clock and by the processor time of whoever has the engine,
 * which is told with and without merging.
 * Goal: 0.9 of the engine's own insert at any size, and 100,000 rows a second in large ones.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate, readMigrations } from '#libs/access-store/tables/migrate.js';
import { accessRow } from '#libs/contracts/access-row.js';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { Engine } from '#services/clickhouse/engine/engine.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { processorMicrosecondsOf } from './process/ingestor.js';
import { accessRows } from './rows/access-rows.js';
import { report } from './yardstick/report.js';

/** Inserts at a time, on both sides. */
const atOnce = 2;
/** Rows of a batch, and batches of a round. */
const sizes = [
  { name: 'small', rowsPerBatch: 200, batches: 60 },
  { name: 'middle', rowsPerBatch: 5_000, batches: 12 },
  { name: 'large', rowsPerBatch: 50_000, batches: 4 },
] as const;
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 7);
/** A table with these settings of an insert, and no others, is what the store asks for: see `ClickHouseStore`. */
const settings = {
  date_time_input_format: 'best_effort',
  optimize_on_insert: 0,
  input_format_parallel_parsing: 0,
  max_insert_threads: 1,
  max_threads: 1,
};

/** What the engine calls its threads that merge parts. */
const merging: ReadonlySet<string> = new Set(['MergeMutate']);

/** Of a row, in microseconds. */
interface Cost {
  readonly clock: number;
  readonly processor: number;
  /** The same without the threads that merge: those do the same for both, and as it comes in one's turn or the other's. */
  readonly insert: number;
}

type Insert = (token: string, batch: Buffer, rows: number) => Promise<void>;

const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-archive-'));
const server = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory: join(folder, 'server') });
const client = createStoreClient({ url: server.url, user: server.user, password: server.password });
const engine = new Engine(join(folder, 'engine'), []);
const connections = await Promise.all(Array.from({ length: atOnce }, () => engine.connect('services', settings)));
try {
  await migrate(client);
  await connections[0]?.query('CREATE DATABASE vigie', 'Null');
  for (const { statements } of readMigrations())
    for (const statement of statements) await connections[0]?.query(statement, 'Null');
  const store = new ClickHouseStore(client, systemClock);
  const target = `INSERT INTO vigie.access_rows (${Object.keys(accessRow.shape).join(', ')})`;
  let first = 0;
  for (const { name, rowsPerBatch, batches } of sizes) {
    const costs = { store: [] as Cost[], engine: [] as Cost[] };
    for (let round = -1; round < rounds; round += 1) {
      const given = Array.from({ length: batches }, (_, n) => accessRows(first + n * rowsPerBatch, rowsPerBatch));
      first += batches * rowsPerBatch;
      const turn = { name: `${name}-${round}`, given, rowsPerBatch };
      const through = await measured(turn, server.child, async (_, token, batch, rows) => {
        const outcome = await store.insert('accesses', batch, rows, token);
        if (outcome.kind === 'rejected') throw new Error(outcome.detail);
      });
      const alone = await measured(turn, process, async (lane, token, batch) => {
        await connections[lane]?.query(`SET insert_deduplication_token = '${token}'`, 'Null');
        await connections[lane]?.insert(`${target} FORMAT JSONEachRow`, target.length, batch);
      });
      // In the first round everything is met for the first time.
      if (round < 0) continue;
      costs.store.push(through);
      costs.engine.push(alone);
    }
    tell(`${name} batches of ${rowsPerBatch.toLocaleString('en')} rows`, costs.store, costs.engine, name === 'large');
  }
  await verify(first);
} finally {
  for (const connection of connections) connection.close();
  engine.close();
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

function tell(name: string, store: readonly Cost[], alone: readonly Cost[], isLarge: boolean): void {
  const of = (costs: readonly Cost[], which: keyof Cost): number => median(costs.map((cost) => cost[which]));
  const ratio = (which: keyof Cost): number =>
    median(store.map((cost, round) => (alone[round]?.[which] ?? Number.NaN) / cost[which]));
  report.figure(`${name}, through the store`, 1e6 / of(store, 'clock'), 'rows/s', isLarge ? { atLeast: 100_000 } : undefined);
  report.figure(`${name}, the engine's process`, of(store, 'processor'), 'us of the processor a row');
  report.figure(`${name}, the engine alone`, of(alone, 'processor'), 'us of the processor a row');
  report.ratio(`${name}, by the clock`, ratio('clock'), "the rate of the engine's own insert");
  report.ratio(`${name}, by processor time`, ratio('processor'), "the rate of the engine's own insert", { atLeast: 0.9 });
  report.ratio(`${name}, by processor time without merging`, ratio('insert'), "the rate of the engine's own insert", {
    atLeast: 0.9,
  });
}

async function measured(
  { name, given, rowsPerBatch }: { readonly name: string; readonly given: readonly Buffer[]; readonly rowsPerBatch: number },
  engineOf: Parameters<typeof processorMicrosecondsOf>[0],
  insert: (lane: number, ...batch: Parameters<Insert>) => Promise<void>,
): Promise<Cost> {
  const processor = () => [processorMicrosecondsOf(engineOf), processorMicrosecondsOf(engineOf, merging)] as const;
  const [begun, [allBefore, insertBefore]] = [performance.now(), processor()];
  await Promise.all(
    Array.from({ length: atOnce }, async (_, lane) => {
      for (const [index, batch] of given.entries())
        if (index % atOnce === lane) await insert(lane, `bench-${name}-${index}`, batch, rowsPerBatch);
    }),
  );
  const rows = given.length * rowsPerBatch;
  const [all, own] = processor();
  return {
    clock: ((performance.now() - begun) * 1000) / rows,
    processor: (all - allBefore) / rows,
    insert: (own - insertBefore) / rows,
  };
}

/** That what was measured is there. */
async function verify(rows: number): Promise<void> {
  const answer = await client.query({ query: 'SELECT count() AS rows FROM vigie.accesses', format: 'JSONEachRow' });
  const [stored] = await answer.json<{ rows: number }>();
  if (Number(stored?.rows) !== rows) throw new Error(`${rows} rows were sent and ${stored?.rows} can be read`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
