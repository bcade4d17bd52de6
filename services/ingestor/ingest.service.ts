import { hostname } from 'node:os';
import { Inject, Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { careTopic, topics } from '#libs/contracts/topics.js';
import { EVENT_LOG } from '#libs/event-log/nest/event-log.module.js';
import { workLimits } from '#libs/formats/work-meter.js';
import { ownGroup } from '#libs/event-log/own-group.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Fatal } from '#libs/runtime/fatal.js';
import { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { systemRandom } from '#libs/runtime/random.js';
import { retry } from '#libs/runtime/retry.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { Shutdown } from '#libs/runtime/shutdown.js';
import { INGESTOR_CONFIG, type IngestorConfig } from './config.js';
import { Care } from './care/care.js';
import { CareFollowing } from './care/following.js';
import { failpoint, splitPartitions } from './receive/failpoint.js';
import { Doors } from './inlets/doors.js';
import { HandOver } from './inlets/hand-over.js';
import { FrameBuilder } from './frames/frame-builder.js';
import { Refusals } from './frames/refusals.js';
import { sampledLog } from './frames/sampled-log.js';
import { IngestPipeline } from './pipeline.js';
import { TakerInUse } from './receive/taker-in-use.js';
import { IntakeBudget } from './receive/intake-budget.js';
import { Receiver } from './receive/receiver.js';
import { routesOf } from './routes.js';
import { SourceRegister } from './sources/source-register.js';

/** Frames that wait this long while the log acknowledges none mean that it is away, in milliseconds. */
const stalledMsMax = 5000;

/** Time for what came over sockets to become durable at the end, in milliseconds. */
const inletDrainMs = 5000;

/** How often what was received is written down. */
const accountsMs = 60_000;

/** Requests of one source at work at a time; ordinary shippers have a handful. */
const sourceRequestsMax = 512;

/** Opens the log, and ties the doors to the road. */
@Injectable()
export class IngestService implements OnApplicationBootstrap, OnModuleDestroy {
  readonly receiver: Receiver;
  readonly doors: Doors;
  readonly routes: ReturnType<typeof routesOf>;
  readonly #closing = new AbortController();
  readonly #taking = Promise.withResolvers<void>();
  /** Resolves when events can be taken. */
  readonly taking: Promise<void> = this.#taking.promise;
  readonly #taker = new TakerInUse<IngestPipeline>();
  #stopAccounts: (() => void) | undefined;
  #builders: readonly FrameBuilder[] = [];
  #following: CareFollowing | undefined;
  readonly #refusals: Refusals;

  constructor(
    @Inject(INGESTOR_CONFIG) private readonly config: IngestorConfig,
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOG) private readonly logger: Log,
    @Inject(Metrics) private readonly metrics: Metrics,
    @Inject(Health) private readonly health: Health,
    @Inject(Shutdown) private readonly shutdown: Shutdown,
    @Inject(Fatal) private readonly fatal: Fatal,
    @Inject(SourceRegister) private readonly sources: SourceRegister,
  ) {
    this.#refusals = new Refusals(clock, logger);
    this.routes = routesOf({
      taker: this.#taker.current,
      clock,
      random: systemRandom,
      inflatedBytesMax: config.VIGIE_INGEST_INFLATED_BYTES,
    });
    const budget = this.#budget();
    const common = { clock, metrics, log: logger };
    this.doors = new Doors({
      ...common,
      handOver: new HandOver({ taker: this.#taker.current, sources: () => sources.current, ...common }),
      budget,
      drainMs: inletDrainMs,
      eventLog: log,
      register: sources,
      quarantineKeys: config.quarantineKeys,
      machine: hostname(),
      ...(config.VIGIE_WORKER && { worker: config.VIGIE_WORKER }),
    });
    this.receiver = new Receiver({
      register: sources,
      budget,
      limits: {
        bytesMax: config.VIGIE_INGEST_BODY_BYTES,
        inflatedBytesMax: config.VIGIE_INGEST_INFLATED_BYTES,
        fileBytesMax: config.VIGIE_INGEST_FILE_BYTES,
        bodyMs: config.VIGIE_INGEST_BODY_SECONDS * 1000,
      },
      clock,
      metrics,
      log: logger,
      failpoint: failpoint(config.VIGIE_FAILPOINT),
    });
  }

  #budget(): IntakeBudget {
    const { VIGIE_INGEST_QUEUE_BYTES: bytesMax } = this.config;
    return new IntakeBudget({ bytesMax, sourceBytesMax: bytesMax / 2, sourceRequestsMax, register: this.sources }, this.metrics);
  }

  /** Whether events can be taken: the log has answered. */
  get takes(): boolean {
    return this.#taker.isThere;
  }

  /** The doors open at once and answer 503 until the log takes appends; `ready` says so meanwhile. */
  onApplicationBootstrap(): void {
    this.health.ready('log', () => (this.#taker.isThere ? undefined : 'the log does not answer yet'));
    this.health.ready('appends', () => {
      const stalledMs = Math.max(0, ...this.#builders.map((builder) => builder.stalledMs()));
      return stalledMs > stalledMsMax
        ? `frames have waited for ${Math.round(stalledMs / 1000)} s and none was acknowledged`
        : this.#refusals.trouble;
    });
    this.health.ready('care', () => this.#following?.behind);
    this.health.partial('inlets', () => this.doors.trouble);
    this.doors.watch();
    this.#open().catch((cause: unknown) => {
      if (this.#closing.signal.aborted) return;
      this.fatal.report('the log cannot be opened; the ingestor ends', cause);
    });
  }

  async onModuleDestroy(): Promise<void> {
    this.#stopAccounts?.();
    this.receiver.stop();
    await this.doors.close();
    this.#closing.abort();
    await this.#following?.stop();
  }

  async #open(): Promise<void> {
    const topicsWritten = [topics.accesses, topics.quarantine, careTopic] as const;
    const [accesses, quarantine, facts] = await Promise.all(topicsWritten.map((topic) => this.#builder(topic)));
    if (!accesses || !quarantine || !facts) return;
    this.#builders = [accesses, quarantine, facts];
    this.shutdown.add('frames', async () => {
      const accounts = this.#taker.isThere ? this.#taker.current().writeAccounts() : undefined;
      await Promise.all([...this.#builders.map((builder) => builder.flush()), accounts]);
    });
    const following = await this.#follow();
    const pipeline = new IngestPipeline({
      accesses,
      quarantine,
      ...(this.config.VIGIE_CARE_LINK !== 'none' && { care: new Care(following.stamper, facts) }),
      quarantineKeys: this.config.quarantineKeys,
      clock: this.clock,
      metrics: this.metrics,
      itemsMax: this.config.VIGIE_INGEST_ITEMS,
      requestRowBytesMax: Math.max(workLimits.requestRowBytesMax, 2 * this.config.VIGIE_INGEST_INFLATED_BYTES),
      ackMs: this.config.VIGIE_INGEST_ACK_SECONDS * 1000,
      failpoint: failpoint(this.config.VIGIE_FAILPOINT),
    });
    this.#taker.use(pipeline);
    this.#stopAccounts = this.clock.every(accountsMs, () => void pipeline.writeAccounts());
    this.doors.open();
    this.#taking.resolve();
    this.logger.info('taking events', { count: accesses.partitions });
  }

  /** Nothing is taken before the memory holds what the log has of care: rows would lack what only it knows. */
  async #follow(): Promise<CareFollowing> {
    const following = new CareFollowing({
      log: this.log,
      clock: this.clock,
      logger: this.logger,
      metrics: this.metrics,
      config: this.config,
      group: ownGroup('vigie-ingestor-care', this.config),
      signal: this.#closing.signal,
    });
    this.#following = following;
    const { ended } = await following.start();
    ended.catch((cause: unknown) => {
      if (!this.#closing.signal.aborted) this.fatal.report('what is known of care cannot be followed; the ingestor ends', cause);
    });
    return following;
  }

  async #builder(topic: typeof topics.accesses | typeof topics.quarantine | typeof careTopic): Promise<FrameBuilder> {
    const { log } = this;
    const tools = { clock: this.clock, random: systemRandom, signal: this.#closing.signal };
    const policy = { firstWaitMs: 200, waitMsMax: 5000, attemptsMax: Infinity };
    const partitions = await retry(() => log.partitions(topic), policy, tools);
    const armed = this.config.VIGIE_FAILPOINT;
    const watched = this.#refusals.watched(log);
    const appends = armed === 'between-partitions' ? splitPartitions(watched, failpoint(armed)) : watched;
    const looked = topic === topics.accesses ? sampledLog(appends, this.metrics) : appends;
    return new FrameBuilder(topic, partitions, { log: looked, clock: this.clock, metrics: this.metrics });
  }
}
