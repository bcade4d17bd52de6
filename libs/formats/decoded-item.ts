import type { Accepted, Rejected } from '#libs/runtime/outcome.js';
import type { AccessEvent } from './event.js';
import type { Original } from './payload.js';
import type { WorkMeter } from './work-meter.js';

/** A record after its reader: the event or why there is none, and what its reading has taken of the budget. */
export interface DecodedItem {
  readonly outcome: Accepted<AccessEvent> | Rejected;
  /** What the record is told apart by when it has no id. */
  readonly content: unknown;
  readonly meter: WorkMeter;
  /** What reads again to this record, where it is kept; of records that only came together, the first has all of them. */
  readonly original?: Original | undefined;
}
