import type { EngineState } from './engine-state.js';
import { isAnchor } from '../judge/meetings.js';
import { markOf, timeOf } from '../memory/entry.js';
import { copied } from '../memory/grown.js';
import type { Series } from '../compile/series.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, LedgerNumber } from '../scan/kinds.js';

/** Lets the entries of a ledger that has just been put in place wait for the rules that more accesses could undo, where they were not judged. */
export function settleAgain(
  state: EngineState,
  { account, ledger, cell, series }: { account: AccountNumber; ledger: LedgerNumber; cell: Uint8Array; series: Series },
  entries: Uint32Array,
): void {
  const { settler, marks } = state;
  const rules = series.rules.filter(({ settleMs }) => settleMs > 0);
  if (rules.length === 0) return;
  const isMain = series.kind === 'main';
  const { width } = state.windows.ledgersOf(series).store;
  for (let word = 0; word < entries.length; word += width) {
    const set = marks.setOf(markOf(entries, word));
    const time = timeOf(entries, word);
    if (isMain && entries.subarray(word, word + 4).every((one) => one === 0)) continue;
    for (const rule of rules)
      if (
        marks.sets.has(set, rule.counted) &&
        isAnchor(rule, entries[word + 3] ?? outside()) &&
        time + rule.settleMs > settler.watermark
      )
        settler.add({ rule, account, ledger, cell: copied(cell, 0, cell.length), time });
  }
}
