import { isObject, type JsonObject } from '../../json/parse-item.js';
import { endOf, fits, kindAt, type SlotKind } from './slots.js';
import type { Leaf } from './walk.js';

/** Where the value of a slot lies in the entry that is learnt from. */
export interface Found extends Leaf {
  readonly kind: SlotKind;
}

/** The slots of an entry; undefined where values of two of them may have to be compared. */
export function slotsOf(text: string, leaves: readonly Leaf[], entry: JsonObject): readonly Found[] | undefined {
  const found = leaves.flatMap((leaf) => slotAt(text, leaf, entry));
  const numbered = new Set(found.flatMap(({ kind, path }) => (kind === 'number' ? [whatOf(path)] : [])));
  const both = found.some(
    ({ kind, path }) => kind === 'reference' && path.startsWith('resource.entity') && numbered.has(whatOf(path)),
  );
  return both ? undefined : found;
}

function whatOf(path: string): string {
  return path.replace(/(?:\.identifier.*|\.reference)$/, '');
}

/** Base and type stay as they are. */
const literal = /^(?:https?:\/\/[\w.:/-]+\/)?[A-Z][A-Za-z]+\/(?=[A-Za-z0-9.-]+$)/;

/** A base that leads through one resource to another, and so has the number of the first in it. */
const throughAnother = /\/[A-Z][a-z][A-Za-z]*\/[^/]+\//;

function slotAt(text: string, leaf: Leaf, entry: JsonObject): readonly Found[] {
  const { path, start: from, end } = leaf;
  const kind = leaf.isPlain ? kindAt(path) : undefined;
  if (!kind) return [];
  const start = kind === 'reference' ? from + literalIn(text.slice(from, end)) : from;
  if (endOf(text, start, kind) !== end || !fits(text, start, end, kind)) return [];
  if (kind === 'number' && !isAlone(path, entry)) return [];
  return [{ ...leaf, start, kind }];
}

/** How much of a reference belongs to the shape; all of it where no id stands at its end. */
function literalIn(reference: string): number {
  const [found] = literal.exec(reference) ?? [];
  return found === undefined || throughAnother.test(found) ? reference.length : found.length;
}

/** Whether a number is the only one of its place, and of an agent that no alternative is compared with. */
function isAlone(path: string, entry: JsonObject): boolean {
  const identifier = at(entry, path.replace(/\.identifier.*$/, '.identifier'));
  const holder = at(entry, path.replace(/\.who\..*$/, ''));
  return !(Array.isArray(identifier) && identifier.length > 1) && !(isObject(holder) && 'altId' in holder);
}

function at(value: unknown, path: string): unknown {
  let inner = value;
  for (const key of path.split(/[.[\]]+/).filter(Boolean))
    inner = (inner as Readonly<Record<string, unknown>> | undefined)?.[key];
  return inner;
}
