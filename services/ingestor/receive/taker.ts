import type { AccessEvent } from '#libs/formats/event.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import type { Accepted, Rejected } from '#libs/runtime/outcome.js';
import type { IngestAnswer, ItemOutcome } from './intake.js';

/** An item that a route has read already, or could not. */
export interface DecodedItem {
  readonly outcome: Accepted<AccessEvent> | Rejected;
  /** What the sender wrote, kept with an item that is set aside. */
  readonly content: unknown;
}

/** Who takes what requests bring. Rejects with `HttpRefusal` where the whole request cannot be taken. */
export interface Taker {
  /** Vigie's own format; `body` is valid until this settles. */
  events(body: Buffer, source: SourceContext): Promise<IngestAnswer>;
  /** What became of each item, in their order. */
  decoded(items: Iterable<DecodedItem>, source: SourceContext): Promise<readonly ItemOutcome[]>;
}
