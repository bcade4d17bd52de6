import type { SourceHealth } from '#libs/access-store/sources/source-health.js';
import type { Clock } from '#libs/runtime/clock.js';
import { Transient } from '#libs/runtime/outcome.js';

/** The store is asked for feeds so often at most, in milliseconds: the question reads a month of them. */
const askEveryMs = 20_000;

/** How feeds were when the store was last asked with success, and whether it has answered since. */
export interface FeedsSeen {
  /** Milliseconds of the wall clock. */
  readonly at: number;
  readonly sources: readonly SourceHealth[];
  /** The store did not answer when it was asked last: what is shown is old. */
  readonly isOld: boolean;
}

/** What is known of feeds, asked for as long as somebody looks on. What cannot be had leaves what was known, with its age. */
export class FeedsLook {
  #seen: FeedsSeen | undefined;
  #askedAt = -Infinity;
  #asking: Promise<void> | undefined;

  /** `ask` rejects with `Transient` while the store is away. */
  constructor(
    private readonly ask: () => Promise<readonly SourceHealth[]>,
    private readonly clock: Clock,
  ) {}

  /** What was seen last, at once where anything was; undefined where nothing ever was. */
  async last(): Promise<FeedsSeen | undefined> {
    if (this.clock.monotonic() - this.#askedAt >= askEveryMs)
      this.#asking ??= this.#look().finally(() => (this.#asking = undefined));
    if (!this.#seen) await this.#asking;
    return this.#seen;
  }

  async #look(): Promise<void> {
    this.#askedAt = this.clock.monotonic();
    try {
      const sources = await this.ask();
      this.#seen = { at: this.clock.now(), sources, isOld: false };
    } catch (cause) {
      if (!(cause instanceof Transient)) throw cause;
      if (this.#seen) this.#seen = { ...this.#seen, isOld: true };
    }
  }
}
