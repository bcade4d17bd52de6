import type { AuditTrail } from '#libs/audit/audit-trail.js';
import { headText } from '#libs/audit/chain.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';

/** Time between two lines, in milliseconds. */
export const headEveryMs = 3_600_000;

/**
 * Says in the log of the process where its chain stands, every hour in which it grew and when it stops: log lines are kept where whoever can write
 * the chain cannot. Answers with the function that stops it.
 */
export function tellHeads({
  trail,
  clock,
  log,
}: {
  readonly trail: Pick<AuditTrail, 'head'>;
  readonly clock: Clock;
  readonly log: Log;
}): () => void {
  let told = 0;
  const tell = () => {
    const { head } = trail;
    if (!head || head.rows === told) return;
    told = head.rows;
    log.info('the chain of the audit stands so: vigie audit verify --head compares', { auditHead: headText(head) });
  };
  const stop = clock.every(headEveryMs, tell);
  return () => {
    stop();
    tell();
  };
}
