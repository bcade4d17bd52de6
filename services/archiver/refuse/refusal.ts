import { hash } from 'node:crypto';
import { originInLog, type QuarantineRow, quarantineRowOf } from '#libs/contracts/quarantine-row.js';
import { frameBytesMax, topics } from '#libs/contracts/topics.js';
import type { EventLog } from '#libs/event-log/port.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Rejected } from '#libs/runtime/outcome.js';
import type { Batch, BatchLine } from '../collect/batch.js';
import { maskRow } from './mask.js';
import { tables } from '../collect/tables.js';

/** A line that cannot be stored. */
export interface Refusal {
  readonly line: BatchLine;
  readonly why: Rejected;
}

/** The quarantine's row for a refused line: the same id for every retry, its values masked. */
export function quarantinedLineOf(batch: Pick<Batch, 'at'>, { line, why }: Refusal, now: number): QuarantineRow {
  const topic = knownTopic(batch.at.topic);
  const masked = maskRow(topic, line.bytes);
  const origin = originInLog(batch.at, line.offset, line.line);
  const row = {
    received_at: isoOf(now),
    group_id: masked.groupId,
    source: masked.source,
    step: 'archive',
    reason: why.reason,
    field: why.field,
    detail: `The line cannot be stored in ${tables[topic]}: ${why.detail}`,
    origin,
    content: masked.content,
  };
  return quarantineRowOf(row, ['archive', origin, hash('sha256', line.bytes, 'hex')]);
}

/** The same with nothing of the line in it but its length: what is left to say when even that was refused. */
export function bareRowOf(row: QuarantineRow, { line }: Refusal): QuarantineRow {
  return { ...row, group_id: '', source: '', field: '', content: `${line.bytes.length} bytes that the quarantine refused` };
}

/** Appends refused lines to the quarantine topic. Rejects with `Transient` when the topic is away. */
export class Quarantine {
  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
  ) {}

  async append(batch: Batch, refusals: readonly Refusal[]): Promise<void> {
    const partition = batch.at.partition % (await this.log.partitions(topics.quarantine));
    const now = this.clock.now();
    let [rows, bytes]: [Buffer[], number] = [[], 0];
    const flush = async (): Promise<void> => {
      if (rows.length > 0) await this.log.append({ topic: topics.quarantine, partition }, Buffer.concat(rows));
      [rows, bytes] = [[], 0];
    };
    for (const refusal of refusals) {
      const row = Buffer.from(`${JSON.stringify(quarantinedLineOf(batch, refusal, now))}\n`);
      if (bytes + row.length > frameBytesMax) await flush();
      rows.push(row);
      bytes += row.length;
    }
    await flush();
  }
}

export function knownTopic(topic: string): keyof typeof tables {
  for (const known of Object.values(topics)) if (known === topic) return known;
  throw new Error(`the archiver has no table for the topic ${topic}`);
}
