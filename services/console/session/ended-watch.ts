import type { AuditLooks } from '#libs/access-store/audit/audit-looks.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { sessionMsMax } from './sealed-session.js';
import { endedOf, endedRoute, type EndedSessions } from './ended-sessions.js';

/** Time between two looks at what other consoles were told, in milliseconds. */
export const endedEveryMs = 5_000;

export interface EndedWatchTools {
  readonly ended: EndedSessions;
  readonly looks: Pick<AuditLooks, 'providerLogouts'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The provider tells one console alone, which writes it into the audit; the others read it there, and so does this one after a restart. While the store is
 * away they learn of it later.
 */
export class EndedWatch {
  #isLooking = false;
  #isAway = false;

  constructor(private readonly tools: EndedWatchTools) {}

  async look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { ended, looks, clock, log } = this.tools;
    try {
      const now = clock.now();
      ended.forgetBefore(now);
      for (const row of await looks.providerLogouts(endedRoute, now - sessionMsMax)) {
        const one = endedOf(row);
        if (one) ended.end(one);
      }
      this.#isAway = false;
    } catch (cause) {
      if (!this.#isAway)
        log.warn('which sessions the identity provider has ended is not known from other consoles, until the store answers', {
          cause,
        });
      this.#isAway = true;
    } finally {
      this.#isLooking = false;
    }
  }
}
