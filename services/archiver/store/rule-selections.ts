import { type ListStore, readStoredLists } from '#libs/access-store/contract/lists.js';
import type { AccessStore } from '#libs/access-store/contract/port.js';
import type { Clinic } from '#libs/contracts/list-entry.js';
import type { Rule, Selection } from '#libs/detection/rule/rule.js';
import type { ValueLists } from '#libs/detection/rules/load/lists.js';
import type { Clock } from '#libs/runtime/clock.js';
import { messageOf } from '#libs/runtime/outcome.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';

/** Time between two looks at the rules and lists, in milliseconds. */
export const lookEveryMs = 5000;

/** After a failure with the same rules: doubled up to the second, in milliseconds. */
const waitMs = { first: 1000, max: 300_000 } as const;

/** Selections that are in use say so again after this time, in milliseconds; see `registerSelections`. */
const againMs = 6 * 3_600_000;

export interface RuleSelectionsTools {
  readonly store: Pick<AccessStore, 'registerSelections'>;
  readonly lists: Pick<ListStore, 'entries' | 'clinics' | 'fingerprint' | 'keepFile'>;
  /** The rules of the configuration over its files and these lists. Rejects when they have mistakes. */
  readonly load: (lists: ValueLists) => Promise<readonly Rule[]>;
  /** The clinics of the file of clinics; none where there is no such file. Rejects when it has mistakes. */
  readonly clinics: () => Promise<readonly Clinic[]>;
  /** Another text whenever a file of rules or lists is another. */
  readonly files: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'set'>;
}

/**
 * Makes the selections of the rules known to the store, so that `incident_patients` lists what the scorer counts: at the start, and again
 * when rules or lists change. Tried until it is done: a mistake in the rules is logged and may be mended meanwhile. Storing goes on
 * without it.
 */
export class RuleSelections {
  #known: string | undefined;
  #knownAt = 0;
  #failed: string | undefined;
  #wait: number = waitMs.first;
  #notBefore = 0;
  #missing: string | undefined = 'the selections of the rules are not registered yet';

  constructor(private readonly tools: RuleSelectionsTools) {
    tools.metrics.set('vigie_selections_unregistered', 1);
  }

  /** Why lists of patients may be short of what the scorer counts; undefined when ClickHouse knows what the rules look at. */
  get missing(): string | undefined {
    return this.#missing;
  }

  /** Looks until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.tools;
    while (!signal.aborted) {
      await this.look();
      await clock.sleep(this.#failed === undefined ? lookEveryMs : Math.min(lookEveryMs, this.#wait), signal).catch(() => {});
    }
  }

  async look(): Promise<void> {
    const { clock, files, lists } = this.tools;
    const filesNow = await files();
    let now = filesNow;
    try {
      now = `${filesNow} ${await lists.fingerprint()}`;
      const due = now !== this.#known || clock.monotonic() - this.#knownAt >= againMs;
      // What failed meanwhile is over: a store that was away is back, or a mistake was taken back.
      if (!due) this.#allKnown();
      else if (now !== this.#failed || clock.monotonic() >= this.#notBefore) await this.#register(now);
    } catch (cause) {
      this.#failure(now, cause);
    }
  }

  async #register(now: string): Promise<void> {
    const { store, lists, load, clock, log } = this.tools;
    const selections = selectionsOf(await load(await readStoredLists(lists)));
    const isKept = await this.#keepClinics();
    await store.registerSelections(selections);
    if (now !== this.#known) log.info('the selections of the rules are known to ClickHouse', { count: selections.length });
    this.#known = now;
    // Clinics that the store did not take are tried again in minutes.
    this.#knownAt = clock.monotonic() - (isKept ? 0 : againMs - waitMs.max);
    this.#allKnown();
  }

  /** Names, closing dates and controllers of the file, for pages and dossiers. Rules read the file itself, so nothing waits for it. */
  async #keepClinics(): Promise<boolean> {
    const { lists, clinics, log } = this.tools;
    try {
      const count = await lists.keepFile(await clinics());
      if (count) log.info('the register of clinics in the store is that of the file', { count });
      return true;
    } catch (cause) {
      log.warn('the store does not take the file of clinics: pages and dossiers lack its names and controllers', { cause });
      return false;
    }
  }

  #allKnown(): void {
    this.#missing = undefined;
    this.tools.metrics.set('vigie_selections_unregistered', 0);
    this.#failed = undefined;
    this.#wait = waitMs.first;
  }

  #failure(now: string, cause: unknown): void {
    const { clock, log, metrics } = this.tools;
    this.#missing = `selections of the rules are not registered, lists of patients may be short: ${sentenceOf(cause)}`;
    metrics.set('vigie_selections_unregistered', 1);
    this.#wait = now === this.#failed ? Math.min(2 * this.#wait, waitMs.max) : waitMs.first;
    this.#failed = now;
    this.#notBefore = clock.monotonic() + this.#wait;
    log.warn('the selections of the rules are not known to ClickHouse yet', { cause, waitMs: this.#wait });
  }
}

/** The beginning of what went wrong: ClickHouse repeats whole statements. */
function sentenceOf(cause: unknown): string {
  return messageOf(cause).slice(0, 300);
}

/** Every selection that rules judge by, each once: of their inputs, of their twins without exceptions, and what exceptions take out. */
export function selectionsOf(rules: readonly Rule[]): readonly Selection[] {
  const found = new Map<string, Selection>();
  const add = (rule: Rule): void => {
    const own = [rule.selection, ...rule.exceptions.map(({ excluded }) => excluded)];
    for (const selection of own) found.set(selection.id, selection);
    for (const input of rule.inputs)
      if (input.kind === 'matches') add(input.rule);
      else found.set(input.selection.id, input.selection);
    if (rule.unfiltered) add(rule.unfiltered);
  };
  for (const rule of rules) add(rule);
  return [...found.values()];
}
