import { randomBytes } from 'node:crypto';
import { tellHeads } from '#libs/event-log/audit-heads.js';
import { auditLog, auditTopics } from '#libs/event-log/audit-log.js';
import { AuditTrail } from '#libs/audit/audit-trail.js';
import { AwaitedLog } from '#libs/event-log/nest/awaited-log.js';
import { openEventLog } from '#libs/event-log/open.js';
import type { CommonConfig } from '#libs/runtime/config.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Health } from '#libs/runtime/health.js';
import type { Log } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';
import { QueryAudit } from './query-audit.js';

/** What a query waits for the log, in milliseconds. */
const ackMsMax = 10_000;

/** The audit of this process. Its log is opened when somebody asks for patients, since the process may be there before the log is. */
export function openAudit(
  { common }: { readonly common: CommonConfig },
  { clock, log, health }: { readonly clock: Clock; readonly log: Log; readonly health: Health },
): { readonly audit: QueryAudit; close(): Promise<void> } {
  const tools = { name: 'clickhouse', topics: auditTopics, clock, logger: log, health };
  const opened = new AwaitedLog((signal) => openEventLog(common, { ...tools, signal }));
  const chainId = randomBytes(16).toString('hex');
  const append = auditLog(opened, chainId);
  const trail = new AuditTrail(chainId, (rows, readings) => inTime(clock, append(rows, readings)));
  const stopTelling = tellHeads({ trail, clock, log });
  const close = () => {
    stopTelling();
    return opened.close();
  };
  return { audit: new QueryAudit({ trail, clock, log }), close };
}

/** Rejects with `Transient` when the log has not answered by then: what is appended later is the same rows. */
async function inTime(clock: Clock, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const late = clock.sleep(ackMsMax, over.signal).then(() => {
    throw new Transient('the log has not acknowledged in time');
  });
  try {
    await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
