import { pauseToldMs, refusedChangesMax, waitAfter, waitAfterRefusal } from '../channels/schedule.js';
import type { Later, Refused } from '#libs/channels/http/verdict.js';

/** Why an endpoint takes nothing. */
export interface Trouble {
  readonly status: number;
  readonly reason: string;
}

/** What is known of an endpoint by its answers, and until when it is left alone. Pure; times are monotonic milliseconds. */
export class EndpointState {
  #failures = 0;
  /** Refused answers in a row, of whatever scope, and pauses in a row that they made. */
  #refusals = 0;
  #pauses = 0;
  #pausedUntil = 0;
  #refused: string | undefined;
  #last: Trouble = { status: 0, reason: '' };

  constructor(private readonly random: () => number) {}

  get pausedUntil(): number {
    return this.#pausedUntil;
  }

  /** Why it was flagged, if it was: an answer that will not pass by itself. */
  get refused(): string | undefined {
    return this.#refused;
  }

  get last(): Trouble {
    return this.#last;
  }

  /** One probe at a time until an answer is good again. */
  get probing(): boolean {
    return this.#failures > 0 || this.#refused !== undefined;
  }

  /** It fails for longer than a moment: people have to know. One failure that the next try makes good is nobody's business. */
  troubled(now: number): boolean {
    return this.#refused !== undefined || this.#failures >= 2 || this.#pausedUntil - now >= pauseToldMs;
  }

  delivered(): void {
    this.#failures = 0;
    this.#refusals = 0;
    this.#pauses = 0;
    this.#pausedUntil = 0;
    this.#refused = undefined;
  }

  /** `times` is how often this change was tried. Answers with when it is due again. */
  failed(now: number, verdict: Later, times: number): number {
    if (verdict.scope === 'change') {
      this.delivered();
      return now + waitAfter(times, this.random);
    }
    // Those that were under way together fail together: that is one failure of the endpoint.
    if (now >= this.#pausedUntil) this.#failures += 1;
    this.#last = verdict;
    return this.#pause(now + Math.max(waitAfter(this.#failures, this.random), verdict.retryAfterMs ?? 0));
  }

  /** More of the same would not help. `times` is how often this change was refused. Answers with when it is due again. */
  refusedFor(now: number, verdict: Refused, times: number): number {
    this.#refusals += 1;
    this.#refused = verdict.reason;
    this.#last = verdict;
    if (verdict.scope === 'change' && this.#refusals < refusedChangesMax) return now + waitAfterRefusal(times, this.random);
    if (now >= this.#pausedUntil) this.#pauses += 1;
    return this.#pause(now + waitAfterRefusal(this.#pauses, this.random));
  }

  #pause(until: number): number {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
    return until;
  }
}
