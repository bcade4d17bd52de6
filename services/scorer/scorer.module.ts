import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DynamicModule, Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { requireRules } from '#libs/detection/rules/require-rules.js';
import { openEventLog } from '#libs/event-log/open.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import type { ScorerConfig } from './config.js';
import { Gauges } from './gauges.js';
import { ScorerPipeline } from './pipeline.js';

const CONFIG = Symbol('scorer configuration');

/** Opens what the pipeline needs, runs it, and closes it in reverse. */
@Injectable()
export class ScorerService implements OnApplicationBootstrap {
  constructor(
    @Inject(CONFIG) private readonly config: ScorerConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly logger: Log,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Health) private readonly health: Health,
    @Inject(Shutdown) private readonly shutdown: Shutdown,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { rules } = await requireRules(this.config);
    const stateDir = join(this.config.VIGIE_DATA_DIR, 'state', 'scorer');
    await mkdir(stateDir, { recursive: true });
    const log = await openEventLog(this.config, {
      clock: this.clock,
      logger: this.logger,
      metrics: this.metrics,
      name: 'scorer',
    });
    this.shutdown.add('event log', () => log.close());
    const pipeline = new ScorerPipeline(
      {
        engine: {
          rules,
          quietMs: this.config.VIGIE_QUIET_HOURS * 3_600_000,
          allowedLatenessMs: this.config.VIGIE_ALLOWED_LATENESS_MINUTES * 60_000,
        },
        stateDir,
        snapshotEveryMs: this.config.VIGIE_SNAPSHOT_SECONDS * 1000,
      },
      { log, clock: this.clock, logger: this.logger, metrics: this.metrics },
    );
    const membership = await pipeline.start();
    this.shutdown.add('membership', () => membership.leave());
    const gauges = new Gauges(pipeline, membership, {
      clock: this.clock,
      logger: this.logger,
      metrics: this.metrics,
      health: this.health,
    });
    this.shutdown.add('timers', async () => gauges.stop());
    gauges.start();
    membership.ended.catch((cause: unknown) => {
      this.logger.error('the scorer cannot go on and ends; a restart reads again from the newest snapshot', { cause });
      process.exit(1);
    });
    this.logger.info('judging', { count: rules.length, path: this.config.VIGIE_RULES_DIR });
  }
}

@Module({})
export class ScorerModule {
  static forConfig(config: ScorerConfig): DynamicModule {
    return { module: ScorerModule, providers: [{ provide: CONFIG, useValue: config }, ScorerService] };
  }
}
