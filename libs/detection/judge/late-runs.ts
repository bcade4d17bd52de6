import type { CompiledRule } from '../compile/series.js';
import type { Entry } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { LedgerNumber, MarkNumber, Milliseconds } from '../scan/kinds.js';

/** Ledgers of which something is known at most. */
const ledgersMax = 1024;

interface Run {
  time: Milliseconds;
  mark: MarkNumber;
  readonly spread: [number, number, number, number];
  /** By slot of a rule: how many more may come, or how much they may say, before it can hold at a time at which it does not. */
  readonly spare: Float64Array;
}

/**
 * Late accesses that come one after the other, all of one time, clinic and kind, as those of one event do when a newer access came first. None but
 * the first brings a spread value that windows lack, and each adds one value (or its number) at most: so a count says for how many of them no other is needed.
 */
export class LateRuns {
  readonly #runs = new Map<number, Run>();
  /** One that has ended, to be used again: most end at once. */
  #ended: Run | undefined;

  constructor(private readonly ledgers: LedgerStore) {}

  /** The entry has come in late: it goes on with the run of its ledger, or begins another one. */
  goOn(ledger: LedgerNumber, entry: Entry): void {
    const known = this.#runs.get(ledger);
    if (known && this.#isOf(known, entry)) return;
    if (!known && this.#runs.size >= ledgersMax) this.#runs.clear();
    const run = known ?? this.#begun();
    const { time, mark, s0, s1, s2, s3 } = entry;
    run.time = time;
    run.mark = mark;
    [run.spread[0], run.spread[1], run.spread[2], run.spread[3]] = [s0, s1, s2, s3];
    run.spare.fill(0);
    if (!known) this.#runs.set(ledger, run);
  }

  #begun(): Run {
    const begun = this.#ended ?? { time: 0, mark: 0, spread: [0, 0, 0, 0], spare: new Float64Array(this.ledgers.slots) };
    this.#ended = undefined;
    return begun;
  }

  #isOf({ time, mark, spread }: Run, entry: Entry): boolean {
    if (time !== entry.time || mark !== entry.mark) return false;
    const [s0, s1, s2, s3] = spread;
    return !this.ledgers.spreads || (s0 === entry.s0 && s1 === entry.s1 && s2 === entry.s2 && s3 === entry.s3);
  }

  /** Something else has changed in the ledger. */
  end(ledger: LedgerNumber): void {
    if (this.#runs.size === 0) return;
    const run = this.#runs.get(ledger);
    if (!run) return;
    this.#ended = run;
    this.#runs.delete(ledger);
  }

  /** Whether the newest of the run, which adds `gain` at most, cannot make the rule hold where it does not. */
  spares(ledger: LedgerNumber, { slot }: CompiledRule, gain: number): boolean {
    const spare = this.#runs.get(ledger)?.spare;
    const left = spare?.[slot] ?? 0;
    if (!spare || left <= gain) return false;
    spare[slot] = left - gain;
    return true;
  }

  /** The rule has been looked at, and `spare` more may come before it can hold where it does not; 0 where nobody knows. */
  note(ledger: LedgerNumber, { slot }: CompiledRule, spare: number): void {
    const run = this.#runs.get(ledger);
    if (run) run.spare[slot] = spare;
  }
}
