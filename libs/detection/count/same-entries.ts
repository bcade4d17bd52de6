import { entryWords, hasNoValueAt, markOf, timeOf } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import { anySelection } from '../memory/selection-sets.js';
import type { Counted } from './slides.js';
import type { Times, What } from './stretches.js';
import type { LedgerNumber, MarkNumber } from '../scan/kinds.js';

/** Finds the entries nearest to one that say the same, so that it adds nothing to windows which hold both. */
export class SameEntries {
  /** Entries looked at so far. */
  looked = 0;

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
  ) {}

  /**
   * Whether the entry at `index`, which has just come in as the newest, has a value (or a spread value) that no other one within the window
   * has that the selection `counted` marks; of numbers, that no other one of its event says as much. Looks back no further than to the first such.
   */
  isNew(what: What, ledger: LedgerNumber, index: number, { counted, timespanMs }: Counted): boolean {
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    const own = start + index * this.ledgers.width;
    const edge = timeOf(words, own) - timespanMs;
    const same = what === 'value' ? this.#sameValue : this.#sameSpread;
    for (let word = own - this.ledgers.width; word >= start; word -= this.ledgers.width) {
      if (timeOf(words, word) <= edge) return true;
      this.looked += 1;
      if (same(words, own, word) && takesPart(this.marks, words, word, markOf(words, word), counted)) return false;
    }
    return true;
  }

  /**
   * The times of windows that hold the entry at `index` and no other one of its value that the selection `counted` marks, or of its spread value; of
   * numbers, no other one of its event that says as much. Looks no further than to the next such on either side.
   */
  alone(what: What, ledger: LedgerNumber, index: number, { counted, timespanMs }: Counted): Times {
    const { width } = this.ledgers;
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    const behind = start + this.ledgers.length(ledger) * width;
    const own = start + index * width;
    const time = timeOf(words, own);
    const same = what === 'value' ? this.#sameValue : this.#sameSpread;
    let [from, until] = [time, time + timespanMs];
    for (let word = own - width; word >= start && timeOf(words, word) > time - timespanMs; word -= width) {
      this.looked += 1;
      if (!same(words, own, word) || !takesPart(this.marks, words, word, markOf(words, word), counted)) continue;
      from = timeOf(words, word) + timespanMs;
      break;
    }
    for (let word = own + width; word < behind && timeOf(words, word) < until; word += width) {
      this.looked += 1;
      if (same(words, own, word) && takesPart(this.marks, words, word, markOf(words, word), counted)) until = timeOf(words, word);
    }
    return { from, until };
  }

  readonly #sameValue = (words: Uint32Array, own: number, other: number): boolean =>
    sameWords(words, own, other) &&
    (!this.ledgers.amounts || this.ledgers.amountAt(words, other) >= this.ledgers.amountAt(words, own));

  readonly #sameSpread = (words: Uint32Array, a: number, b: number): boolean =>
    this.ledgers.spreads
      ? sameWords(words, a + entryWords, b + entryWords)
      : this.marks.clinicOf(markOf(words, a)) === this.marks.clinicOf(markOf(words, b));
}

/** An entry of the shared ledger takes part in rules whose selection marks it, and when it has a patient. */
export function takesPart(marks: Marks, words: Uint32Array, word: number, mark: MarkNumber, counted: number): boolean {
  if (counted === anySelection) return true;
  if (!marks.sets.has(marks.setOf(mark), counted)) return false;
  return !hasNoValueAt(words, word);
}

/** Whether four words are the same at two places. */
function sameWords(words: Uint32Array, a: number, b: number): boolean {
  return words[a] === words[b] && words[a + 1] === words[b + 1] && words[a + 2] === words[b + 2] && words[a + 3] === words[b + 3];
}
