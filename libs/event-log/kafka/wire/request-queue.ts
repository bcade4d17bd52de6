import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  readonly clientId: string;
  scheduleCheckPendingRequests(): void;
  maybeThrottle(waitMs: number | null | undefined): void;
}

/** Who is told how fast brokers answer a client. */
export interface PaceListener {
  /** They answer the next question so many milliseconds later, for a quota. */
  waits(waitMs: number): void;
  /** A piece has come of an answer to a fetch that is more than a second old. */
  comesSlowly(): void;
}

/** By the id of the client. */
const listeners = new Map<string, PaceListener>();

/**
 * kafkajs sets a timer to look at requests that wait, also when none does: its time is then minus 1970, which Node 24 takes for 1 ms and
 * complains about (`TimeoutNegativeWarning`), and the timer sets itself again a thousand times a second for each connection (its issue
 * 1751). With nothing pending no look is needed: what comes later schedules its own.
 *
 * How long a broker lets a client wait for a quota kafkajs obeys and tells nobody: see `onPace`.
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
    if (waitMs) paceOf(this.clientId)?.waits(waitMs);
  };
  prototype.quiet = true;
}

/** Tells how fast brokers answer the clients of this id. Answers with what ends it. */
export function onPace(clientId: string, listener: PaceListener): () => void {
  listeners.set(clientId, listener);
  return () => listeners.delete(clientId);
}

export function paceOf(clientId: string): PaceListener | undefined {
  return listeners.get(clientId);
}
