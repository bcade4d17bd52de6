import type { Firing } from '../judge/firing.js';

/**
 * The windows in which an incident's rules held first, as far as they were counted within the frame. One that grows is counted again when
 * its figures are asked for, and not at every access that enters it: a mass export is thousands of accesses of one millisecond, and all of
 * them enter the window of the first firing.
 */
export class GrownWindows {
  /** By rule: the time of the firing, and by ledger the newest firing since its window was counted. */
  readonly #rules = new Map<string, { readonly first: number; readonly ledgers: Map<number, Firing | undefined> }>();

  /** The window of the firing has been counted. */
  counted(firing: Firing): void {
    const { id } = firing.rule.rule;
    const known = this.#rules.get(id);
    if (known?.first === firing.first) known.ledgers.set(firing.ledger, undefined);
    else this.#rules.set(id, { first: firing.first, ledgers: new Map([[firing.ledger, undefined]]) });
  }

  /** Whether the window of the firing was counted within the frame. */
  isCounted({ rule, first, ledger }: Firing): boolean {
    const known = this.#rules.get(rule.rule.id);
    return known?.first === first && known.ledgers.has(ledger);
  }

  /** Notes that a window which was counted has grown. */
  grows(firing: Firing): void {
    this.#rules.get(firing.rule.rule.id)?.ledgers.set(firing.ledger, firing);
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
