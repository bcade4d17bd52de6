import { type Entry, markOf } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { LedgerNumber, MarkNumber } from '../scan/kinds.js';

/**
 * How many accesses of one millisecond are looked at for one that comes again. Beyond, it is held a second time, which changes no count: only
 * whether it had come in time is then not known.
 */
export const twinLooksMax = 256;

/** Finds the access that comes again among those of its time. What is sent again comes in its old order mostly, so the next place is tried first. */
export class Twins {
  #ledger = 0;
  #next = 0;
  /** Entries looked at so far. */
  looked = 0;

  constructor(private readonly ledgers: LedgerStore) {}

  /** The index of an entry of the same value, number, time and spread whose mark fits, or -1; `after` is the index after the last entry of that time. */
  find(ledger: LedgerNumber, entry: Entry, after: number, fits: (mark: MarkNumber) => boolean): number {
    const { ledgers } = this;
    const words = ledgers.words(ledger);
    const start = ledgers.start(ledger);
    // Most accesses are the only one of their time.
    if (after === 0 || ledgers.timeAt(ledger, after - 1) < entry.time) return -1;
    const first = ledgers.firstAfter(ledger, entry.time - 1);
    const run = after - first;
    const begin = this.#ledger === ledger && this.#next > first && this.#next < after ? this.#next - first : 0;
    for (let look = 0; look < run && look < twinLooksMax; look += 1) {
      const index = first + ((begin + look) % run);
      this.looked += 1;
      const word = start + index * ledgers.width;
      if (!ledgers.saysSame(words, word, entry) || !ledgers.sameOwnSpread(words, word, entry) || !fits(markOf(words, word)))
        continue;
      this.#ledger = ledger;
      this.#next = index + 1;
      return index;
    }
    return -1;
  }
}
