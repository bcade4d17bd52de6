import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { storeAddressOf } from '#libs/access-store/clickhouse/address.js';
import { ClickHouseHistory } from '#libs/access-store/history/clickhouse-history.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { openEventLog } from '#libs/event-log/open.js';
import type { Clock } from '#libs/runtime/clock.js';
import { filesFingerprint } from '#libs/runtime/files-fingerprint.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import { Background } from './background.js';
import { rulePathsOf, type ScorerConfig } from './config.js';
import { Filler } from './late/filler.js';
import { Gauges } from './gauges.js';
import { ScorerPipeline } from './pipeline.js';
import { Rejudger } from './late/rejudger.js';
import { RulesReloader, type RulesReloaderTools } from './rules/rules-reloader.js';

export const SCORER_CONFIG = Symbol('scorer configuration');

/** How long a start waits for the lists in the store, in milliseconds: judging must begin without a store, too. */
const listsMsMax = 3000;

type StoreClient = ReturnType<typeof createStoreClient>;

/** Opens what the pipeline needs, runs it, and closes it in reverse. */
@Injectable()
export class ScorerService implements OnApplicationBootstrap {
  #pipeline: ScorerPipeline | undefined;

  constructor(
    @Inject(SCORER_CONFIG) private readonly config: ScorerConfig,
    @Inject(CLOCK) readonly clock: Clock,
    @Inject(LOG) private readonly logger: Log,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Health) private readonly health: Health,
    @Inject(Shutdown) private readonly shutdown: Shutdown,
  ) {}

  /** Undefined until the partitions are asked for. */
  get pipeline(): ScorerPipeline | undefined {
    return this.#pipeline;
  }

  /** Rules with mistakes end the start. The log is waited for beside it, so that health and metrics answer meanwhile. */
  async onApplicationBootstrap(): Promise<void> {
    const { config, logger, health, shutdown } = this;
    const client = createStoreClient(storeAddressOf(config));
    shutdown.add('ClickHouse client', () => client.close());
    const reloader = this.#reloader(client, (rules) => this.#pipeline?.useRules(rules) ?? Promise.resolve());
    const rules = await reloader.first(listsMsMax);
    health.ready('judging', () => (this.#pipeline ? undefined : 'waiting for the log'));
    const stopping = new AbortController();
    this.#judge(client, reloader, rules, stopping.signal).catch((cause: unknown) => {
      if (stopping.signal.aborted) return;
      logger.error('the scorer cannot go on and ends; a restart reads again from the newest snapshot', { cause });
      process.exit(1);
    });
    shutdown.add('waits', async () => stopping.abort(new Error('the scorer stops')));
  }

  async #judge(client: StoreClient, reloader: RulesReloader, rules: readonly Rule[], signal: AbortSignal): Promise<void> {
    const { config, clock, logger, metrics, health, shutdown } = this;
    const stateDir = join(config.VIGIE_DATA_DIR, 'state', 'scorer');
    await mkdir(stateDir, { recursive: true });
    const log = await openEventLog(config, { clock, logger, metrics, health, signal, name: 'scorer' });
    shutdown.add('event log', () => log.close());
    const pipeline = new ScorerPipeline(
      {
        engine: {
          rules,
          quietMs: config.VIGIE_QUIET_HOURS * 3_600_000,
          allowedLatenessMs: config.VIGIE_ALLOWED_LATENESS_MINUTES * 60_000,
        },
        stateDir,
        snapshotEveryMs: config.VIGIE_SNAPSHOT_SECONDS * 1000,
      },
      { log, clock, logger, metrics },
    );
    const membership = await pipeline.start(signal);
    this.#pipeline = pipeline;
    shutdown.add('membership', () => membership.leave());
    const gauges = new Gauges(pipeline, membership, { clock, logger, metrics, health });
    gauges.start();
    const background = this.#background(pipeline, client, reloader);
    shutdown.add('timers', async () => {
      gauges.stop();
      background.stop();
    });
    logger.info('judging', { count: rules.length, path: config.VIGIE_RULES_DIR });
    await membership.ended;
  }

  #reloader(client: StoreClient, use: RulesReloaderTools['use']): RulesReloader {
    const { config, clock, logger, metrics } = this;
    const paths = rulePathsOf(config);
    return new RulesReloader({
      lists: new ClickHouseLists(client),
      files: () => filesFingerprint(paths),
      load: async (lists) => (await requireRules(config, lists)).rules,
      use,
      clock,
      logger,
      metrics,
    });
  }

  #background(pipeline: ScorerPipeline, client: StoreClient, reloader: RulesReloader): Background {
    const tools = { history: new ClickHouseHistory(client), clock: this.clock, logger: this.logger, metrics: this.metrics };
    const rejudger = new Rejudger(() => pipeline.partitions(), {
      ...tools,
      keepBeforeTelling: (owned) => pipeline.keepBeforeTelling(owned),
    });
    const background = new Background({ rejudger, filler: new Filler(pipeline, tools), reloader }, tools);
    background.start();
    process.on('SIGHUP', () => background.lookAtRules());
    return background;
  }
}
