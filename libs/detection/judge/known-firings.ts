import type { CompiledRule } from '../compile/series.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** Between which times a rule is known to have fired, gaps shorter than quiet; both 0 where it has not. */
export interface KnownStretch {
  readonly isKnown: boolean;
  readonly from: number;
  readonly to: number;
}

/** By ledger and rule: the first and the last time of the newest firings that lie closer than quiet to one another. */
export class KnownFirings {
  /** By ledger: two times for each slot. */
  readonly #times = new Map<number, Float64Array>();
  /** The one noted last: each rule of an access is noted there. */
  #last = 0;
  #ofLast: Float64Array | undefined;

  constructor(
    /** Rules of a ledger at most. */
    private readonly slots: number,
    private readonly quietMs: Milliseconds,
  ) {}

  /** `isKnown` says that some rule of the ledger has fired. */
  of(ledger: LedgerNumber, { slot }: CompiledRule): KnownStretch {
    const known = this.#times.get(ledger);
    return { isKnown: known !== undefined, from: known?.[2 * slot] ?? 0, to: known?.[2 * slot + 1] ?? 0 };
  }

  /** Firings from `first` to `last`, gaps shorter than quiet, join the known ones, or take their place when they are newer. */
  note(ledger: LedgerNumber, { slot }: CompiledRule, first: number, last: number): void {
    const from = 2 * slot;
    const known = this.#held(ledger);
    const knownFrom = known[from] ?? outside();
    const knownTo = known[from + 1] ?? outside();
    if (first - knownTo >= this.quietMs) {
      known[from] = first;
      known[from + 1] = last;
    } else if (knownFrom - last < this.quietMs) {
      known[from] = Math.min(knownFrom, first);
      known[from + 1] = Math.max(knownTo, last);
    }
  }

  #held(ledger: LedgerNumber): Float64Array {
    if (this.#ofLast && this.#last === ledger) return this.#ofLast;
    const known = this.#times.get(ledger) ?? new Float64Array(2 * this.slots);
    this.#times.set(ledger, known);
    this.#last = ledger;
    this.#ofLast = known;
    return known;
  }

  forget(ledger: LedgerNumber): void {
    if (this.#times.size > 0) this.#times.delete(ledger);
    this.#ofLast = undefined;
  }
}
