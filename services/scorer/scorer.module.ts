import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DynamicModule, Module } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { ClickHouseHistory } from '#libs/access-store/history/clickhouse-history.js';
import { sharedIncidents } from '#libs/access-store/incidents/shared-incidents.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { conditionsOf } from '#libs/access-store/selections/selection-expressions.js';
import { STORE_CLIENT, type StoreClient, StoreModule } from '#libs/access-store/nest/store.module.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { habitsTopic, laneTopics, topics } from '#libs/contracts/topics.js';
import { foreignText, requireRules } from '#libs/detection/rules/load/require-rules.js';
import { goesByHabit, habitRulesOf, type Rule } from '#libs/detection/rule/rule.js';
import { EVENT_LOG, EventLogModule } from '#libs/event-log/nest/event-log.module.js';
import { logTransport } from '#libs/event-log/nest/log-transport.js';
import { ownGroup } from '#libs/event-log/own-group.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Fatal } from '#libs/runtime/fatal.js';
import { filesFingerprint } from '#libs/runtime/files/files-fingerprint.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { AccountsController } from './accounts.controller.js';
import { Background } from './background.js';
import { rulePathsOf, SCORER_CONFIG, type ScorerConfig } from './config.js';
import { Gauges } from './gauges.js';
import { HabitBook } from './habits/habit-book.js';
import { HonestVerdicts } from './habits/honest-verdicts.js';
import { Filler } from './late/filler.js';
import { Reinstater } from './late/reinstater.js';
import { Rejudger } from './late/rejudger.js';
import { FormerSubjects } from './judge/former-subjects.js';
import { readToldBefore } from './judge/told-before.js';
import { ScorerPipeline } from './pipeline.js';
import { RulesReloader } from './rules/rules-reloader.js';
import { ScorerController } from './scorer.controller.js';
import { ScorerService } from './scorer.service.js';

/** Injection token of the rules to begin with. */
const RULES = Symbol('rules of the start');

/** How long a start waits for the lists in the store, in milliseconds: judging must begin without a store, too. */
const listsMsMax = 3000;

const reloader = {
  provide: RulesReloader,
  inject: [SCORER_CONFIG, STORE_CLIENT, ModuleRef, CLOCK, LOG, Metrics],
  useFactory: (config: ScorerConfig, client: StoreClient, parts: ModuleRef, clock: Clock, logger: Log, metrics: Metrics) => {
    const paths = rulePathsOf(config);
    return new RulesReloader({
      lists: new ClickHouseLists(client),
      files: () => filesFingerprint(paths),
      load: async (lists) => {
        const loaded = await requireRules(config, lists);
        const { passedOver } = loaded;
        if (passedOver.length > 0)
          logger.info('rules for other products are passed over', { count: passedOver.length, reason: foreignText(passedOver) });
        return loaded;
      },
      use: (rules) => parts.get(ScorerPipeline).useRules(rules),
      clock,
      logger,
      metrics,
    });
  },
};

/** Rules with mistakes end the start. */
const rulesOfStart = {
  provide: RULES,
  inject: [RulesReloader],
  useFactory: (rules: RulesReloader) => rules.first(listsMsMax),
};

const habitBook = {
  provide: HabitBook,
  inject: [SCORER_CONFIG, RULES, EVENT_LOG, CLOCK, LOG, Metrics, Fatal],
  useFactory: (
    config: ScorerConfig,
    rules: readonly Rule[],
    log: EventLog,
    clock: Clock,
    logger: Log,
    metrics: Metrics,
    fatal: Fatal,
  ) => {
    const { VIGIE_FALSE_INCIDENTS_PER_WEEK: falseIncidentsPerWeek, VIGIE_ZONE: zone } = config;
    const failed = (cause: unknown) =>
      fatal.report('the habits of accounts cannot be read any more; a restart reads them anew', cause);
    return new HabitBook(
      { rules: habitRulesOf(rules), falseIncidentsPerWeek, zone },
      { log, clock, logger, metrics, group: ownGroup('vigie-scorer.habits', config), failed },
    );
  },
};

const pipeline = {
  provide: ScorerPipeline,
  inject: [SCORER_CONFIG, RULES, EVENT_LOG, HabitBook, STORE_CLIENT, CLOCK, LOG, Metrics],
  useFactory: async (
    config: ScorerConfig,
    rules: readonly Rule[],
    log: EventLog,
    habits: HabitBook,
    client: StoreClient,
    clock: Clock,
    logger: Log,
    metrics: Metrics,
  ) => {
    const stateDir = join(config.VIGIE_DATA_DIR, 'state', 'scorer');
    await mkdir(stateDir, { recursive: true });
    const quietMs = config.VIGIE_QUIET_HOURS * 3_600_000;
    const engine = { rules, quietMs, allowedLatenessMs: config.VIGIE_ALLOWED_LATENESS_MINUTES * 60_000 };
    const writer = config.VIGIE_WORKER?.number ?? 1;
    const options = { engine, stateDir, writer, snapshotEveryMs: config.VIGIE_SNAPSHOT_SECONDS * 1000 };
    const told = (signal?: AbortSignal) =>
      readToldBefore({ log, group: ownGroup('vigie-scorer.told', config), ...(signal && { signal }) });
    const formerSubjects = new FormerSubjects({
      incidents: (fromMs) => sharedIncidents(client, fromMs),
      conditions: (ids) => conditionsOf(client, ids),
      quietMs,
      clock,
      logger,
    });
    return new ScorerPipeline(options, { log, clock, logger, metrics, habits, formerSubjects, told });
  },
};

const verdicts = {
  provide: HonestVerdicts,
  inject: [SCORER_CONFIG, ScorerPipeline, HabitBook, EVENT_LOG, CLOCK, LOG, Metrics, Fatal],
  useFactory: (
    config: ScorerConfig,
    owner: ScorerPipeline,
    habits: HabitBook,
    log: EventLog,
    clock: Clock,
    logger: Log,
    metrics: Metrics,
    fatal: Fatal,
  ) => {
    const failed = (cause: unknown) =>
      fatal.report('what people found of cases cannot be read any more; a restart reads it anew', cause);
    const owns = ({ group_id, actor_id, subject_kind }: IncidentChange) => owner.owns(group_id, actor_id, subject_kind);
    const asked = (ruleId: string) => owner.rules.some((rule) => rule.id === ruleId && goesByHabit(rule));
    const tools = { log, clock, logger, metrics, habits, failed, owns, goesByHabit: asked };
    return new HonestVerdicts({ ...tools, group: ownGroup('vigie-scorer.verdicts', config) });
  },
};

const background = {
  provide: Background,
  inject: [ScorerPipeline, RulesReloader, HonestVerdicts, STORE_CLIENT, CLOCK, LOG, Metrics],
  useFactory: (
    owner: ScorerPipeline,
    rules: RulesReloader,
    verdicts: HonestVerdicts,
    client: StoreClient,
    clock: Clock,
    logger: Log,
    metrics: Metrics,
  ) => {
    const tools = { history: new ClickHouseHistory(client), clock, logger, metrics };
    const keepBeforeTelling: ScorerPipeline['keepBeforeTelling'] = (owned) => owner.keepBeforeTelling(owned);
    const rejudger = new Rejudger(() => owner.partitions(), { ...tools, keepBeforeTelling });
    const conditions = (ids: readonly string[]) => conditionsOf(client, ids);
    const reinstater = new Reinstater(() => owner.partitions(), {
      ...tools,
      keepBeforeTelling,
      conditions,
      owns: (owned, told) => owner.holds(owned, told.change),
    });
    return new Background(
      {
        rejudger,
        filler: new Filler(owner, tools),
        reinstater,
        former: { look: () => owner.lookAtFormer() },
        reloader: rules,
        verdicts,
      },
      tools,
    );
  },
};

const gauges = {
  provide: Gauges,
  inject: [ScorerPipeline, CLOCK, LOG, Metrics, Health],
  useFactory: (owner: ScorerPipeline, clock: Clock, logger: Log, metrics: Metrics, health: Health) =>
    new Gauges(owner, { clock, logger, metrics, health }),
};

const transport = logTransport(ScorerService, 'the scorer cannot go on and ends; a restart reads again from the newest snapshot');

@Module({})
export class ScorerModule {
  static forConfig(config: ScorerConfig): DynamicModule {
    return {
      module: ScorerModule,
      imports: [
        StoreModule.forService(config),
        EventLogModule.forService(config, {
          name: 'scorer',
          // Its principal sees no others.
          topics: [
            topics.accesses,
            topics.incidents,
            topics.quarantine,
            topics.actions,
            ...Object.values(laneTopics),
            habitsTopic,
          ],
        }),
      ],
      controllers: [AccountsController, ScorerController],
      providers: [
        { provide: SCORER_CONFIG, useValue: config },
        reloader,
        rulesOfStart,
        habitBook,
        pipeline,
        verdicts,
        background,
        gauges,
        ScorerService,
        transport,
      ],
    };
  }
}
