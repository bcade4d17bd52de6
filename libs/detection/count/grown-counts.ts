import type { Entry } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { Marks } from '../memory/marks.js';
import { anySelection, everySelection } from '../memory/selection-sets.js';
import { StretchCount } from './stretch-count.js';
import type { LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** Entries below which a stretch is counted anew each time: that costs less than to remember it. */
const worthKnowing = 128;
/** Bytes of what is known, about, and stretches of one ledger that are. */
const knownBytesMax = 32 * 1024 * 1024;
const knownOfLedgerMax = 64;

/** Entries from the time `from` to the time `until`, both included: `from` is that of the first one. */
interface Known {
  readonly from: number;
  readonly until: number;
  readonly set: number;
  readonly count: StretchCount;
}

/**
 * Counts stretches of ledgers exactly. Of long ones it keeps what was met, as far as there is room, so that one which grows, as the window of a
 * first firing does while thousands of accesses of its time come in, costs no more than what it grows by, however often it is asked for.
 */
export class GrownCounts {
  /** By ledger, the one asked for last at the end. */
  readonly #known = new Map<number, Known[]>();
  /** Made when it is first asked for. */
  #once: StretchCount | undefined;
  #bytes = 0;
  /** Entries looked at so far. */
  looked = 0;

  constructor(
    private readonly ledgers: LedgerStore,
    private readonly marks: Marks,
    private readonly bytesMax = knownBytesMax,
  ) {}

  /** For what is counted and not remembered. */
  get #scratch(): StretchCount {
    return (this.#once ??= new StretchCount(this.ledgers, this.marks));
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Set of a rule's counted selection. */
  setOf(counted: number): number {
    return counted === anySelection ? everySelection : this.marks.sets.single(counted);
  }

  /**
   * What the entries in `(edge, until]` hold that a selection of `set` marks. `again`: the same may be asked for when it has grown. The result is valid
   * until the next call.
   */
  of(ledger: LedgerNumber, edge: number, until: number, set: number, again: boolean): Readonly<StretchCount> {
    const from = this.ledgers.firstAfter(ledger, edge);
    const end = this.ledgers.firstAfter(ledger, until);
    if (!again || end - from < worthKnowing) return this.#countOn(this.#scratch.begin(set), ledger, from, end);
    const { count } = this.#find(ledger, this.ledgers.timeAt(ledger, from), until, set);
    const before = count.bytes;
    this.#countOn(count, ledger, from, end);
    this.#bytes += count.bytes - before;
    this.#letGo(ledger);
    return count;
  }

  /** What `of` would say is the time of the earliest that counts. */
  firstOf(ledger: LedgerNumber, edge: number, until: number, set: number): number {
    const from = this.ledgers.firstAfter(ledger, edge);
    const end = this.ledgers.firstAfter(ledger, until);
    const count = this.#scratch.begin(set);
    for (let at = from + 1; count.first === 0 && at <= end; at += 1) this.#countOn(count, ledger, from, at);
    return count.first;
  }

  #countOn(count: StretchCount, ledger: LedgerNumber, from: number, end: number): StretchCount {
    this.looked += end - from - count.seen;
    count.goOn(ledger, from, end);
    return count;
  }

  /** The entry has come in behind those of its time. A stretch that ends with that time has grown at its end, others hold it. */
  inserted(ledger: LedgerNumber, entry: Readonly<Entry>): void {
    for (const { from, until, count } of this.#known.get(ledger) ?? []) {
      if (entry.time < from || entry.time >= until) continue;
      const before = count.bytes;
      count.insert(entry);
      this.#bytes += count.bytes - before;
    }
  }

  /** An entry at `time` has another mark. */
  marked(ledger: LedgerNumber, time: Milliseconds): void {
    this.#drop(ledger, ({ from, until }) => from <= time && time <= until);
  }

  forget(ledger: LedgerNumber): void {
    this.#drop(ledger, () => true);
  }

  #find(ledger: LedgerNumber, from: number, until: number, set: number): Known {
    const known = this.#known.get(ledger) ?? [];
    this.#known.delete(ledger);
    this.#known.set(ledger, known);
    const found = known.find((one) => one.from === from && one.until === until && one.set === set);
    if (found) return found;
    if (known.length === knownOfLedgerMax) this.#bytes -= known.shift()?.count.bytes ?? 0;
    const begun = { from, until, set, count: new StretchCount(this.ledgers, this.marks).begin(set) };
    this.#bytes += begun.count.bytes;
    known.push(begun);
    return begun;
  }

  /** Lets go of those of the ledgers that were not asked for for longest. */
  #letGo(but: number): void {
    for (const ledger of this.#known.keys()) {
      if (this.#bytes <= this.bytesMax || ledger === but) return;
      this.forget(ledger);
    }
  }

  #drop(ledger: LedgerNumber, is: (one: Known) => boolean): void {
    const known = this.#known.size === 0 ? undefined : this.#known.get(ledger);
    if (!known) return;
    const kept = known.filter((one) => !is(one));
    for (const one of known) if (is(one)) this.#bytes -= one.count.bytes;
    if (kept.length > 0) this.#known.set(ledger, kept);
    else this.#known.delete(ledger);
  }
}
