import type { AccessEvent } from '../../event.js';
import type { JsonObject } from '../../json/parse-item.js';
import { eventLineOf, type ShapedLine } from '../../vigie/event-line.js';
import { areConstants } from './constants.js';
import { type Found, slotsOf } from './places.js';
import { Shape } from './shape.js';
import type { SlotKind } from './slots.js';
import { templateOf, toldBy } from './told.js';
import type { Leaf } from './walk.js';

/** How the plain readers read what was parsed of a text: the event, or undefined where there is none. */
export type PlainReader = (value: unknown) => AccessEvent | undefined;

/** A record that was read. */
export interface Learnt {
  readonly text: string;
  /** By their paths in an entry. */
  readonly leaves: readonly Leaf[];
  /** The entry of a Bundle, or what would be one of a record that stands alone. */
  readonly entry: JsonObject;
  readonly event: AccessEvent;
}

/**
 * The shape of a record. What each slot does to an event is found by reading the record twice more with other values; one that stands in a part of the event that
 * no slot tells belongs to the shape. Undefined where they do more than that, or other values may do so, and where a patient's may be among what would
 * belong to the shape. `bound` are the paths of slots that do.
 */
export function shapeOf(learnt: Learnt, read: PlainReader, bound: ReadonlySet<string> = noPaths): Shape | undefined {
  const { text, entry, event } = learnt;
  const leaves = learnt.leaves.filter(({ path }) => !bound.has(path));
  const found = slotsOf(text, leaves, entry);
  if (!found || !isOrdinary(event)) return undefined;
  const [first, second] = [probe(learnt, found, read, 1), probe(learnt, found, read, 2)];
  if (!first || !second) return undefined;
  const others = toldBy(second.event, second.values);
  const told = new Map([...toldBy(first.event, first.values)].filter(([what, slot]) => others.get(what) === slot));
  const tells = new Set(told.values());
  const more = found.flatMap(({ path }, slot) => (!tells.has(slot) && stands(first, slot) ? [path] : []));
  if (more.length) return shapeOf(learnt, read, new Set([...bound, ...more]));
  if ((event.patients.length && !told.has('patient')) || !areConstants(learnt, found, bound)) return undefined;
  const template = templateOf(first.event, told);
  if (!template || (!told.has('actor') && !plain.test(event.actorId))) return undefined;
  const shape = new Shape({
    begin: ownText(text.slice(0, found[0]?.start)),
    slots: found.map(({ kind, end }, at) => ({ kind, behind: ownText(text.slice(end, found[at + 1]?.start)) })),
    template,
    actor: told.has('actor') ? '' : event.actorId,
    of: programOf(event),
    nodes: nodesOf(text),
  });
  const own = { event, values: found.map(({ start, end }) => text.slice(start, end)) };
  return [first, second, own].every((one) => agrees(shape, one)) ? shape : undefined;
}

const noPaths: ReadonlySet<string> = new Set();

/** A text with memory of its own: a part of another holds the whole of that, its patient too, for as long as itself is held. */
function ownText(part: string): string {
  return Buffer.from(part).toString('utf8');
}

/** An event, and the values of the slots by which it was read. */
interface Probe {
  readonly event: AccessEvent;
  readonly values: readonly string[];
}

function probe({ text }: Learnt, found: readonly Found[], read: PlainReader, turn: number): Probe | undefined {
  const values = found.map(({ kind }, slot) => probeOf(kind, slot, turn));
  const event = read(JSON.parse(withValues(text, found, values)));
  return event && isOrdinary(event) ? { event, values } : undefined;
}

function agrees(shape: Shape, { event, values }: Probe): boolean {
  const made = shape.lineOf((slot) => values[slot] ?? '');
  return (
    made !== undefined &&
    made.line === eventLineOf(event) &&
    made.of.patients.length === event.patients.length &&
    made.of.patients[0]?.authority === event.patients[0]?.authority &&
    made.of.clinicId === event.clinicId
  );
}

/** Whether the value of a slot is in an event. */
function stands({ event, values }: Probe, slot: number): boolean {
  return eventLineOf(event)?.includes(values[slot] ?? '') === true;
}

/** What of an event says by which program its line is read. */
function programOf({ patients, clinicId }: AccessEvent): ShapedLine['of'] {
  return { patients: patients.map(({ authority }) => ({ id: '', ...(authority !== undefined && { authority }) })), clinicId };
}

/** One patient at most: of several it may be by their numbers how many they are. */
function isOrdinary(event: AccessEvent): boolean {
  return event.id !== undefined && event.groupId === undefined && event.patients.length < 2 && event.actorId.length <= actorMax;
}

/** Of other accounts it is not known how they were written, which counts where they are compared with a patient. */
const plain = /^[ -~]*$/;
/** Of a longer one a part is not told. */
const actorMax = 128;
/** Never fewer than `excessOf` counts. */
export function nodesOf(text: string): number {
  return text.split(/[[{,]/).length;
}

function withValues(text: string, found: readonly Found[], values: readonly string[]): string {
  let made = '';
  let from = 0;
  for (const [number, { start, end }] of found.entries()) {
    made += text.slice(from, start) + (values[number] ?? '');
    from = end;
  }
  return made + text.slice(from);
}

/** Two values for each slot that no other slot has. */
function probeOf(kind: SlotKind, number: number, turn: number): string {
  const own = `${turn}${100 + number}`;
  switch (kind) {
    case 'time':
      return `20${turn}0-0${turn}-17T10:0${turn}:${10 + (number % 50)}.${own.slice(0, 3)}Z`;
    case 'address':
      return `10.${turn}.${number % 256}.9`;
    case 'name':
      return turn === 1 ? `Probe ${own}` : `essai${own}é`;
    default:
      return turn === 1 ? `q${own}z` : `7${own}3`;
  }
}
