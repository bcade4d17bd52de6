import type { Selection } from '#libs/detection/rule/rule.js';
import type { TopicPartition } from '#libs/event-log/port.js';
import type { Outcome } from '#libs/runtime/outcome.js';

/** What rows can be stored in, by the name under which people read it, and the table behind. */
export const storeTables = {
  accesses: { table: 'access_rows', id: 'event_id' },
  incident_changes: { table: 'incident_states', id: 'change_id' },
  quarantine: { table: 'quarantine_rows', id: 'quarantine_id' },
  case_actions: { table: 'case_action_rows', id: 'action_id' },
  audit: { table: 'audit_rows', id: 'audit_id' },
  case_states: { table: 'case_states', id: 'case_id' },
  notifications: { table: 'notification_attempts', id: 'change_id' },
} as const;
export type StoreTable = keyof typeof storeTables;

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

/** Where accesses, and what became of them, are kept. Every method rejects with `Transient` when the answer is not known or may pass. */
export interface AccessStore {
  /**
   * Stores newline-delimited JSON rows of a contract, bytes unchanged, all or none, once per token (`insertToken`): a repeated call
   * stores nothing more. Accepted with `rows` when they are durable; rejected when a row does not fit the table, and then none is stored.
   */
  insert(table: StoreTable, bytes: Buffer | readonly Buffer[], rows: number, token: string): Promise<Outcome<number>>;
  /** Writes down that a range is stored. The same entry may be written again. */
  recordBatch(entry: LedgerEntry): Promise<void>;
  /** Entries of a partition that reach to `fromOffset` or beyond, in order of `first`, at most `max`. */
  batches(at: TopicPartition, fromOffset: number, max: number): Promise<readonly LedgerEntry[]>;
  /** How many of the ids (`event_id`, `change_id`, `quarantine_id`, `action_id`, `audit_id`) the table holds. */
  found(table: StoreTable, ids: readonly string[]): Promise<number>;
  /**
   * Whose rows of these groups go by an erasure, or went within a day: SHA-256, hexadecimal, of pseudonyms of patients, names of accounts and
   * names of groups.
   */
  erasedLately(groupIds: readonly string[]): Promise<readonly string[]>;
  /**
   * Makes the rules' selections known, so that `incident_patients` can evaluate them; known ones are left alone. Rejects with an `Error`
   * that names the selection when ClickHouse does not take its expression.
   */
  registerSelections(selections: readonly Pick<Selection, 'id' | 'sql' | 'tree'>[]): Promise<void>;
}
