import { grown } from './grown.js';
import type { CompiledRule } from './series.js';

const columns = 3;

/**
 * When accounts last did something, and when they last woke up: per account and dormant selection the newest selected access, the access
 * that ended the last long silence, and the one before that silence. A silence is long from the shortest `dormant` of the rules on.
 */
export class Dormancy {
  #times: Float64Array;

  constructor(private readonly of: readonly { readonly bit: number; readonly dormantMs: number }[]) {
    this.#times = new Float64Array(of.length === 0 ? 0 : 64 * columns * of.length);
  }

  get bytes(): number {
    return this.#times.byteLength;
  }
  get width(): number {
    return this.of.length * columns;
  }

  /**
   * Notes a selected access. True when it lies inside a silence that is known, or may end one that is not: then only the account's history
   * tells which windows it changes. `oldest` is the account's oldest known access.
   */
  note(account: number, bits: number, time: number, oldest: number): boolean {
    let unclear = false;
    for (const [index, { bit, dormantMs }] of this.of.entries()) {
      if ((bits & bit) === 0) continue;
      const at = this.#at(account, index);
      const newest = this.#times[at] ?? 0;
      const woke = this.#times[at + 1] ?? 0;
      const slept = this.#times[at + 2] ?? 0;
      if (newest === 0) this.#times[at] = time;
      else if (time >= newest) {
        if (time - newest >= dormantMs) {
          this.#times[at + 1] = time;
          this.#times[at + 2] = newest;
        }
        this.#times[at] = time;
      } else if (woke > 0 && time > slept && time < woke) {
        this.#times[at + 2] = time;
        unclear = true;
      } else if (oldest - time >= dormantMs) unclear = true;
    }
    return unclear;
  }

  /** Whether the window of the rule at `time` holds the end of a silence that is long enough for it. */
  isAwake(account: number, rule: CompiledRule, time: number): boolean {
    const at = this.#at(account, rule.dormancy);
    const woke = this.#times[at + 1] ?? 0;
    return woke > time - rule.timespanMs && woke <= time && woke - (this.#times[at + 2] ?? 0) >= rule.dormantMs;
  }

  /** The newest access before the last silence, over all selections; 0 for none. */
  sleptAt(account: number): number {
    let slept = 0;
    for (let index = 0; index < this.of.length; index += 1) {
      const at = this.#at(account, index);
      if ((this.#times[at + 1] ?? 0) > 0)
        slept = slept === 0 ? (this.#times[at + 2] ?? 0) : Math.min(slept, this.#times[at + 2] ?? 0);
    }
    return slept;
  }
  /** When the account last woke up, over all selections; 0 for never. */
  wokeAt(account: number): number {
    let woke = 0;
    for (let index = 0; index < this.of.length; index += 1) woke = Math.max(woke, this.#times[this.#at(account, index) + 1] ?? 0);
    return woke;
  }

  forget(account: number): void {
    const at = this.#at(account, 0);
    this.#times.fill(0, at, at + this.width);
  }
  slice(account: number): readonly number[] {
    const at = this.#at(account, 0);
    return [...this.#times.subarray(at, at + this.width)];
  }
  /** Takes over what the account's history says, unless it ends before what is known. */
  adopt(account: number, index: number, times: readonly number[]): void {
    if ((times[0] ?? 0) >= (this.#times[this.#at(account, index)] ?? 0)) this.restore(account, index, times);
  }
  restore(account: number, index: number, times: readonly number[]): void {
    this.#times.set(times.slice(0, columns), this.#at(account, index));
  }

  #at(account: number, index: number): number {
    const at = (account * this.of.length + index) * columns;
    while (at + columns > this.#times.length && this.of.length > 0) this.#times = grown(this.#times, Float64Array);
    return at;
  }
}

export const dormancyColumns = columns;
