import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import type { Metrics } from '#libs/runtime/metrics.js';
import type { SharedAddress } from '#libs/runtime/supervised/port-claims.js';
import type { SourcesInUse } from '#libs/sources/sources-in-use.js';
import type { IntakeBudget } from '../receive/intake-budget.js';
import type { HandOver } from './hand-over.js';

/** A door that is opened by the file of sources. */
export interface Inlet {
  /** Rejects when the door cannot be opened, such as when its port is taken. */
  open(): Promise<void>;
  /** Takes up what changed in files that it was opened with. */
  renew(): void;
  /** Takes nothing more; resolves when what came is durable, or the time for it is over. */
  close(): Promise<void>;
}

export interface InletTools {
  readonly handOver: HandOver;
  readonly budget: IntakeBudget;
  readonly sources: () => SourcesInUse;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Time for what came to become durable when a door closes, in milliseconds. */
  readonly drainMs: number;
  /** Asked before a port is opened that several ingestors of this machine share; absent where this is the only one. Rejects where another program has the port. */
  readonly share?: (address: SharedAddress) => Promise<void>;
  /** Whether this is the only ingestor of this machine, or the first of several: what is of the machine is counted once. */
  readonly isFirst: boolean;
}
