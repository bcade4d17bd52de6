import { type DynamicModule, Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { createStoreClient } from '#libs/access-store/clickhouse/client.js';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { storeAddressOf } from '#libs/access-store/clickhouse/address.js';
import { openEventLog } from '#libs/event-log/open.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { systemRandom } from '#libs/runtime/random.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import type { NotifierConfig } from './config.js';
import { DeliveredFile } from './deliver/delivered.js';
import { Gauges } from './gauges.js';
import { fetchPost } from './channels/http-post.js';
import { LogChannel } from './channels/log-channel.js';
import { insertEveryMs, insertOutcomes } from './deliver/outcomes.js';
import { deliveredPath, NotifierPipeline } from './pipeline.js';
import { WebhookChannel } from './channels/webhook-channel.js';

const CONFIG = Symbol('notifier configuration');

/** Opens what the pipeline needs, runs it, and closes it in reverse. Health and metrics answer while the log is still waited for. */
@Injectable()
export class NotifierService implements OnApplicationBootstrap {
  #state = 'waiting for the log';

  constructor(
    @Inject(CONFIG) private readonly config: NotifierConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly logger: Log,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Health) private readonly health: Health,
    @Inject(Shutdown) private readonly shutdown: Shutdown,
  ) {}

  onApplicationBootstrap(): void {
    this.health.ready('telling', () => this.#state || undefined);
    const stopping = new AbortController();
    this.#run(stopping.signal).catch((cause: unknown) => {
      if (stopping.signal.aborted) return;
      this.logger.error('the notifier cannot go on and ends; a restart begins at the first change that was not delivered', {
        cause,
      });
      process.exit(1);
    });
    this.shutdown.add('waits', async () => stopping.abort(new Error('the notifier stops')));
  }

  async #run(signal: AbortSignal): Promise<never> {
    const { config, clock, logger, metrics, health, shutdown } = this;
    const client = createStoreClient(storeAddressOf(config));
    shutdown.add('ClickHouse client', () => client.close());
    const log = await openEventLog(config, { clock, logger, metrics, health, signal, name: 'notifier' });
    shutdown.add('event log', () => log.close());
    const webhooks = config.endpoints.map((endpoint) => new WebhookChannel(endpoint, fetchPost, clock));
    const pipeline = new NotifierPipeline([new LogChannel(logger), ...webhooks], {
      log,
      clock,
      random: systemRandom,
      logger,
      metrics,
      store: insertOutcomes(new ClickHouseStore(client, clock)),
      openDelivered: (channel) => DeliveredFile.open(deliveredPath(config.VIGIE_DATA_DIR, channel)),
    });
    shutdown.add('pipeline', () => pipeline.stop());
    await pipeline.start();
    this.#state = '';
    for (const { name } of webhooks) logger.info('telling', { endpoint: name });
    if (webhooks.length === 0) logger.info('no webhook is configured: incidents are told in this log only');
    const gauges = new Gauges(pipeline, { clock, log: logger, metrics, health });
    const timers = [gauges.start(), clock.every(insertEveryMs, () => void pipeline.flushOutcomes())];
    shutdown.add('timers', async () => timers.forEach((stop) => stop()));
    return pipeline.failed;
  }
}

@Module({})
export class NotifierModule {
  static forConfig(config: NotifierConfig): DynamicModule {
    return { module: NotifierModule, providers: [{ provide: CONFIG, useValue: config }, NotifierService] };
  }
}
