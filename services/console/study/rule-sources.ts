import type { Verdicts } from '#libs/access-store/verdicts/rule-verdicts.js';
import type { ValueLists } from '#libs/detection/rules/load/lists.js';
import { type LoadedRules, loadRules } from '#libs/detection/rules/load/load-rules.js';
import { mistakeText } from '#libs/detection/rules/load/check-rules.js';
import { readRuleFiles } from '#libs/detection/rules/load/read-rule-files.js';
import { readLists, requireRules } from '#libs/detection/rules/load/require-rules.js';
import type { RulesConfig } from '#libs/detection/rules/load/config.js';
import { mergeLists } from '#libs/detection/rules/load/lists.js';
import type { Clock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import type { RuleText } from './rule-copy.js';

/** How long rules that were read are good, milliseconds: reading and compiling all of them takes long, and they change by the day. */
const goodMs = 60_000;

/** Mistakes of a copy that are told. */
const mistakesTold = 5;

export interface RuleSourcesTools {
  readonly config: RulesConfig;
  /** Lists of the store. Rejects with `Transient`. */
  readonly lists: () => Promise<ValueLists | undefined>;
  readonly verdicts: (nowMs: number) => Promise<Verdicts>;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** The rules in use and their files, read when somebody asks and at most once a minute. */
export class RuleSources {
  #read: { readonly at: number; readonly rules: Promise<LoadedRules> } | undefined;

  constructor(private readonly tools: RuleSourcesTools) {}

  loaded(): Promise<LoadedRules> {
    const { config, lists, clock } = this.tools;
    const at = clock.monotonic();
    if (this.#read && at - this.#read.at < goodMs) return this.#read.rules;
    const rules = lists().then((stored) => requireRules(config, stored));
    this.#read = { at, rules };
    rules.catch(() => {
      this.#read = undefined;
    });
    return rules;
  }

  async texts(): Promise<readonly RuleText[]> {
    return (await readRuleFiles(this.tools.config.VIGIE_RULES_DIR)).files;
  }

  verdicts(nowMs: number): Promise<Verdicts> {
    return this.tools.verdicts(nowMs);
  }

  /** Throws `ConfigError` with the mistakes of changed files. */
  async check(files: readonly RuleText[]): Promise<void> {
    const { config, lists } = this.tools;
    const known = mergeLists(await readLists(config.VIGIE_LISTS_DIR, config.VIGIE_CLINICS_FILE), (await lists()) ?? new Map());
    const { mistakes } = loadRules(files, known);
    if (mistakes.length > 0) throw new ConfigError(mistakes.slice(0, mistakesTold).map(mistakeText).join('; '));
  }
}
