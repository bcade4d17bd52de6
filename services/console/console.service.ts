import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Join } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { Gauges } from './gauges.js';
import { ConsolePipeline } from './pipeline.js';
import { writeEveryMs } from './store/case-writer.js';

/** Begins to read once the log is there, with what goes on beside, and stops both. */
@Injectable()
export class ConsoleService implements BeforeApplicationShutdown {
  #timers: readonly (() => void)[] = [];

  constructor(
    @Inject(ConsolePipeline) private readonly pipeline: ConsolePipeline,
    @Inject(Gauges) private readonly gauges: Gauges,
    @Inject(CONSOLE_CONFIG) private readonly config: ConsoleConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly logger: Log,
    @Inject(Health) health: Health,
  ) {
    health.ready('cases', () => this.pipeline.behind());
  }

  async start(join: Join): Promise<{ readonly ended: Promise<never> }> {
    await this.pipeline.start(join);
    if (this.config.users.none) this.logger.warn('nobody is let in: VIGIE_CONSOLE_USERS_FILE names no user');
    this.#timers = [this.gauges.start(), this.clock.every(writeEveryMs, () => this.#write())];
    return { ended: this.pipeline.failed };
  }

  beforeApplicationShutdown(): void {
    for (const stop of this.#timers) stop();
  }

  stop(): Promise<void> {
    return this.pipeline.stop();
  }

  /** A book that is not read to its end would show cases as they once stood. */
  #write(): void {
    if (this.pipeline.behind() === undefined) void this.pipeline.writer.flush();
  }
}
