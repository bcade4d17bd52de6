import { headText, type ChainHead } from '#libs/audit/chain.js';
import { caseMessage } from '#libs/contracts/case-message.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';

/** Time between two looks, in milliseconds. */
export const lookEveryMs = 300_000;

/** A chain that has not grown for this long has stood in a mail already, in milliseconds: a day, and what a late mail takes. */
export const grewWithinMs = 36 * 3_600_000;

/** Of one mail. */
export const headsMax = 50;

export interface AuditHeadsTools {
  /** Of chains that have a row at or after an instant (milliseconds of the wall clock). Rejects with `Transient`. */
  readonly auditHeads: (since: number, limit: number) => Promise<readonly ChainHead[]>;
  readonly clock: Clock;
  readonly log: Log;
}

const shape = caseMessage.shape.audit_heads.unwrap().element;

/** Where the chains of the audit stand, as the store last said: mails carry it to where nobody who writes the store can change it. */
export class AuditHeads {
  /** As people keep them, `chain:rows:sha256`. */
  texts: readonly string[] = [];
  #isAway = false;

  constructor(private readonly tools: AuditHeadsTools) {}

  /** Called at the start and by a timer. What was known last holds where the store does not answer, or does not let this user read. */
  async look(): Promise<void> {
    const { auditHeads, clock, log } = this.tools;
    try {
      const heads = await auditHeads(clock.now() - grewWithinMs, headsMax);
      // What somebody wrote into the columns goes into no mail.
      this.texts = heads.map(headText).filter((text) => shape.safeParse(text).success);
      this.#isAway = false;
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      if (!this.#isAway) log.warn('where the audit stands is not known; the digest says what was known last', { cause });
      this.#isAway = true;
    }
  }
}
