import { grown } from '../memory/grown.js';
import { isSleep } from '../rule/reach.js';
import type { SelectionSets } from '../memory/selection-sets.js';
import type { CompiledRule } from '../compile/series.js';

/** Newest and oldest access, then the access that ended the last long silence and the one before it, 0 for none. */
export const dormancyColumns = 4;
const nothing = { selection: 0, dormantMs: 0 };
/** What `note` answers where the access changes no window that was judged. */
export const clear = Number.NEGATIVE_INFINITY;

/**
 * When accounts last did something, and when they woke up: per account and dormant selection the newest and the oldest selected access,
 * and the ends of its last long silence. A silence is long from the shortest `dormant` of the rules on.
 */
export class Dormancy {
  #times: Float64Array;

  constructor(
    private readonly of: readonly { readonly selection: number; readonly dormantMs: number }[],
    private readonly sets: SelectionSets,
  ) {
    this.#times = new Float64Array(64 * this.width);
  }

  get bytes(): number {
    return this.#times.byteLength;
  }
  get width(): number {
    return this.of.length * dormancyColumns;
  }

  /** Reads what an access of the account will need. */
  touch(account: number): number {
    return (this.#times[account * this.width] ?? 0) & 1;
  }

  /**
   * Notes a selected access. Where it lies inside a silence that is known, or ends or begins one that is not, windows that were judged may
   * change, and the account's history tells which: then the answer is the last time at which the account may have woken up otherwise.
   */
  note(account: number, set: number, time: number): number {
    let until = clear;
    for (let index = 0; index < this.of.length; index += 1) {
      const { selection, dormantMs } = this.of[index] ?? nothing;
      if (this.sets.has(set, selection)) until = Math.max(until, this.#note(this.#at(account, index), time, dormantMs));
    }
    return until;
  }

  #note(at: number, time: number, dormantMs: number): number {
    const times = this.#times;
    const newest = times[at] ?? 0;
    const oldest = times[at + 1] ?? 0;
    const woke = times[at + 2] ?? 0;
    const slept = times[at + 3] ?? 0;
    if (newest === 0) {
      times[at] = time;
      times[at + 1] = time;
    } else if (time >= newest) {
      if (time - newest >= dormantMs) this.#wake(at, time, newest);
      times[at] = time;
    } else if (time > slept && time < woke) {
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
    this.#times[at + 2] = woke;
    this.#times[at + 3] = slept;
  }

  /** Whether the window of the rule at `time` holds the end of a silence that is long enough for it. */
  isAwake(account: number, rule: CompiledRule, time: number): boolean {
    return this.mayBeAwake(account, rule, time, time);
  }

  /** Whether the rule can be awake at any time from `from` to `to`: without that nothing has to be counted for it. */
  mayBeAwake(account: number, rule: CompiledRule, from: number, to: number): boolean {
    const at = this.#at(account, rule.dormancy);
    const woke = this.#times[at + 2] ?? 0;
    return woke > from - rule.timespanMs && woke <= to && isSleep(woke - (this.#times[at + 3] ?? 0), rule.dormantMs);
  }

  forget(account: number): void {
    const at = this.#at(account, 0);
    this.#times.fill(0, at, at + this.width);
  }
  slice(account: number): readonly number[] {
    const at = this.#at(account, 0);
    return [...this.#times.subarray(at, at + this.width)];
  }
  /** Takes over what the account's history says, unless that ends before what is known. */
  adopt(account: number, index: number, history: Dormancy, found: number): void {
    const from = history.#at(found, index);
    const [newest = 0, oldest = 0, woke = 0, slept = 0] = history.#times.subarray(from, from + dormancyColumns);
    const at = this.#at(account, index);
    const known = this.#times.subarray(at, at + dormancyColumns);
    if (newest < (known[0] ?? 0)) return;
    // What lies before the history that was read is known here alone.
    const wake = woke === 0 && (known[2] ?? 0) <= oldest ? [known[2] ?? 0, known[3] ?? 0] : [woke, slept];
    known.set([newest, Math.min(oldest, known[1] || Number.POSITIVE_INFINITY), ...wake]);
  }
  restore(account: number, index: number, times: readonly number[]): void {
    // The place first: to find it may enlarge the columns.
    const at = this.#at(account, index);
    this.#times.set(times.slice(0, dormancyColumns), at);
  }

  #at(account: number, index: number): number {
    const at = (account * this.of.length + index) * dormancyColumns;
    while (at + dormancyColumns > this.#times.length && this.of.length > 0) this.#times = grown(this.#times, Float64Array);
    return at;
  }
}
