import type { Firing } from '../judge/firing.js';
import type { Anchor } from '../judge/settler.js';
import { noCell } from '../memory/cell-key.js';
import { noEntry } from '../memory/entry.js';
import { noSelections } from '../memory/selection-sets.js';
import type { CompiledRule } from '../compile/series.js';
import { holdsOf, type Meeting } from '../rule/meeting.js';
import { meets } from '../rule/rule.js';
import type { EngineState } from '../state/engine-state.js';
import type { EnterWindows } from './enter-windows.js';
import type { TellBooks } from './tell-books.js';
import type { AccountNumber, LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** Judges anchors that no more accesses are expected for: from there on the road is that of a row. */
export class Settling {
  readonly #firings: Firing[] = [];

  constructor(
    private readonly state: EngineState,
    private readonly windows: EnterWindows,
    private readonly books: TellBooks,
  ) {}

  /**
   * True when what it means for incidents needs what the windows no longer hold. Of an anchor whose own window they hold no more nothing is said: the access
   * that had it wait there, behind them, has the account judged again.
   */
  take(anchor: Anchor, detectedAt: Milliseconds): boolean {
    const { copies, lastReceivedAt: receivedAt } = this.state;
    const { account, rule, ledger, cell, time } = anchor;
    copies?.keep(account);
    if (!this.state.windows.isWhole(account, rule, time) || !this.holds(anchor)) return false;
    this.#firings.length = 0;
    this.#firings.push({ rule, ledger, cell, first: time, last: time, by: time, least: undefined });
    this.windows.propagate(account, this.#firings);
    const entry = noEntry(time);
    return this.books.take({ account, entry, set: noSelections, receivedAt, detectedAt, lateMs: 0, by: anchor }, this.#firings);
  }

  /** Whether the rule holds there by what is known. */
  holds({ rule, account, ledger, time }: Anchor): boolean {
    const { meeting } = rule.rule;
    if (meeting) return this.#isMeeting(meeting, rule, account, ledger, time);
    const firing = { rule, ledger, cell: noCell.bytes, first: time, last: time, by: time, least: undefined };
    const { value, spread } = this.state.windows.countAt(account, firing, false);
    return meets(rule.rule.condition, value) && spread >= rule.spreadAtLeast;
  }
  #isMeeting(
    meeting: Meeting,
    { series, timespanMs, forwardMs }: CompiledRule,
    account: AccountNumber,
    ledger: LedgerNumber,
    time: Milliseconds,
  ): boolean {
    const { windows } = this.state;
    const { judge } = windows.ledgersOf(series);
    const after = Math.max(windows.floorOf(account, series), time - timespanMs);
    const met = judge.met(ledger, after, time);
    const near = forwardMs > 0 ? judge.met(ledger, after, time + forwardMs - 1) : met;
    return holdsOf(
      meeting,
      (input) => met.has(input),
      (input) => near.has(input),
    );
  }
}
