import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { KafkaRun } from './kafka-run.js';
import type { Offsets } from './offsets.js';

/** Restarts in a row without a single frame before the member gives up. */
export const restartsMax = 3;
const looksPerStuck = 6;

export interface WatchdogOptions {
  readonly clock: Clock;
  readonly stuckMs: number;
  readonly runs: () => readonly KafkaRun[];
  readonly offsets: Offsets;
  readonly restart: () => Promise<void>;
  readonly fail: (cause: unknown) => void;
  readonly log: Log;
}

/** kafkajs can stop fetching while its heartbeats go on (its issues 659, 1163): what counts is frames against lag, not heartbeats. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #stop: () => void = () => {};
  #fedAt: number;
  #restarts = 0;
  #looking = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#fedAt = options.clock.monotonic();
  }

  start(): void {
    this.#fedAt = this.#options.clock.monotonic();
    this.#stop = this.#options.clock.every(this.#options.stuckMs / looksPerStuck, () => void this.#look());
  }

  stop(): void {
    this.#stop();
  }

  /** Frames came. */
  fed(): void {
    this.#fedAt = this.#options.clock.monotonic();
    this.#restarts = 0;
  }

  async #look(): Promise<void> {
    const { clock, stuckMs, log } = this.#options;
    if (this.#looking || clock.monotonic() - this.#fedAt < stuckMs) return;
    this.#looking = true;
    try {
      if (await this.#starving()) await this.#wake();
      else this.#fedAt = clock.monotonic();
    } catch (cause) {
      log.warn('Kafka cannot be asked whether frames are waiting', { cause });
    } finally {
      this.#looking = false;
    }
  }

  async #wake(): Promise<void> {
    const { clock, stuckMs, restart, fail, log } = this.#options;
    this.#fedAt = clock.monotonic();
    this.#restarts += 1;
    if (this.#restarts > restartsMax) {
      fail(
        new Error(`no frame came for ${stuckMs} ms although some are waiting, after ${restartsMax} new starts of the consumer`),
      );
      return;
    }
    log.warn('no frame comes although some are waiting: the consumer starts anew', { attempt: this.#restarts });
    await restart();
  }

  async #starving(): Promise<boolean> {
    const hungry = this.#options.runs().filter(({ hungry }) => hungry);
    for (const topic of new Set(hungry.map(({ at }) => at.topic))) {
      const marks = await this.#options.offsets.watermarks(topic);
      const behind = hungry.some(({ at, next }) => at.topic === topic && next < (marks.get(at.partition)?.high ?? 0));
      if (behind) return true;
    }
    return false;
  }
}
