import { isObject, type JsonObject, parseItem } from '../../json/parse-item.js';
import { limits } from '../../limits.js';
import { textOf } from '../elements.js';
import type { ShapedLine } from '../../vigie/event-line.js';
import { KnownShapes } from './known-shapes.js';
import { nodesOf, type PlainReader, shapeOf } from './learn.js';
import { afterSpace, walk } from './walk.js';

/** An entry of a Bundle, which lies in its text from `start` to `end`. */
export interface TextEntry {
  readonly start: number;
  readonly end: number;
  /** What it says, where its shape is known; otherwise it is an AuditEvent for the readers. */
  readonly shaped: ShapedLine | undefined;
}

/** So many shapes are learnt of a Bundle; so long is a record at most that has one. */
const learntMax = 8;
export const recordLengthMax = 32 * 1024;
/** More entries than this without a shape, beside half of those with one, say that the Bundle is not of this kind. */
const strangersMax = 8;

const space = String.raw`[ \t\n\r]*`;
const field = String.raw`"(id|type|timestamp)"${space}:${space}"([^"\\\u0000-\u001f]*)"`;
const head = new RegExp(
  `^${space}\\{${space}"resourceType"${space}:${space}"Bundle"${space},${space}((?:${field}${space},${space})*)"entry"${space}:${space}\\[`,
);
const tail = new RegExp(`^${space}\\}${space}$`);

/**
 * The entries of a Bundle of AuditEvents that stand each for itself and are much alike, in their order; undefined for every other, and for whatever is
 * wrong with it: then the whole must be parsed. `read` is what reads the resource of each; `known` may be what other Bundles left that are read in the same way.
 */
export function entriesByShape(text: string, read: PlainReader, known = new KnownShapes()): readonly TextEntry[] | undefined {
  const [begun, fields = ''] = head.exec(text) ?? [];
  if (begun === undefined || !standsForItself(fields)) return undefined;
  const shapes = new Entries(text, read, known);
  const entries: TextEntry[] = [];
  let at = begun.length;
  for (;;) {
    const entry = shapes.entry(afterSpace(text, at));
    if (!entry) return undefined;
    entries.push(entry);
    at = afterSpace(text, entry.end);
    if (text[at] === ']') break;
    if (text[at] !== ',' || entries.length === limits.bundleEntriesMax) return undefined;
    at += 1;
  }
  return tail.test(text.slice(at + 1)) ? entries : undefined;
}

/** Whether a Bundle has each field once, and is none that is taken whole or not at all. */
function standsForItself(fields: string): boolean {
  const found = [...fields.matchAll(new RegExp(field, 'g'))];
  const type = found.find(([, name]) => name === 'type')?.[2];
  return new Set(found.map(([, name]) => name)).size === found.length && type?.trim() !== 'transaction';
}

/** The entries of one Bundle, one after the other. */
class Entries {
  #met = 0;
  #strangers = 0;
  #learnt = 0;
  #nodes = 0;

  constructor(
    private readonly text: string,
    private readonly read: PlainReader,
    private readonly known: KnownShapes,
  ) {}

  /** The entry that begins there; undefined where the whole is not of this kind. */
  entry(start: number): TextEntry | undefined {
    const met = this.known.met(this.text, start);
    if (!met) return this.#stranger(start);
    this.#met += 1;
    return this.#counted(met.nodes) ? { start, end: met.end, shaped: met.shaped } : undefined;
  }

  #stranger(start: number): TextEntry | undefined {
    this.#strangers += 1;
    if (this.#strangers > strangersMax + this.#met / 2) return undefined;
    const walked = walk(this.text, start);
    if (!walked || walked.end - start > recordLengthMax) return undefined;
    // A copy, since what is learnt of it stays, and a part of the Bundle's text would hold the whole.
    const bytes = Buffer.from(this.text.slice(start, walked.end));
    const text = bytes.toString('utf8');
    const entry = parseItem(bytes, 0, bytes.length);
    if (entry.kind === 'rejected' || !isAlone(entry.value) || !this.#counted(nodesOf(text))) return undefined;
    if (this.#learnt < learntMax) this.#learn(start, text, entry.value, walked);
    return { start, end: walked.end, shaped: undefined };
  }

  #learn(start: number, text: string, entry: JsonObject, { leaves }: NonNullable<ReturnType<typeof walk>>): void {
    this.#learnt += 1;
    const read: PlainReader = (value) => (isObject(value) ? this.read(value['resource']) : undefined);
    const event = read(entry);
    const own = leaves.map((leaf) => ({ ...leaf, start: leaf.start - start, end: leaf.end - start }));
    const shape = event && shapeOf({ text, leaves: own, entry, event }, read);
    if (shape) this.known.add(shape);
  }

  #counted(nodes: number): boolean {
    this.#nodes += nodes;
    return this.#nodes <= limits.bundleNodesMax;
  }
}

/** An AuditEvent that refers to nothing beside it. */
function isAlone(entry: unknown): entry is JsonObject {
  if (!isObject(entry) || !isObject(entry['resource'])) return false;
  return textOf(entry['resource']['resourceType']) === 'AuditEvent' && !refersBeside(entry['resource']);
}

function refersBeside(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(refersBeside);
  if (!isObject(value)) return false;
  return Object.entries(value).some(
    ([key, inner]) => (key === 'reference' && /^\s*urn:/i.test(textOf(inner) ?? '')) || refersBeside(inner),
  );
}
