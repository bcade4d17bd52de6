import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Join } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { NOTIFIER_CONFIG, type NotifierConfig } from './config.js';
import { insertEveryMs } from './deliver/outcomes.js';
import { Gauges } from './gauges.js';
import { NotifierPipeline } from './pipeline.js';

/** Begins to tell once the log is there, with what goes on beside, and stops both. */
@Injectable()
export class NotifierService implements BeforeApplicationShutdown {
  #state = 'waiting for the log';
  #timers: readonly (() => void)[] = [];

  constructor(
    @Inject(NOTIFIER_CONFIG) private readonly config: NotifierConfig,
    @Inject(NotifierPipeline) private readonly pipeline: NotifierPipeline,
    @Inject(Gauges) private readonly gauges: Gauges,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly logger: Log,
    @Inject(Health) health: Health,
  ) {
    health.ready('telling', () => this.#state || this.pipeline.cases?.behind());
  }

  /** Waits for the log and joins a group for each channel by what the transport gives. */
  async start(join: Join): Promise<{ readonly ended: Promise<never> }> {
    await this.pipeline.start(join);
    this.#state = '';
    for (const { name } of this.config.endpoints) this.logger.info('telling', { endpoint: name });
    const { routing } = this.config;
    if (routing) this.logger.info('cases are told by the file of routing', { count: routing.first.receivers.size });
    if (this.config.endpoints.length === 0 && !routing)
      this.logger.info('no webhook is configured: incidents are told in this log only');
    this.#timers = [this.gauges.start(), this.clock.every(insertEveryMs, () => void this.pipeline.flushOutcomes())];
    return { ended: this.pipeline.failed };
  }

  beforeApplicationShutdown(): void {
    for (const stop of this.#timers) stop();
  }

  /** What is with a receiver ends; the rest stays in the log. */
  stop(): Promise<void> {
    return this.pipeline.stop();
  }
}
