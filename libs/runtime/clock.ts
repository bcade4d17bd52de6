import { setTimeout as sleepFor } from 'node:timers/promises';

/** The only door to wall-clock time and timers, so that tests and backtests drive them. Times are milliseconds. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z. */
  now(): number;
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  monotonic(): number;
  /** Resolves after `ms`, or rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `post` every `ms` until the returned function is called. Does not keep the process alive. */
  every(ms: number, post: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleepFor(ms, undefined, signal ? { signal } : undefined),
  every(ms, post) {
    const timer = setInterval(post, ms);
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** `2024-11-19T08:12:03.120Z` */
export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}
