import type { Accepted, Rejected } from '#libs/runtime/outcome.js';
import type { AccessEvent } from './event.js';
import type { WorkMeter } from './work-meter.js';

/** A record after its reader: the event or why there is none, and what its reading has taken of the budget. */
export interface DecodedItem {
  readonly outcome: Accepted<AccessEvent> | Rejected;
  /** What the record is told apart by when it has no id. */
  readonly content: unknown;
  readonly meter: WorkMeter;
}
