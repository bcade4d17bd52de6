import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly clientId: string;
  scheduleCheckPendingRequests(): void;
  maybeThrottle(waitMs: number | null | undefined): void;
}

/** Who is told that a client must wait, by its id. */
const throttled = new Map<string, (waitMs: number) => void>();

/**
 * kafkajs sets a timer to look at requests that wait, also when none does: its time is then minus 1970, which Node 24 takes for 1 ms and
 * complains about (`TimeoutNegativeWarning`), and the timer sets itself again a thousand times a second for each connection (its issue
 * 1751). With nothing pending no look is needed: what comes later schedules its own.
 *
 * How long a broker lets a client wait for a quota kafkajs obeys and tells nobody: see `onThrottled`.
 */
export function quietRequestQueue(): void {
  const { prototype }: { prototype: RequestQueue & { quiet?: true } } = createRequire(import.meta.url)(
    'kafkajs/src/network/requestQueue',
  );
  if (prototype.quiet) return;
  const { scheduleCheckPendingRequests: schedule, maybeThrottle } = prototype;
  prototype.scheduleCheckPendingRequests = function scheduleWhenPending() {
    if (this.pending.length > 0) schedule.call(this);
  };
  prototype.maybeThrottle = function throttleAndTell(waitMs) {
    maybeThrottle.call(this, waitMs ?? 0);
    if (waitMs) throttled.get(this.clientId)?.(waitMs);
  };
  prototype.quiet = true;
}

/** Tells how long brokers let the clients of this id wait, in milliseconds, each time that they do. Answers with what ends it. */
export function onThrottled(clientId: string, listener: (waitMs: number) => void): () => void {
  throttled.set(clientId, listener);
  return () => throttled.delete(clientId);
}
