import type { AccessEvent } from '../../event.js';
import { bareNumber } from '../../identity.js';
import { isObject, type JsonObject } from '../../json/parse-item.js';
import { countedName, unknownActor } from '../../names.js';
import { isIsoText, isoText, parseTime } from '../../time.js';
import { eventLineOf, type ShapedLine } from '../../vigie/event-line.js';
import { canonicalIdentifier } from '#libs/pseudonyms/canonical.js';
import { endOf, fits, kindAt, type SlotKind } from './slots.js';
import type { Leaf } from './walk.js';

/** What a line has from the values of a record. */
type Told = 'time' | 'actor' | 'patient' | 'id' | 'request' | 'address';

interface Slot {
  readonly kind: SlotKind;
  /** Between its value and the next. */
  readonly behind: string;
}

interface Piece {
  readonly told: Told;
  readonly slot: number;
  /** Of the line, behind what is told. */
  readonly behind: string;
}

/** How the plain readers read an AuditEvent: its event, or undefined where there is none. */
export type PlainReader = (resource: unknown) => AccessEvent | undefined;

const noSlot: Slot = { kind: 'free', behind: '' };

/** Records of one shape: every byte the same, but in the slots. */
export class Shape {
  /** Where the values of the entry lie that has just matched. */
  #text = '';
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Keys, elements, and signs that look so. */
  readonly nodes: number;

  private constructor(
    text: string,
    private readonly begin: string,
    private readonly slots: readonly Slot[],
    private readonly head: string,
    private readonly pieces: readonly Piece[],
    /** Of every event of this shape, but for what the pieces tell. */
    private readonly actor: string,
    private readonly patient: string | undefined,
    private readonly of: ShapedLine['of'],
  ) {
    this.nodes = nodesOf(text);
  }

  /**
   * The shape of an entry that was read: `text` is the entry, `leaves` its texts, `event` what the readers say of it. What each slot does to an event is found by
   * reading the entry twice more with other values; one that stands in a part of the event that no slot tells belongs to the shape. Undefined where they do
   * more than that, or other values may do so.
   */
  static of(text: string, leaves: readonly Leaf[], entry: JsonObject, event: AccessEvent, read: PlainReader): Shape | undefined {
    const found = slotsOf(text, leaves, entry);
    if (!found || !isOrdinary(event)) return undefined;
    const tries = [1, 2].map((turn) => found.map(({ kind }, number) => probeOf(kind, number, turn)));
    const [first, second] = tries.map((values) => eventOf(withValues(text, found, values), read));
    const [ones, others] = tries;
    if (!first || !second || !ones || !others || !isOrdinary(first) || !isOrdinary(second)) return undefined;
    const told = [...toldBy(first, ones)].filter(([what, slot]) => toldBy(second, others).get(what) === slot);
    const bound = found.filter((_, slot) => !told.some(([, one]) => one === slot) && stands(ones[slot], first));
    if (bound.length)
      return Shape.of(
        text,
        leaves.filter(({ path }) => !bound.some((slot) => slot.path === path)),
        entry,
        event,
        read,
      );
    const template = piecesOf(first, new Map(told));
    if (!template || (!tells(told, 'actor') && !plain.test(event.actorId))) return undefined;
    const slots = found.map(({ kind, end }, at) => ({ kind, behind: text.slice(end, found[at + 1]?.start ?? text.length) }));
    const shape = new Shape(
      text,
      text.slice(0, found[0]?.start ?? text.length),
      slots,
      template.head,
      template.pieces,
      event.actorId,
      event.patients[0]?.id,
      programOf(event),
    );
    const checked: readonly (readonly [readonly string[], AccessEvent])[] = [
      [ones, first],
      [others, second],
      [found.map(({ start, end }) => text.slice(start, end)), event],
    ];
    return checked.every(([values, plain]) => shape.#agrees(values, plain)) ? shape : undefined;
  }

  /** Behind the entry that begins at `start` where it has this shape, -1 otherwise. Its line is asked for before the next. */
  match(text: string, start: number): number {
    let at = start + this.begin.length;
    // A part that is compared as a whole takes a fifth of what `startsWith` takes, which goes letter by letter.
    if (text.substring(start, at) !== this.begin) return -1;
    for (let number = 0; number < this.slots.length; number += 1) {
      const { kind, behind } = this.slots[number] ?? noSlot;
      const end = endOf(text, at, kind);
      if (end < 0 || text.substring(end, end + behind.length) !== behind) return -1;
      if (!fits(text, at, end, kind)) return -1;
      this.#starts[number] = at;
      this.#ends[number] = end;
      at = end + behind.length;
    }
    this.#text = text;
    return at;
  }

  /** Of the entry that has just matched; undefined where its values say something together, or its time is none. */
  line(): ShapedLine | undefined {
    const line = this.#lineOf((slot) => this.#text.slice(this.#starts[slot], this.#ends[slot]));
    this.#text = '';
    return line;
  }

  #lineOf(valueOf: (slot: number) => string): ShapedLine | undefined {
    let line = this.head;
    let { actor, patient } = this;
    for (const { told, slot, behind } of this.pieces) {
      const value = valueOf(slot);
      const said = saidBy(told, value);
      if (said === undefined) return undefined;
      if (told === 'actor') actor = value;
      else if (told === 'patient') patient = said;
      line += said + behind;
    }
    // An account that has the number of the patient is the patient.
    if (patient !== undefined && bareNumber(actor) === bareNumber(patient)) return undefined;
    return { line, of: this.of };
  }

  #agrees(values: readonly string[], plain: AccessEvent): boolean {
    const made = this.#lineOf((slot) => values[slot] ?? '');
    const [authority] = made?.of.patients.map((patient) => patient.authority) ?? [];
    return (
      made?.line === eventLineOf(plain) &&
      made?.of.patients.length === plain.patients.length &&
      authority === plain.patients[0]?.authority &&
      made?.of.clinicId === plain.clinicId
    );
  }
}

/** Whether a value is in an event. */
function stands(value: string | undefined, event: AccessEvent): boolean {
  return value !== undefined && eventLineOf(event)?.includes(value) === true;
}

/** What of an event says by which program its line is read. */
function programOf({ patients, clinicId }: AccessEvent): ShapedLine['of'] {
  return { patients: patients.map(({ authority }) => ({ id: '', ...(authority !== undefined && { authority }) })), clinicId };
}

/** One patient at most: of several it may be by their numbers how many they are. */
function isOrdinary(event: AccessEvent): boolean {
  return event.id !== undefined && event.groupId === undefined && event.patients.length < 2 && event.actorId.length <= actorMax;
}

function tells(told: readonly (readonly [Told, number])[], what: Told): boolean {
  return told.some(([one]) => one === what);
}

/** Of other accounts it is not known how they were written, which counts where they are compared with a patient. */
const plain = /^[ -~]*$/;
/** Of a longer one a part is not told. */
const actorMax = 128;
const uuidLength = 36;

function saidBy(told: Told, value: string): string | undefined {
  switch (told) {
    case 'time': {
      if (isIsoText(value)) return value;
      const ms = parseTime(value);
      return typeof ms === 'number' ? isoText(ms) : undefined;
    }
    case 'actor':
      return countedName(value) || unknownActor;
    case 'patient':
      return value.length < uuidLength ? value : canonicalIdentifier(value);
    case 'request':
      return `request:${value}`;
    default:
      return value;
  }
}

interface Found extends Leaf {
  readonly kind: SlotKind;
}

/** The slots of an entry; undefined where values of two of them may have to be compared. */
function slotsOf(text: string, leaves: readonly Leaf[], entry: JsonObject): readonly Found[] | undefined {
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

function slotAt(text: string, { path, start: from, end }: Leaf, entry: JsonObject): readonly Found[] {
  const kind = kindAt(path);
  if (!kind) return [];
  const whole = text.slice(from, end);
  const start = kind === 'reference' ? from + (literal.exec(whole)?.[0].length ?? whole.length) : from;
  if (endOf(text, start, kind) !== end || !fits(text, start, end, kind)) return [];
  if (kind === 'number' && !isAlone(path, entry)) return [];
  return [{ path, start, end, kind }];
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

/** Which slot each part of an event is told by: a value that stands there, and nowhere else of what is told. */
function toldBy(event: AccessEvent, values: readonly string[]): Map<Told, number> {
  const parts: readonly (readonly [Told, string | undefined])[] = [
    ['time', isoText(event.timeMs)],
    ['actor', event.actorId],
    ['patient', event.patients[0]?.id],
    ['id', event.id],
    ['request', event.id],
    ['address', event.sourceIp],
  ];
  return new Map(
    parts.flatMap(([told, text]) => {
      const slot = values.findIndex((value) => saidBy(told, value) === text);
      return slot < 0 || text === undefined ? [] : [[told, slot] as const];
    }),
  );
}

const timeAt = '{"time":"'.length;
const timeLength = 24;

/** The line of an event, cut where something of it is told by a slot. */
function piecesOf(
  event: AccessEvent,
  told: ReadonlyMap<Told, number>,
): { readonly head: string; readonly pieces: readonly Piece[] } | undefined {
  const line = eventLineOf(marked(event, told));
  if (line === undefined) return undefined;
  const cuts = [...told].map(([what, slot]) => {
    const mark = markOf(what);
    return what === 'time'
      ? { told: what, slot, start: timeAt, end: timeAt + timeLength, isOne: true }
      : {
          told: what,
          slot,
          start: line.indexOf(mark),
          end: line.indexOf(mark) + mark.length,
          isOne: line.split(mark).length === 2,
        };
  });
  if (!cuts.every(({ isOne }) => isOne)) return undefined;
  const inOrder = cuts.toSorted((a, b) => a.start - b.start);
  const pieces = inOrder.map(({ told: what, slot, end }, number) => ({
    told: what,
    slot,
    behind: line.slice(end, inOrder[number + 1]?.start),
  }));
  return { head: line.slice(0, inOrder[0]?.start), pieces };
}

function markOf(told: Told): string {
  return `<${told} of a slot>`;
}

function marked(event: AccessEvent, told: ReadonlyMap<Told, number>): AccessEvent {
  return {
    ...event,
    ...(told.has('actor') && { actorId: markOf('actor') }),
    ...(told.has('patient') && { patients: event.patients.map((patient) => ({ ...patient, id: markOf('patient') })) }),
    ...(told.has('id') && { id: markOf('id') }),
    ...(told.has('request') && { id: markOf('request') }),
    ...(told.has('address') && { sourceIp: markOf('address') }),
  };
}
