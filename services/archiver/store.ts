import { type Topic, topics } from '#libs/contracts/topics.js';
import type { TopicPartition } from '#libs/event-log/port.js';
import type { Outcome } from '#libs/runtime/outcome.js';

/** The tables that topics go to. */
export const tables = {
  [topics.accesses]: 'accesses',
  [topics.incidents]: 'incident_changes',
  [topics.quarantine]: 'quarantine',
} as const satisfies Record<Topic, string>;
export type ArchiveTable = (typeof tables)[Topic];

/** A range of the log that is stored: a row of `archive_batches`. */
export interface LedgerEntry extends TopicPartition {
  readonly first: number;
  readonly last: number;
  /** Rows in the log. */
  readonly rows: number;
  /** Rows of them that were refused and set aside. */
  readonly refused: number;
  readonly token: string;
}

/** What the archiver asks of ClickHouse. Every method rejects with `Transient` when the answer is not known or may pass. */
export interface ArchiveStore {
  /**
   * Inserts newline-delimited JSON rows, bytes unchanged, as one block that is known by its token: a second insert with the same token
   * stores nothing. Accepted with the rows that are stored now, whether by this call or an earlier one; rejected when a row does not fit
   * the table, and then nothing was stored.
   */
  insert(table: ArchiveTable, bytes: Buffer, rows: number, token: string): Promise<Outcome<number>>;
  recordBatch(entry: LedgerEntry): Promise<void>;
  /** Entries of a partition that reach to `fromOffset` or beyond, in order of `first`, at most `max`. */
  batches(at: TopicPartition, fromOffset: number, max: number): Promise<readonly LedgerEntry[]>;
  /** How many of the ids (`event_id`, `change_id`, `quarantine_id`) the table holds. */
  found(table: ArchiveTable, ids: readonly string[]): Promise<number>;
}
