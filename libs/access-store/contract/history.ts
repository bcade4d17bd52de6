// contract/: what services ask of the store: ports for batches, history and lists.
// It knows no ClickHouse.

import type { StoredSubject } from '#libs/contracts/vocabulary.js';
import type { Outline } from '#libs/detection/rule/reach.js';
import type { TopicPartition } from '#libs/event-log/port.js';

/** Which stored accesses to read. Times are event times in milliseconds; the interval is half open, `(fromMs, toMs]`, as windows are. */
export interface HistoryQuery {
  readonly fromMs: number;
  readonly toMs: number;
  /** One group; all groups where it is left out. */
  readonly groupId?: string;
  /** Whose rows are asked for; left out: accounts'. Of another, the rows that belong to one. */
  readonly subject?: StoredSubject;
  /** Accounts, or other subjects, of one group, some hundred at most: their names travel with the question. All accounts where it is left out. */
  readonly accounts?: { readonly groupId: string; readonly actorIds: readonly string[] };
  /** Left out: every row. Rows of the outline are not counted by `count`. */
  readonly outline?: Outline | undefined;
}

/**
 * Accesses as they were stored, for judging again what came late, for filling the windows of new rules and for backtests. Every method
 * rejects with `Transient` when the store is away.
 */
export interface AccessHistory {
  /** The offset of the partition up to which, inclusive and without a hole, everything is stored; -1 for nothing. */
  storedThrough(at: TopicPartition): Promise<number>;
  /** Rows in order of time as frames of newline-delimited JSON, exactly as `libs/contracts/access-row.ts` has them, each row once. */
  rows(query: HistoryQuery): AsyncIterable<Buffer>;
  /** How many rows `rows` will give, for a progress bar. */
  count(query: HistoryQuery): Promise<number>;
}
