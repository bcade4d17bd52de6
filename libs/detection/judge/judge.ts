import type { Days } from '../days/days.js';
import { figureOf } from '../count/figure.js';
import { GrownCounts } from '../count/grown-counts.js';
import { SameEntries } from '../count/same-entries.js';
import { type WindowCount, WindowCounter } from '../count/window-count.js';
import { type Entry, markOf } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import type { CompiledRule } from '../compile/series.js';
import { Bounds } from './bounds.js';
import type { Dormancy } from './dormancy.js';
import type { Firing, Place } from './firing.js';
import { InOrder } from './in-order.js';
import type { JudgeParts } from './judge-parts.js';
import { KnownFirings } from './known-firings.js';
import { LateBounds } from './late-bounds.js';
import { LateEntries } from './late-entries.js';
import { LateRests } from './late-rests.js';
import { LateRuns } from './late-runs.js';
import { LookingTable } from './looking.js';
import { metBetween } from './meetings.js';
import { OrderedChains } from './ordered-chains.js';
import { Rests } from './rests.js';
import type { Settler } from './settler.js';
import { Twins } from './twins.js';
import type { LedgerNumber, Milliseconds } from '../scan/kinds.js';

/**
 * Takes entries into ledgers and says which rules hold because of them: those in order by bounds (`InOrder`), those out of order by looking at every time whose
 * window holds them (`LateEntries`). Rules that more entries could undo are not decided here: their anchors go to the settler.
 */
export class Judge {
  readonly counter: WindowCounter;
  readonly twins: Twins;
  readonly #parts: JudgeParts;
  readonly #inOrder: InOrder;
  readonly #lateEntries: LateEntries;

  constructor(
    private readonly ledgers: LedgerStore,
    marks: Marks,
    settler: Settler,
    dormancy: Dormancy,
    quietMs: Milliseconds,
    /** Where the model of habits is asked; without it rules that ask for habits never hold. */
    days?: Days,
    readonly counts = new GrownCounts(ledgers, marks),
    /** Entries of a window from which on bounds of it are remembered for those that come late. */
    lateEntriesMin?: number,
  ) {
    this.counter = new WindowCounter(ledgers, marks);
    this.twins = new Twins(ledgers);
    const same = new SameEntries(ledgers, marks);
    const bounds = new Bounds(ledgers, same);
    const looking = new LookingTable(marks.sets, days !== undefined);
    const fired = new KnownFirings(ledgers.slots, quietMs);
    const late = new LateBounds(ledgers, this.counter, same, lateEntriesMin);
    this.#parts = {
      ledgers,
      marks,
      settler,
      dormancy,
      days,
      counts,
      counter: this.counter,
      twins: this.twins,
      chains: new OrderedChains(ledgers),
      fired,
      bounds,
      looking,
      rests: new Rests(ledgers, marks, bounds, looking, days),
      runs: new LateRuns(ledgers),
      same,
      late,
      lateRests: new LateRests(ledgers, bounds, late, fired, days !== undefined, lateEntriesMin),
    };
    this.#inOrder = new InOrder(this.#parts);
    this.#lateEntries = new LateEntries(this.#parts, quietMs);
  }

  get bytes(): number {
    return this.counts.bytes + this.#parts.late.bytes;
  }

  /** Entries looked at so far. */
  get looked(): number {
    const { counter, counts, twins } = this;
    const { same, chains } = this.#parts;
    return counter.looked + same.looked + counts.looked + twins.looked + chains.looked;
  }

  /**
   * Puts the entry into its ledger and adds what holds because of it to `firings`. False when an anchor that it sets should have been judged
   * before: only the account's history tells now.
   */
  take(place: Place, entry: Entry, firings: Firing[]): boolean {
    const { ledgers } = this;
    const length = ledgers.length(place.ledger);
    if (length > 0 && entry.time < ledgers.timeAt(place.ledger, length - 1)) return this.#lateEntries.take(place, entry, firings);
    return this.#inOrder.take(place, entry, firings);
  }

  /** Puts in an entry that says what the newest one of the ledger says, where no rule has to be asked of it; else false, and it is for `take`. */
  takeAgain(ledger: LedgerNumber, time: Milliseconds, floor: Milliseconds): boolean {
    const { rests, runs } = this.#parts;
    if (!rests.takesAgain(ledger, time)) return false;
    runs.end(ledger);
    this.ledgers.repeat(ledger, time, floor);
    return true;
  }

  /** Whether the newest entry of the ledger says what this one says, whenever that was. */
  isNewest(ledger: LedgerNumber, entry: Entry): boolean {
    const { ledgers } = this;
    const length = ledgers.length(ledger);
    if (length === 0) return false;
    const words = ledgers.words(ledger);
    const word = ledgers.start(ledger) + (length - 1) * ledgers.width;
    return markOf(words, word) === entry.mark && ledgers.saysSame(words, word, entry);
  }

  /** The window of `rule` as it is at `time`; `again` where it may be asked for when it has grown. */
  countAt(ledger: LedgerNumber, rule: CompiledRule, time: Milliseconds, floor: Milliseconds, again: boolean): WindowCount {
    const edge = Math.max(floor, time - rule.timespanMs);
    const count = this.counts.of(ledger, edge, time, this.counts.setOf(rule.counted), again);
    return { value: figureOf(rule.rule, count), spread: rule.spreadAtLeast === 0 ? 0 : count.spread, first: count.first };
  }

  /** When that window begins: the time of its earliest entry, 0 where there is none. */
  beginsAt(ledger: LedgerNumber, rule: CompiledRule, time: Milliseconds, floor: Milliseconds): number {
    const edge = Math.max(floor, time - rule.timespanMs);
    return this.counts.firstOf(ledger, edge, time, this.counts.setOf(rule.counted));
  }

  /** The inputs that entries above `after` and up to `until` came by. */
  met(ledger: LedgerNumber, after: number, until: number): ReadonlySet<number> {
    this.counter.looked += this.ledgers.firstAfter(ledger, until) - this.ledgers.firstAfter(ledger, after);
    return metBetween(this.ledgers, ledger, after, until);
  }

  forget(ledger: LedgerNumber): void {
    const { fired, chains, runs, late, lateRests } = this.#parts;
    this.#inOrder.forget(ledger);
    this.counts.forget(ledger);
    fired.forget(ledger);
    chains.forget(ledger);
    runs.end(ledger);
    late.forget(ledger);
    lateRests.forget(ledger);
  }

  /** Tells of the times in `[from, until)` at which the rule holds, of a day that turns out to be unusual: no window has grown. */
  between(place: Place, rule: CompiledRule, from: number, until: number, firings: Firing[]): void {
    this.#lateEntries.between(place, rule, from, until, firings);
  }
}
