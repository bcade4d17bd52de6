import { clear } from '../judge/dormancy.js';
import type { ScannedRow } from '../scan/scanned-row.js';
import type { EngineState } from '../state/engine-state.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** How far behind its account's newest access one may lie, and how far before it the windows lie that it changes, milliseconds. */
interface Limits {
  readonly behindMs: Milliseconds;
  readonly reachMs: Milliseconds;
}

/** Notes when accounts were there: newest and oldest access, silences, and what came too late for their windows. */
export class Presence {
  /** By set of selections. */
  readonly #limits: Limits[] = [];

  constructor(private readonly state: EngineState) {}

  /** The event time up to which windows that the access changes are in doubt: it cuts a silence, or they may lack what was forgotten. */
  note({ time }: ScannedRow, account: AccountNumber, set: number): number {
    const { state } = this;
    const { accounts } = state.windows;
    const newest = accounts.newest(account);
    const oldest = accounts.oldest(account);
    const wokeBy = state.dormancy.width > 0 ? state.dormancy.note(account, set, time) : clear;
    if (time >= state.incidents.grownUntil || time >= state.suppressed.grownUntil) state.countGrown();
    if (time > newest) accounts.setNewest(account, time);
    if (time < oldest) accounts.setOldest(account, time);
    return this.#isBeyond(account, time, newest, set) ? Math.max(wokeBy, time) : wokeBy;
  }

  /** The same for an access that enters no window. */
  recall({ time }: ScannedRow, account: AccountNumber, set: number): number {
    const { accounts } = this.state.windows;
    const wokeBy = this.state.dormancy.note(account, set, time);
    if (time > accounts.newest(account)) accounts.setNewest(account, time);
    return wokeBy;
  }

  /** Whether windows that the access changes may lack accesses that were forgotten. Counts what is late. */
  #isBeyond(account: AccountNumber, time: Milliseconds, newest: number, set: number): boolean {
    const { state } = this;
    if (state.options.keepsAll) return false;
    const behind = newest - time;
    if (behind > state.options.allowedLatenessMs) state.counts.late += 1;
    const { behindMs, reachMs } = (this.#limits[set] ??= this.#limitsOf(set));
    return time - reachMs <= state.windows.since(account) || behind > behindMs;
  }

  #limitsOf(set: number): Limits {
    const { compiled, marks } = this.state;
    const of = (values: readonly number[]): readonly number[] => values.filter((_, selection) => marks.sets.has(set, selection));
    return { behindMs: Math.min(...of(compiled.behindMs)), reachMs: Math.max(...of(compiled.reachMs)) };
  }
}
