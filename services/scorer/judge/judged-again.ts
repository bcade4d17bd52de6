import type { Clock } from '#libs/runtime/clock.js';
import type { Bounds } from '#libs/event-log/port.js';
import type { Engine } from '#libs/detection/engine.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import { digestOf } from '../rules/rule-changes.js';
import { Renaming, type Renamings } from './renaming.js';
import type { ToldBefore } from './told-before.js';

/** How long what was read of incidents that were told stays good for partitions that come, milliseconds. */
const toldMsMax = 30_000;

export interface JudgedAgainTools {
  readonly clock: Clock;
  /** Reads what incidents the log has; without it ids are those of the engine. */
  readonly told?: (signal?: AbortSignal) => Promise<ToldBefore>;
}

/** What a partition goes on from. */
export interface FromSnapshot {
  readonly engine: Pick<Engine, 'incidentIds'>;
  readonly header: { readonly renamed?: Renamings | undefined; readonly rules?: string | undefined };
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
   * Of a partition that comes: its next offset, where its log ends, its snapshot, if it has one, and the rules that judge it now. What lies behind a snapshot may have been judged by the
   * rules that wrote it; where these are others, it is judged again as all is without a snapshot. Undefined where nothing is judged again, or was. Rejects when the log cannot be read.
   */
  async renamingOf(
    next: number,
    { end }: Pick<Bounds, 'end'>,
    restored: FromSnapshot | undefined,
    rules: readonly Rule[],
  ): Promise<Renaming | undefined> {
    const { renamed, rules: then } = restored?.header ?? {};
    const isByOthers = !restored || (next < end && then !== digestOf(rules));
    const through = isByOthers ? end : (renamed?.through ?? 0);
    const isLacking = through > 0 && (isByOthers || renamed?.reinstated !== true);
    const before = next < through || isLacking ? await this.#read() : undefined;
    if (!before && !renamed) return undefined;
    const known = restored?.engine.incidentIds();
    return new Renaming({ before, through, quietMs: this.quietMs, known }, renamed?.all);
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
