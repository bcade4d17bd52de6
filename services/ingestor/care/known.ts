import { slackMs, stepMs, stepOf } from '#libs/care/steps.js';

/** Longer than the log may take to acknowledge, milliseconds: what came before is there or was refused. */
const ackMsMax = 120_000;

/** What is known at this moment beside the facts themselves: how far they were read, and who is no person. Whoever follows the log sets it, whoever stamps asks. */
export class Known {
  /** When the memory was last known to hold all that the log had, milliseconds. */
  readUntil = Number.NEGATIVE_INFINITY;
  /** Accounts of programs, in lower case: the hospital's own list. */
  services: ReadonlySet<string> = new Set();

  /** Whether all that an access of this time (milliseconds) may know has been read. */
  isWhole(timeMs: number): boolean {
    return this.readUntil >= stepOf(timeMs) * stepMs - slackMs + ackMsMax;
  }

  /** Whether an account is no person, by its kind or by the list. */
  isService(actorId: string, kind: string): boolean {
    return kind === 'service' || this.services.has(actorId.toLowerCase());
  }
}
