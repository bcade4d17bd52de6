import type { Clock } from './clock.js';
import { Transient } from './outcome.js';

export interface RetryPolicy {
  /** Wait before the second attempt, in milliseconds; doubled for each further one. */
  readonly firstWaitMs: number;
  readonly waitMsMax: number;
  /** Attempts in all; Infinity for work that must happen (it can still be aborted). */
  readonly attemptsMax: number;
}

/**
 * Calls `attempt` until it succeeds, waiting longer each time with full jitter (a random part of the doubled wait, so that instances
 * do not come back together). Only `Transient` is tried again. Rejects with the last error, or the signal's reason.
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  policy: RetryPolicy,
  { clock, random, signal, onRetry }: RetryTools,
): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    signal?.throwIfAborted();
    try {
      return await attempt();
    } catch (cause) {
      if (!(cause instanceof Transient) || attempts >= policy.attemptsMax) throw cause;
      const ceiling = Math.min(policy.waitMsMax, policy.firstWaitMs * 2 ** (attempts - 1));
      const waitMs = Math.ceil(ceiling * (0.5 + random() / 2));
      onRetry?.(cause, attempts, waitMs);
      await clock.sleep(waitMs, signal);
    }
  }
}

export interface RetryTools {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly signal?: AbortSignal;
  readonly onRetry?: (cause: Transient, attempts: number, waitMs: number) => void;
}
