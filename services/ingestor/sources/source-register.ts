import type { Clock } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { SourcesInUse } from '#libs/sources/sources-in-use.js';

export interface SourceRegisterTools {
  /** Another text whenever a file of these is another. */
  readonly fingerprint: (paths: readonly string[]) => Promise<string>;
  /** Reads the sources anew. Throws `ConfigError` that lists every mistake in a line of its own. */
  readonly load: () => SourcesInUse;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
}

/** The sources in use: those of the start, and others when their file changes. A mistake leaves them as they are and is told. */
export class SourceRegister {
  #current: SourcesInUse;
  #seen: string | undefined;
  #refusedFor: string | undefined;
  #looking: Promise<void> | undefined;
  readonly #followers: ((now: SourcesInUse) => void)[] = [];

  constructor(
    first: SourcesInUse,
    /** The files that say who may send, before those that they name. */
    private readonly paths: readonly string[],
    private readonly tools: SourceRegisterTools,
  ) {
    this.#current = first;
    this.#loaded(first);
  }

  get current(): SourcesInUse {
    return this.#current;
  }

  /** Groups that may send. */
  get groupCount(): number {
    return this.#current.keys.groupIds().length;
  }

  /** Calls `take` whenever other sources are in use from now on. */
  follow(take: (now: SourcesInUse) => void): void {
    this.#followers.push(take);
  }

  /** Called by a timer and by SIGHUP; one at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { paths, tools } = this;
    if (paths.length === 0) return;
    const watched = this.#current.file.paths.join('\0');
    const now = await tools.fingerprint([...paths, ...this.#current.file.paths]);
    // What a mistake speaks of, such as a file of a token that is not there, is not among the files that are watched.
    if (now === this.#seen && this.#refusedFor === undefined) return;
    this.#seen = now;
    try {
      const next = tools.load();
      this.#current = next;
      this.#loaded(next);
      for (const take of this.#followers) take(next);
      tools.logger.info('the sources were read and are in use', { path: paths.join(', '), count: next.file.sources.length });
      // Files that are named anew may have changed before anybody watched them.
      if (next.file.paths.join('\0') !== watched) this.#seen = undefined;
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      this.#refused(cause);
    }
  }

  #loaded({ file }: SourcesInUse): void {
    const { metrics, clock } = this.tools;
    this.#refusedFor = undefined;
    metrics.set('vigie_sources_reload_failed', 0);
    metrics.set('vigie_sources_loaded', file.sources.length);
    metrics.set('vigie_sources_loaded_time_seconds', clock.now() / 1000);
  }

  #refused(cause: ConfigError): void {
    const { metrics, logger } = this.tools;
    metrics.set('vigie_sources_reload_failed', 1);
    if (this.#refusedFor === cause.message) return;
    this.#refusedFor = cause.message;
    const [headline, ...mistakes] = cause.message.split('\n');
    for (const mistake of mistakes) logger.error('a source has a mistake', { reason: mistake.trim() });
    logger.error('the changed sources are not used; the ones before go on', { reason: headline ?? '', count: mistakes.length });
  }
}
