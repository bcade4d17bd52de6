import type { AccessRow } from '#libs/contracts/access-row.js';
import type { AuditRow } from '#libs/contracts/audit-row.js';
import { partitionOf, topics } from '#libs/contracts/topics.js';
import type { AppendAudit } from '#libs/audit/audit-trail.js';
import type { EventLog } from './port.js';

/** The topics that an audit is written to. */
export const auditTopics = [topics.audit, topics.accesses] as const;

/**
 * Appends audit rows, all on the partition of their chain, in its order, and then the accesses that some of them are, each on the partition of its
 * account. An answer waits for both, so no answer lacks its access; what is appended again after half of it is the same rows.
 */
export function auditLog(log: Pick<EventLog, 'append' | 'partitions'>, chainId: string): AppendAudit {
  return async (rows, readings) => {
    const partition = partitionOf('', chainId, await log.partitions(topics.audit));
    await log.append({ topic: topics.audit, partition }, linesOf(rows));
    if (readings.length === 0) return;
    const count = await log.partitions(topics.accesses);
    const byPartition = new Map<number, AccessRow[]>();
    for (const reading of readings) {
      const at = partitionOf(reading.group_id, reading.actor_id, count);
      byPartition.set(at, [...(byPartition.get(at) ?? []), reading]);
    }
    await Promise.all([...byPartition].map(([at, own]) => log.append({ topic: topics.accesses, partition: at }, linesOf(own))));
  };
}

function linesOf(rows: readonly (AuditRow | AccessRow)[]): Buffer {
  return Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}
