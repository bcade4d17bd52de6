import { join } from 'node:path';
import { type DynamicModule, Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { storeAddressOf } from '#libs/access-store/clickhouse/address.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { openEventLog } from '#libs/event-log/open.js';
import type { Clock } from '#libs/runtime/clock.js';
import { filesFingerprint } from '#libs/runtime/files-fingerprint.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { systemRandom } from '#libs/runtime/random.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import { type ArchiverConfig, rulePathsOf } from './config.js';
import { Gauges } from './gauges.js';
import { ArchiverPipeline } from './pipeline.js';
import { PlanFiles } from './collect/plan.js';
import { prepareStore } from './store/prepare-store.js';
import { checkEveryMs, Reconciler } from './reconcile/reconciler.js';
import { RuleSelections } from './store/rule-selections.js';
import { Samples } from './store/samples.js';

const CONFIG = Symbol('archiver configuration');

/** Opens what the pipeline needs, runs it, and closes it in reverse. Health and metrics answer while ClickHouse is still waited for. */
@Injectable()
export class ArchiverService implements OnApplicationBootstrap {
  #state = 'waiting for ClickHouse and its migrations';

  constructor(
    @Inject(CONFIG) private readonly config: ArchiverConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly logger: Log,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Health) private readonly health: Health,
    @Inject(Shutdown) private readonly shutdown: Shutdown,
  ) {}

  onApplicationBootstrap(): void {
    this.health.ready('archiving', () => this.#state || undefined);
    const stopping = new AbortController();
    this.#run(stopping.signal).catch((cause: unknown) => {
      if (stopping.signal.aborted) return;
      this.logger.error('the archiver cannot go on and ends; a restart begins at the last committed frames', { cause });
      process.exit(1);
    });
    this.shutdown.add('waits', async () => stopping.abort());
  }

  async #run(signal: AbortSignal): Promise<never> {
    const { config, clock, logger, metrics, health, shutdown } = this;
    const random = systemRandom;
    const client = createStoreClient(storeAddressOf(config));
    shutdown.add('ClickHouse client', () => client.close());
    const store = new ClickHouseStore(client, clock);
    await prepareStore(client, config.CLICKHOUSE_URL === undefined, { clock, random, log: logger, signal });
    this.#state = 'waiting for the log';
    const log = await openEventLog(config, { clock, logger, metrics, health, signal, name: 'archiver' });
    this.#state = 'waiting to join its group';
    shutdown.add('event log', () => log.close());
    signal.throwIfAborted();
    const samples = new Samples();
    const plans = new PlanFiles(join(config.VIGIE_DATA_DIR, 'state', 'archiver'));
    const pipeline = new ArchiverPipeline({ log, store, plans, clock, random, logger, metrics }, samples);
    shutdown.add('pipeline', () => pipeline.stop());
    await pipeline.start();
    this.#state = '';
    logger.info('archiving');
    this.#watch(pipeline, store, samples);
    const paths = rulePathsOf(config);
    const selections = new RuleSelections({
      store,
      lists: new ClickHouseLists(client),
      load: async (stored) => (await requireRules(config, stored)).rules,
      files: () => filesFingerprint(paths),
      clock,
      log: logger,
      metrics,
    });
    this.health.ready('selections', () => selections.missing);
    void selections.run(signal);
    return pipeline.failed;
  }

  #watch(pipeline: ArchiverPipeline, store: ClickHouseStore, samples: Samples): void {
    const { clock, logger, metrics, health, shutdown } = this;
    const gauges = new Gauges(pipeline, { clock, log: logger, metrics, health });
    gauges.start();
    const reconciler = new Reconciler({
      store,
      samples,
      clock,
      log: logger,
      metrics,
      positions: async () => (await (await pipeline.membership())?.positions()) ?? [],
      readAgain: (rewinds) => pipeline.readAgain(rewinds),
    });
    const stopChecks = clock.every(checkEveryMs, () => void reconciler.check());
    shutdown.add('timers', async () => {
      stopChecks();
      gauges.stop();
    });
  }
}

@Module({})
export class ArchiverModule {
  static forConfig(config: ArchiverConfig): DynamicModule {
    return { module: ArchiverModule, providers: [{ provide: CONFIG, useValue: config }, ArchiverService] };
  }
}
