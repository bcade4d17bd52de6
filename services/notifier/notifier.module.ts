import { type DynamicModule, Module } from '@nestjs/common';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { STORE_CLIENT, type StoreClient, StoreModule } from '#libs/access-store/nest/store.module.js';
import { topics } from '#libs/contracts/topics.js';
import { EVENT_LOG, EventLogModule } from '#libs/event-log/nest/event-log.module.js';
import { logTransport } from '#libs/event-log/nest/log-transport.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { systemRandom } from '#libs/runtime/random.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { fetchPost } from '#libs/channels/http/http-post.js';
import { LogChannel } from './channels/log-channel.js';
import { WebhookChannel } from './channels/webhook-channel.js';
import { NOTIFIER_CONFIG, type NotifierConfig } from './config.js';
import { DeliveredFile } from './deliver/delivered.js';
import { insertOutcomes } from './deliver/outcomes.js';
import { Gauges } from './gauges.js';
import { NotifierController } from './notifier.controller.js';
import { NotifierService } from './notifier.service.js';
import { deliveredPath, NotifierPipeline } from './pipeline.js';

const pipeline = {
  provide: NotifierPipeline,
  inject: [NOTIFIER_CONFIG, EVENT_LOG, STORE_CLIENT, CLOCK, LOG, Metrics],
  useFactory: (config: NotifierConfig, log: EventLog, client: StoreClient, clock: Clock, logger: Log, metrics: Metrics) => {
    const webhooks = config.endpoints.map((endpoint) => new WebhookChannel(endpoint, { http: fetchPost, clock }));
    return new NotifierPipeline([new LogChannel(logger), ...webhooks], {
      log,
      clock,
      random: systemRandom,
      logger,
      metrics,
      store: insertOutcomes(new ClickHouseStore(client, clock)),
      openDelivered: (channel) => DeliveredFile.open(deliveredPath(config.VIGIE_DATA_DIR, channel)),
    });
  },
};

const gauges = {
  provide: Gauges,
  inject: [NotifierPipeline, CLOCK, LOG, Metrics, Health],
  useFactory: (owner: NotifierPipeline, clock: Clock, log: Log, metrics: Metrics, health: Health) =>
    new Gauges(owner, { clock, log, metrics, health }),
};

const transport = logTransport(
  NotifierService,
  'the notifier cannot go on and ends; a restart begins at the first change that was not delivered',
);

@Module({})
export class NotifierModule {
  static forConfig(config: NotifierConfig): DynamicModule {
    return {
      module: NotifierModule,
      imports: [
        StoreModule.forService(config),
        // Incidents are read; a line that is none is set aside in the quarantine.
        EventLogModule.forService(config, { name: 'notifier', topics: [topics.incidents, topics.quarantine] }),
      ],
      controllers: [NotifierController],
      providers: [{ provide: NOTIFIER_CONFIG, useValue: config }, pipeline, gauges, NotifierService, transport],
    };
  }
}
