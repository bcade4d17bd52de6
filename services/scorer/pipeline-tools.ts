import type { EngineOptions } from '#libs/detection/engine.js';
import type { EventLog } from '#libs/event-log/port.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { HabitBook } from './habits/habit-book.js';
import type { FormerSubjects } from './judge/former-subjects.js';
import type { ToldBefore } from './judge/told-before.js';

export interface PipelineOptions {
  readonly engine: EngineOptions;
  /** Folder of the snapshots, which exists. */
  readonly stateDir: string;
  /** Number of this scorer among those that share the folder; 1 where it is left out. */
  readonly writer?: number;
  readonly snapshotEveryMs: number;
}

export interface PipelineTools {
  readonly log: EventLog;
  readonly clock: Clock;
  readonly logger: Log;
  readonly metrics: Metrics;
  /** What accounts usually do, where rules may ask for it. */
  readonly habits?: HabitBook;
  /** What incidents of other subjects than accounts count by selections of before. */
  readonly formerSubjects?: FormerSubjects;
  /** Reads what incidents the log has, for a partition that is judged again from frames which were judged before. */
  readonly told?: (signal?: AbortSignal) => Promise<ToldBefore>;
}
