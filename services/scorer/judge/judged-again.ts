import type { Clock } from '#libs/runtime/clock.js';
import type { Bounds } from '#libs/event-log/port.js';
import { Renaming, type Renamings } from './renaming.js';
import type { ToldBefore } from './told-before.js';

/** How long what was read of incidents that were told stays good for partitions that come, milliseconds. */
const toldMsMax = 30_000;

export interface JudgedAgainTools {
  readonly clock: Clock;
  /** Reads what incidents the log has; without it ids are those of the engine. */
  readonly told?: (signal?: AbortSignal) => Promise<ToldBefore>;
}

/** Which partitions have frames before them that were judged before. Those that come at the same time share one reading of what was told. */
export class JudgedAgain {
  #told: Promise<ToldBefore> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  /** Gives up the reading. */
  signal: AbortSignal | undefined;

  constructor(
    private readonly tools: JudgedAgainTools,
    /** See `EngineOptions`. */
    private readonly quietMs: number,
  ) {}

  /**
   * Of a partition that comes: its next offset, where its log ends, and what its snapshot says, if it has one. Undefined where nothing is judged again, or was.
   * Rejects when the log cannot be read.
   */
  async renamingOf(
    next: number,
    { end }: Pick<Bounds, 'end'>,
    header: { readonly renamed?: Renamings | undefined } | undefined,
  ): Promise<Renaming | undefined> {
    const renamed = header?.renamed;
    const through = header ? (renamed?.through ?? 0) : end;
    const isLacking = through > 0 && renamed?.reinstated !== true;
    const before = next < through || isLacking ? await this.#read() : undefined;
    return before || renamed ? new Renaming({ before, through, quietMs: this.quietMs }, renamed?.all) : undefined;
  }

  #read(): Promise<ToldBefore> | undefined {
    const { told, clock } = this.tools;
    const now = clock.monotonic();
    if (now - this.#readAt > toldMsMax) this.#told = undefined;
    if (this.#told || !told) return this.#told;
    this.#readAt = now;
    const reading = told(this.signal);
    this.#told = reading;
    reading.catch(() => (this.#told = undefined));
    return reading;
  }
}
