import { hash } from 'node:crypto';
import { hostname } from 'node:os';
import { type DynamicModule, Module } from '@nestjs/common';
import { AuditReader } from '#libs/access-store/audit/audit-reader.js';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { toldChanges } from '#libs/access-store/incidents/told-changes.js';
import { toldSends } from '#libs/access-store/incidents/told-sends.js';
import { ClickHouseControllers } from '#libs/access-store/lists/clickhouse-controllers.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { ClickHouseMutes } from '#libs/access-store/lists/clickhouse-mutes.js';
import { STORE_CLIENT, type StoreClient, StoreModule } from '#libs/access-store/nest/store.module.js';
import { DeadlinesFile } from '#libs/case-log/deadlines-file.js';
import { openChannel } from '#libs/channels/receivers/open-channel.js';
import { topics } from '#libs/contracts/topics.js';
import { EVENT_LOG, EventLogModule } from '#libs/event-log/nest/event-log.module.js';
import { ownGroup } from '#libs/event-log/own-group.js';
import { logTransport } from '#libs/event-log/nest/log-transport.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { operatorFileBytesLater } from '#libs/runtime/files/operator-file.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { ownVersion } from '#libs/runtime/paths.js';
import { systemRandom } from '#libs/runtime/random.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { fetchPost } from '#libs/channels/http/http-post.js';
import { LogChannel } from './channels/log-channel.js';
import { WebhookChannel } from './channels/webhook-channel.js';
import { maskKeyOf } from '#libs/channels/told/mask-key.js';
import { NOTIFIER_CONFIG, type NotifierConfig } from './config.js';
import { openDelivered } from './deliver/delivered-before.js';
import { insertOutcomes, type Outcomes } from './deliver/outcomes.js';
import { Gauges } from './gauges.js';
import { NotifierController } from './notifier.controller.js';
import { NotifierService } from './notifier.service.js';
import { CasesPipeline } from './tell/cases-pipeline.js';
import { deliveredPath, NotifierPipeline, type PipelineTools } from './pipeline.js';

type CasesSurroundings = PipelineTools & { readonly client: StoreClient; readonly outcomes: Outcomes };

function casesOf(config: NotifierConfig, tools: CasesSurroundings): CasesPipeline {
  const { routing, VIGIE_CONSOLE_URL: consoleUrl } = config;
  const { log: eventLog, logger: log, clock, client } = tools;
  const deadlines = new DeadlinesFile(config.VIGIE_DEADLINES_FILE, log);
  const mutes = new ClickHouseMutes(client);
  const channelTools = {
    clock,
    http: fetchPost,
    log: eventLog,
    logger: log,
    maskKey: maskKeyOf(config),
    consoleUrl,
    hostname: hostname(),
    version: ownVersion(),
  };
  return new CasesPipeline(
    {
      ...tools,
      eventLog,
      log,
      group: ownGroup('vigie-notifier.cases', config),
      lengths: () => deadlines.lengths(),
      open: (receiver) => openChannel(receiver, channelTools),
      read: routing.read,
      fingerprint: () => fingerprintOf(routing.paths()),
      mutes: (since) => mutes.endingAfter(since),
      clinics: () => new ClickHouseLists(client).clinics(),
      nis2: () => new ClickHouseControllers(client).nis2(),
      auditHeads: (since, limit) => new AuditReader(client).heads(since, limit),
      toldSends: (since) => toldSends(client, since),
    },
    routing.first,
  );
}

/** Another text whenever one of some files is another, or is there no more. */
async function fingerprintOf(paths: readonly string[]): Promise<string> {
  const texts = await Promise.all(paths.map((path) => operatorFileBytesLater(path).then(String, () => '')));
  return hash('sha256', texts.join('\0'), 'hex');
}

const pipeline = {
  provide: NotifierPipeline,
  inject: [NOTIFIER_CONFIG, EVENT_LOG, STORE_CLIENT, CLOCK, LOG, Metrics],
  useFactory: (config: NotifierConfig, log: EventLog, client: StoreClient, clock: Clock, logger: Log, metrics: Metrics) => {
    const webhooks = config.endpoints
      .filter(({ takesIncidents }) => takesIncidents)
      .map((endpoint) => new WebhookChannel(endpoint, { http: fetchPost, clock }));
    const told = (endpoint: string, since: string, limit: number) => toldChanges(client, { endpoint, since, limit });
    const beforeTools = { clock, log: logger, toldChanges: told };
    const delivered = (name: string) => openDelivered(deliveredPath(config.VIGIE_DATA_DIR, name), name, beforeTools);
    const store = insertOutcomes(new ClickHouseStore(client, clock));
    const tools = { log, clock, random: systemRandom, logger, metrics, store, openDelivered: delivered };
    return new NotifierPipeline([new LogChannel(logger), ...webhooks], tools, (outcomes) =>
      casesOf(config, { ...tools, client, outcomes }),
    );
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
        // Incidents and actions are read; a line that is none is set aside in the quarantine.
        EventLogModule.forService(config, {
          name: 'notifier',
          topics: [topics.incidents, topics.quarantine, topics.actions],
        }),
      ],
      controllers: [NotifierController],
      providers: [{ provide: NOTIFIER_CONFIG, useValue: config }, pipeline, gauges, NotifierService, transport],
    };
  }
}
