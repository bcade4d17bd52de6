import type { EventLog } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { messageOf, Transient } from '#libs/runtime/outcome.js';

type Appends = Pick<EventLog, 'append'>;

/** Whoever is not ready is sent nothing by a balancer, and would never hear that frames are taken again. */
const rememberedMs = 30_000;

/** Whether the log refuses what it is given, as on a full disk: it answers, so that nothing waits. */
export class Refusals {
  #reason = '';
  #refusedMs = 0;

  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly logger: Log,
  ) {}

  /** The log, looked at: of whichever topic a frame is taken, the log takes frames. */
  watched(log: Appends): Appends {
    return {
      append: async (at, bytes) => {
        try {
          const offset = await log.append(at, bytes);
          this.#taken();
          return offset;
        } catch (cause) {
          // Anything else is about this frame alone.
          if (cause instanceof Transient) this.#refused(cause);
          throw cause;
        }
      },
    };
  }

  /** Why nothing was taken since the last refusal; undefined where something was, or half a minute is over. */
  get trouble(): string | undefined {
    const isFresh = this.clock.monotonic() - this.#refusedMs < rememberedMs;
    return this.#reason && isFresh ? `the log refuses frames: ${this.#reason}` : undefined;
  }

  #refused(cause: Transient): void {
    if (!this.#reason) this.logger.error('the log refuses frames; senders are told to come again', { cause });
    this.#reason = messageOf(cause);
    this.#refusedMs = this.clock.monotonic();
  }

  #taken(): void {
    if (this.#reason) this.logger.info('the log takes frames again');
    this.#reason = '';
  }
}
