import type { LastLeakcheck } from '#libs/access-store/leakchecks/leakchecks.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';

/** Time between two looks, in milliseconds. */
export const leakLookEveryMs = 60_000;

/** Shows what the last search for identifiers found (`vigie leakcheck`), so that alerts can be made of it; zeros where none was ever made. */
export class LeakWatch {
  #toldAt = '';

  constructor(
    private readonly last: () => Promise<LastLeakcheck | undefined>,
    private readonly tools: { readonly metrics: Metrics; readonly log: Log },
  ) {}

  async look(): Promise<void> {
    const { metrics, log } = this.tools;
    let last: LastLeakcheck | undefined;
    try {
      last = await this.last();
    } catch (cause) {
      // The store is away, which others tell; the metric shows by its age that it was not renewed.
      log.debug('the last leak check could not be read', { cause });
    }
    if (!last) return;
    metrics.set('vigie_leakcheck_places', last.places);
    metrics.set('vigie_leakcheck_time_seconds', Date.parse(last.at) / 1000);
    if (last.places > 0 && last.at !== this.#toldAt)
      log.error('a leak check found invented identifiers in clear: see vigie.leakchecks for the places', { count: last.places });
    this.#toldAt = last.at;
  }
}
