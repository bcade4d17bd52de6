// judge/: takes entries into ledgers and says which rules hold because of them: counts, orders, silences, what must wait.
// It gives firings; what they mean for people is for incidents.

import type { CompiledRule } from '../compile/series.js';
import type { LedgerStore } from '../memory/ledger-store.js';
import type { SameEntries } from '../count/same-entries.js';
import type { LedgerNumber } from '../scan/kinds.js';

const valueBits = 24;
const valueMax = 2 ** valueBits - 1;
const spreadMax = 255;

/** Units of a sum up to its rule's minimum, at most: so a bound says something far above it. */
const unitsMax = 2 ** 20;

/**
 * The upper bounds that each rule keeps of its counts in each ledger: value in 24 bits, spread in 8 above, both of which stay at their largest.
 * A sum is counted in units of its rule, rounded up.
 */
export class Bounds {
  constructor(
    private readonly ledgers: LedgerStore,
    private readonly same: SameEntries,
  ) {}

  /** Raises the bounds by what the entry may add, the value by `gain`; whether both have reached the rule's minima. */
  raise(ledger: LedgerNumber, rule: CompiledRule, gain: number, newSpread: boolean): boolean {
    const packed = this.#raised(ledger, rule, gain, newSpread);
    return (
      (packed & valueMax) >= this.#least(rule, rule.atLeast) && packed >>> valueBits >= Math.min(rule.spreadAtLeast, spreadMax)
    );
  }

  /** Raises them by as much as several entries may add that each add one, of a count. */
  add(ledger: LedgerNumber, { slot }: CompiledRule, values: number, spreads: number): void {
    const packed = this.ledgers.bound(ledger, slot);
    const value = Math.min(valueMax, (packed & valueMax) + values);
    const spread = Math.min(spreadMax, (packed >>> valueBits) + spreads);
    this.ledgers.setBound(ledger, slot, ((spread << valueBits) | value) >>> 0);
  }

  /** As `raise`, where the minimum is another one: what the window holds at most, infinite where that is not known. */
  raiseTo(ledger: LedgerNumber, rule: CompiledRule, gain: number, newSpread: boolean): number {
    if (newSpread) this.add(ledger, rule, 0, 1);
    const packed = this.ledgers.bound(ledger, rule.slot);
    const value = packed & valueMax;
    if (value === valueMax || gain === 0) return this.upper(ledger, rule);
    const raised = Math.min(valueMax, value + this.#units(rule, gain));
    this.ledgers.setBound(ledger, rule.slot, packed - value + raised);
    return raised === valueMax || this.ledgers.amounts ? this.upper(ledger, rule) : raised;
  }

  /** What the window holds at most, infinite where that is not known. */
  upper(ledger: LedgerNumber, rule: CompiledRule): number {
    const value = this.ledgers.bound(ledger, rule.slot) & valueMax;
    if (value === valueMax) return Number.POSITIVE_INFINITY;
    return this.ledgers.amounts ? value * unitOf(rule) : value;
  }

  /** The same of the spread. */
  upperSpread(ledger: LedgerNumber, { slot }: CompiledRule): number {
    const spread = this.ledgers.bound(ledger, slot) >>> valueBits;
    return spread === spreadMax ? Number.POSITIVE_INFINITY : spread;
  }

  #raised(ledger: LedgerNumber, rule: CompiledRule, gain: number, newSpread: boolean): number {
    const packed = this.ledgers.bound(ledger, rule.slot);
    let value = packed & valueMax;
    let spread = packed >>> valueBits;
    if (gain > 0 && value < valueMax) value = Math.min(valueMax, value + this.#units(rule, gain));
    if (newSpread && spread < spreadMax) spread += 1;
    const raised = ((spread << valueBits) | value) >>> 0;
    this.ledgers.setBound(ledger, rule.slot, raised);
    return raised;
  }

  #units(rule: CompiledRule, amount: number): number {
    return this.ledgers.amounts ? Math.ceil(amount / unitOf(rule)) : amount;
  }

  #least(rule: CompiledRule, atLeast: number): number {
    return Math.min(this.#units(rule, atLeast), valueMax);
  }

  /**
   * Whether the newest entry still makes the bounds reach the rule's minima when it is looked at whether its values are new. Without this
   * a window that lacks one value, and is entered by the same ones again and again, would be counted at every access. A bound that stands at its
   * largest says nothing of what it was before.
   */
  reach(ledger: LedgerNumber, rule: CompiledRule, atLeast: number, gain: number, newSpread: boolean): boolean {
    const packed = this.ledgers.bound(ledger, rule.slot);
    const index = this.ledgers.length(ledger) - 1;
    const value = packed & valueMax;
    const spread = packed >>> valueBits;
    const units = this.#units(rule, gain);
    const shortValue =
      gain > 0 &&
      value < valueMax &&
      value - units < this.#least(rule, atLeast) &&
      !this.same.isNew('value', ledger, index, rule);
    const shortSpread =
      newSpread && spread < spreadMax && spread === rule.spreadAtLeast && !this.same.isNew('spread', ledger, index, rule);
    if (!shortValue && !shortSpread) return true;
    this.ledgers.setBound(ledger, rule.slot, packed - (shortValue ? units : 0) - (shortSpread ? 2 ** valueBits : 0));
    return false;
  }

  /** The window has been counted: the bounds are what it holds. */
  set(ledger: LedgerNumber, rule: CompiledRule, value: number, spread: number): void {
    this.ledgers.setBound(
      ledger,
      rule.slot,
      (Math.min(spread, spreadMax) << valueBits) | Math.min(this.#units(rule, value), valueMax),
    );
  }
}

function unitOf({ atLeast }: CompiledRule): number {
  return Math.max(1, Math.ceil(atLeast / unitsMax));
}
