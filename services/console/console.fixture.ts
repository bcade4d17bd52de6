// Longer than the house likes: whatever a console asks of others is taken the place of here, a line or two each.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { ClickHouseStore } from '#libs/access-store/clickhouse/clickhouse-store.js';
import { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import { ClickHouseLeakStore } from '#libs/access-store/leaks/clickhouse-leak-store.js';
import { ClickHouseMutes } from '#libs/access-store/lists/clickhouse-mutes.js';
import { CaseFigures } from '#libs/access-store/incidents/case-figures.js';
import { CasePatients } from '#libs/access-store/patients/case-patients.js';
import { NotificationReader } from '#libs/access-store/incidents/case-notifications.js';
import { ClickHouseLists } from '#libs/access-store/lists/clickhouse-lists.js';
import { MemoryLists } from '#libs/access-store/memory/memory-lists.js';
import { MemoryStore } from '#libs/access-store/memory/memory-store.js';
import { EVENT_LOG } from '#libs/event-log/nest/event-log.module.js';
import { LogStrategy } from '#libs/event-log/nest/log-strategy.js';
import type { EventLog } from '#libs/event-log/port.js';
import { systemClock } from '#libs/runtime/clock.js';
import { readConfig } from '#libs/runtime/config.js';
import { behindProxies } from '#libs/runtime/proxies/trusted-proxies.js';
import { CLOCK, RuntimeModule } from '#libs/runtime/runtime.module.js';
import { DeskRecords } from '#libs/access-store/desk/desk-records.js';
import { AuditLooks } from '#libs/access-store/audit/audit-looks.js';
import { AccountRecord } from '#libs/access-store/accounts/account-record.js';
import { AssistantReader } from '#libs/access-store/assistant/assistant-reader.js';
import { RuleWindows } from '#libs/access-store/windows/rule-windows.js';
import { ScorerWindows } from './study/windows-now.js';
import { silentLog } from '#libs/runtime/log.js';
import { FeedsLook } from './answer/feeds-look.js';
import { OpenPatients } from './answer/open-patients.js';
import { PartsLook } from './answer/parts-look.js';
import { FakeFeeds, FakeFigures, FakeLeaks, FakeParts, FakePatients, LateClock, MemoryMutes } from './answer/fakes.fixture.js';
import { readStoredLists } from '#libs/access-store/contract/lists.js';
import { RUN_BACKTEST } from './study-providers.js';
import { RuleSources } from './study/rule-sources.js';
import {
  FakeDesk,
  FakeReader,
  FakeLooks,
  FakeRecord,
  FakeRun,
  FakeWindows,
  verdictsFound,
  windowsNow,
} from './study/study.fixture.js';
import { consoleConfig, sessionConfig } from './config.js';
import { FakeShelf } from './answer/fake-shelf.fixture.js';
import { newLog } from './console-log.fixture.js';
import { ConsoleModule } from './console.module.js';
import type { IncidentFigure } from '#libs/access-store/together/patients-together.js';
import { PATIENTS_TOGETHER } from './patient-providers.js';
import { PASSWORD_COST } from './sign-in-providers.js';
import { ConsolePipeline } from './follow/pipeline.js';
import { readTokensFile } from './mcp/tokens-file.js';
import { readPatientPatterns } from './act/patient-like.js';
import { type KnownUser, tokenDigest, Users } from './users/users.js';

/** Users of tests, each with their id as token. */
export const testUsers: readonly KnownUser[] = (
  [
    ['a.durand', ['analyst'], undefined],
    ['b.leroy', ['analyst'], undefined],
    ['dpo', ['dpo'], undefined],
    ['looks', ['reader'], undefined],
    ['elsewhere', ['analyst'], ['990000009']],
    ['dpo.elsewhere', ['dpo'], ['990000009']],
    ['looks.elsewhere', ['reader', 'operator'], ['990000009']],
    ['runs', ['operator'], undefined],
    ['reads.elsewhere', ['reader'], ['990000009']],
    ['runs.elsewhere', ['operator'], ['990000009']],
  ] as const
).map(([id, roles, clinics]) => ({ id, roles, clinics, digests: [tokenDigest(id)] }));

export interface Asked {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly location: unknown;
}

/** A log for each test of a file, and the consoles over it, which are stopped after it. */
export class SharedLog {
  log = newLog();
  readonly running: RunningConsole[] = [];

  /** Call it where hooks may be registered. `more` is configuration of every console. */
  constructor(private readonly more: Readonly<Record<string, string>> = {}) {
    beforeEach(() => {
      this.log = newLog();
    });
    afterEach(async () => {
      for (const one of this.running.splice(0)) await one.stop();
    });
  }

  async start(lists = new MemoryLists()): Promise<RunningConsole> {
    const one = await RunningConsole.start(this.log.connect(), 20_000 + this.running.length, lists, this.more);
    this.running.push(one);
    return one;
  }
}

/** One console in this process, over a log that others may share. */
export class RunningConsole {
  private constructor(
    readonly app: NestFastifyApplication,
    readonly store: MemoryStore,
    readonly lists: MemoryLists,
    readonly mutes: MemoryMutes,
    readonly shelf: FakeShelf,
    readonly feeds: FakeFeeds,
    readonly patients: FakePatients,
    readonly backtest: FakeRun,
    /** Every route that this console answers, as its server has them: `GET /v1/cases`. */
    readonly routes: readonly string[],
    readonly desk: FakeDesk,
    readonly parts: FakeParts,
    private readonly clock: LateClock,
    readonly folder: string,
  ) {}

  static async start(
    log: EventLog,
    port: number,
    lists = new MemoryLists(),
    more: Readonly<Record<string, string>> = {},
  ): Promise<RunningConsole> {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-console-'));
    const env = { VIGIE_DATA_DIR: folder, VIGIE_PORT_BASE: `${port}`, CLICKHOUSE_URL: 'http://127.0.0.1:9', ...more };
    const read = readConfig(consoleConfig, env);
    const config = {
      ...read,
      ...sessionConfig(read),
      assistants: read.VIGIE_MCP_TOKENS_FILE === undefined ? undefined : readTokensFile(read.VIGIE_MCP_TOKENS_FILE),
      users: new Users(testUsers),
      environment: {},
      patientPatterns: readPatientPatterns('IPP-?\\d{6}'),
    };
    const store = new MemoryStore();
    const mutes = new MemoryMutes();
    const shelf = new FakeShelf();
    const feeds = new FakeFeeds();
    const patients = new FakePatients();
    const clock = new LateClock();
    const backtest = new FakeRun();
    const desk = new FakeDesk();
    const parts = new FakeParts();
    const module = await Test.createTestingModule({
      imports: [RuntimeModule.forService('console', 'error'), ConsoleModule.forConfig(config)],
    })
      .overrideProvider(EVENT_LOG)
      .useValue(log)
      .overrideProvider(ClickHouseStore)
      .useValue(store)
      .overrideProvider(NotificationReader)
      .useValue({ of: async () => [] })
      .overrideProvider(ClickHouseMutes)
      .useValue(mutes)
      .overrideProvider(ClickHouseLeakStore)
      .useValue(new FakeLeaks())
      .overrideProvider(DossierShelf)
      .useValue(shelf)
      .overrideProvider(CaseFigures)
      .useValue(new FakeFigures())
      .overrideProvider(PASSWORD_COST)
      .useValue({ memory: 64, passes: 1, parallelism: 1 })
      .overrideProvider(CLOCK)
      .useValue(clock)
      .overrideProvider(CasePatients)
      .useValue(patients)
      .overrideProvider(PATIENTS_TOGETHER)
      .useValue(async (figures: readonly IncidentFigure[]) => patients.together(figures))
      .overrideProvider(OpenPatients)
      .useValue(new OpenPatients((ids) => patients.ofIncidents(ids), { clock, log: silentLog }))
      .overrideProvider(RuleWindows)
      .useValue(new FakeWindows(patients))
      .overrideProvider(AccountRecord)
      .useValue(new FakeRecord())
      .overrideProvider(AssistantReader)
      .useValue(new FakeReader())
      .overrideProvider(AuditLooks)
      .useValue(new FakeLooks())
      .overrideProvider(DeskRecords)
      .useValue(desk)
      .overrideProvider(RuleSources)
      .useValue(new RuleSources({ config, clock, lists: () => readStoredLists(lists), verdicts: async () => verdictsFound }))
      .overrideProvider(RUN_BACKTEST)
      .useValue(backtest.run)
      .overrideProvider(ScorerWindows)
      .useValue({ of: async () => windowsNow })
      .overrideProvider(FeedsLook)
      .useValue(feeds)
      .overrideProvider(PartsLook)
      .useValue(parts)
      .overrideProvider(ClickHouseLists)
      .useValue(lists)
      .compile();
    const adapter = behindProxies(config.VIGIE_CONSOLE_PROXIES);
    const routes: string[] = [];
    adapter
      .getInstance()
      .addHook('onRoute', ({ method, url }) => void routes.push(...[method].flat().map((one) => `${one} ${url}`)));
    const app = module.createNestApplication<NestFastifyApplication>(adapter, { logger: false });
    app.connectMicroservice({ strategy: app.get(LogStrategy) });
    await app.init();
    await app.startAllMicroservices();
    const fakes = [store, lists, mutes, shelf, feeds, patients, backtest] as const;
    const running = new RunningConsole(app, ...fakes, routes, desk, parts, clock, folder);
    while (running.pipeline.behind() !== undefined) await systemClock.sleep(2);
    return running;
  }

  get openPatients(): OpenPatients {
    return this.app.get(OpenPatients);
  }

  get pipeline(): ConsolePipeline {
    return this.app.get(ConsolePipeline);
  }

  async get(path: string, as = 'a.durand'): Promise<Asked> {
    return this.ask('GET', path, as);
  }

  async act(id: string, body: object, key: string, as = 'a.durand'): Promise<Asked> {
    return this.ask('POST', `/v1/cases/${id}/actions`, as, body, { 'idempotency-key': key });
  }

  /** Lets time pass at once for this console: what it says is so many milliseconds later. */
  wait(ms: number): void {
    this.clock.lateMs += ms;
  }

  /** Somebody sets the wall clock of this console: so far from what it would be, and no time passes. */
  setClock(byMs: number): void {
    this.clock.setByMs = byMs;
  }

  async stop(): Promise<void> {
    await this.app.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async ask(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    as: string,
    body?: object,
    more: Record<string, string> = {},
  ): Promise<Asked> {
    const answer = await this.app.inject({
      method,
      url,
      headers: { ...(as && { authorization: `Bearer ${as}` }), ...more },
      ...(body && { payload: body }),
    });
    return { status: answer.statusCode, body: answer.json(), location: answer.headers['location'] };
  }
}
