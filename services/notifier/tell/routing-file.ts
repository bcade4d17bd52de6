import type { MuteRow } from '#libs/contracts/mute-row.js';
import { ageMsMax } from '#libs/routing/due.js';
import type { Routing } from '#libs/routing/routing.js';
import { type Clock, isoOf } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import { Transient } from '#libs/runtime/outcome.js';

/** Time between two looks at the file and at the mutes, in milliseconds. */
export const lookEveryMs = 2_000;

export interface RoutingFileTools {
  /** Reads the file and what it names. Throws `ConfigError`, with every mistake in a line of its own. */
  readonly read: () => Routing;
  /** Another text whenever one of these files is another. */
  readonly fingerprint: () => Promise<string>;
  readonly mutes: (since: string) => Promise<readonly MuteRow[]>;
  readonly use: (routing: Routing, mutes: readonly MuteRow[]) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * The file of routing and the mutes in use. A mistake leaves the file before in use and is told. Mutes are known only while the store
 * answers: those known last hold, and before the first answer there are none, because telling is the safer mistake.
 */
export class RoutingFile {
  #seen: string | undefined;
  #mutes: readonly MuteRow[] = [];
  #looking: Promise<void> | undefined;

  constructor(
    private routing: Routing,
    private readonly tools: RoutingFileTools,
  ) {}

  /** Called once at the start, and by a timer; one at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #look(): Promise<void> {
    const first = this.#seen === undefined;
    const reloaded = await this.#reload();
    const muted = await this.#readMutes();
    if (first || reloaded || muted) await this.tools.use(this.routing, this.#mutes);
  }

  async #reload(): Promise<boolean> {
    const { read, fingerprint, log, metrics } = this.tools;
    const now = await fingerprint();
    if (now === this.#seen) return false;
    const first = this.#seen === undefined;
    this.#seen = now;
    try {
      // At the first look, too: it may have been changed since the process read it.
      this.routing = read();
      metrics.set('vigie_routing_reload_failed', 0);
      if (!first) log.info('the file of routing was changed and is in use');
      return true;
    } catch (cause) {
      if (!(cause instanceof ConfigError)) throw cause;
      metrics.set('vigie_routing_reload_failed', 1);
      const [headline = '', ...mistakes] = cause.message.split('\n');
      for (const mistake of mistakes) log.error('the file of routing has a mistake', { reason: mistake.trim() });
      log.error('the changed file of routing is not used; the one before goes on', { reason: headline, count: mistakes.length });
      return false;
    }
  }

  async #readMutes(): Promise<boolean> {
    const { mutes, clock, log } = this.tools;
    try {
      const known = JSON.stringify(this.#mutes);
      this.#mutes = await mutes(isoOf(clock.now() - ageMsMax));
      return JSON.stringify(this.#mutes) !== known;
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      log.debug('the mutes could not be read; those known hold', { cause });
      return false;
    }
  }
}
