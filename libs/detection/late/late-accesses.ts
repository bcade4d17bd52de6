import { entryWords, markOf, timeOf } from '../memory/entry.js';
import type { EngineState } from '../state/engine-state.js';
import { accessKey } from '../state/late-list.js';
import type { Pending } from '../state/rejudgements.js';
import type { AccountNumber } from '../scan/kinds.js';

/** Accesses that came late, as far as memory goes. */
export function lateOf(state: EngineState, account: AccountNumber, pending: Pending): ReadonlySet<string> {
  const late = pending.late.keys();
  const { words, from, end } = state.windows.between(account, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  for (let word = from; word < end; word += entryWords) {
    const [v0 = 0, v1 = 0, v2 = 0, v3 = 0] = words.subarray(word, word + 4);
    const key = accessKey(timeOf(words, word), v0, v1, v2, v3);
    // One that came again late may have come in time before.
    if (state.marks.lateOf(markOf(words, word)) === 1) late.add(key);
    else late.delete(key);
  }
  return late;
}
