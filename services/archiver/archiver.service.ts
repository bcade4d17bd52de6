import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Join } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { Gauges } from './gauges.js';
import { ArchiverPipeline } from './pipeline.js';
import { checkEveryMs, Reconciler } from './reconcile/reconciler.js';
import { LeakWatch, leakLookEveryMs } from './store/leak-watch.js';
import { STORE_READY, type StoreReady } from './store/prepare-store.js';
import { RuleSelections } from './store/rule-selections.js';

/** Begins to store once ClickHouse and the log are there, with what goes on beside, and stops both. */
@Injectable()
export class ArchiverService implements BeforeApplicationShutdown {
  readonly #stopping = new AbortController();
  #state = 'waiting for ClickHouse and its migrations';
  #stopChecks: readonly (() => void)[] = [];

  constructor(
    @Inject(STORE_READY) private readonly storeReady: StoreReady,
    @Inject(ArchiverPipeline) private readonly pipeline: ArchiverPipeline,
    @Inject(Gauges) private readonly gauges: Gauges,
    @Inject(Reconciler) private readonly reconciler: Reconciler,
    @Inject(RuleSelections) private readonly selections: RuleSelections,
    @Inject(LeakWatch) private readonly leaks: LeakWatch,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly logger: Log,
    @Inject(Health) private readonly health: Health,
  ) {
    health.ready('archiving', () => this.#state || undefined);
  }

  /** Waits for the store, then for the log, and joins the group by what the transport gives. */
  async start(join: Join): Promise<{ readonly ended: Promise<never> }> {
    const { signal } = this.#stopping;
    await this.storeReady(signal);
    this.#state = 'waiting to join its group';
    await this.pipeline.start(join);
    this.#state = '';
    this.logger.info('archiving');
    this.gauges.start();
    this.#stopChecks = [
      this.clock.every(checkEveryMs, () => void this.reconciler.check()),
      this.clock.every(leakLookEveryMs, () => void this.leaks.look()),
    ];
    this.health.ready('selections', () => this.selections.missing);
    void this.selections.run(signal);
    return { ended: this.pipeline.failed };
  }

  beforeApplicationShutdown(): void {
    for (const stop of this.#stopChecks) stop();
    this.gauges.stop();
  }

  /** Stores what is in hand, as far as time allows, and leaves the group. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the archiver stops'));
    await this.pipeline.stop();
  }
}
