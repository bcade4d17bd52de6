import { markOf, timeOf } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import type { Counted } from './slides.js';
import { DistinctValues } from './distinct-values.js';
import { takesPart } from './same-entries.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber, Milliseconds } from '../scan/kinds.js';

/**
 * The largest counts that windows of one stretch of a ledger reach, of as many rules as ask. Values are compared once: after that each entry stands for its value
 * by a small number, and what a rule counts is sought out once for all timespans.
 */
export class LargestCounts {
  readonly #values = new DistinctValues();
  #ledger = 0;
  #first = 0;
  #size = 0;
  /** By entry of the stretch: the number of its value, from 1 on; 0 where nobody has asked. */
  #known = new Uint32Array(32);
  #distinct = 0;
  /** What a selection takes of it, in order: times and numbers of values. */
  #taken = 0;
  #times = new Float64Array(32);
  #numbers = new Uint32Array(32);
  /** By number of a value: where it was met last, from 1 on. By entry: 1 where its value has come again before it left. */
  #last = new Uint32Array(33);
  #again = new Uint8Array(32);
  /** Sets of selections that were met. */
  readonly #sets: number[] = [];
  /** Entries looked at so far. */
  looked = 0;

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
  ) {}

  /** Looks which selections entries of `[from, until)` were taken by. */
  meet(ledger: LedgerNumber, from: Milliseconds, until: Milliseconds): void {
    const { ledgers, marks } = this;
    const sets = this.#sets;
    sets.length = 0;
    const words = ledgers.words(ledger);
    const start = ledgers.start(ledger);
    const end = ledgers.firstAfter(ledger, until - 1);
    for (let index = ledgers.firstAfter(ledger, from - 1); index < end; index += 1) {
      this.looked += 1;
      const set = marks.setOf(markOf(words, start + index * ledgers.width));
      if (sets.at(-1) !== set && !sets.includes(set)) sets.push(set);
    }
  }
  isMet(counted: number): boolean {
    return this.#sets.some((set) => this.marks.sets.has(set, counted));
  }

  /** From here on entries of the ledger above `edge` and below `until` are meant. */
  begin(ledger: LedgerNumber, edge: number, until: number): void {
    this.#ledger = ledger;
    this.#first = this.ledgers.firstAfter(ledger, edge);
    this.#size = Math.max(0, this.ledgers.firstAfter(ledger, until - 1) - this.#first);
    if (this.#size > this.#known.length) this.#widen(this.#size * 2);
    else this.#known.fill(0, 0, this.#size);
    this.#values.begin();
    this.#distinct = 0;
  }

  /** The largest count of the windows that end from the time `from` on, of what was taken last; `least` where none is larger. */
  most({ timespanMs }: Pick<Counted, 'timespanMs'>, from: Milliseconds, least: number): number {
    const times = this.#times;
    const numbers = this.#numbers;
    const taken = this.#taken;
    let oldest = 0;
    while (oldest < taken && (times[oldest] ?? outside()) <= from - timespanMs) oldest += 1;
    if (taken - oldest <= least) return least;
    const last = this.#last.fill(0, 0, this.#distinct + 1);
    const again = this.#again.fill(0, oldest, taken);
    let most = least;
    let value = 0;
    for (let index = oldest; index < taken; index += 1) {
      const number = numbers[index] ?? outside();
      const before = (last[number] ?? outside()) - 1;
      last[number] = index + 1;
      if (before >= oldest) again[before] = 1;
      else value += 1;
      const time = times[index] ?? outside();
      if (time < from || (index + 1 < taken && times[index + 1] === time)) continue;
      for (; (times[oldest] ?? outside()) <= time - timespanMs; oldest += 1) if (again[oldest] === 0) value -= 1;
      if (value > most) most = value;
    }
    return most;
  }

  /** Seeks out what a selection takes above `edge`, which is not below that of the stretch. */
  take(counted: number, edge: number): void {
    const words = this.ledgers.words(this.#ledger);
    const { width } = this.ledgers;
    const start = this.ledgers.start(this.#ledger) + this.#first * width;
    const first = this.ledgers.firstAfter(this.#ledger, edge) - this.#first;
    this.looked += Math.max(0, this.#size - first);
    let taken = 0;
    for (let index = first; index < this.#size; index += 1) {
      const word = start + index * width;
      if (!takesPart(this.marks, words, word, markOf(words, word), counted)) continue;
      this.#times[taken] = timeOf(words, word);
      this.#numbers[taken] = this.#known[index] || this.#numberOf(words, word, start, index);
      taken += 1;
    }
    this.#taken = taken;
  }

  #numberOf(words: Uint32Array, word: number, start: number, index: number): number {
    const before = this.#values.meet(words, word);
    const number = before < 0 ? ++this.#distinct : (this.#known[(before - start) / this.ledgers.width] ?? outside());
    this.#known[index] = number;
    return number;
  }

  #widen(entries: number): void {
    this.#known = new Uint32Array(entries);
    this.#times = new Float64Array(entries);
    this.#numbers = new Uint32Array(entries);
    this.#last = new Uint32Array(entries + 1);
    this.#again = new Uint8Array(entries);
  }
}
