import { DistinctValues } from './distinct-values.js';
import { entryWords } from '../memory/entry-arena.js';
import { hasOwnSpread, hasNoValueAt, type LedgerStore, markOf, timeOf } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import { everySelection } from '../memory/selection-sets.js';

/** Bytes of a number in a set, about. */
const memberBytes = 40;

/**
 * What a stretch of a ledger holds that one of some selections marks, with the values that were met: when entries come in at its end, they
 * are all that has to be looked at.
 */
export class StretchCount {
  /** Distinct values, and distinct spread values. */
  value = 0;
  spread = 0;
  /** Time of the earliest entry with a value, 0 where there is none. */
  first = 0;
  /** Whether one of the entries, with a value or without, came late. */
  isLate = false;
  /** Entries of the stretch that were looked at. */
  seen = 0;
  readonly #values = new DistinctValues();
  readonly #spreads: DistinctValues | undefined;
  readonly #clinics = new Set<number>();
  #set = everySelection;

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
  ) {
    this.#spreads = ledgers.spreads ? new DistinctValues() : undefined;
  }

  get bytes(): number {
    return this.#values.bytes + (this.#spreads?.bytes ?? 0) + this.#clinics.size * memberBytes;
  }

  /** Begins anew: nothing has been counted. `set` are the selections that count; with `everySelection` all entries do. */
  begin(set: number): this {
    this.#set = set;
    this.value = 0;
    this.spread = 0;
    this.first = 0;
    this.isLate = false;
    this.seen = 0;
    this.#values.begin();
    this.#spreads?.begin();
    this.#clinics.clear();
    return this;
  }

  /** Counts on to the entry before `end`; the stretch begins with that at `from`, wherever that lies by now. */
  goOn(ledger: number, from: number, end: number): void {
    const { ledgers, marks } = this;
    const { width } = ledgers;
    const words = ledgers.words(ledger);
    const start = ledgers.start(ledger) + from * width;
    this.#values.base = start;
    if (this.#spreads) this.#spreads.base = start;
    const behind = start + (end - from) * width;
    let lastMark = -1;
    for (let word = start + this.seen * width; word < behind; word += width) {
      const mark = markOf(words, word);
      const isOther = mark !== lastMark;
      if (isOther && !this.#counts(mark)) continue;
      lastMark = mark;
      if (isOther && marks.lateOf(mark) === 1) this.isLate = true;
      if (this.#set !== everySelection && hasNoValueAt(words, word)) continue;
      if (this.first === 0) this.first = timeOf(words, word);
      this.value += this.#values.add(words, word);
      if (this.#spreads) this.spread += hasOwnSpread(words, word) ? this.#spreads.add(words, word + entryWords) : 0;
      else this.#noteClinic(marks.clinicOf(mark));
    }
    this.seen = end - from;
  }

  #counts(mark: number): boolean {
    return this.#set === everySelection || this.marks.sets.meet(this.marks.setOf(mark), this.#set);
  }

  #noteClinic(clinic: number): void {
    if (clinic === 0 || this.#clinics.has(clinic)) return;
    this.#clinics.add(clinic);
    this.spread += 1;
  }
}
