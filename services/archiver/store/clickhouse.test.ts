import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { accessRow, type AccessRow } from '#libs/contracts/access-row.js';
import { topics } from '#libs/contracts/topics.js';
import { createMemoryLog, type MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { systemClock } from '#libs/runtime/clock.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { type SpawnedClickHouse, spawnClickHouse } from '#services/clickhouse/spawn.js';
import { ArchiverPipeline } from '../pipeline.js';
import { PlanFiles } from '../collect/plan.js';
import { prepareStore } from './prepare-store.js';
import { Samples } from './samples.js';

const portBase = await freePortBase();
const partitions = 2;

describe('the archiver on the embedded ClickHouse', () => {
  const directory = mkdtempSync(join(tmpdir(), 'vigie-archiver-'));
  let clickHouse: SpawnedClickHouse;
  let client: ReturnType<typeof createStoreClient>;

  beforeAll(async () => {
    clickHouse = await spawnClickHouse(systemClock, { portBase, directory });
    client = createStoreClient({ url: clickHouse.url, user: clickHouse.user, password: clickHouse.password });
    await prepareStore(client, true, {
      clock: systemClock,
      random: () => 0.5,
      log: silentLog,
      signal: new AbortController().signal,
    });
  });
  afterAll(async () => {
    await client.close();
    await clickHouse.end('SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  });

  const count = async (table: string): Promise<number> => {
    const answer = await client.query({ query: `SELECT count() AS rows FROM vigie.${table}`, format: 'JSONEachRow' });
    const [row] = await answer.json<{ rows: string }>();
    return Number(row?.rows ?? -1);
  };

  const pipelineOn = (log: MemoryLog, metrics: Metrics): ArchiverPipeline =>
    new ArchiverPipeline(
      {
        log,
        store: new ClickHouseStore(client, systemClock),
        plans: new PlanFiles(mkdtempSync(join(directory, 'plans-'))),
        clock: systemClock,
        random: () => 0.5,
        logger: silentLog,
        metrics,
      },
      new Samples(),
    );

  it('stores every row once while ClickHouse is killed under it, and puts aside the one that does not fit', async () => {
    const log = createMemoryLog({
      topics: {
        [topics.accesses]: partitions,
        [topics.incidents]: 1,
        [topics.quarantine]: 1,
        [topics.actions]: 1,
        [topics.audit]: 1,
      },
    });
    const metrics = new Metrics('archiver');
    const pipeline = pipelineOn(log, metrics);
    await pipeline.start();
    const rows = Array.from({ length: 20_000 }, (_, index) => row(index));
    await append(log, rows.slice(0, 8_000));
    await clickHouse.end('SIGKILL');
    await append(log, rows.slice(8_000, 16_000));
    clickHouse = await spawnClickHouse(systemClock, { portBase, directory });
    await log.append(
      { topic: topics.accesses, partition: 0 },
      Buffer.from(line(row(20_000)).replace('"action":"read"', '"action":"invented"')),
    );
    // What a later version says besides is left out.
    const [first, ...others] = rows.slice(16_000);
    if (first) await append(log, [Object.assign({ later: 1 }, first)]);
    await append(log, others);
    await until(async () => (await count('accesses')) === rows.length && (await count('quarantine')) === 1);
    expect(await count('access_rows')).toBe(rows.length);
    await until(() => archived(pipeline));
    await pipeline.stop();
    await log.close();
    const stored = await metrics.registry.getSingleMetricAsString('vigie_events_stored_total');
    expect(stored).toContain(`source="siem",service="archiver"} ${rows.length}`);
  });

  it('stores each row of decades of months, of one insert, under constraints of its own, and sets each bad line aside', async () => {
    for (const table of ['access_rows', 'quarantine_rows']) await client.command({ query: `TRUNCATE TABLE vigie.${table}` });
    await client.command({ query: "ALTER TABLE vigie.access_rows ADD CONSTRAINT none CHECK actor_role != 'forbidden'" });
    const log = createMemoryLog({
      topics: { [topics.accesses]: 1, [topics.incidents]: 1, [topics.quarantine]: 1, [topics.actions]: 1, [topics.audit]: 1 },
    });
    const rows = Array.from({ length: 150 }, (_, month) => ({
      ...row(month),
      time: new Date(Date.UTC(1970, month)).toISOString(),
    }));
    const bad = [
      '',
      '[{}]',
      '{"time":1}',
      `${line(row(1)).trim()}${line(row(2)).trim()}`,
      '\t',
      'CREATE TABLE vigie.made (a Int8) ENGINE = Memory',
    ];
    const frames = rows.map((one, index) => `${line(one)}${bad[index % bad.length]}\n`);
    const forbidden = line({ ...row(1000), actor_role: 'forbidden' });
    for (const frame of [...frames, forbidden]) await log.append({ topic: topics.accesses, partition: 0 }, Buffer.from(frame));
    await log.append(
      { topic: topics.incidents, partition: 0 },
      Buffer.from('{"incident_id":"8001234"}\n\nDROP TABLE vigie.lists\n'),
    );
    await log.append({ topic: topics.quarantine, partition: 0 }, Buffer.from('\n{"content":"8001234","step":"archive"}\n[]\n'));
    const pipeline = pipelineOn(log, new Metrics('archiver'));
    await pipeline.start();
    await until(async () => (await archived(pipeline)) && (await count('quarantine')) === 150 + 1 + 3 + 3);
    expect(await count('accesses')).toBe(rows.length);
    const set = await client.query({ query: 'SELECT reason, content FROM vigie.quarantine', format: 'JSONEachRow' });
    const told = await set.json<{ reason: string; content: string }>();
    expect(new Set(told.map(({ reason }) => reason))).toEqual(new Set(['not_an_object', 'unfit_value', 'refused_repeatedly']));
    expect(told.filter(({ content }) => content.includes('8001234'))).toEqual([]);
    expect([
      await count('lists'),
      await client.query({ query: 'EXISTS TABLE vigie.made', format: 'TabSeparated' }).then((answer) => answer.text()),
    ]).toEqual([0, '0\n']);
    await pipeline.stop();
    await log.close();
  });
});

async function append(log: MemoryLog, rows: readonly AccessRow[]): Promise<void> {
  for (let start = 0; start < rows.length; start += 500)
    await log.append(
      { topic: topics.accesses, partition: (start / 500) % partitions },
      Buffer.from(
        rows
          .slice(start, start + 500)
          .map(line)
          .join(''),
      ),
    );
}

function line(row: AccessRow): string {
  return `${JSON.stringify(row)}\n`;
}

function row(index: number): AccessRow {
  return accessRow.parse({
    time: new Date(Date.parse('2026-11-20T08:00:00.000Z') + index * 1000).toISOString(),
    group_id: 'aleo',
    actor_id: `account-${index % 50}`,
    patient_id: index.toString(16).padStart(32, '0'),
    clinic_id: '750300123',
    action: 'read',
    outcome: 'success',
    event_id: index.toString(16).padStart(32, 'e'),
    source: 'siem',
    received_at: '2026-11-23T08:00:00.000Z',
    categories: ['identity'],
    key_id: 'k1',
  });
}

/** Waits for something that must come about; the test's own deadline ends it when it does not. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds().catch(() => false))) await systemClock.sleep(50);
}

/** Whether all that is in the log is committed. */
async function archived(pipeline: ArchiverPipeline): Promise<boolean> {
  const positions = (await (await pipeline.membership())?.positions()) ?? [];
  return positions.every(({ end, committed }) => end === Math.max(0, committed));
}
