import { linkSteps } from './steps.js';

/** An incident, as far as care is concerned: its account is not to be trusted with whom it links. */
export interface Bar {
  readonly groupId: string;
  readonly actorId: string;
  readonly incidentId: string;
  readonly version: number;
  /** Left out where it was withdrawn, joined to another or suppressed. */
  readonly isOpen: boolean;
  /** The first step whose accesses know of it. */
  readonly from: number;
  /** The step in which its rules held last. */
  readonly last: number;
}

/** How long after an incident's last step the account's touches link nobody: a day for the incident to end, and as long as touches link. */
const afterSteps = 144 + linkSteps;

/** Which accounts are in an incident, and so link nobody. */
export class Bars {
  readonly #byAccount = new Map<number, Map<string, Bar>>();

  get size(): number {
    return this.#byAccount.size;
  }

  /** Takes what the log says of an incident in; of two the higher version counts, and its earliest step. */
  take(account: number, bar: Bar): void {
    const bars = this.#byAccount.get(account) ?? new Map<string, Bar>();
    const known = bars.get(bar.incidentId);
    const newer = known && known.version > bar.version ? known : bar;
    bars.set(bar.incidentId, { ...newer, from: Math.min(bar.from, known?.from ?? bar.from) });
    this.#byAccount.set(account, bars);
  }

  has(account: number): boolean {
    return this.#byAccount.has(account);
  }

  isBarred(account: number, step: number): boolean {
    const bars = this.#byAccount.get(account);
    if (!bars) return false;
    for (const { isOpen, from, last } of bars.values()) if (isOpen && from <= step && step < last + afterSteps) return true;
    return false;
  }

  forget(lowest: number): void {
    for (const [account, bars] of this.#byAccount) {
      for (const [id, { last }] of bars) if (last + afterSteps <= lowest) bars.delete(id);
      if (bars.size === 0) this.#byAccount.delete(account);
    }
  }
}
