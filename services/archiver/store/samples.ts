import type { Batch } from '../collect/batch.js';
import { knownTopic } from '../refuse/refusal.js';
import { type ArchiveTable, tables } from '../collect/tables.js';

/** Rows looked up per batch, and batches that wait for it; older ones are forgotten. */
const rowsPerBatch = 5;
const batchesMax = 1000;

const newline = 0x0a;

/** A row that was stored: its id, its group, and by whom an erasure may find it. */
export interface SampledRow {
  readonly id: string;
  readonly groupId: string;
  /** Pseudonyms of its patient, its account, its group. */
  readonly names: readonly string[];
}

/** A stored batch with a few of its rows, each of another id. */
export interface Sample {
  readonly batch: Pick<Batch, 'at' | 'first' | 'last' | 'rows'>;
  readonly table: ArchiveTable;
  readonly rows: readonly SampledRow[];
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

  /** Of a batch every line of which was stored, so that each is an object in JSON. */
  add(batch: Batch, storedAt: number): void {
    const table = tables[knownTopic(batch.at.topic)];
    const { at, first, last, rows } = batch;
    this.#samples.push({ batch: { at, first, last, rows }, table, rows: rowsOf(batch, keys[table]), storedAt });
    if (this.#samples.length > batchesMax) this.#samples.shift();
  }

  /** Takes out, at most `max`, those stored before `time`. */
  take(time: number, max: number): readonly Sample[] {
    const due = this.#samples.filter(({ storedAt }) => storedAt < time).slice(0, max);
    this.#samples = this.#samples.filter((sample) => !due.includes(sample));
    return due;
  }
}

/** Rows spread evenly over the bytes of a batch; others are not parsed. */
function rowsOf({ bytes }: Pick<Batch, 'bytes'>, key: string): readonly SampledRow[] {
  const rows = new Map<string, SampledRow>();
  for (let index = 0; index < rowsPerBatch; index += 1) {
    const at = Math.floor((bytes.length * index) / rowsPerBatch);
    const start = at === 0 ? 0 : bytes.indexOf(newline, at - 1) + 1;
    const end = bytes.indexOf(newline, start);
    if (end === -1 || (at > 0 && start === 0)) break;
    const row = sampled(bytes.subarray(start, end), key);
    if (row && !rows.has(row.id)) rows.set(row.id, row);
  }
  return [...rows.values()];
}

function sampled(line: Buffer, key: string): SampledRow | undefined {
  const row = JSON.parse(line.toString()) as Readonly<Record<string, unknown>>;
  const text = (name: string) => (typeof row[name] === 'string' ? row[name] : '');
  if (!/^[0-9a-f]{32}$/.test(text(key))) return undefined;
  const names = ['patient_id', 'former_id', 'actor_id', 'group_id'].map(text).filter((name) => name !== '');
  return { id: text(key), groupId: text('group_id'), names };
}
