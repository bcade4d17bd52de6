import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { MemoryStore } from '#libs/access-store/memory/memory-store.js';
import { madeTopics, topics } from '#libs/contracts/topics.js';
import { EVENT_LOG } from '#libs/event-log/nest/event-log.module.js';
import { LogStrategy } from '#libs/event-log/nest/log-strategy.js';
import { createMemoryLog, type MemoryLog } from '#libs/event-log/memory/memory-log.js';
import { systemClock } from '#libs/runtime/clock.js';
import { readConfig } from '#libs/runtime/config.js';
import { Fatal } from '#libs/runtime/fatal.js';
import { Health } from '#libs/runtime/health.js';
import type { Log, LogFields } from '#libs/runtime/log.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { LOG, RuntimeModule } from '#libs/runtime/runtime.module.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import { ArchiverModule } from '#services/archiver/archiver.module.js';
import { archiverConfig } from '#services/archiver/config.js';
import { STORE_READY } from '#services/archiver/store/prepare-store.js';
import { defaultSource, notifierConfig } from '#services/notifier/config.js';
import { NotifierModule } from '#services/notifier/notifier.module.js';
import { scorerConfig } from '#services/scorer/config.js';
import { ScorerPipeline } from '#services/scorer/pipeline.js';
import { RulesReloader } from '#services/scorer/rules/rules-reloader.js';
import { ScorerModule } from '#services/scorer/scorer.module.js';
import { aMonday, anAccessRow, anEventId, aPatient } from '#libs/testkit/builders.js';
import { freePortBase } from '#libs/testkit/free-ports.js';

/** Nobody listens there: the scorer and the archiver must begin without a store that answers. */
const nobody = await freePortBase();
const patients = 60;

/** What a service wrote into its log. */
class Lines implements Log {
  readonly written: { readonly message: string; readonly fields: LogFields }[] = [];
  debug(): void {}
  info = (message: string, fields: LogFields = {}) => void this.written.push({ message, fields });
  warn = this.info;
  error = this.info;
}

describe('the services as modules, over a log and a store in memory', () => {
  const store = new MemoryStore();
  const lines = new Lines();
  let log: MemoryLog;
  let dataDir: string;
  let rulesDir: string;
  const apps: INestApplication[] = [];

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'vigie-modules-'));
    log = createMemoryLog({ topics: Object.fromEntries(madeTopics.map((topic) => [topic, 2])) });
    rulesDir = join(dataDir, 'rules');
    await cp(join(projectRoot, 'rules'), rulesDir, { recursive: true });
    const env = { VIGIE_DATA_DIR: dataDir, VIGIE_RULES_DIR: rulesDir, CLICKHOUSE_URL: `http://127.0.0.1:${nobody}` };
    await start('scorer', ScorerModule.forConfig(readConfig(scorerConfig, env)));
    await start('archiver', ArchiverModule.forConfig(readConfig(archiverConfig, env)), (module) =>
      module
        .overrideProvider(ClickHouseStore)
        .useValue(store)
        .overrideProvider(STORE_READY)
        .useValue(async () => {}),
    );
    await start(
      'notifier',
      NotifierModule.forConfig({ ...readConfig(notifierConfig, env), endpoints: [], routing: defaultSource([]) }),
    );
  });
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('join their groups, judge, store and tell', async () => {
    const rows = Array.from({ length: patients }, (_, index) =>
      anAccessRow({
        time: new Date(aMonday + 1000 * index).toISOString(),
        actor_id: 'admin.usurped',
        patient_id: aPatient(index),
        clinic_id: `99000000${index % 3}`,
        event_id: anEventId(index),
      }),
    );
    for (const row of rows) await log.append({ topic: topics.accesses, partition: 0 }, Buffer.from(`${JSON.stringify(row)}\n`));
    while (store.rows('accesses').length < patients) await systemClock.sleep(10);
    while (!lines.written.some(({ message }) => message === 'incident opened')) await systemClock.sleep(10);
    expect(store.rows('accesses')).toHaveLength(patients);
    expect(lines.written.find(({ message }) => message === 'incident opened')?.fields).toMatchObject({ groupId: 'helix' });
  });

  it('take up other rules, which the reloader finds and the pipeline judges by', async () => {
    const [scorer] = apps;
    const before = scorer?.get(ScorerPipeline).rules.length ?? 0;
    await rm(join(rulesDir, 'dormant-account.yml'));
    await scorer?.get(RulesReloader).look();
    expect(scorer?.get(ScorerPipeline).rules.length).toBeLessThan(before);
  });

  it('say for what they are ready', () => {
    const [scorer, archiver, notifier] = apps.map((app) => app.get(Health).report('ready').checks);
    expect(scorer).toMatchObject({ judging: 'ok' });
    expect(archiver).toMatchObject({ archiving: 'ok', selections: expect.stringContaining('selections of the rules') });
    expect(notifier).toMatchObject({ telling: 'ok' });
  });

  it('drain in order: what is read ends before what it needs is closed, and none of it is fatal', async () => {
    const fatal: unknown[] = [];
    for (const app of apps) void app.get(Fatal).reported.then((report) => fatal.push(report));
    for (const app of apps) {
      await app.close();
      expect(await app.get(Shutdown).run()).toBe(true);
    }
    expect(fatal).toEqual([]);
    // Whoever comes next begins where these have ended.
    await expect(log.connect().partitions(topics.accesses)).resolves.toBe(2);
  });

  async function start(
    name: string,
    module: DynamicModule,
    override: (module: TestingModuleBuilder) => TestingModuleBuilder = (unchanged) => unchanged,
  ): Promise<void> {
    const imports = [RuntimeModule.forService(name, 'error'), module];
    const builder = Test.createTestingModule({ imports }).overrideProvider(EVENT_LOG).useValue(log.connect());
    const compiled = await override(builder.overrideProvider(LOG).useValue(lines)).compile();
    const app = compiled.createNestApplication(new FastifyAdapter(), { logger: false });
    app.connectMicroservice({ strategy: app.get(LogStrategy, { strict: false }) });
    await app.init();
    await app.startAllMicroservices();
    apps.push(app);
  }
});
