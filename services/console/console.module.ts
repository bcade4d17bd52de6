import { randomBytes } from 'node:crypto';
import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { NotificationReader } from '#libs/access-store/incidents/case-notifications.js';
import { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import { ClickHouseLeakStore } from '#libs/access-store/leaks/clickhouse-leak-store.js';
import { ClickHouseMutes } from '#libs/access-store/lists/clickhouse-mutes.js';
import { ClickHouseControllers } from '#libs/access-store/lists/clickhouse-controllers.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { STORE_CLIENT, type StoreClient, StoreModule } from '#libs/access-store/nest/store.module.js';
import { DeadlinesFile } from '#libs/case-log/deadlines-file.js';
import { ControllerRegister } from '#libs/case-log/controller-register.js';
import { EVENT_LOG, EventLogModule } from '#libs/event-log/nest/event-log.module.js';
import { ownGroup } from '#libs/event-log/own-group.js';
import { logTransport } from '#libs/event-log/nest/log-transport.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { assistantProviders } from './assistant-providers.js';
import { sourceHealth } from '#libs/access-store/sources/source-health.js';
import { FeedsLook } from './answer/feeds-look.js';
import { RequestErrors } from './request-errors.js';
import { AuditController } from './audit.controller.js';
import { AuditHook } from './audit/audit-hook.js';
import { CasesController } from './cases.controller.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { ConsoleController } from './console.controller.js';
import { ConsoleService } from './console.service.js';
import { DeskController } from './desk.controller.js';
import { DossiersController } from './dossiers.controller.js';
import { McpController } from './mcp.controller.js';
import { Gauges } from './follow/gauges.js';
import { Door } from './door.js';
import { LookController } from './look.controller.js';
import { partProviders } from './part-providers.js';
import { patientProviders } from './patient-providers.js';
import { PatientsController } from './patients.controller.js';
import { RulesController } from './rules.controller.js';
import { PagesController } from './pages.controller.js';
import { Directory } from './session/directory.js';
import { Visitors } from './session/visitors.js';
import { SessionController } from './session.controller.js';
import { AccountController } from './sign-in/account.controller.js';
import { OidcController } from './sign-in/oidc.controller.js';
import { SetupController } from './sign-in/setup.controller.js';
import { signInProviders } from './sign-in-providers.js';
import { StudyController } from './study.controller.js';
import { studyProviders } from './study-providers.js';
import { consoleTopics, ConsolePipeline } from './follow/pipeline.js';
import { CaseSight } from './visible/case-sight.js';

const store = {
  provide: ClickHouseStore,
  inject: [STORE_CLIENT, CLOCK],
  useFactory: (client: StoreClient, clock: Clock) => new ClickHouseStore(client, clock),
};

const notifications = {
  provide: NotificationReader,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new NotificationReader(client),
};

const lists = {
  provide: ClickHouseLists,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new ClickHouseLists(client),
};

const register = {
  provide: ControllerRegister,
  inject: [ClickHouseLists, STORE_CLIENT, CLOCK, LOG],
  useFactory: (known: ClickHouseLists, client: StoreClient, clock: Clock, log: Log) =>
    new ControllerRegister({
      clinics: () => known.clinics(),
      nis2: () => new ClickHouseControllers(client).nis2(),
      clock,
      log,
    }),
};

const pipeline = {
  provide: ConsolePipeline,
  inject: [CONSOLE_CONFIG, EVENT_LOG, ClickHouseStore, ControllerRegister, CLOCK, LOG, Metrics],
  useFactory: (
    config: ConsoleConfig,
    log: EventLog,
    into: ClickHouseStore,
    controllers: ControllerRegister,
    clock: Clock,
    logger: Log,
    metrics: Metrics,
  ) =>
    new ConsolePipeline({
      log,
      store: into,
      controllers,
      group: ownGroup('vigie-console', config),
      chainId: randomBytes(16).toString('hex'),
      ackMsMax: config.VIGIE_CONSOLE_ACK_SECONDS * 1000,
      clock,
      logger,
      metrics,
    }),
};

const sight = {
  provide: CaseSight,
  inject: [Directory, ConsolePipeline],
  useFactory: (directory: Directory, { book }: ConsolePipeline) => new CaseSight(book, (id) => directory.named(id)?.clinics),
};

const deadlines = {
  provide: DeadlinesFile,
  inject: [CONSOLE_CONFIG, LOG],
  useFactory: (config: ConsoleConfig, log: Log) => new DeadlinesFile(config.VIGIE_DEADLINES_FILE, log),
};

const mutes = {
  provide: ClickHouseMutes,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new ClickHouseMutes(client),
};

const leaks = {
  provide: ClickHouseLeakStore,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new ClickHouseLeakStore(client),
};

const shelf = {
  provide: DossierShelf,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new DossierShelf(client),
};

const door = {
  provide: Door,
  inject: [Visitors, ConsolePipeline, AuditHook],
  useFactory: (who: Visitors, owner: ConsolePipeline, hook: AuditHook) =>
    new Door({ visitors: who, audit: hook, behind: () => owner.behind() }),
};

const audit = {
  provide: AuditHook,
  inject: [Visitors, ConsolePipeline, CLOCK, LOG],
  useFactory: (who: Visitors, { trail }: ConsolePipeline, clock: Clock, log: Log) =>
    new AuditHook({ trail, visitors: who, clock, log }),
};

const feeds = {
  provide: FeedsLook,
  inject: [STORE_CLIENT, CLOCK],
  useFactory: (client: StoreClient, clock: Clock) => new FeedsLook(() => sourceHealth(client, clock.now()), clock),
};

const gauges = {
  provide: Gauges,
  inject: [ConsolePipeline, CLOCK, LOG, Metrics, Health, DeadlinesFile],
  useFactory: (owner: ConsolePipeline, clock: Clock, log: Log, metrics: Metrics, health: Health, file: DeadlinesFile) =>
    new Gauges(owner, { clock, log, metrics, health, lengths: () => file.lengths() }),
};

const transport = logTransport(ConsoleService, 'the console cannot go on and ends; a restart reads everything again');

@Module({})
export class ConsoleModule {
  static forConfig(config: ConsoleConfig): DynamicModule {
    return {
      module: ConsoleModule,
      imports: [StoreModule.forService(config), EventLogModule.forService(config, { name: 'console', topics: consoleTopics })],
      controllers: [
        ConsoleController,
        SessionController,
        SetupController,
        AccountController,
        OidcController,
        CasesController,
        LookController,
        DeskController,
        DossiersController,
        PatientsController,
        StudyController,
        RulesController,
        AuditController,
        McpController,
        PagesController,
      ],
      providers: [
        { provide: APP_FILTER, useClass: RequestErrors },
        { provide: CONSOLE_CONFIG, useValue: config },
        store,
        notifications,
        lists,
        register,
        mutes,
        leaks,
        shelf,
        ...signInProviders,
        door,
        feeds,
        ...partProviders,
        ...patientProviders,
        pipeline,
        sight,
        deadlines,
        audit,
        gauges,
        ...assistantProviders,
        ...studyProviders,
        ConsoleService,
        transport,
      ],
    };
  }
}
