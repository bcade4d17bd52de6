import { timeOf } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber, Milliseconds } from '../scan/kinds.js';

/**
 * Whether inputs are met in their order within a window. Per ledger and input k it knows the latest time at which a chain of the inputs
 * 1 to k can have begun: a rule over n inputs holds when the chain of all of them began within its window. Equal times count as ordered.
 */
export class OrderedChains {
  readonly #begun = new Map<number, Float64Array>();

  /** Entries looked at so far. */
  looked = 0;

  constructor(private readonly ledgers: LedgerStore) {}

  /** After the newest entry was put in: when the latest whole chain began; negative where there is none. */
  newest(ledger: LedgerNumber, inputs: number): number {
    const length = this.ledgers.length(ledger);
    let begun = this.#begun.get(ledger);
    if (begun) this.#advance(ledger, begun, this.#firstOfTime(ledger, length - 1), length);
    else {
      begun = new Float64Array(inputs).fill(never);
      this.#begun.set(ledger, begun);
      this.#run(ledger, begun, 0, length, () => {});
    }
    return begun[inputs - 1] ?? never;
  }

  /** Calls `fired` with every time in `[from, until)` of an entry at which a whole chain lies within `timespanMs`, ascending. */
  sweep(
    ledger: LedgerNumber,
    inputs: number,
    from: number,
    until: number,
    floor: Milliseconds,
    timespanMs: Milliseconds,
    fired: (time: Milliseconds) => void,
  ): void {
    const first = this.ledgers.firstAfter(ledger, Math.max(floor, from - timespanMs));
    const end = this.ledgers.firstAfter(ledger, until - 1);
    const begun = new Float64Array(inputs).fill(never);
    this.#run(ledger, begun, first, end, (time) => {
      if (time >= from && (begun[inputs - 1] ?? never) > time - timespanMs) fired(time);
    });
  }

  /** What is known of the ledger no longer holds: an entry came in before its newest. */
  forget(ledger: LedgerNumber): void {
    if (this.#begun.size > 0) this.#begun.delete(ledger);
  }

  /** Entries from `first` on, time by time. */
  #run(ledger: LedgerNumber, begun: Float64Array, first: number, end: number, each: (time: Milliseconds) => void): void {
    for (let at = first; at < end;) {
      const time = this.ledgers.timeAt(ledger, at);
      let next = at + 1;
      while (next < end && this.ledgers.timeAt(ledger, next) === time) next += 1;
      this.#advance(ledger, begun, at, next);
      each(time);
      at = next;
    }
  }

  /** Entries of one time: each input that is met continues the chains of the input before it. */
  #advance(ledger: LedgerNumber, begun: Float64Array, from: number, to: number): void {
    const words = this.ledgers.words(ledger);
    const start = this.ledgers.start(ledger);
    const met = new Set<number>();
    this.looked += to - from;
    for (let entry = from; entry < to; entry += 1) met.add((words[start + entry * this.ledgers.width + 3] ?? outside()) - 1);
    const time = timeOf(words, start + from * this.ledgers.width);
    for (const input of [...met].toSorted((a, b) => a - b)) {
      const before = input === 0 ? time : (begun[input - 1] ?? never);
      if (before > (begun[input] ?? never)) begun[input] = before;
    }
  }

  #firstOfTime(ledger: LedgerNumber, last: number): number {
    const time = this.ledgers.timeAt(ledger, last);
    let first = last;
    while (first > 0 && this.ledgers.timeAt(ledger, first - 1) === time) first -= 1;
    return first;
  }
}

const never = Number.NEGATIVE_INFINITY;
