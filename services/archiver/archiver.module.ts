import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { lastLeakcheck } from '#libs/access-store/leakchecks/leakchecks.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { STORE_CLIENT, type StoreClient, StoreModule } from '#libs/access-store/nest/store.module.js';
import { topics } from '#libs/contracts/topics.js';
import { readRegister, requireRules } from '#libs/detection/rules/load/require-rules.js';
import { EVENT_LOG, EventLogModule } from '#libs/event-log/nest/event-log.module.js';
import { logTransport } from '#libs/event-log/nest/log-transport.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { filesFingerprint } from '#libs/runtime/files/files-fingerprint.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { systemRandom } from '#libs/runtime/random.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { ArchiverController } from './archiver.controller.js';
import { ArchiverService } from './archiver.service.js';
import { PlanFiles } from './collect/plan.js';
import { ARCHIVER_CONFIG, type ArchiverConfig, rulePathsOf } from './config.js';
import { Gauges } from './gauges.js';
import { ArchiverPipeline } from './pipeline.js';
import { Reconciler } from './reconcile/reconciler.js';
import { LeakWatch } from './store/leak-watch.js';
import { prepareStore, STORE_READY } from './store/prepare-store.js';
import { RuleSelections } from './store/rule-selections.js';
import { Samples } from './store/samples.js';

const store = {
  provide: ClickHouseStore,
  inject: [STORE_CLIENT, CLOCK],
  useFactory: (client: StoreClient, clock: Clock) => new ClickHouseStore(client, clock),
};

const storeReady = {
  provide: STORE_READY,
  inject: [ARCHIVER_CONFIG, STORE_CLIENT, CLOCK, LOG],
  useFactory: (config: ArchiverConfig, client: StoreClient, clock: Clock, log: Log) => (signal: AbortSignal) =>
    prepareStore(client, config.CLICKHOUSE_URL === undefined, { clock, random: systemRandom, log, signal }),
};

const pipeline = {
  provide: ArchiverPipeline,
  inject: [ARCHIVER_CONFIG, EVENT_LOG, ClickHouseStore, Samples, CLOCK, LOG, Metrics],
  useFactory: (
    config: ArchiverConfig,
    log: EventLog,
    into: ClickHouseStore,
    samples: Samples,
    clock: Clock,
    logger: Log,
    metrics: Metrics,
  ) => {
    const plans = new PlanFiles(join(config.VIGIE_DATA_DIR, 'state', 'archiver'));
    return new ArchiverPipeline({ log, store: into, plans, clock, random: systemRandom, logger, metrics }, samples);
  },
};

const gauges = {
  provide: Gauges,
  inject: [ArchiverPipeline, CLOCK, LOG, Metrics, Health],
  useFactory: (owner: ArchiverPipeline, clock: Clock, log: Log, metrics: Metrics, health: Health) =>
    new Gauges(owner, { clock, log, metrics, health }),
};

const reconciler = {
  provide: Reconciler,
  inject: [ArchiverPipeline, ClickHouseStore, Samples, CLOCK, LOG, Metrics],
  useFactory: (owner: ArchiverPipeline, into: ClickHouseStore, samples: Samples, clock: Clock, log: Log, metrics: Metrics) =>
    new Reconciler({
      store: into,
      samples,
      clock,
      log,
      metrics,
      positions: async () => (await (await owner.membership())?.positions()) ?? [],
      readAgain: (rewinds) => owner.readAgain(rewinds),
    }),
};

const selections = {
  provide: RuleSelections,
  inject: [ARCHIVER_CONFIG, STORE_CLIENT, ClickHouseStore, CLOCK, LOG, Metrics],
  useFactory: (config: ArchiverConfig, client: StoreClient, into: ClickHouseStore, clock: Clock, log: Log, metrics: Metrics) => {
    const paths = rulePathsOf(config);
    return new RuleSelections({
      store: into,
      lists: new ClickHouseLists(client),
      load: async (stored) => (await requireRules(config, stored)).rules,
      clinics: () => readRegister(config.VIGIE_CLINICS_FILE),
      files: () => filesFingerprint(paths),
      clock,
      log,
      metrics,
    });
  },
};

const leaks = {
  provide: LeakWatch,
  inject: [STORE_CLIENT, LOG, Metrics],
  useFactory: (client: StoreClient, log: Log, metrics: Metrics) => new LeakWatch(() => lastLeakcheck(client), { log, metrics }),
};

const transport = logTransport(
  ArchiverService,
  'the archiver cannot go on and ends; a restart begins at the last committed frames',
);

@Module({})
export class ArchiverModule {
  static forConfig(config: ArchiverConfig): DynamicModule {
    return {
      module: ArchiverModule,
      imports: [
        StoreModule.forService(config),
        EventLogModule.forService(config, { name: 'archiver', topics: Object.values(topics) }),
      ],
      controllers: [ArchiverController],
      providers: [
        { provide: ARCHIVER_CONFIG, useValue: config },
        store,
        storeReady,
        Samples,
        pipeline,
        gauges,
        reconciler,
        selections,
        leaks,
        ArchiverService,
        transport,
      ],
    };
  }
}
