import { hash } from 'node:crypto';
import { originInLog, type QuarantineRow, quarantineRowOf } from '#libs/contracts/quarantine-row.js';
import { topics } from '#libs/contracts/topics.js';
import type { EventLog, TopicPartition } from '#libs/event-log/port.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';

/**
 * A line that is no incident change, as a row of the quarantine. Its text is not kept, only its length and digest: what it holds is
 * unknown, and the log still has it at the origin that the row names.
 */
export function quarantinedTextOf(
  at: TopicPartition,
  offset: number,
  line: number,
  text: string,
  { reason, detail, now }: { readonly reason: string; readonly detail: string; readonly now: number },
): QuarantineRow {
  const origin = originInLog(at, offset, line);
  const digest = hash('sha256', text, 'hex');
  const row = {
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
  return quarantineRowOf(row, ['notify', origin, digest]);
}

/** Appends such rows to the quarantine topic; resolves once the log has them. */
export class SetAside {
  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
  ) {}

  async append(at: TopicPartition, offset: number, line: number, text: string, reason: string, detail: string): Promise<void> {
    const row = quarantinedTextOf(at, offset, line, text, { reason, detail, now: this.clock.now() });
    const partition = at.partition % (await this.log.partitions(topics.quarantine));
    await this.log.append({ topic: topics.quarantine, partition }, Buffer.from(`${JSON.stringify(row)}\n`));
  }
}
