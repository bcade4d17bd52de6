import type { AccessEvent } from '../../event.js';
import { isObject, type JsonObject } from '../../json/parse-item.js';
import { eventLineOf, type ShapedLine } from '../../vigie/event-line.js';
import { type Found, slotsOf } from './places.js';
import { Shape } from './shape.js';
import type { SlotKind } from './slots.js';
import { templateOf, toldBy } from './told.js';
import type { Leaf } from './walk.js';

/** How the plain readers read an AuditEvent: its event, or undefined where there is none. */
export type PlainReader = (resource: unknown) => AccessEvent | undefined;

/** An entry that was read. */
export interface Learnt {
  readonly text: string;
  readonly leaves: readonly Leaf[];
  readonly entry: JsonObject;
  readonly event: AccessEvent;
}

/**
 * The shape of an entry. What each slot does to an event is found by reading the entry twice more with other values; one that stands in a part of the event that
 * no slot tells belongs to the shape. Undefined where they do more than that, or other values may do so.
 */
export function shapeOf(learnt: Learnt, read: PlainReader): Shape | undefined {
  const { text, leaves, entry, event } = learnt;
  const found = slotsOf(text, leaves, entry);
  if (!found || !isOrdinary(event)) return undefined;
  const [first, second] = [probe(learnt, found, read, 1), probe(learnt, found, read, 2)];
  if (!first || !second) return undefined;
  const others = toldBy(second.event, second.values);
  const told = new Map([...toldBy(first.event, first.values)].filter(([what, slot]) => others.get(what) === slot));
  const tells = new Set(told.values());
  const bound = new Set(found.flatMap(({ path }, slot) => (!tells.has(slot) && stands(first, slot) ? [path] : [])));
  if (bound.size) return shapeOf({ ...learnt, leaves: leaves.filter(({ path }) => !bound.has(path)) }, read);
  const template = templateOf(first.event, told);
  if (!template || (!told.has('actor') && !plain.test(event.actorId))) return undefined;
  const shape = new Shape({
    begin: text.slice(0, found[0]?.start),
    slots: found.map(({ kind, end }, at) => ({ kind, behind: text.slice(end, found[at + 1]?.start) })),
    template,
    actor: event.actorId,
    patient: event.patients[0]?.id,
    of: programOf(event),
    nodes: nodesOf(text),
  });
  const own = { event, values: found.map(({ start, end }) => text.slice(start, end)) };
  return [first, second, own].every((one) => agrees(shape, one)) ? shape : undefined;
}

/** An event, and the values of the slots by which it was read. */
interface Probe {
  readonly event: AccessEvent;
  readonly values: readonly string[];
}

function probe({ text }: Learnt, found: readonly Found[], read: PlainReader, turn: number): Probe | undefined {
  const values = found.map(({ kind }, slot) => probeOf(kind, slot, turn));
  const event = eventOf(withValues(text, found, values), read);
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

function eventOf(text: string, read: PlainReader): AccessEvent | undefined {
  const entry: unknown = JSON.parse(text);
  return isObject(entry) ? read(entry['resource']) : undefined;
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
