import type { Batch } from '../collect/batch.js';
import { knownTopic } from '../refuse/refusal.js';
import { type ArchiveTable, tables } from '../collect/tables.js';

/** Rows looked up per batch, and batches that wait for it; older ones are forgotten. */
const idsPerBatch = 5;
const batchesMax = 1000;

/** A stored batch with the ids of a few of its rows. */
export interface Sample {
  readonly batch: Pick<Batch, 'at' | 'first' | 'last' | 'rows'>;
  readonly table: ArchiveTable;
  readonly ids: readonly string[];
  /** Monotonic milliseconds. */
  readonly storedAt: number;
}

const keys = {
  accesses: 'event_id',
  incident_changes: 'change_id',
  case_actions: 'action_id',
  audit: 'audit_id',
  quarantine: 'quarantine_id',
} as const;

/**
 * A few rows of each recent batch, to ask ClickHouse for later: it has been seen to answer success without storing, and then the whole
 * insert is missing, which a handful of its rows tells.
 */
export class Samples {
  #samples: Sample[] = [];

  add(batch: Batch, storedAt: number): void {
    const table = tables[knownTopic(batch.at.topic)];
    const { at, first, last, rows } = batch;
    this.#samples.push({ batch: { at, first, last, rows }, table, ids: idsOf(batch, keys[table]), storedAt });
    if (this.#samples.length > batchesMax) this.#samples.shift();
  }

  /** Takes out, at most `max`, those stored before `time`. */
  take(time: number, max: number): readonly Sample[] {
    const due = this.#samples.filter(({ storedAt }) => storedAt < time).slice(0, max);
    this.#samples = this.#samples.filter((sample) => !due.includes(sample));
    return due;
  }
}

/** Ids spread evenly over the bytes of a batch, read without parsing. */
export function idsOf({ bytes }: Pick<Batch, 'bytes'>, key: string): readonly string[] {
  const mark = Buffer.from(`"${key}":"`);
  const ids = new Set<string>();
  for (let index = 0; index < idsPerBatch; index += 1) {
    const at = bytes.indexOf(mark, Math.floor((bytes.length * index) / idsPerBatch));
    if (at === -1) break;
    ids.add(bytes.toString('latin1', at + mark.length, at + mark.length + 32));
  }
  return [...ids].filter((id) => /^[0-9a-f]{32}$/.test(id));
}
