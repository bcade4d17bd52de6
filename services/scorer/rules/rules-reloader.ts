import { type ListStore, readStoredLists } from '#libs/access-store/contract/lists.js';
import type { ValueLists } from '#libs/detection/rules/load/lists.js';
import type { LoadedRules } from '#libs/detection/rules/load/load-rules.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { mistakeText } from '#libs/detection/rules/load/check-rules.js';
import type { Clock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';
import { changedRules, digestsOf } from './rule-changes.js';

export interface RulesReloaderTools {
  readonly lists: Pick<ListStore, 'entries' | 'clinics' | 'fingerprint'>;
  /** Another text whenever a file of rules, lists or register is another. */
  readonly files: () => Promise<string>;
  /** The rules of the files over the lists of the store. Throws `ConfigError` that lists every mistake in a line of its own. */
  readonly load: (lists: ValueLists) => Promise<Pick<LoadedRules, 'rules' | 'warnings'>>;
  /** Judges by other rules from now on. */
  readonly use: (rules: readonly Rule[]) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
}

/**
 * The rules in use: those of the start, and others when files or tables change. A mistake leaves the rules as they are and is told, each in
 * its file and line. Lists in tables are known only while the store answers: until then, and when it goes, those known last hold.
 */
export class RulesReloader {
  /** What the files and lists were that were read last, with or without success. */
  #seen = '';
  /** What they were when a timer last looked. */
  #watched = '';
  #lists: ValueLists = new Map();
  #listsSeen = '';
  #digests: ReadonlyMap<string, string> = new Map();
  #looking: Promise<void> | undefined;
  /** Whether the newest rules had mistakes. */
  #isRefused = false;
  /** What the rules in use were warned of. */
  #warnings: ReadonlySet<string> = new Set();

  constructor(private readonly tools: RulesReloaderTools) {}

  /** The rules to begin with. Throws `ConfigError` when they have mistakes. The store is waited for `storeMsMax`, no longer. */
  async first(storeMsMax: number): Promise<readonly Rule[]> {
    const deadline = new AbortController();
    const late = this.tools.clock.sleep(storeMsMax, deadline.signal).catch(() => {});
    await Promise.race([this.#readLists(), late]);
    deadline.abort();
    const seen = await this.#now();
    const loaded = await this.tools.load(this.#lists);
    this.#seen = seen;
    this.#loaded(loaded);
    return loaded.rules;
  }

  /**
   * Called by a timer. Takes up what is as it was at the look before: somebody may be writing still, and half a list of programs would tell
   * incidents of the other half, which are not taken back.
   */
  watch(): Promise<void> {
    return (
      this.#looking ??
      this.#next((now) => {
        const isQuiet = now === this.#watched;
        this.#watched = now;
        return isQuiet;
      })
    );
  }

  /** Takes up what is there now, for somebody who says that it is whole (SIGHUP). */
  look(): Promise<void> {
    return this.#next(() => true);
  }

  /** One after another. */
  #next(isWhole: (now: string) => boolean): Promise<void> {
    const before = this.#looking?.catch(() => {});
    const looking: Promise<void> = (before ?? Promise.resolve())
      .then(() => this.#look(isWhole))
      .finally(() => {
        if (this.#looking === looking) this.#looking = undefined;
      });
    this.#looking = looking;
    return looking;
  }

  async #look(isWhole: (now: string) => boolean): Promise<void> {
    await this.#readLists();
    const now = await this.#now();
    if (!isWhole(now) || now === this.#seen) return;
    try {
      await this.#reload(await this.tools.load(this.#lists));
      this.#seen = now;
    } catch (cause) {
      if (cause instanceof Transient)
        return this.tools.logger.warn('other rules could not be taken up and are tried again', { cause });
      if (!(cause instanceof ConfigError)) throw cause;
      this.#seen = now;
      this.#refused(cause);
    }
  }

  async #reload(loaded: Pick<LoadedRules, 'rules' | 'warnings'>): Promise<void> {
    const { rules } = loaded;
    const changed = changedRules(this.#digests, digestsOf(rules));
    if (changed) {
      await this.tools.use(rules);
      this.tools.logger.info('the rules were changed and are in use', { reason: changed, count: rules.length });
    } else if (this.#isRefused)
      this.tools.logger.info('the rules have no mistake any more, and are those in use', { count: rules.length });
    this.#loaded(loaded);
  }

  #loaded({ rules, warnings }: Pick<LoadedRules, 'rules' | 'warnings'>): void {
    const { metrics, clock, logger } = this.tools;
    const texts = new Set(warnings.map(mistakeText));
    for (const reason of texts) if (!this.#warnings.has(reason)) logger.warn('a rule in use should be looked at', { reason });
    this.#warnings = texts;
    this.#digests = digestsOf(rules);
    this.#isRefused = false;
    metrics.set('vigie_rules_reload_failed', 0);
    metrics.set('vigie_rules_loaded', rules.length);
    metrics.set('vigie_rules_loaded_time_seconds', clock.now() / 1000);
  }

  #refused(cause: ConfigError): void {
    const { metrics, logger } = this.tools;
    this.#isRefused = true;
    metrics.set('vigie_rules_reload_failed', 1);
    const [headline, ...mistakes] = cause.message.split('\n');
    for (const mistake of mistakes) logger.error('a rule has a mistake', { reason: mistake.trim() });
    logger.error('the changed rules are not used; the ones before go on', { reason: headline ?? '', count: mistakes.length });
  }

  async #now(): Promise<string> {
    return `${await this.tools.files()} ${this.#listsSeen}`;
  }

  /** Never rejects: a store that is away has not changed anything. */
  async #readLists(): Promise<void> {
    const { lists, logger } = this.tools;
    try {
      const now = await lists.fingerprint();
      if (now === this.#listsSeen) return;
      this.#lists = await readStoredLists(lists);
      this.#listsSeen = now;
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      logger.debug('the lists of the store could not be read; those known hold', { cause });
    }
  }
}
