import { isUtf8 } from 'node:buffer';
import type { DecodedItem } from '../../decoded-item.js';
import type { Reading } from '../../input-format.js';
import { firstByte } from '../../json/items.js';
import type { ShapedLine } from '../../vigie/event-line.js';
import { entriesByShape, type TextEntry } from './entries.js';
import { KnownShapes } from './known-shapes.js';

type Reader = (resource: unknown) => DecodedItem;

/**
 * The entries of a large Bundle whose AuditEvents are much alike, without parsing each; undefined where the whole must be parsed. `read` reads one as it is
 * read that stands for itself, by the `reading` of its source.
 */
export function alikeEntries(body: Buffer, reading: Reading, read: Reader): Iterable<DecodedItem | AlikeEntry> | undefined {
  if (body.length < alikeBytesMin || !isUtf8(body)) return undefined;
  const text = body.toString('utf8', firstByte(body));
  const plain = (resource: unknown) => {
    const { outcome } = read(resource);
    return outcome.kind === 'accepted' ? outcome.value : undefined;
  };
  const entries = entriesByShape(text, plain, shapesOf(reading));
  return entries && itemsOf(text, entries, read);
}

function* itemsOf(text: string, entries: readonly TextEntry[], read: Reader): Generator<DecodedItem | AlikeEntry> {
  for (const entry of entries) {
    const item = new AlikeEntry(text, entry, read);
    yield entry.shaped ? item : item.plain();
  }
}

/** An entry whose event is known as a line. A class, since closures for each of thousands are what the collector would have to take away. */
export class AlikeEntry {
  constructor(
    private readonly text: string,
    private readonly entry: TextEntry,
    private readonly reader: Reader,
  ) {}

  get shaped(): ShapedLine | undefined {
    return this.entry.shaped;
  }

  /** By its readers, where the line does not do. */
  read(): readonly DecodedItem[] {
    return [this.plain()];
  }

  plain(): DecodedItem {
    const { start, end } = this.entry;
    return this.reader((JSON.parse(this.text.slice(start, end)) as { readonly resource: unknown }).resource);
  }
}

/** What Bundles of a source look like, for as long as it is read in one way. */
const knownShapes = new WeakMap<Reading, KnownShapes>();

function shapesOf(reading: Reading): KnownShapes {
  const known = knownShapes.get(reading) ?? new KnownShapes();
  knownShapes.set(reading, known);
  return known;
}

/** Of fewer records hardly one is like another. */
const alikeBytesMin = 8 * 1024;
