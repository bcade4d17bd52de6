import type { AccessEvent } from '#libs/formats/event.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import type { WorkMeter } from '#libs/formats/work-meter.js';
import type { Accepted, Rejected } from '#libs/runtime/outcome.js';
import type { IngestAnswer, ItemOutcome } from './intake.js';

/** A record after its reader: the event or why there is none, and what its reading has taken of the budget. */
export interface DecodedItem {
  readonly outcome: Accepted<AccessEvent> | Rejected;
  /** What the record is told apart by when it has no id. */
  readonly content: unknown;
  readonly meter: WorkMeter;
}

/** Who takes what requests bring. Rejects with `HttpRefusal` where the whole request cannot be taken. */
export interface Taker {
  /** Vigie's own format; `body` is valid until this settles. */
  events(body: Buffer, source: SourceContext): Promise<IngestAnswer>;
  /** What became of each item, in their order. */
  decoded(items: Iterable<DecodedItem>, source: SourceContext): Promise<readonly ItemOutcome[]>;
}
