import { type AuditRow, auditRow } from '#libs/contracts/audit-row.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import { partitionOf, topics } from '#libs/contracts/topics.js';
import { createMemoryLog, type MemoryLog } from '#libs/event-log/memory/memory-log.js';
import type { EventLog } from '#libs/event-log/port.js';

const partitions = 2;

export function newLog(): MemoryLog {
  const all = [topics.incidents, topics.actions, topics.audit, topics.accesses];
  return createMemoryLog({ topics: Object.fromEntries(all.map((topic) => [topic, partitions])) });
}

/** Who looked, as it was written down. */
export function auditRowsOf(log: MemoryLog): readonly AuditRow[] {
  const frames = Array.from({ length: partitions }, (_, partition) => log.frames({ topic: topics.audit, partition })).flat();
  return frames
    .flatMap((bytes) => bytes.toString('utf8').split('\n').filter(Boolean))
    .map((line) => auditRow.parse(JSON.parse(line)));
}

/** Appends changes as the scorer does. */
export async function tell(log: EventLog, ...changes: readonly IncidentChange[]): Promise<void> {
  for (const change of changes)
    await log.append(
      { topic: topics.incidents, partition: partitionOf(change.group_id, change.actor_id, partitions) },
      Buffer.from(`${JSON.stringify(change)}\n`),
    );
}
