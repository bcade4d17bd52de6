import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import type { DecodedItem } from '../decoded-item.js';
import type { AccessEvent } from '../event.js';
import { metered, workLimits, WorkMeter } from '../work-meter.js';
import type { Reading, Wrapper } from '../input-format.js';
import { countedName, shortText, unknownClinic } from '../names.js';
import type { Envelope, Original, Payload } from '../payload.js';
import { formatFor, ofOneGroup } from './claims.js';
import { wrappersOf } from './table.js';

/** Wrappers inside each other. */
const depthMax = 3;

/**
 * The events of one payload, one by one when they are asked for, so that others get their turn between them: unwrapped, its format found out
 * or as the source's configuration pins it, the clinic as the configuration says. An empty array gives none.
 */
export function readPayload(payload: Payload, reading: Reading): Iterable<DecodedItem> {
  // Nearly every record has nothing around it: two generators for one event would take a tenth of its time.
  return isBare(payload) ? [readRecord(payload, reading)] : recordsIn(payload, reading);
}

function isBare(payload: Payload): boolean {
  return !(payload.kind === 'json' && Array.isArray(payload.value)) && !wrapperOf(payload) && !standsBeside(payload);
}

function wrapperOf(payload: Payload): Wrapper | undefined {
  for (const wrapper of wrappersOf[payload.kind]) if (wrapper.recognises(payload)) return wrapper;
  return undefined;
}

function* recordsIn(payload: Payload, reading: Reading): Generator<DecodedItem> {
  /** Once, so that a thousand broken parts are not kept a thousand times with all that they came in. */
  let whole: Payload | undefined = payload;
  for (const inner of unwrapped(payload, reading, 0)) {
    if (inner.kind === 'accepted' && !standsBeside(inner.value)) {
      yield readRecord(inner.value, reading);
      continue;
    }
    const item = inner.kind === 'rejected' ? refused(inner) : readRecord(inner.value, reading);
    yield { ...item, original: whole };
    if (item.outcome.kind === 'rejected') whole = undefined;
  }
}

/** Whether a record refers to others that came with it, and says less alone. */
function standsBeside(payload: Payload): boolean {
  return payload.kind === 'json' && payload.beside !== undefined;
}

function* unwrapped(payload: Payload, reading: Reading, depth: number): Generator<Accepted<Payload> | Rejected> {
  if (payload.kind === 'json' && Array.isArray(payload.value)) {
    for (const value of payload.value) yield* unwrapped({ ...payload, value }, reading, depth);
    return;
  }
  const wrapper = wrapperOf(payload);
  if (!wrapper) return yield accepted(payload);
  if (depth === depthMax) return yield rejected('wrapped_too_deep', '', `more than ${depthMax} wrappers lie around this record`);
  for (const inner of wrapper.unwrap(payload, reading)) {
    if (inner.kind === 'rejected') yield inner;
    else yield* unwrapped(inner.value, reading, depth + 1);
  }
}

/** One record that nothing wraps: its event, or why there is none, with the clinic as the configuration says. */
export function readRecord(payload: Payload, reading: Reading): DecodedItem {
  const meter = new WorkMeter();
  const content = payload.kind === 'json' ? payload.value : payload.text;
  const format = formatFor(payload, reading);
  const read = format.kind === 'rejected' ? format : metered(() => format.value.read(payload, reading, meter));
  const event = read.kind === 'rejected' ? read : ofOneGroup(read.value, payload.envelope);
  return {
    outcome: event.kind === 'rejected' ? event : accepted(located(beside(event.value, payload.envelope), reading)),
    content,
    meter,
    original: payload,
  };
}

/** The event with what its envelope says where it says nothing itself. The time is the reader's: an event has none without it. */
function beside(event: AccessEvent, { host, sourceIp, application }: Envelope): AccessEvent {
  const clinicId = event.clinicId === unknownClinic ? countedName(host) || unknownClinic : event.clinicId;
  const ip = event.sourceIp ?? shortText(sourceIp);
  const program = event.application ?? shortText(application);
  if (clinicId === event.clinicId && ip === event.sourceIp && program === event.application) return event;
  return { ...event, clinicId, ...(ip && { sourceIp: ip }), ...(program && { application: program }) };
}

/** The event with the clinic that the source's configuration gives it. */
function located(event: AccessEvent, { clinic }: Reading): AccessEvent {
  if (!clinic) return event;
  const clinicId = 'fixed' in clinic ? clinic.fixed : ownOf(clinic.map, event.clinicId);
  return clinicId === undefined ? event : { ...event, clinicId };
}

/** Records choose the name that is looked up: `constructor` is one. */
function ownOf(map: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

/** A record of which nothing could be read. */
export function refused(outcome: Rejected, original?: Original): DecodedItem {
  const meter = new WorkMeter();
  // Bytes that are held count, so that batches of them stay small.
  if (original?.kind === 'bytes') meter.draw(Math.min(original.bytes.length, workLimits.stepsMax), '');
  return { outcome, content: undefined, meter, original };
}
