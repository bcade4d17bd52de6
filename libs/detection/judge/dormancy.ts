import { GrowingMemory } from '../memory/growing-memory.js';
import { isSleep } from '../rule/reach.js';
import type { SelectionSets } from '../memory/selection-sets.js';
import type { CompiledRule } from '../compile/series.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** Newest and oldest access, then the access that ended the last long silence and the one before it, 0 for none: so snapshots have them. */
export const dormancyColumns = 4;
/** The first two of these stand side by side; few accounts were ever silent for long. */
const heldColumns = 2;
const heldBytes = heldColumns * 8;

/** The last long silence: the access that ended it, and the one before it. */
interface Silence {
  readonly woke: number;
  readonly slept: number;
}
const noSilence: Silence = { woke: 0, slept: 0 };
/** Of a silence, its key and place in the map among them, about. */
const silenceBytes = 100;
const nothing = { selection: 0, dormantMs: 0 };
/** What `note` answers where the access changes no window that was judged. */
export const clear = Number.NEGATIVE_INFINITY;

/**
 * When accounts last did something, and when they woke up: per account and dormant selection the newest and the oldest selected access,
 * and the ends of its last long silence. A silence is long from the shortest `dormant` of the rules on.
 */
export class Dormancy {
  readonly #memory: GrowingMemory;
  #times: Float64Array;
  /** By place in `#times`. */
  readonly #silences = new Map<number, Silence>();

  constructor(
    private readonly of: readonly { readonly selection: number; readonly dormantMs: Milliseconds }[],
    private readonly sets: SelectionSets,
  ) {
    this.#memory = new GrowingMemory(64 * of.length * heldBytes);
    this.#times = new Float64Array(this.#memory.bytes);
  }

  get bytes(): number {
    return this.#times.byteLength + this.#silences.size * silenceBytes;
  }
  get width(): number {
    return this.of.length * dormancyColumns;
  }

  /** Reads what an access of the account will need. */
  touch(account: AccountNumber): number {
    return (this.#times[account * this.of.length * heldColumns] ?? 0) & 1;
  }

  /**
   * Notes a selected access. Where it lies inside a silence that is known, or ends or begins one that is not, windows that were judged may
   * change, and the account's history tells which: then the answer is the last time at which the account may have woken up otherwise.
   */
  note(account: AccountNumber, set: number, time: Milliseconds): number {
    let until = clear;
    for (let index = 0; index < this.of.length; index += 1) {
      const { selection, dormantMs } = this.of[index] ?? nothing;
      if (this.sets.has(set, selection)) until = Math.max(until, this.#note(this.#at(account, index), time, dormantMs));
    }
    return until;
  }

  #note(at: number, time: Milliseconds, dormantMs: Milliseconds): number {
    const times = this.#times;
    const newest = times[at] ?? outside();
    if (newest === 0) {
      times[at] = time;
      times[at + 1] = time;
      return clear;
    }
    if (time >= newest) {
      if (time - newest >= dormantMs) this.#wake(at, time, newest);
      times[at] = time;
      return clear;
    }
    const oldest = times[at + 1] ?? outside();
    const { woke, slept } = this.#silences.get(at) ?? noSilence;
    if (time > slept && time < woke) {
      // The silence falls into two; what is left of the later one counts, else of the earlier one, else nothing.
      if (woke - time >= dormantMs) this.#wake(at, woke, time);
      else if (time - slept >= dormantMs) this.#wake(at, time, slept);
      else this.#wake(at, 0, 0);
      return woke;
    } else if (time < oldest) {
      times[at + 1] = time;
      if (oldest - time < dormantMs) return clear;
      if (woke === 0) this.#wake(at, oldest, time);
      return oldest;
    } else if (time <= slept) return slept; // Of silences before the last one nothing is known.
    return clear;
  }

  #wake(at: number, woke: number, slept: number): void {
    if (woke === 0) this.#silences.delete(at);
    else this.#silences.set(at, { woke, slept });
  }

  /** Whether the window of the rule at `time` holds the end of a silence that is long enough for it. */
  isAwake(account: AccountNumber, rule: CompiledRule, time: Milliseconds): boolean {
    return this.mayBeAwake(account, rule, time, time);
  }

  /** Whether the rule can be awake at any time from `from` to `to`: without that nothing has to be counted for it. */
  mayBeAwake(account: AccountNumber, rule: CompiledRule, from: number, to: number): boolean {
    const at = this.#at(account, rule.dormancy);
    const { woke, slept } = this.#silences.get(at) ?? noSilence;
    return woke > from - rule.timespanMs && woke <= to && isSleep(woke - slept, rule.dormantMs);
  }

  forget(account: AccountNumber): void {
    for (let index = 0; index < this.of.length; index += 1) this.#set(this.#at(account, index), 0, 0, 0, 0);
  }
  slice(account: AccountNumber): readonly number[] {
    return this.of.flatMap((_, index) => this.#timesAt(this.#at(account, index)));
  }
  /** Takes over what the account's history says, unless that ends before what is known. */
  adopt(account: AccountNumber, index: number, history: Dormancy, found: number): void {
    const [newest, oldest, woke, slept] = history.#timesAt(history.#at(found, index));
    const at = this.#at(account, index);
    const [knownNewest, knownOldest, knownWoke, knownSlept] = this.#timesAt(at);
    if (newest < knownNewest) return;
    // What lies before the history that was read is known here alone.
    const isKnownHere = woke === 0 && knownWoke <= oldest;
    const wake = isKnownHere ? ([knownWoke, knownSlept] as const) : ([woke, slept] as const);
    this.#set(at, newest, Math.min(oldest, knownOldest || Number.POSITIVE_INFINITY), ...wake);
  }
  restore(account: AccountNumber, index: number, [newest = 0, oldest = 0, woke = 0, slept = 0]: readonly number[]): void {
    this.#set(this.#at(account, index), newest, oldest, woke, slept);
  }

  #timesAt(at: number): readonly [number, number, number, number] {
    const { woke, slept } = this.#silences.get(at) ?? noSilence;
    return [this.#times[at] ?? outside(), this.#times[at + 1] ?? outside(), woke, slept];
  }
  #set(at: number, newest: number, oldest: number, woke: number, slept: number): void {
    this.#times[at] = newest;
    this.#times[at + 1] = oldest;
    this.#wake(at, woke, slept);
  }

  /** The place among the times; makes room for it. */
  #at(account: AccountNumber, index: number): number {
    const at = (account * this.of.length + index) * heldColumns;
    if (at + heldColumns > this.#times.length) {
      this.#memory.reserve((at + heldColumns) * 8);
      this.#times = new Float64Array(this.#memory.bytes);
    }
    return at;
  }
}
