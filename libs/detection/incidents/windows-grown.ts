import type { Firing } from '../judge/firing.js';

/** The windows of one rule in which it held first. */
interface Counted {
  /** The time of the firing. */
  readonly first: number;
  /** By ledger: a firing since its window was counted. */
  readonly ledgers: Map<number, Firing | undefined>;
  /** The one that was put in last. */
  newest: Firing | undefined;
}

/**
 * The windows in which an incident's rules held first, as far as they were counted within the frame. One that grows is counted again when
 * its figures are asked for, and not at every access that enters it: a mass export is thousands of accesses of one millisecond, and all of
 * them enter the window of the first firing.
 */
export class GrownWindows {
  /** By rule. */
  readonly #rules = new Map<string, Counted>();

  /** The window of the firing has been counted. */
  counted(firing: Firing): void {
    const { id } = firing.rule.rule;
    const known = this.#rules.get(id);
    if (known?.first === firing.first) {
      known.ledgers.set(firing.ledger, undefined);
      known.newest = undefined;
    } else this.#rules.set(id, { first: firing.first, ledgers: new Map([[firing.ledger, undefined]]), newest: undefined });
  }

  /** Whether the window of the firing was counted within the frame. */
  isCounted({ rule, first, ledger }: Firing): boolean {
    const known = this.#rules.get(rule.rule.id);
    return known?.first === first && known.ledgers.has(ledger);
  }

  /** Notes that a window which was counted has grown; false, and nothing noted, where it was not. */
  grows(firing: Firing): boolean {
    const known = this.#rules.get(firing.rule.rule.id);
    if (known?.first !== firing.first) return false;
    const { newest } = known;
    // Most rules look at one ledger, and most firings say what the last one did.
    if (newest?.ledger === firing.ledger) return true;
    if (!known.ledgers.has(firing.ledger)) return false;
    known.ledgers.set(firing.ledger, firing);
    known.newest = firing;
    return true;
  }

  /** Those that have grown since they were counted; they are taken to be counted now. */
  take(): readonly Firing[] {
    const grown = [...this.#rules.values()].flatMap(({ ledgers }) => [...ledgers.values()]).filter((one) => one !== undefined);
    for (const firing of grown) this.counted(firing);
    return grown;
  }

  clear(): void {
    this.#rules.clear();
  }
}
