import { originInLog, type QuarantineRow, quarantineRowOf } from '#libs/contracts/quarantine-row.js';
import type { TopicPartition } from '#libs/event-log/port.js';
import { isoOf } from '#libs/runtime/clock.js';

/** A line that is set aside. */
export interface RefusedLine {
  readonly line: number;
  readonly reason: string;
  readonly detail: string;
}

/** The quarantine's row for a row that the engine cannot read. Nothing of it is kept: what it holds is unknown, and the log still has it. */
export function quarantinedRowOf(at: TopicPartition, offset: number, row: RefusedLine, now: number): QuarantineRow {
  const origin = originInLog(at, offset, row.line);
  const set = {
    received_at: isoOf(now),
    group_id: '',
    source: '',
    step: 'score',
    reason: row.reason,
    field: '',
    detail: row.detail,
    origin,
    content: '',
  };
  return quarantineRowOf(set, ['score', origin]);
}
