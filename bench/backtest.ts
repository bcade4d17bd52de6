/**
 * A backtest of the rules of this repository against themselves, two rule sets in one pass over a week of the simulated hospital: rows a
 * second from a file (plain and packed) and from the embedded ClickHouse, each beside reading alone in the same run, and beside `JSON.parse` by processor time. Goal: a year of the
 * group's history, 52 such weeks, in minutes.
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { ClickHouseHistory } from '#libs/access-store/history/clickhouse-history.js';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate } from '#libs/access-store/tables/migrate.js';
import { Backtest } from '#libs/detection/history/backtest.js';
import { rulesConfig } from '#libs/detection/rules/load/config.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { systemClock } from '#libs/runtime/clock.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { hospitalRows } from '#libs/testkit/hospital-rows.js';
import { defaultSimulation, Simulation } from '#libs/testkit/hospital/simulation.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { blocksOf } from '../cli/backtest/files/row-run.js';
import { RowFiles } from '../cli/backtest/files/row-files.js';
import { type RowSource, StoredRows } from '../cli/backtest/row-source.js';
import { ownMicros } from './yardstick/machine.js';
import { besidePlain, type PlainMicros, plainMicros } from './yardstick/plain.js';
import { report } from './yardstick/report.js';

const days = 7;
const rowsAtATime = 20_000;
const dayMs = 86_400_000;
/** Of the week, for `JSON.parse` alone. */
const parsedBytes = 64 * 1024 * 1024;
const everything = { fromMs: 0, toMs: Date.UTC(2100, 0, 1) };
const { rules } = await requireRules({
  VIGIE_RULES_DIR: rulesConfig.VIGIE_RULES_DIR.parse(undefined),
  VIGIE_LISTS_DIR: rulesConfig.VIGIE_LISTS_DIR.parse(undefined),
});
const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-backtest-'));
report.note(`${rules.length} rules twice`);
try {
  const plain = await writeWeek(join(folder, 'rows.ndjson'));
  const packed = `${plain}.zst`;
  const parsed = plainMicros([await headOf(plain)], undefined);
  await pipeline(createReadStream(plain), createZstdCompress(), createWriteStream(packed));
  for (const path of [plain, packed])
    await compare(path === plain ? 'NDJSON' : 'NDJSON, zstd', () => new RowFiles([path], everything, 0), parsed);
  await fromClickHouse(plain, parsed);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(name: string, open: () => RowSource, parsed: PlainMicros): Promise<void> {
  const reading = await measured(open(), () => {});
  const backtest = new Backtest({ rules, baseline: rules, quietMs: dayMs, allowedLatenessMs: 900_000, ...everything });
  const judging = await measured(open(), (bytes) => void backtest.take(bytes));
  backtest.result();
  const minutes = (judging.rows * 365) / days / judging.rate / 60;
  report.figure(`${name}, two rule sets`, judging.rate, 'rows/s');
  report.figure(`${name}, reading alone`, reading.rate, 'rows/s');
  report.ratio(`${name}, two rule sets`, judging.rate / reading.rate, 'the rate of reading alone');
  besidePlain(`${name}, two rule sets`, judging.micros, parsed);
  report.figure(`${name}, a year of ${((judging.rows * 365) / days).toLocaleString('en')} rows`, minutes, 'minutes');
}

/** Whole rows at the beginning of the file. */
async function headOf(path: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(path, { end: parsedBytes - 1 })) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  return bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
}

/** Counting is part of it, as it is of the command. Rows a second by the clock, and microseconds of the processor for each. */
async function measured(
  source: RowSource,
  take: (bytes: Uint8Array) => void,
): Promise<{ readonly rows: number; readonly rate: number; readonly micros: number }> {
  const startedAt = performance.now();
  const begun = ownMicros();
  const rows = await source.count(() => {});
  for await (const { bytes } of source.frames()) take(bytes);
  return { rows, rate: (rows * 1000) / (performance.now() - startedAt), micros: (ownMicros() - begun) / rows };
}

/** A week of the default hospital, nothing planted but one burst. */
async function writeWeek(path: string): Promise<string> {
  const out = createWriteStream(path);
  const lines: string[] = [];
  const flush = async (): Promise<void> => {
    if (!out.write(lines.splice(0).join(''))) await once(out, 'drain');
  };
  for (const row of hospitalRows(new Simulation({ ...defaultSimulation, days }).events())) {
    lines.push(`${JSON.stringify(row)}\n`);
    if (lines.length >= rowsAtATime) await flush();
  }
  await flush();
  out.end();
  await once(out, 'close');
  return path;
}

async function fromClickHouse(path: string, parsed: PlainMicros): Promise<void> {
  const server = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory: folder });
  const client = createStoreClient({ url: server.url, user: server.user, password: server.password });
  try {
    await migrate(client);
    const store = new ClickHouseStore(client, systemClock);
    for await (const { bytes, count } of blocksOf(path, everything))
      await store.insert('accesses', bytes, count, `bench ${bytes.subarray(0, 500).toString()}`);
    await compare('embedded ClickHouse', () => new StoredRows('ClickHouse', new ClickHouseHistory(client), everything), parsed);
  } finally {
    await client.close();
    await server.end('SIGTERM');
  }
}
