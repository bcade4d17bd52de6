// memory/: the ports in memory, for tests, under the same suites as ClickHouse.
// It refuses what the contracts refuse.

import { type AccessRow, accessRow } from '#libs/contracts/access-row.js';
import type { SubjectKind } from '#libs/contracts/vocabulary.js';
import type { TopicPartition } from '#libs/event-log/port.js';
import { Transient } from '#libs/runtime/outcome.js';
import { askedRows } from '#libs/testkit/asked-rows.js';
import type { AccessHistory, HistoryQuery } from '../contract/history.js';
import type { MemoryStore } from './memory-store.js';

/** Rows of a frame: a few, so that tests see several frames. */
const frameRows = 100;

/** The history of a store in memory, for tests: same promises, and it can be away. */
export class MemoryHistory implements AccessHistory {
  away = false;

  constructor(private readonly store: MemoryStore) {}

  async storedThrough(at: TopicPartition): Promise<number> {
    this.#answer();
    let through = -1;
    for (const { first, last } of await this.store.batches(at, 0, Number.POSITIVE_INFINITY)) {
      if (through >= 0 && first > through + 1) break;
      through = Math.max(through, last);
    }
    return through;
  }

  async *rows(query: HistoryQuery): AsyncGenerator<Buffer> {
    const lines = this.#lines(query);
    for (let at = 0; at < lines.length; at += frameRows) {
      this.#answer();
      yield Buffer.from(lines.slice(at, at + frameRows).join(''));
    }
    this.#answer();
  }

  async count(query: HistoryQuery): Promise<number> {
    this.#answer();
    return this.#lines({ ...query, fromMs: Math.max(query.fromMs, query.outline?.toMs ?? query.fromMs), outline: undefined })
      .length;
  }

  #lines({ accounts, groupId, subject = 'account', ...query }: HistoryQuery): readonly string[] {
    const actors = accounts && new Set(accounts.actorIds);
    const rows = this.store.rows('accesses').map((row) => accessRow.parse(row));
    const asked = rows.filter(
      (row) =>
        keyOf(row, subject) !== '' &&
        (groupId === undefined || row.group_id === groupId) &&
        (!accounts || (row.group_id === accounts.groupId && actors?.has(keyOf(row, subject)) === true)),
    );
    const inOrder = askedRows(asked, query, subject).toSorted((a, b) =>
      a.time < b.time || (a.time === b.time && a.event_id < b.event_id) ? -1 : 1,
    );
    return inOrder.map((row) => `${JSON.stringify(row)}\n`);
  }

  #answer(): void {
    if (this.away) throw new Transient('the store is away');
  }
}

function keyOf(row: AccessRow, subject: SubjectKind): string {
  return (subject === 'account' ? row.actor_id : row[subject]) ?? '';
}
