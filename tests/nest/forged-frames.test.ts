import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { MemoryStore } from '#libs/access-store/memory/memory-store.js';
import { partitionOf, topics } from '#libs/contracts/topics.js';
import { openEmbeddedLog } from '#libs/event-log/embedded/embedded-log.js';
import { embeddedPartitions } from '#libs/event-log/limits.js';
import { LogStrategy } from '#libs/event-log/nest/log-strategy.js';
import { openEventLog } from '#libs/event-log/open.js';
import type { EventLog } from '#libs/event-log/port.js';
import { systemClock } from '#libs/runtime/clock.js';
import { readConfig } from '#libs/runtime/config.js';
import { Health } from '#libs/runtime/health.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { LOG, RuntimeModule } from '#libs/runtime/runtime.module.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { ArchiverModule } from '#services/archiver/archiver.module.js';
import { archiverConfig } from '#services/archiver/config.js';
import { STORE_READY } from '#services/archiver/store/prepare-store.js';
import { scorerConfig } from '#services/scorer/config.js';
import { ScorerModule } from '#services/scorer/scorer.module.js';

/** Nobody listens there: the store is in memory. */
const nobody = await freePortBase();
const patients = 60;

describe('a scorer and an archiver over the embedded log of their configuration', () => {
  const store = new MemoryStore();
  const apps = new Map<string, INestApplication>();
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'vigie-forged-'));
    const env = { VIGIE_DATA_DIR: dataDir, CLICKHOUSE_URL: `http://127.0.0.1:${nobody}` };
    await start('scorer', ScorerModule.forConfig(readConfig(scorerConfig, env)));
    await start('archiver', ArchiverModule.forConfig(readConfig(archiverConfig, env)), (module) =>
      module
        .overrideProvider(ClickHouseStore)
        .useValue(store)
        .overrideProvider(STORE_READY)
        .useValue(async () => {}),
    );
  });
  afterAll(async () => {
    for (const app of apps.values()) {
      await app.close();
      await app.get(Shutdown).run();
    }
    await rm(dataDir, { recursive: true, force: true });
  });

  it('believe the ingestor alone: what others write is judged by nobody, stored by nobody, and told with its place', async () => {
    const ingestor = await ingestors();
    const partitions = Object.fromEntries(Object.values(topics).map((topic) => [topic, embeddedPartitions]));
    const stranger = await openEmbeddedLog({ directory: join(dataDir, 'log'), topics: partitions });
    const forged = await Promise.all(massAccess('innocent').map((frame) => append(stranger, 'innocent', frame)));
    await append(stranger, 'innocent', Buffer.from('{"time":'.repeat(1000)));
    const change = Buffer.from(`${JSON.stringify({ change_type: 'incident.opened', actor_id: 'innocent' })}\n`);
    await stranger.append({ topic: topics.incidents, partition: 0 }, change);
    await stranger.append({ topic: topics.quarantine, partition: 0 }, Buffer.from('{}\n'));
    for (const frame of massAccess('usurped')) await append(ingestor, 'usurped', frame);
    await stored('accesses', patients);
    await stored('incident_changes', 1);
    // Each forged access twice, by who judges and by who stores; the others once, by who stores.
    await stored('quarantine', 2 * (forged.length + 1) + 2);
    expect(new Set(store.rows('accesses').map(actorOf))).toEqual(new Set(['usurped']));
    expect(new Set(store.rows('incident_changes').map(actorOf))).toEqual(new Set(['usurped']));
    const aside = store.rows('quarantine').map((row): unknown => (typeof row === 'string' ? JSON.parse(row) : row));
    for (const row of aside)
      expect(row).toMatchObject({ reason: 'foreign_frame', detail: expect.stringContaining('(unsigned)') });
    expect(JSON.stringify(aside)).not.toContain('innocent');
    for (const [name, app] of apps) {
      const page = await app.get(Metrics).registry.metrics();
      expect(page).toContain(
        `vigie_log_frames_refused_total{topic="${topics.accesses}",reason="unsigned",service="${name}"} ${patients + 1}`,
      );
    }
    await stranger.close();
    await ingestor.close();
  }, 60_000);

  async function stored(table: Parameters<MemoryStore['rows']>[0], count: number): Promise<void> {
    while (store.rows(table).length < count) await systemClock.sleep(10);
  }

  function ingestors(): Promise<EventLog> {
    const config = readConfig(scorerConfig, { VIGIE_DATA_DIR: dataDir });
    const signal = new AbortController().signal;
    return openEventLog(config, {
      name: 'ingestor',
      topics: [topics.accesses],
      clock: systemClock,
      logger: silentLog,
      health: new Health(),
      signal,
    });
  }

  async function start(
    name: string,
    module: DynamicModule,
    override: (module: TestingModuleBuilder) => TestingModuleBuilder = (unchanged) => unchanged,
  ): Promise<void> {
    const builder = Test.createTestingModule({ imports: [RuntimeModule.forService(name, 'error'), module] });
    const compiled = await override(builder.overrideProvider(LOG).useValue(silentLog)).compile();
    const app = compiled.createNestApplication(new FastifyAdapter(), { logger: false });
    app.connectMicroservice({ strategy: app.get(LogStrategy, { strict: false }) });
    await app.init();
    await app.startAllMicroservices();
    apps.set(name, app);
  }
});

function append(log: EventLog, actor: string, frame: Buffer): Promise<number> {
  return log.append({ topic: topics.accesses, partition: partitionOf('helix', actor, embeddedPartitions) }, frame);
}

/** Each access in a frame of its own. */
function massAccess(actor: string): readonly Buffer[] {
  return Array.from({ length: patients }, (_, n) => {
    const row = anAccessRow({
      time: new Date(aMonday + 1000 * n).toISOString(),
      group_id: 'helix',
      actor_id: actor,
      patient_id: aPatient(n),
      clinic_id: `99000000${n % 3}`,
      event_id: anEventId(`${actor} ${n}`),
    });
    return Buffer.from(`${JSON.stringify(row)}\n`);
  });
}

function actorOf(row: unknown): unknown {
  const read: unknown = typeof row === 'string' ? JSON.parse(row) : row;
  return typeof read === 'object' && read !== null && 'actor_id' in read ? read.actor_id : undefined;
}
