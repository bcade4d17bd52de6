import { EventAmounts } from './event-amounts.js';
import { type Entry, entryWords, hasNoValueAt, hasOwnSpread, markOf, timeOf } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import { PatientSet } from '../memory/patient-set.js';
import { everySelection } from '../memory/selection-sets.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber, MarkNumber } from '../scan/kinds.js';

/** Bytes of a number in a set, about. */
const memberBytes = 40;

/**
 * What a stretch of a ledger holds that one of some selections marks, with the values that were met: when entries come in, they are all that has
 * to be looked at.
 */
export class StretchCount {
  /** Distinct values, and distinct spread values. */
  value = 0;
  spread = 0;
  /** Time of the earliest entry with a value, 0 where there is none. */
  first = 0;
  /** Whether one of the entries, with a value or without, came late. */
  isLate = false;
  /** Entries of the stretch that were looked at: so many from its beginning on. */
  seen = 0;
  /** The numbers of its events, where entries have some. */
  readonly amounts: EventAmounts | undefined;
  readonly #values: PatientSet;
  readonly #spreads: PatientSet;
  readonly #clinics = new Set<number>();
  #set = everySelection;

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
  ) {
    this.amounts = ledgers.amounts ? new EventAmounts(16) : undefined;
    this.#values = new PatientSet(marks.sets);
    this.#spreads = new PatientSet(marks.sets);
  }

  get bytes(): number {
    return this.#values.bytes + this.#spreads.bytes + this.#clinics.size * memberBytes + (this.amounts?.bytes ?? 0);
  }

  /** Begins anew: nothing has been counted. `set` are the selections that count; with `everySelection` all entries do. */
  begin(set: number): this {
    this.#set = set;
    this.value = 0;
    this.spread = 0;
    this.first = 0;
    this.isLate = false;
    this.seen = 0;
    this.amounts?.begin();
    this.#values.clear();
    this.#spreads.clear();
    this.#clinics.clear();
    return this;
  }

  /** Counts on to the entry before `end`; the stretch begins with that at `from`, wherever that lies by now. */
  goOn(ledger: LedgerNumber, from: number, end: number): void {
    const { width } = this.ledgers;
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger) + from * width;
    const behind = start + (end - from) * width;
    let lastMark = -1;
    let counts = false;
    for (let word = start + this.seen * width; word < behind; word += width) {
      const mark = markOf(words, word);
      if (mark !== lastMark) counts = this.#counts(mark);
      lastMark = mark;
      if (!counts || (this.#set !== everySelection && hasNoValueAt(words, word))) continue;
      if (this.first === 0) this.first = timeOf(words, word);
      const amount = this.amounts ? this.ledgers.amountAt(words, word) : 0;
      this.#add(
        words[word] ?? outside(),
        words[word + 1] ?? outside(),
        words[word + 2] ?? outside(),
        words[word + 3] ?? outside(),
        amount,
      );
      const at = word + entryWords;
      if (!this.ledgers.spreads) this.#addClinic(mark);
      else if (hasOwnSpread(words, word))
        this.#addSpread(
          words[at] ?? outside(),
          words[at + 1] ?? outside(),
          words[at + 2] ?? outside(),
          words[at + 3] ?? outside(),
        );
    }
    this.seen = end - from;
  }

  /** An entry came in among those that were seen. */
  insert({ v0, v1, v2, v3, time, mark, s0, s1, s2, s3, amount }: Readonly<Entry>): void {
    this.seen += 1;
    if (!this.#counts(mark) || (this.#set !== everySelection && (v0 | v1 | v2 | v3) === 0)) return;
    if (this.first === 0 || time < this.first) this.first = time;
    this.#add(v0, v1, v2, v3, amount);
    if (!this.ledgers.spreads) this.#addClinic(mark);
    else if ((s0 | s1 | s2 | s3) !== 0) this.#addSpread(s0, s1, s2, s3);
  }

  /** Whether entries of the mark count; one that came late is noted. */
  #counts(mark: MarkNumber): boolean {
    const counts = this.#set === everySelection || this.marks.sets.meet(this.marks.setOf(mark), this.#set);
    if (counts && this.marks.lateOf(mark) === 1) this.isLate = true;
    return counts;
  }

  #add(v0: number, v1: number, v2: number, v3: number, amount: number): void {
    if (this.amounts) {
      this.amounts.add(v0, v1, v2, v3, amount);
      this.value = this.amounts.count;
    } else if (this.#values.add(v0, v1, v2, v3, everySelection) === 0) this.value += 1;
  }
  #addSpread(s0: number, s1: number, s2: number, s3: number): void {
    if (this.#spreads.add(s0, s1, s2, s3, everySelection) === 0) this.spread += 1;
  }
  #addClinic(mark: MarkNumber): void {
    const clinic = this.marks.clinicOf(mark);
    if (clinic === 0 || this.#clinics.has(clinic)) return;
    this.#clinics.add(clinic);
    this.spread += 1;
  }
}
