import { grown } from './grown.js';
import type { CompiledRule } from './series.js';

/** Ends of long silences that are known of an account, newest first. */
const wakesKept = 1;
/** Newest and oldest access, then for each wake the access that ended a silence and the one before the silence. */
export const dormancyColumns = 2 + 2 * wakesKept;
const nothing = { bit: 0, dormantMs: 0 };
/** An account that was silent for longer has never been there, event time. */
export const rememberedMs = 400 * 24 * 3_600_000;

/**
 * When accounts last did something, and when they woke up: per account and dormant selection the newest and the oldest selected access,
 * and the ends of its last long silences. A silence is long from the shortest `dormant` of the rules on.
 */
export class Dormancy {
  #times: Float64Array;

  constructor(private readonly of: readonly { readonly bit: number; readonly dormantMs: number }[]) {
    this.#times = new Float64Array(64 * this.width);
  }

  get bytes(): number {
    return this.#times.byteLength;
  }
  get width(): number {
    return this.of.length * dormancyColumns;
  }

  /**
   * Notes a selected access. True when it lies inside a silence that is known, or may end one that is not: then only the account's history
   * tells which windows it changes.
   */
  note(account: number, bits: number, time: number): boolean {
    let unclear = false;
    for (let index = 0; index < this.of.length; index += 1) {
      const { bit, dormantMs } = this.of[index] ?? nothing;
      if ((bits & bit) === 0) continue;
      const at = this.#at(account, index);
      const times = this.#times;
      const newest = times[at] ?? 0;
      const oldest = times[at + 1] ?? 0;
      if (newest === 0) {
        times[at] = time;
        times[at + 1] = time;
      } else if (time >= newest) {
        if (time - newest >= dormantMs) {
          times.copyWithin(at + 4, at + 2, at + dormancyColumns - 2);
          times[at + 2] = time;
          times[at + 3] = newest;
        }
        times[at] = time;
      } else if (time < oldest) {
        times[at + 1] = time;
        if (oldest - time >= dormantMs) unclear = true;
      } else if (this.#silences(at).some(([woke, slept]) => time > slept && time < woke)) unclear = true;
    }
    return unclear;
  }

  /** Whether the window of the rule at `time` holds the end of a silence that is long enough for it. */
  isAwake(account: number, rule: CompiledRule, time: number): boolean {
    return this.#silences(this.#at(account, rule.dormancy)).some(
      ([woke, slept]) => woke > time - rule.timespanMs && woke <= time && woke - slept >= rule.dormantMs,
    );
  }

  /** Whether the rule can be awake at any time from `from` to `to`: without that nothing has to be counted for it. */
  mayBeAwake(account: number, rule: CompiledRule, from: number, to: number): boolean {
    return this.#silences(this.#at(account, rule.dormancy)).some(
      ([woke, slept]) => woke > from - rule.timespanMs && woke <= to && woke - slept >= rule.dormantMs,
    );
  }

  /** From when on the accesses of an account must be known to tell its silences between two times. */
  neededFrom(account: number, from: number, to: number): number {
    let needed = from;
    for (let index = 0; index < this.of.length; index += 1) {
      const at = this.#at(account, index);
      const silences = this.#silences(at);
      const oldest = this.#times[at + 1] ?? 0;
      const earliest = silences.length < wakesKept ? oldest : (silences.at(-1)?.[1] ?? oldest);
      if (from < earliest) return from - rememberedMs;
      for (const [woke, slept] of silences) if (slept < to && woke > from) needed = Math.min(needed, slept - 1);
    }
    return needed;
  }

  /** When the account last woke up, over all selections; 0 for never. */
  wokeAt(account: number): number {
    let woke = 0;
    for (let index = 0; index < this.of.length; index += 1) woke = Math.max(woke, this.#times[this.#at(account, index) + 2] ?? 0);
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
  /** Takes over what the account's history says, unless that ends before what is known. */
  adopt(account: number, index: number, history: Dormancy, found: number): void {
    const from = history.#at(found, index);
    const times = [...history.#times.subarray(from, from + dormancyColumns)];
    const at = this.#at(account, index);
    if ((times[0] ?? 0) < (this.#times[at] ?? 0)) return;
    times[1] = Math.min(times[1] ?? 0, this.#times[at + 1] || Number.POSITIVE_INFINITY);
    this.restore(account, index, times);
  }
  restore(account: number, index: number, times: readonly number[]): void {
    // The place first: to find it may enlarge the columns.
    const at = this.#at(account, index);
    this.#times.set(times.slice(0, dormancyColumns), at);
  }

  /** [access that ended it, access before it], newest first. */
  #silences(at: number): readonly (readonly [number, number])[] {
    const silences: [number, number][] = [];
    for (let wake = at + 2; wake < at + dormancyColumns && (this.#times[wake] ?? 0) > 0; wake += 2)
      silences.push([this.#times[wake] ?? 0, this.#times[wake + 1] ?? 0]);
    return silences;
  }

  #at(account: number, index: number): number {
    const at = (account * this.of.length + index) * dormancyColumns;
    while (at + dormancyColumns > this.#times.length && this.of.length > 0) this.#times = grown(this.#times, Float64Array);
    return at;
  }
}
