import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { ShapedLine } from '#libs/formats/vigie/event-line.js';
import type { OwnLine } from '#libs/formats/vigie/line.js';
import type { Stay } from '#libs/formats/stays/stay.js';
import type { SourceContext } from '#libs/formats/to-rows.js';
import type { Source } from '#libs/sources/source.js';
import type { RefusedItem } from './http-refusal.js';

/** Who sends, with the keys of the group, and how its records are read. */
export type SendingSource = SourceContext & Pick<Source, 'reading' | 'detects'>;

/** Where items come from whose sender gets no answer, or a later one. */
export interface Custody {
  /**
   * Where the item of an index stands, such as `inlet:<listener>/<time>/<batch>/<index>#<record>`: the same when the item is tried again. `record` counts the
   * events of an item that was not read yet.
   */
  readonly origin: (index: number, record: number) => string;
  /** What becomes of a record that cannot be an event: it is kept in quarantine, because nobody can be told, or told. */
  readonly refusals: 'kept' | 'told';
  /**
   * Called when rows are made of everything that was given and nothing but the log is waited for: whoever has more may go on with it. Perhaps
   * more than once, where a batch is taken in parts or again, and not at all where it fails before.
   */
  readonly written?: (() => void) | undefined;
}

/** A record as it came, which is read when its turn comes. */
export interface UnreadItem {
  /** Where it may be an ordinary event of Vigie's own format. What its readers make of it is the same then, and one event. */
  readonly own?: OwnLine | undefined;
  /** Where it is known what its readers make of it, one event: that, as a line. */
  readonly shaped?: ShapedLine | undefined;
  /** Its events by their readers, one by one when they are asked for. */
  readonly read: () => Iterable<DecodedItem>;
}

/** What requests, messages and files bring. */
export type Item = DecodedItem | UnreadItem;

export function isUnread(item: Item): item is UnreadItem {
  return 'read' in item;
}

/** What a sender is told about a request. */
export interface IngestAnswer {
  /** Events that are in the log now. */
  readonly accepted: number;
  readonly refused: readonly RefusedItem[];
  /** All that were refused; more than `refused` lists when there are very many. */
  readonly refused_count: number;
  /** Events that were taken in custody and set aside, such as those about patients who cannot be told apart. */
  readonly quarantined: number;
}

/** What became of one item, for answers that say it item by item. */
export type ItemOutcome =
  /** `field` and `reason` say what of an event that was taken is kept apart. `eventId` is empty where its door tells none. */
  | { readonly kind: 'accepted'; readonly eventId: string; readonly field?: string; readonly reason?: string }
  | { readonly kind: 'quarantined'; readonly eventId: string; readonly field: string; readonly reason: string }
  | { readonly kind: 'refused'; readonly field: string; readonly reason: string };

/** Who takes what requests bring. Rejects with `HttpRefusal` where the whole request cannot be taken. */
export interface Taker {
  /** Vigie's own format; `body` is valid until this settles. */
  events(body: Buffer, source: SourceContext): Promise<IngestAnswer>;
  /** What became of each event of the items, in their order. Without `custody` the sender is told at once. */
  decoded(items: Iterable<Item>, source: SourceContext, custody?: Custody): Promise<readonly ItemOutcome[]>;
  /** Stays; resolves when all of them are in the log. */
  stays(stays: readonly Stay[], source: SourceContext): Promise<void>;
}
