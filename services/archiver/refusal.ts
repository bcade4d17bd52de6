import { hash } from 'node:crypto';
import { originInLog, type QuarantineRow, quarantineRowOf } from '#libs/contracts/quarantine-row.js';
import { topics } from '#libs/contracts/topics.js';
import type { EventLog } from '#libs/event-log/port.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import type { Rejected } from '#libs/runtime/outcome.js';
import type { Batch, BatchLine } from './batch.js';
import { maskRow } from './mask.js';
import { tables } from './store.js';

/** A line that ClickHouse refused. */
export interface Refusal {
  readonly line: BatchLine;
  readonly why: Rejected;
}

/**
 * Stores what can be stored of lines of which some are bad, by halving: `k` bad ones among `n` cost about `k log n` inserts. Calls
 * `refuse` for each bad line and waits for it.
 */
export async function storeGoodLines(
  lines: readonly BatchLine[],
  insert: (bytes: Buffer, rows: number) => Promise<Rejected | undefined>,
  refuse: (refusal: Refusal) => Promise<void>,
): Promise<void> {
  const why = await insert(Buffer.concat(lines.map(({ bytes }) => bytes)), lines.length);
  if (!why) return;
  const [line] = lines;
  if (lines.length === 1 && line) return refuse({ line, why });
  const middle = Math.ceil(lines.length / 2);
  await storeGoodLines(lines.slice(0, middle), insert, refuse);
  await storeGoodLines(lines.slice(middle), insert, refuse);
}

/** The quarantine's row for a refused line: the same for every retry, its values masked. */
export function quarantinedLineOf(batch: Batch, { line, why }: Refusal, now: number): QuarantineRow {
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
    detail: `The table ${tables[topic]} refused the row: ${why.detail}`,
    origin,
    content: masked.content,
  };
  return quarantineRowOf(row, ['archive', origin, hash('sha256', line.bytes, 'hex')]);
}

/** Appends refused lines to the quarantine topic. Rejects with `Transient` when the topic is away. */
export class Quarantine {
  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
  ) {}

  async append(batch: Batch, refusal: Refusal): Promise<void> {
    const row = quarantinedLineOf(batch, refusal, this.clock.now());
    const partition = batch.at.partition % (await this.log.partitions(topics.quarantine));
    await this.log.append({ topic: topics.quarantine, partition }, Buffer.from(`${JSON.stringify(row)}\n`));
  }
}

export function knownTopic(topic: string): keyof typeof tables {
  for (const known of Object.values(topics)) if (known === topic) return known;
  throw new Error(`the archiver has no table for the topic ${topic}`);
}
