import { DeskRecords } from '#libs/access-store/desk/desk-records.js';
import { AuditLooks } from '#libs/access-store/audit/audit-looks.js';
import { AccountRecord } from '#libs/access-store/accounts/account-record.js';
import { AssistantReader } from '#libs/access-store/assistant/assistant-reader.js';
import { RuleWindows } from '#libs/access-store/windows/rule-windows.js';
import { STORE_CLIENT, type StoreClient } from '#libs/access-store/nest/store.module.js';
import { readStoredLists } from '#libs/access-store/contract/lists.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { ruleVerdicts } from '#libs/access-store/verdicts/rule-verdicts.js';
import type { Clock } from '#libs/runtime/clock.js';
import { CLOCK } from '#libs/runtime/runtime.module.js';
import { Backtests, type RunBacktest } from './study/backtests.js';
import { verdictWeeks } from './study/rule-book.js';
import { RuleSources } from './study/rule-sources.js';
import { backtestProcess } from './study/run-backtest.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';

const windows = {
  provide: RuleWindows,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new RuleWindows(client),
};

const record = {
  provide: AccountRecord,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new AccountRecord(client),
};

const reader = {
  provide: AssistantReader,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new AssistantReader(client),
};

const looks = {
  provide: AuditLooks,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new AuditLooks(client),
};

const records = {
  provide: DeskRecords,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new DeskRecords(client),
};

const ruleSources = {
  provide: RuleSources,
  inject: [CONSOLE_CONFIG, STORE_CLIENT, ClickHouseLists, CLOCK],
  useFactory: (config: ConsoleConfig, client: StoreClient, lists: ClickHouseLists, clock: Clock) =>
    new RuleSources({
      config,
      clock,
      lists: () => readStoredLists(lists),
      verdicts: (nowMs) => ruleVerdicts(client, { nowMs, weeks: verdictWeeks }),
    }),
};

/** Injection token of what runs a backtest. */
export const RUN_BACKTEST = Symbol('what runs a backtest');

const runner = {
  provide: RUN_BACKTEST,
  inject: [CONSOLE_CONFIG],
  useFactory: ({ VIGIE_RULES_DIR: folder, environment }: ConsoleConfig) => backtestProcess(folder, environment),
};

const backtests = {
  provide: Backtests,
  inject: [RUN_BACKTEST, RuleSources, CONSOLE_CONFIG],
  useFactory: (run: RunBacktest, from: RuleSources, { patientPatterns }: ConsoleConfig) =>
    new Backtests(run, {
      loaded: () => from.loaded(),
      texts: () => from.texts(),
      check: (files) => from.check(files),
      patientPatterns,
    }),
};

export const studyProviders = [windows, record, reader, looks, records, ruleSources, runner, backtests];
