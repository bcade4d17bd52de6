import { DayCalendar } from '#libs/formats/times/day-calendar.js';
import { CareMemory } from '#libs/care/care-memory.js';
import { careTopic, topics } from '#libs/contracts/topics.js';
import { readLists } from '#libs/detection/rules/load/require-rules.js';
import type { EventLog, Membership } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { CareReader, type Ends } from './care-reader.js';
import { Known } from './known.js';
import { Stamper } from './stamper.js';

/** How often it is asked how far the log goes, and figures are set, milliseconds. */
const askMs = 2_000;

/** How often the list of service accounts is read again, milliseconds. */
const listsMs = 60_000;

const batchBytesMax = 4 * 1024 * 1024;
const followed = [careTopic, topics.incidents];

export interface FollowingTools {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  readonly config: {
    readonly VIGIE_ZONE: string;
    readonly VIGIE_CARE_LINK: 'on' | 'off' | 'none';
    readonly VIGIE_LISTS_DIR: string;
  };
  /** A group of this process alone: every ingestor reads all partitions. */
  readonly group: string;
  readonly signal: AbortSignal;
}

/** The memory of care of one ingestor: read from its beginning, and followed. */
export class CareFollowing {
  readonly stamper: Stamper;
  readonly memory: CareMemory;
  readonly #reader: CareReader;
  #partitions = 0;
  #membership: Membership | undefined;
  readonly #known = new Known();
  /** What the log had when it was asked, until that is read. */
  #wanted: { readonly askedAt: number; readonly ends: Ends } | undefined;
  #stops: readonly (() => void)[] = [];

  /** Throws `UnknownZone` for a zone that nobody knows. */
  constructor(private readonly tools: FollowingTools) {
    const { config, logger, metrics } = tools;
    const calendar = new DayCalendar(config.VIGIE_ZONE);
    this.memory = new CareMemory(calendar);
    this.#reader = new CareReader({ memory: this.memory, log: logger, metrics });
    this.stamper = new Stamper({
      memory: this.memory,
      calendar,
      known: this.#known,
      knowsLinks: config.VIGIE_CARE_LINK === 'on',
      metrics,
    });
  }

  /** Why nothing can be stamped yet; undefined once what there was at the start is read. */
  get behind(): string | undefined {
    return this.#partitions === 0 ? 'waiting for the log' : this.#reader.behind(this.#partitions);
  }

  /** Facts read so far. */
  get facts(): number {
    return this.#reader.facts;
  }

  /** Resolves when the memory holds what the log had. `ended` of the answer rejects with what reading cannot survive. */
  async start(): Promise<{ readonly ended: Promise<void> }> {
    const { log, clock, group, signal } = this.tools;
    this.memory.advance(clock.now());
    await this.#readServices();
    const counts = await Promise.all(followed.map((topic) => log.partitions(topic)));
    this.#partitions = counts.reduce((sum, count) => sum + count, 0);
    this.#membership = await log.join({ group, topics: followed, batchBytesMax, signal }, this.#reader);
    const { ended } = this.#membership;
    await Promise.race([this.#reader.whole(this.#partitions), ended]);
    await this.ask();
    this.#stops = [clock.every(askMs, () => void this.ask()), clock.every(listsMs, () => void this.#readServices())];
    return { ended };
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops) stop();
    await this.#membership?.leave();
  }

  /** Asks how far the log goes. Once all of that is read, the memory has what was there when it was asked; there is always more by then. */
  async ask(): Promise<void> {
    const { clock, metrics, logger } = this.tools;
    const askedAt = clock.now();
    try {
      const positions = (await this.#membership?.positions()) ?? [];
      const ends = positions.map((at) => [at, at.end] as const);
      if (this.#wanted && this.#reader.hasRead(this.#wanted.ends)) {
        this.#known.readUntil = Math.max(this.#known.readUntil, this.#wanted.askedAt);
        this.#wanted = undefined;
      }
      if (this.#reader.hasRead(ends)) this.#known.readUntil = Math.max(this.#known.readUntil, askedAt);
      else this.#wanted ??= { askedAt, ends };
    } catch (cause) {
      logger.warn('the log does not say how far it goes, so that accesses may stay without stamps', { cause });
    }
    this.stamper.account();
    // Where nothing comes in, facts of other ingestors do.
    this.memory.advance(clock.now());
    metrics.set('vigie_care_lag_seconds', Math.max(0, (clock.now() - this.#known.readUntil) / 1000));
    metrics.set('vigie_care_bytes', this.memory.bytes);
    metrics.set('vigie_care_patients', this.memory.patients);
  }

  /** A list that cannot be read leaves what was known before: a mistake in a file must not stop what comes in. */
  async #readServices(): Promise<void> {
    try {
      const lists = await readLists(this.tools.config.VIGIE_LISTS_DIR);
      const names = lists.get('service_accounts') ?? [];
      this.#known.services = new Set(names.map((value) => (typeof value === 'string' ? value : value.text).toLowerCase()));
    } catch (cause) {
      this.tools.logger.warn('the list of service accounts cannot be read; the one before stays', { cause });
    }
  }
}
