import type { Clock } from '#libs/runtime/clock.js';
import { type Log, silentLog } from '#libs/runtime/log.js';

/** Waits shorter than this are how quotas work by the way, and told to nobody; milliseconds. */
const toldMsMin = 1000;
/** Time between two tellings, in milliseconds. */
const tellEveryMs = 300_000;

/** What makes the clients of a process wait for frames that brokers have: a quota of the principal or of the client, or answers that take their time on the way. Instants are of the monotonic clock. */
export class Pace {
  #quotaUntil = -Infinity;
  #slowAt = -Infinity;
  #toldAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log = silentLog,
  ) {}

  /** Until when brokers let the process wait, because a quota is used up; in the past where nothing waits. */
  get quotaUntil(): number {
    return this.#quotaUntil;
  }
  /** When a piece of a long answer last came. */
  get slowAt(): number {
    return this.#slowAt;
  }

  /** A broker has answered, and answers the next question so many milliseconds later. */
  waits(waitMs: number): void {
    const now = this.clock.monotonic();
    this.#quotaUntil = Math.max(this.#quotaUntil, now + waitMs);
    if (waitMs < toldMsMin || now - this.#toldAt < tellEveryMs) return;
    this.#toldAt = now;
    this.log.warn('Kafka lets this process wait: a quota of its principal or client is used up (kafka-configs --describe)', {
      waitMs,
    });
  }

  /** A piece has come of frames that were asked for a while ago. */
  comesSlowly(): void {
    this.#slowAt = this.clock.monotonic();
  }
}
