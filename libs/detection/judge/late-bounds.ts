import type { CompiledRule, Threshold } from '../compile/series.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import { Stretches, stretchesBytes } from '../count/stretches.js';
import type { SameEntries } from '../count/same-entries.js';
import type { WindowCounter } from '../count/window-count.js';
import type { LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** Windows of fewer entries are counted anew: that costs less than to remember bounds of them. */
const entriesMin = 128;
/** Rules of ledgers of which bounds are kept, some eleven megabytes. */
const keptMax = 8_192;

/** What was asked of the bounds of one rule: which times, and from which count on they are told. */
export interface Sought {
  readonly ledger: LedgerNumber;
  readonly rule: CompiledRule;
  /** Times from here on, event time in ms. */
  readonly from: number;
  readonly until: number;
  /** Entries not above it do not exist. */
  readonly floor: Milliseconds;
  readonly threshold: Threshold;
  /** A time from which on nothing is sought, since the rule is known to hold there; infinite for none. */
  readonly holdsAt: number;
  /** The late entry because of which times are sought, where it is one more than was there. */
  readonly late: { readonly time: Milliseconds; readonly isNew: boolean } | undefined;
}

/**
 * Finds the times at which a rule holds that late accesses may have made hold, without counting the same windows at each of them: where many
 * entries lie, it remembers how much the windows of each stretch of time hold at most. A late entry raises what is remembered, and
 * only a stretch whose bound reaches what is told is counted again, exactly.
 */
export class LateBounds {
  /** By ledger, then by slot of the rule. */
  readonly #known = new Map<number, (Stretches | undefined)[]>();
  #kept = 0;

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly counter: WindowCounter,
    private readonly same: SameEntries,
    private readonly least = entriesMin,
  ) {}

  get bytes(): number {
    return this.#kept * stretchesBytes;
  }

  /** What is remembered of the rules of the ledger, by slot; undefined where nothing is. */
  of(ledger: LedgerNumber): readonly (Stretches | undefined)[] | undefined {
    return this.#known.size === 0 ? undefined : this.#known.get(ledger);
  }

  forget(ledger: LedgerNumber): void {
    const known = this.of(ledger);
    if (!known) return;
    for (const one of known) if (one) this.#kept -= 1;
    this.#known.delete(ledger);
  }

  /**
   * Calls `fired` with every time sought at which the threshold is reached, ascending. The result is how many more entries may come (or how much
   * more they may say) before it can be reached at another of these times, if none of them brings a spread value that the windows lack.
   */
  sweep(sought: Sought, fired: (time: Milliseconds) => void): number {
    const { ledgers, counter } = this;
    const { ledger, rule, from, until, floor, threshold } = sought;
    const { timespanMs, atLeast } = threshold;
    const end = ledgers.firstAfter(ledger, until - 1);
    const oldest = ledgers.firstAfter(ledger, Math.max(floor, from - timespanMs));
    const entries = end - oldest;
    if (!ledgers.amounts && entries < atLeast) return atLeast - entries;
    const known = this.of(ledger)?.[rule.slot];
    if (!known && entries < this.least) {
      const most = ledgers.amounts ? counter.amountOf(ledger, oldest, end) : entries;
      return most < atLeast ? atLeast - most : counter.sweep(ledger, from, until, floor, threshold, fired);
    }
    // What is remembered reaches some timespans back, and whoever asks for more asks once.
    if (until - from > timespanMs) return counter.sweep(ledger, from, until, floor, threshold, fired);
    return this.#sweep(known ?? this.#open(ledger, rule), sought, fired);
  }

  #sweep(stretches: Stretches, sought: Sought, fired: (time: Milliseconds) => void): number {
    const { from, until, ledger, threshold } = sought;
    const newest = this.ledgers.timeAt(ledger, this.ledgers.length(ledger) - 1);
    const first = stretches.at(from);
    const last = stretches.at(Math.min(until - 1, newest));
    for (let stretch = first; stretch <= last; stretch += 1) this.#narrow(stretches, stretch, sought);
    let spare = Number.POSITIVE_INFINITY;
    for (let stretch = first; stretch <= last; stretch += 1) {
      if (isShort(stretches, stretch, threshold)) {
        const left = threshold.atLeast - stretches.value(stretch);
        if (left > 0) spare = Math.min(spare, left);
        continue;
      }
      // Stretches that lie side by side have most of their windows in common.
      const begin = stretch;
      while (stretch < last && !isShort(stretches, stretch + 1, threshold)) stretch += 1;
      spare = Math.min(spare, this.#count(stretches, begin, stretch, sought, fired));
    }
    return spare;
  }

  /** Most of what comes late has been met around it, so that no window has grown. That is looked at where it keeps a stretch from being counted. */
  #narrow(stretches: Stretches, stretch: number, { ledger, rule, threshold, late }: Sought): void {
    if (!late?.isNew) return;
    for (const [what, least] of [
      ['spread', threshold.spreadAtLeast],
      ['value', threshold.atLeast],
    ] as const) {
      const raised = stretches.raised(what);
      if (raised === 0 || isShort(stretches, stretch, threshold) || stretches[what](stretch) - raised >= least) continue;
      const index = this.ledgers.firstAfter(ledger, late.time) - 1;
      stretches.narrow(what, this.same.alone(what, ledger, index, rule));
    }
  }

  /** Counts the windows of some stretches, whose bounds are exact then. */
  #count(stretches: Stretches, first: number, last: number, sought: Sought, fired: (time: Milliseconds) => void): number {
    const { ledgers, counter } = this;
    const { ledger, from, until, floor, threshold, holdsAt } = sought;
    const begin = stretches.start(first);
    const end = Math.min(stretches.start(last + 1), holdsAt);
    let spare = Number.POSITIVE_INFINITY;
    if (ledgers.firstAfter(ledger, begin - 1) === ledgers.firstAfter(ledger, end - 1)) return spare;
    counter.cut({ ledger, from: begin, until: end, floor, widthMs: stretches.widthMs }, threshold, {
      begins: (time, value, spread) => stretches.begin(stretches.at(time), value, spread),
      heed: (time, value, spread) => {
        stretches.lift(stretches.at(time), value, spread);
        if (time < from || time >= until || spread < threshold.spreadAtLeast) return;
        if (value >= threshold.atLeast) fired(time);
        else spare = Math.min(spare, threshold.atLeast - value);
      },
    });
    if (end < stretches.start(last + 1)) stretches.forget(last);
    return spare;
  }

  #open(ledger: LedgerNumber, rule: CompiledRule): Stretches {
    if (this.#kept >= keptMax) for (const [oldest] of this.#known) if (this.#kept >= keptMax) this.forget(oldest);
    const opened = new Stretches(rule.timespanMs, this.ledgers.timeAt(ledger, this.ledgers.length(ledger) - 1));
    const known = this.#known.get(ledger) ?? [];
    known[rule.slot] = opened;
    this.#known.set(ledger, known);
    this.#kept += 1;
    return opened;
  }
}

/** Whether no window of the stretch reaches both minima. */
function isShort(stretches: Stretches, stretch: number, { atLeast, spreadAtLeast }: Threshold): boolean {
  return stretches.value(stretch) < atLeast || stretches.spread(stretch) < spreadAtLeast;
}
