import { createHash } from 'node:crypto';
import type { QuarantineRow } from '#libs/contracts/quarantine-row.js';
import { topics } from '#libs/contracts/topics.js';
import type { EventLog, TopicPartition } from '#libs/event-log/port.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';

/**
 * A line that is no incident change, as a row of the quarantine. Its text is not kept, only its length and digest: what it holds is
 * unknown, and the log still has it at the origin that the row names.
 */
export function quarantineRowOf(
  at: TopicPartition,
  offset: number,
  line: number,
  text: string,
  { reason, detail, now }: { readonly reason: string; readonly detail: string; readonly now: number },
): QuarantineRow {
  const origin = `${at.topic}/${at.partition}/${offset}#${line}`;
  const digest = createHash('sha256').update(text).digest('hex');
  return {
    quarantine_id: createHash('sha256').update(`${origin}\n${digest}`).digest('hex').slice(0, 32),
    received_at: isoOf(now),
    group_id: '',
    source: '',
    step: 'notify',
    reason,
    field: '',
    detail,
    origin,
    content: `${Buffer.byteLength(text)} bytes, sha256 ${digest}`,
  };
}

/** Appends such rows to the quarantine topic; resolves once the log has them. */
export class SetAside {
  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
  ) {}

  async append(at: TopicPartition, offset: number, line: number, text: string, reason: string, detail: string): Promise<void> {
    const row = quarantineRowOf(at, offset, line, text, { reason, detail, now: this.clock.now() });
    const partition = at.partition % (await this.log.partitions(topics.quarantine));
    await this.log.append({ topic: topics.quarantine, partition }, Buffer.from(`${JSON.stringify(row)}\n`));
  }
}
