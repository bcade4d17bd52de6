import { AssistantReader } from '#libs/access-store/assistant/assistant-reader.js';
import { FigureReader } from '#libs/access-store/assistant/figure-reader.js';
import { readStoredLists } from '#libs/access-store/contract/lists.js';
import { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import { NotificationReader } from '#libs/access-store/incidents/case-notifications.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { STORE_CLIENT, type StoreClient } from '#libs/access-store/nest/store.module.js';
import { sourceHealth } from '#libs/access-store/sources/source-health.js';
import { ruleVerdicts } from '#libs/access-store/verdicts/rule-verdicts.js';
import { DeadlinesFile } from '#libs/case-log/deadlines-file.js';
import { maskKeyOf } from '#libs/channels/told/mask-key.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { ownVersion } from '#libs/runtime/paths.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { EndWatch } from '#libs/runtime/renewal/end-watch.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { AssistantDesk } from './mcp/desk.js';
import { RulesInUse } from './mcp/rules-in-use.js';
import type { Page } from './mcp/serve.js';
import type { Sources } from './mcp/sources.js';
import { allTools } from './mcp/tools/all-tools.js';
import { lookEveryMs as tokensEveryMs, TokensReload } from './mcp/tokens-reload.js';
import { Voice } from './mcp/voice.js';
import { readRunbooks } from './study/runbooks.js';
import { ConsolePipeline } from './follow/pipeline.js';
import { CaseSight } from './visible/case-sight.js';

/** Injection token of where the tools of assistants look. */
export const ASSISTANT_SOURCES = Symbol('sources of assistants');

const sources = {
  provide: ASSISTANT_SOURCES,
  inject: [
    CONSOLE_CONFIG,
    STORE_CLIENT,
    ConsolePipeline,
    CaseSight,
    NotificationReader,
    DossierShelf,
    ClickHouseLists,
    DeadlinesFile,
    CLOCK,
  ],
  useFactory: (
    config: ConsoleConfig,
    client: StoreClient,
    { book }: ConsolePipeline,
    sight: CaseSight,
    notifications: NotificationReader,
    shelf: DossierShelf,
    lists: ClickHouseLists,
    deadlines: DeadlinesFile,
    clock: Clock,
  ): Sources => {
    const inUse = new RulesInUse(async () => (await requireRules(config, await readStoredLists(lists))).rules, clock);
    return {
      sight,
      controllers: book.policy.controllers,
      reader: new AssistantReader(client),
      figures: new FigureReader(client),
      notifications,
      shelf,
      health: (nowMs, groupId) => sourceHealth(client, nowMs, groupId),
      rules: async ({ groupId, nowMs, weeks }) => ({
        loaded: await inUse.now(),
        verdicts: (await ruleVerdicts(client, { nowMs, weeks, groupId })).rules,
      }),
      lengths: () => deadlines.lengths(),
    };
  },
};

/** Undefined where no file of tokens is named. */
const desk = {
  provide: AssistantDesk,
  inject: [CONSOLE_CONFIG, ASSISTANT_SOURCES, ConsolePipeline, CLOCK, LOG, Metrics, EndWatch, Shutdown],
  useFactory: (
    config: ConsoleConfig,
    from: Sources,
    pipeline: ConsolePipeline,
    clock: Clock,
    log: Log,
    metrics: Metrics,
    ends: EndWatch,
    shutdown: Shutdown,
  ) => {
    const { assistants: tokens, patientPatterns, VIGIE_MCP_TOKENS_FILE: path } = config;
    if (tokens === undefined) return undefined;
    void ends.add(() => tokens.ends().map(({ name, expiresMs }) => ({ kind: 'token', name, endsMs: expiresMs })));
    if (path !== undefined) {
      const reload = new TokensReload({ path, tokens, changed: () => void ends.look(), log });
      const stop = clock.every(tokensEveryMs, () => void reload.look());
      shutdown.add('tokens of assistants', async () => stop());
    }
    const maskKey = maskKeyOf(config);
    return new AssistantDesk({
      tokens,
      offer: { version: ownVersion(), tools: allTools(from), pages: pages() },
      callsPerMinuteMax: config.VIGIE_MCP_CALLS_PER_MINUTE,
      trail: pipeline.trail,
      sight: from.sight,
      behind: () => pipeline.behind(),
      voiceOf: (assistant) => new Voice(assistant, patientPatterns, maskKey),
      clock,
      log,
      metrics,
    });
  },
};

export const assistantProviders = [sources, desk];

/** What to do about which incident, in each language that it is in. */
function pages(): readonly Page[] {
  return readRunbooks().flatMap(({ name, title, text, title_fr: french, text_fr: inFrench }) => [
    { name, title, text },
    ...(french !== null && inFrench !== null ? [{ name: `fr/${name}`, title: french, text: inFrench }] : []),
  ]);
}
