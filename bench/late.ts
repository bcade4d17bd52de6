/**
 * A late file of many accounts judged again under the default pack over the embedded ClickHouse: accounts asked for together, beside one
 * question for each, over the same store in the same process, and `JSON.parse` over what they did. How long live traffic has to wait meanwhile. Larger accounts: `BENCH_ROWS_EACH=3000 BENCH_ACCOUNTS=40`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { migrate } from '#libs/access-store/tables/migrate.js';
import { ClickHouseHistory } from '#libs/access-store/history/clickhouse-history.js';
import { madeTopics, topics } from '#libs/contracts/topics.js';
import { createMemoryLog } from '#libs/event-log/memory/memory-log.js';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { Rejudger } from '#services/scorer/late/rejudger.js';
import { ScorerPipeline } from '#services/scorer/pipeline.js';
import { spawnClickHouse } from '#services/clickhouse/spawn.js';
import { packOptions } from './packs/pack.js';
import { Pauses } from './yardstick/pauses.js';
import { besidePlain, plainMicros } from './yardstick/plain.js';
import { report } from './yardstick/report.js';

const accounts = Number(process.env['BENCH_ACCOUNTS'] ?? 1_000);
const rowsEach = Number(process.env['BENCH_ROWS_EACH'] ?? 60);
/** Of accounts that are asked for one by one: each takes as long as the next. */
const aloneMin = Math.min(20, accounts);
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const start = Date.UTC(2026, 10, 1);
const at = { topic: topics.accesses, partition: 0 };
const partitions = Object.fromEntries(madeTopics.map((topic) => [topic, 1]));

/** Behind all windows of the pack: what decides about an access so late is in the store alone. */
const afterMs = 40 * dayMs;

/** A day's work of everybody, the clock far behind it, and a late access of each to somebody whom it has not met. */
const work = Array.from({ length: rowsEach }, (_, n) =>
  linesOf((account) => [account, start + Math.round((n * dayMs) / rowsEach) + account, 'work', n]),
);
const later = Buffer.from(lineOf(accounts, start + afterMs, 'clock', 0));
const late = linesOf((account) => [account, start + 12 * hourMs + account, 'late', account]);
const frames = [...work, later, late].map((bytes, offset) => ({ offset, bytes }));

const folder = mkdtempSync(join(tmpdir(), 'vigie-bench-late-'));
const server = await spawnClickHouse(systemClock, { portBase: await freePortBase(), directory: join(folder, 'server') });
const client = createStoreClient(server);
try {
  await migrate(client);
  await archive(client);
  report.note(`${accounts} accounts of ${rowsEach} rows each, a late access of each; the default pack`);
  await measure('together, programs compiled meanwhile', undefined, accounts);
  const together = await measure('together', undefined, accounts, 'rate');
  // To look at every turn costs as much again as judging, while the store is waited for: that is another run.
  await measure('together', undefined, accounts, 'turns');
  const alone = await measure('one by one', { accounts: 1, bytes: 0 }, aloneMin);
  besidePlain('a row judged again, together', together.micros / (together.done * (rowsEach + 1)), plainMicros(work, undefined));
  report.ratio(
    'accounts asked for one by one',
    alone.tookMs / alone.done / (together.tookMs / together.done),
    'the time of accounts asked for together',
  );
} finally {
  await client.close();
  await server.end('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
}

async function archive(of: ClickHouseClient): Promise<void> {
  const store = new ClickHouseStore(of, systemClock);
  const bytes = Buffer.concat(frames.map((frame) => frame.bytes));
  const rows = accounts * (rowsEach + 1) + 1;
  const token = 'bench-late';
  await store.insert('accesses', bytes, rows, token);
  await store.recordBatch({ ...at, first: 0, last: frames.length - 1, rows, refused: 0, token });
}

/** Milliseconds from the first look until so many were judged again, and microseconds of the scorer's processor. */
async function measure(
  name: string,
  groupMax: { readonly accounts: number; readonly bytes: number } | undefined,
  atLeast: number,
  goal?: 'rate' | 'turns',
): Promise<{ readonly done: number; readonly tookMs: number; readonly micros: number }> {
  const tools = {
    log: createMemoryLog({ topics: partitions }),
    clock: systemClock,
    logger: silentLog,
    metrics: new Metrics('bench'),
  };
  const stateDir = mkdtempSync(join(folder, 'state-'));
  const pipeline = new ScorerPipeline({ engine: await packOptions(), stateDir, snapshotEveryMs: 60_000 }, tools);
  for (const { bytes } of frames) await tools.log.append(at, bytes);
  await pipeline.start();
  await pipeline.assigned(at, { start: 0, end: frames.length });
  for (const frame of frames) await pipeline.frames(at, [frame]);
  const keepBeforeTelling = pipeline.keepBeforeTelling.bind(pipeline);
  const rejudger = new Rejudger(() => pipeline.partitions(), {
    ...tools,
    history: new ClickHouseHistory(client),
    keepBeforeTelling,
    ...(groupMax && { groupMax }),
  });
  const waiting = () => pipeline.partitions().reduce((sum, { scorer }) => sum + scorer.rejudgements().length, 0);
  const asked = waiting();
  if (asked === 0)
    throw new Error(
      'no late access asks for its history: the pack keeps windows longer than this gives it days; enlarge afterMs in bench/late.ts',
    );
  const from = systemClock.monotonic();
  const cpu = process.cpuUsage();
  const pauses = goal === 'turns' ? new Pauses() : undefined;
  while (waiting() > asked - atLeast) await rejudger.look();
  const longest = pauses?.end();
  const tookMs = systemClock.monotonic() - from;
  const { user, system } = process.cpuUsage(cpu);
  const micros = user + system;
  const done = asked - waiting();
  if (longest) {
    report.figure(`${name}, the longest turn of the event loop`, longest.processorMs, 'ms of the processor', { atMost: 50 });
    report.figure(`${name}, the longest turn by the clock`, longest.ms, 'ms');
  } else {
    report.figure(`${name}, ${done} accounts of ${rowsEach} rows`, tookMs / 1000, 's');
    report.figure(`${name}, ${done} accounts, the scorer's processor`, micros / 1e6, 's');
    report.figure(
      `${name}, accounts`,
      (done * 1e6) / micros,
      "a second of the scorer's processor",
      goal === 'rate' && rowsEach <= 60 ? { atLeast: 1_000 } : undefined,
    );
  }
  await pipeline.revoked(at);
  return { done, tookMs, micros };
}

function linesOf(each: (account: number) => readonly [number, number, string, number]): Buffer {
  return Buffer.from(Array.from({ length: accounts }, (_, account) => lineOf(...each(account))).join(''));
}

function lineOf(account: number, time: number, kind: string, n: number): string {
  const iso = new Date(time).toISOString();
  const name = `${kind} ${account} ${n}`;
  const row = anAccessRow({
    time: iso,
    received_at: iso,
    actor_id: `nurse.${account}`,
    clinic_id: `99000000${n % 3}`,
    patient_id: aPatient(kind === 'late' ? name : `${account} ${n % 25}`),
    event_id: anEventId(name),
  });
  return `${JSON.stringify(row)}\n`;
}
