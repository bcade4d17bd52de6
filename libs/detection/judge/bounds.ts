// judge/: takes entries into ledgers and says which rules hold because of them: counts, orders, silences, what must wait.
// It gives firings; what they mean for people is for incidents.

import type { CompiledRule } from '../compile/series.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { WindowCounter } from './window-count.js';

const valueBits = 24;
const valueMax = 2 ** valueBits - 1;
const spreadMax = 255;

/** The upper bounds that each rule keeps of its counts in each ledger: value in 24 bits, spread in 8 above, both of which stay at their largest. */
export class Bounds {
  constructor(
    private readonly ledgers: LedgerStore,
    private readonly counter: WindowCounter,
  ) {}

  /** Raises the bounds by what the entry may add; whether both have reached the rule's minima. */
  raise(ledger: number, rule: CompiledRule, newValue: boolean, newSpread: boolean): boolean {
    const packed = this.ledgers.bound(ledger, rule.slot);
    let value = packed & valueMax;
    let spread = packed >>> valueBits;
    if (newValue && value < valueMax) value += 1;
    if (newSpread && spread < spreadMax) spread += 1;
    this.ledgers.setBound(ledger, rule.slot, (spread << valueBits) | value);
    return value >= Math.min(rule.atLeast, valueMax) && spread >= Math.min(rule.spreadAtLeast, spreadMax);
  }

  /**
   * Whether the newest entry still makes the bounds reach the rule's minima when it is looked at whether its values are new. Without this
   * a window that lacks one value, and is entered by the same ones again and again, would be counted at every access.
   */
  reach(ledger: number, rule: CompiledRule, newValue: boolean, newSpread: boolean): boolean {
    const packed = this.ledgers.bound(ledger, rule.slot);
    const index = this.ledgers.length(ledger) - 1;
    const isShort = (bound: number, least: number, what: 'value' | 'spread'): boolean =>
      bound === least && !this.counter.isNew(what, ledger, index, rule);
    const shortValue = newValue && isShort(packed & valueMax, Math.min(rule.atLeast, valueMax), 'value');
    const shortSpread = newSpread && isShort(packed >>> valueBits, Math.min(rule.spreadAtLeast, spreadMax), 'spread');
    if (!shortValue && !shortSpread) return true;
    this.ledgers.setBound(ledger, rule.slot, packed - (shortValue ? 1 : 0) - (shortSpread ? 2 ** valueBits : 0));
    return false;
  }

  /** The window has been counted: the bounds are what it holds. */
  set(ledger: number, rule: CompiledRule, value: number, spread: number): void {
    this.ledgers.setBound(ledger, rule.slot, (Math.min(spread, spreadMax) << valueBits) | Math.min(value, valueMax));
  }
}
