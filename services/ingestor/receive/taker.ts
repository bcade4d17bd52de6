import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import type { Source } from '#libs/sources/source.js';
import type { IngestAnswer, ItemOutcome } from './intake.js';

/** Who sends, with the keys of the group, and how its records are read. */
export type SendingSource = SourceContext & Pick<Source, 'reading' | 'detects'>;

/** Who takes what requests bring. Rejects with `HttpRefusal` where the whole request cannot be taken. */
export interface Taker {
  /** Vigie's own format; `body` is valid until this settles. */
  events(body: Buffer, source: SourceContext): Promise<IngestAnswer>;
  /** What became of each item, in their order. */
  decoded(items: Iterable<DecodedItem>, source: SourceContext): Promise<readonly ItemOutcome[]>;
}
