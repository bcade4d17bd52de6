import { createRequire } from 'node:module';

interface RequestQueue {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests(): void;
}

/**
 * kafkajs sets a timer to look at requests that wait, also when none does: its time is then minus 1970, which Node 24 takes for 1 ms and
 * complains about (`TimeoutNegativeWarning`), and the timer sets itself again a thousand times a second for each connection (its issue
 * 1751). With nothing pending no look is needed: what comes later schedules its own.
 */
export function quietRequestQueue(): void {
  const { prototype }: { prototype: RequestQueue & { quiet?: true } } = createRequire(import.meta.url)(
    'kafkajs/src/network/requestQueue',
  );
  if (prototype.quiet) return;
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function scheduleWhenPending() {
    if (this.pending.length > 0) schedule.call(this);
  };
  prototype.quiet = true;
}
