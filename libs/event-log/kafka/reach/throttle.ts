import type { Clock } from '#libs/runtime/clock.js';
import { type Log, silentLog } from '#libs/runtime/log.js';

/** Waits shorter than this are how quotas work by the way, and told to nobody; milliseconds. */
const toldMsMin = 1000;
/** Time between two tellings, in milliseconds. */
const tellEveryMs = 300_000;

/** Until when brokers let the clients of a process wait, because a quota of the principal or of the client is used up. */
export class Throttle {
  #until = -Infinity;
  #toldAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log = silentLog,
  ) {}

  /** On the monotonic clock; in the past where nothing waits. */
  get until(): number {
    return this.#until;
  }

  /** A broker has answered, and answers the next question so many milliseconds later. */
  noted(waitMs: number): void {
    const now = this.clock.monotonic();
    this.#until = Math.max(this.#until, now + waitMs);
    if (waitMs < toldMsMin || now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    this.log.warn('Kafka lets this process wait: a quota of its principal or client is used up (kafka-configs --describe)', {
      waitMs,
    });
  }
}
