import { type BeforeApplicationShutdown, Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyAdapter } from '@nestjs/platform-fastify';
import { ControllerRegister } from '#libs/case-log/controller-register.js';
import { tellHeads } from '#libs/event-log/audit-heads.js';
import type { Join } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { EndWatch, watchUrl } from '#libs/runtime/renewal/end-watch.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { CaseCounter, countEveryMs } from './act/count-patients.js';
import { ListWatch, watchEveryMs } from './act/watch-lists.js';
import { beatEveryMs, lookEveryMs } from './answer/case-feed.js';
import { AuditHook } from './audit/audit-hook.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { Gauges } from './follow/gauges.js';
import { installPages } from './pages/built-pages.js';
import { ConsolePipeline } from './follow/pipeline.js';
import { grantsEveryMs, GrantsReload } from './oidc/grants-reload.js';
import { endedEveryMs, EndedWatch } from './session/ended-watch.js';
import { Directory } from './session/directory.js';
import { Visitors } from './session/visitors.js';
import { lookEveryMs as usersEveryMs, UsersReload } from './users/users-reload.js';
import { writeEveryMs } from './store/case-writer.js';

/** Begins to read once the log is there, with what goes on beside, and stops both. */
@Injectable()
export class ConsoleService implements OnModuleInit, BeforeApplicationShutdown {
  #timers: readonly (() => void)[] = [];

  constructor(
    @Inject(ConsolePipeline) private readonly pipeline: ConsolePipeline,
    @Inject(ControllerRegister) private readonly register: ControllerRegister,
    @Inject(Gauges) private readonly gauges: Gauges,
    @Inject(CONSOLE_CONFIG) private readonly config: ConsoleConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly logger: Log,
    @Inject(HttpAdapterHost) private readonly http: HttpAdapterHost<FastifyAdapter>,
    @Inject(AuditHook) private readonly audit: AuditHook,
    @Inject(CaseCounter) private readonly counter: CaseCounter,
    @Inject(ListWatch) private readonly lists: ListWatch,
    @Inject(Visitors) private readonly visitors: Visitors,
    @Inject(Directory) private readonly directory: Directory,
    @Inject(EndedWatch) private readonly ended: EndedWatch,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Health) health: Health,
    @Inject(EndWatch) ends: EndWatch,
  ) {
    health.ready('cases', () => this.pipeline.behind());
    // What people's browsers are shown, where a proxy before the console speaks TLS.
    watchUrl(ends, config.VIGIE_CONSOLE_URL);
  }

  /** Every answer is written down, also those that no controller makes. */
  onModuleInit(): void {
    const fastify = this.http.httpAdapter.getInstance();
    this.visitors.install(fastify);
    this.audit.install(fastify);
    installPages(fastify);
  }

  async start(join: Join): Promise<{ readonly ended: Promise<never> }> {
    await this.pipeline.start(join);
    if (this.directory.none)
      this.logger.warn(
        'nobody is let in: VIGIE_CONSOLE_USERS_FILE names no user, nobody has an account, and there is no identity provider',
      );
    const users = this.#usersReload();
    users.look();
    const grants = this.#grantsReload();
    this.#timers = [
      this.register.start(),
      this.clock.every(usersEveryMs, () => users.look()),
      this.clock.every(grantsEveryMs, () => grants?.look()),
      this.#watchEnded(),
      this.gauges.start(),
      tellHeads({ trail: this.pipeline.trail, clock: this.clock, log: this.logger }),
      this.clock.every(writeEveryMs, () => this.#write()),
      this.clock.every(lookEveryMs, () => this.#look()),
      this.clock.every(countEveryMs, () => this.#count()),
      this.clock.every(watchEveryMs, () => this.#watch()),
      this.clock.every(beatEveryMs, () => this.pipeline.feed.beat()),
    ];
    return { ended: this.pipeline.failed };
  }

  /** Without an identity provider nobody ends a session from outside. */
  #watchEnded(): () => void {
    if (!this.config.oidc) return () => {};
    void this.ended.look();
    return this.clock.every(endedEveryMs, () => void this.ended.look());
  }

  #usersReload(): UsersReload {
    const { config, metrics, logger: log, pipeline } = this;
    // Who listens comes back at once, as whoever they are now.
    const changed = () => pipeline.feed.end();
    return new UsersReload({ path: config.VIGIE_CONSOLE_USERS_FILE, users: config.users, changed, log, metrics });
  }

  #grantsReload(): GrantsReload | undefined {
    const {
      config: { oidc, VIGIE_ROLES_FILE: path },
      logger: log,
      pipeline,
    } = this;
    return oidc && path !== undefined
      ? new GrantsReload({ path, grants: oidc.grants, changed: () => pipeline.feed.end(), log })
      : undefined;
  }

  beforeApplicationShutdown(): void {
    for (const stop of this.#timers) stop();
    // An answer that never ends would hold the server up.
    this.pipeline.feed.end();
  }

  stop(): Promise<void> {
    return this.pipeline.stop();
  }

  /** A book that is not read to its end would show cases as they once stood. */
  #write(): void {
    if (this.pipeline.behind() === undefined) void this.pipeline.writer.flush();
  }

  /** Of a case as it once stood nothing is counted. */
  #count(): void {
    if (this.pipeline.behind() === undefined) void this.counter.look();
  }

  #watch(): void {
    if (this.pipeline.behind() === undefined) void this.lists.look();
  }

  /** What was there when everything was read is no news. */
  #look(): void {
    if (this.pipeline.behind() === undefined) this.pipeline.feed.look(this.clock.now());
  }
}
