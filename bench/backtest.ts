/**
 * A backtest of the rules of this repository against themselves, two rule sets in one pass: rows a second from a file (plain and packed) and
 * from the embedded ClickHouse, each beside reading alone in the same run. Goal: a year of a group's history (50 million rows) in minutes.
 */
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { ClickHouseHistory } from '#libs/access-store/clickhouse-history.js';
import { ClickHouseStore } from '#libs/access-store/clickhouse-store.js';
import { createStoreClient } from '#libs/access-store/client.js';
import { migrate } from '#libs/access-store/migrate.js';
import { Backtest } from '#libs/detection/backtest.js';
import { rulesConfig } from '#libs/detection/rules/config.js';
import { requireRules } from '#libs/detection/rules/require-rules.js';
import { systemClock } from '#libs/runtime/clock.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { RowFiles } from '../cli/backtest/files/row-files.js';
import { type RowSource, StoredRows } from '../cli/backtest/row-source.js';
import { accessRows } from './lib-access-rows.js';

const fileRows = 3_000_000;
const storedRows = 1_000_000;
const rowsAtATime = 50_000;
const rowsOfAYear = 50_000_000;
const dayMs = 86_400_000;
const everything = { fromMs: 0, toMs: Date.UTC(2100, 0, 1) };
const { rules } = await requireRules({
  VIGIE_RULES_DIR: rulesConfig.VIGIE_RULES_DIR.parse(undefined),
  VIGIE_LISTS_DIR: rulesConfig.VIGIE_LISTS_DIR.parse(undefined),
});
const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-backtest-'));
console.log(`machine: ${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, Node ${process.version}; ${rules.length} rules twice`);
try {
  const plain = await writeFileOfRows(join(folder, 'rows.ndjson'));
  const packed = `${plain}.zst`;
  await pipeline(createReadStream(plain), createZstdCompress(), createWriteStream(packed));
  for (const path of [plain, packed])
    await compare(path === plain ? 'NDJSON' : 'NDJSON, zstd', () => new RowFiles([path], everything, 0));
  await fromClickHouse();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function compare(name: string, open: () => RowSource): Promise<void> {
  const reading = await measured(open(), () => {});
  const backtest = new Backtest({ rules, baseline: rules, quietMs: dayMs, allowedLatenessMs: 900_000, ...everything });
  const judging = await measured(open(), (bytes) => void backtest.take(bytes));
  backtest.result();
  const year = rowsOfAYear / judging.rate;
  console.log(
    `${name}: ${text(judging.rate)} rows/s with two rule sets; reading alone ${text(reading.rate)} rows/s: ratio ${(judging.rate / reading.rate).toFixed(2)}; ` +
      `a year of ${rowsOfAYear / 1e6} M rows in ${(year / 60).toFixed(1)} min`,
  );
}

/** Counting is part of it, as it is of the command. */
async function measured(source: RowSource, take: (bytes: Uint8Array) => void): Promise<{ readonly rate: number }> {
  const startedAt = performance.now();
  const rows = await source.count(() => {});
  for await (const { bytes } of source.frames()) take(bytes);
  return { rate: (rows * 1000) / (performance.now() - startedAt) };
}

async function writeFileOfRows(path: string): Promise<string> {
  const out = createWriteStream(path);
  for (let first = 0; first < fileRows; first += rowsAtATime)
    if (!out.write(accessRows(first, rowsAtATime))) await once(out, 'drain');
  out.end();
  await once(out, 'close');
  return path;
}

async function fromClickHouse(): Promise<void> {
  const server = await spawnClickHouse(systemClock, { portBase: 19_430, directory: folder });
  const client = createStoreClient({ url: server.url, user: 'default', password: '' });
  try {
    await migrate(client);
    const store = new ClickHouseStore(client, systemClock);
    for (let first = 0; first < storedRows; first += rowsAtATime)
      await store.insert('accesses', accessRows(first, rowsAtATime), rowsAtATime, `bench ${first}`);
    await compare('embedded ClickHouse', () => new StoredRows('ClickHouse', new ClickHouseHistory(client), everything));
  } finally {
    await client.close();
    await server.end('SIGTERM');
  }
}

function text(rate: number): string {
  return Math.round(rate).toLocaleString('en');
}
