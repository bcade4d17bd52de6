import type { AccessEvent } from '../../event.js';
import { countedName, unknownActor } from '../../names.js';
import { isIsoText, isoText, parseTime } from '../../time.js';
import { eventLineOf } from '../../vigie/event-line.js';
import { canonicalIdentifier } from '#libs/pseudonyms/canonical.js';

/** What a line has from the values of a record. */
export type Told = 'time' | 'actor' | 'patient' | 'id' | 'request' | 'address';

export interface Piece {
  readonly told: Told;
  readonly slot: number;
  /** Of the line, behind what is told. */
  readonly behind: string;
}

/** The line of an event: its begin, and what comes behind it. */
export interface Template {
  readonly head: string;
  readonly pieces: readonly Piece[];
}

const uuidLength = 36;

/** A part of a line as the value of a slot tells it, where nothing needs an escape; undefined for a time that is none. */
export function saidBy(told: Told, value: string): string | undefined {
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

/** Which slot each part of an event is told by: a value that stands there, and nowhere else of what is told. */
export function toldBy(event: AccessEvent, values: readonly string[]): Map<Told, number> {
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

/** The line of an event, cut where something of it is told by a slot; undefined where it can be none. */
export function templateOf(event: AccessEvent, told: ReadonlyMap<Told, number>): Template | undefined {
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
