import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Join, Membership } from '#libs/event-log/port.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { LOG } from '#libs/runtime/runtime.module.js';
import { Background } from './background.js';
import { SCORER_CONFIG, type ScorerConfig } from './config.js';
import { Gauges } from './gauges.js';
import { ScorerPipeline } from './pipeline.js';

/** Begins to judge once the log is there, with what goes on beside, and stops both. */
@Injectable()
export class ScorerService implements BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #membership: Membership | undefined;

  constructor(
    @Inject(SCORER_CONFIG) private readonly config: ScorerConfig,
    @Inject(ScorerPipeline) private readonly pipeline: ScorerPipeline,
    @Inject(Gauges) private readonly gauges: Gauges,
    @Inject(Background) private readonly background: Background,
    @Inject(LOG) private readonly logger: Log,
    @Inject(Health) health: Health,
  ) {
    health.ready('judging', () => (this.#membership ? undefined : 'waiting for the log'));
  }

  /** Whether partitions were asked for. */
  get judges(): boolean {
    return this.#membership !== undefined;
  }

  /** Waits for the log and joins the group by what the transport gives. */
  async start(join: Join): Promise<Membership> {
    const membership = await this.pipeline.start(this.#stopping.signal, join);
    this.#membership = membership;
    this.gauges.start(membership);
    this.background.start();
    process.on('SIGHUP', () => this.background.lookAtRules());
    this.logger.info('judging', { count: this.pipeline.rules.length, path: this.config.VIGIE_RULES_DIR });
    return membership;
  }

  /** What goes on beside the stream gives up first: partitions that leave need their turn. */
  beforeApplicationShutdown(): void {
    this.gauges.stop();
    this.background.stop();
  }

  /** Snapshots what is in hand and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the scorer stops'));
    await this.#membership?.leave();
    await this.background.end();
    await this.pipeline.habits?.stop();
  }
}
