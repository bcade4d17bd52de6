import type { AccessHistory, HistoryQuery } from '#libs/access-store/contract/history.js';
import type { RowFrame } from './files/merge-runs.js';
import type { RowFilter } from './files/row-block.js';

/** Where a backtest reads rows from. */
export interface RowSource {
  /** As it is named to people. */
  readonly name: string;
  /** How many rows there will be, about; `onShare` hears how far counting is, where it takes long. Asked for once, before `frames`. */
  count(onShare: (share: number) => void): Promise<number>;
  /** In order of time. */
  frames(): AsyncGenerator<RowFrame>;
}

/** Rows as they were stored. */
export class StoredRows implements RowSource {
  readonly #query: HistoryQuery;

  constructor(
    readonly name: string,
    private readonly history: AccessHistory,
    { fromMs, toMs, groupId, actorId, outline }: RowFilter,
  ) {
    this.#query = {
      fromMs: fromMs - 1,
      toMs: toMs - 1,
      ...(outline && { outline: { ...outline, toMs: outline.toMs - 1 } }),
      ...(groupId !== undefined && { groupId }),
      ...(groupId !== undefined && actorId !== undefined && { accounts: { groupId, actorIds: [actorId] } }),
    };
  }

  count(): Promise<number> {
    return this.history.count(this.#query);
  }

  async *frames(): AsyncGenerator<RowFrame> {
    let before = 0;
    for await (const bytes of this.history.rows(this.#query)) {
      before += 1;
      const frame = before;
      yield { bytes, placeOf: (line) => `${this.name}, frame ${frame}, line ${line}` };
    }
  }
}
