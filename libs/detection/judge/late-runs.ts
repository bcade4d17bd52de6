import type { CompiledRule } from '../compile/series.js';
import type { Entry } from '../memory/entry.js';
import type { LedgerStore } from '../memory/ledger-store.js';

/** Ledgers of which something is known at most. */
const ledgersMax = 1024;

interface Run {
  readonly time: number;
  readonly mark: number;
  readonly spread: readonly [number, number, number, number];
  /** By rule: how many more may come, or how much they may say, before it can hold at a time at which it does not. */
  readonly spare: Map<CompiledRule, number>;
}

/**
 * Late accesses that come one after the other, all of one time, clinic and kind, as those of one event do when a newer access came first. None but
 * the first brings a spread value that windows lack, and each adds one value (or its number) at most: so a count says for how many of them no other is needed.
 */
export class LateRuns {
  readonly #runs = new Map<number, Run>();

  constructor(private readonly ledgers: LedgerStore) {}

  /** The entry has come in late: it goes on with the run of its ledger, or begins another one. */
  goOn(ledger: number, { time, mark, s0, s1, s2, s3 }: Entry): void {
    const run = this.#runs.get(ledger);
    if (run && run.time === time && run.mark === mark && (!this.ledgers.spreads || isSame(run.spread, [s0, s1, s2, s3]))) return;
    if (this.#runs.size >= ledgersMax) this.#runs.clear();
    this.#runs.set(ledger, { time, mark, spread: [s0, s1, s2, s3], spare: new Map() });
  }

  /** Something else has changed in the ledger. */
  end(ledger: number): void {
    if (this.#runs.size > 0) this.#runs.delete(ledger);
  }

  /** Whether the newest of the run, which adds `gain` at most, cannot make the rule hold where it does not. */
  spares(ledger: number, rule: CompiledRule, gain: number): boolean {
    const spare = this.#runs.get(ledger)?.spare;
    const left = spare?.get(rule) ?? 0;
    if (left <= gain) return false;
    spare?.set(rule, left - gain);
    return true;
  }

  /** The rule has been looked at, and `spare` more may come before it can hold where it does not; 0 where nobody knows. */
  note(ledger: number, rule: CompiledRule, spare: number): void {
    this.#runs.get(ledger)?.spare.set(rule, spare);
  }
}

function isSame(a: Run['spread'], b: Run['spread']): boolean {
  return a.every((word, at) => word === b[at]);
}
