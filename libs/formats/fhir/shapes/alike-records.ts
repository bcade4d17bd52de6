import type { DecodedItem } from '../../decoded-item.js';
import type { Reading } from '../../input-format.js';
import { isObject } from '../../json/parse-item.js';
import { textOf } from '../elements.js';
import type { ShapedLine } from '../../vigie/event-line.js';
import { recordLengthMax } from './entries.js';
import { KnownShapes } from './known-shapes.js';
import { type PlainReader, shapeOf } from './learn.js';
import { afterSpace, walk } from './walk.js';

/** How a value is read that stands alone, with nothing around it. */
type Reader = (value: unknown) => Iterable<DecodedItem>;

/** Tries to learn a shape, each of which takes some times as long as to read a record: so many at once, and one more for each so many records. */
const triesMax = 8;
const recordsPerTry = 256;

/**
 * The AuditEvents of one source that come as lines or one by one: those that are like one that was read before are known without their parser. The shapes are
 * kept as long as the source is read in one way, and hold nothing of a patient (constants.ts).
 */
export class AlikeRecords {
  readonly #known = new KnownShapes();
  readonly #read: PlainReader;
  #tries = triesMax;

  /** `read` reads a record as its source's records are read whose envelope says nothing but when they came. */
  constructor(read: Reader) {
    this.#read = (value) => {
      const [first, ...others] = read(value);
      return first?.outcome.kind === 'accepted' && others.length === 0 ? first.outcome.value : undefined;
    };
  }

  /** Whether `met` may find anything: texts need not be made before. */
  get any(): boolean {
    return this.#known.size > 0;
  }

  /** What a record says that is the whole of a text but for white space behind it, where it is like one that was read before. The text was valid UTF-8. */
  met(text: string): ShapedLine | undefined {
    const met = this.#known.met(text, 0);
    return met && afterSpace(text, met.end) === text.length ? met.shaped : undefined;
  }

  /** The items of a record that is like no other, of which is learnt where it is one. */
  *learning(items: Iterable<DecodedItem>, text: () => string): Generator<DecodedItem> {
    let read = 0;
    let only: DecodedItem | undefined;
    for (const item of items) {
      yield item;
      read += 1;
      only = read === 1 ? item : undefined;
    }
    if (only) this.learn(only, text);
  }

  /** Learns of a record that is like no other and was read by its readers, where that may pay. `textOfRecord` makes the text that it was read from. */
  learn({ outcome, content }: DecodedItem, textOfRecord: () => string): void {
    this.#tries = Math.min(this.#tries + 1 / recordsPerTry, triesMax);
    if (this.#tries < 1 || outcome.kind === 'rejected' || !isAuditEvent(content)) return;
    this.#tries -= 1;
    const text = textOfRecord();
    const walked = text.length > recordLengthMax ? undefined : walk(text, 0, 'resource');
    if (!walked || afterSpace(text, walked.end) !== text.length) return;
    const shape = shapeOf(
      { text: text.slice(0, walked.end), leaves: walked.leaves, entry: { resource: content }, event: outcome.value },
      this.#read,
    );
    if (shape) this.#known.add(shape);
  }
}

function isAuditEvent(content: unknown): boolean {
  return isObject(content) && textOf(content['resourceType']) === 'AuditEvent';
}

const known = new WeakMap<Reading, AlikeRecords | undefined>();

/** Those of the source that is read so, for as long as it is; undefined where its configuration says that none is FHIR. */
export function alikeRecordsOf(reading: Reading, read: Reader): AlikeRecords | undefined {
  if (!known.has(reading)) known.set(reading, mayBeFhir(reading) ? new AlikeRecords(read) : undefined);
  return known.get(reading);
}

function mayBeFhir({ format }: Reading): boolean {
  return format === undefined || format === 'fhir';
}
