import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { Stay } from '#libs/formats/stays/stay.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import type { Source } from '#libs/sources/source.js';
import type { IngestAnswer, ItemOutcome } from './intake.js';

/** Who sends, with the keys of the group, and how its records are read. */
export type SendingSource = SourceContext & Pick<Source, 'reading' | 'detects'>;

/** Where items come from whose sender gets no answer, or a later one. */
export interface Custody {
  /** Where the item of an index stands, such as `inlet:<listener>/<time>#<index>`: the same when the item is tried again. */
  readonly origin: (index: number) => string;
  /** What becomes of a record that cannot be an event: it is kept in quarantine, because nobody can be told, or told. */
  readonly refusals: 'kept' | 'told';
}

/** Who takes what requests bring. Rejects with `HttpRefusal` where the whole request cannot be taken. */
export interface Taker {
  /** Vigie's own format; `body` is valid until this settles. */
  events(body: Buffer, source: SourceContext): Promise<IngestAnswer>;
  /** What became of each item, in their order. Without `custody` the sender is told at once. */
  decoded(items: Iterable<DecodedItem>, source: SourceContext, custody?: Custody): Promise<readonly ItemOutcome[]>;
  /** Stays; resolves when all of them are in the log. */
  stays(stays: readonly Stay[], source: SourceContext): Promise<void>;
}
