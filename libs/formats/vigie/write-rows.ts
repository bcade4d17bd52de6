import { partitionOf } from '#libs/contracts/topics.js';
import { groupAuthority } from '#libs/pseudonyms/canonical.js';
import { eventIdOf, eventIdPrefix } from '../event-id.js';
import { futureSkewMsMax } from '../limits.js';
import type { SourceContext } from '../to-rows.js';
import { isoText } from '../time.js';
import { field, fieldNames, type LineScan } from './scan-line.js';

/*
 * The other half of the hot loop: the rows of a scanned line, copied range by range into a frame. Byte for byte what `to-rows.ts` and
 * `JSON.stringify` would give.
 */

/** Four bytes at a time: a third of the time of a loop over bytes, and ranges are too short for a native copy. */
function copy(from: DataView, start: number, end: number, to: DataView, at: number): number {
  let target = at;
  let source = start;
  for (; source + 4 <= end; source += 4, target += 4) to.setInt32(target, from.getInt32(source, true), true);
  for (; source < end; source += 1, target += 1) to.setInt8(target, from.getInt8(source));
  return target;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A constant part of a row. */
class Part {
  readonly view: DataView;
  readonly length: number;
  constructor(text: string) {
    const bytes = Buffer.from(text);
    this.view = viewOf(bytes);
    this.length = bytes.length;
  }
  copy(to: DataView, at: number): number {
    return copy(this.view, 0, this.length, to, at);
  }
}

const optionalFrom = field.actor_role;
/** Fields that hold text of people, where an own identifier could hide. */
const textFields = ['id', 'actor_role', 'purpose', 'source_ip', 'device', 'user_agent', 'session_id', 'auth', 'application'].map(
  (name) => fieldNames.indexOf(name),
);
const quoted = new Set([
  'actor_role',
  'actor_kind',
  'purpose',
  'source_ip',
  'device',
  'user_agent',
  'session_id',
  'auth',
  'application',
]);
/** What stands before the value of each optional field, and whether a quote closes it. */
const prefixes = fieldNames.map((name) => new Part(quoted.has(name) ? `,"${name}":"` : `,"${name}":`));
const closesWithQuote = fieldNames.map((name) => quoted.has(name));

const parts = {
  time: new Part('{"time":"'),
  clinic: new Part('","clinic_id":"'),
  patient: new Part('","patient_id":"'),
  action: new Part('","action":"'),
  outcome: new Part('","outcome":"'),
  unknown: new Part('unknown'),
  eventId: new Part('","event_id":"'),
  end: new Part('}\n'),
} as const;

/** Bytes that a row can have beyond those of its line: names of fields, pseudonym, event id, constants of the source. */
const rowOverheadBytes = 512;

/** Turns the lines of one request into rows, as long as they are ordinary. `read`, then `write`, before anybody else uses the scan. */
export class FastRows {
  readonly #scan: LineScan;
  readonly #source: SourceContext;
  readonly #authority: string;
  readonly #groupBytes: Buffer;
  readonly #eventIdPrefix: string;
  readonly #afterTime: Part;
  readonly #keyId: Part;
  readonly #afterEventId: Part;
  readonly #futureMs: number;
  #pseudonyms: readonly string[] = [];
  #eventId = '';
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = viewOf(this.#bytes);

  private constructor(source: SourceContext, receivedMs: number, scan: LineScan) {
    const { groupId, authority, keys } = source;
    this.#scan = scan;
    this.#source = source;
    this.#authority = authority === 'group' ? groupAuthority(groupId) : authority;
    this.#groupBytes = Buffer.from(groupId);
    this.#eventIdPrefix = eventIdPrefix(groupId, source.source);
    this.#afterTime = new Part(`","group_id":${JSON.stringify(groupId)},"actor_id":"`);
    this.#afterEventId = new Part(`","source":${JSON.stringify(source.source)},"received_at":"${isoText(receivedMs)}"`);
    this.#futureMs = receivedMs + futureSkewMsMax;
    this.#keyId = new Part(`,"key_id":${JSON.stringify(keys.active.keyId)}`);
  }

  /** Undefined where the authority of a patient depends on the clinic: such sources take the other way. */
  static of(source: SourceContext, receivedMs: number, scan: LineScan): FastRows | undefined {
    return source.authority === 'clinic' ? undefined : new FastRows(source, receivedMs, scan);
  }

  /** True when the line is an ordinary event that may go on; then `partition`, `rowBytesMax` and `write` speak of it. */
  read(bytes: Buffer, start: number, end: number): boolean {
    const scan = this.#scan;
    if (!scan.scan(bytes, start, end) || scan.timeMs > this.#futureMs) return false;
    if (this.#bytes !== bytes) this.#view = viewOf(bytes);
    this.#bytes = bytes;
    if (scan.ends[field.group_id] !== 0 && !this.#isOwnGroup()) return false;
    for (let patient = 0; patient < scan.patients; patient += 1) if (this.#showsElsewhere(patient)) return false;
    this.#pseudonyms = this.#derive();
    this.#eventId = eventIdOf(this.#eventIdPrefix, this.#text(field.id));
    return true;
  }

  partition(partitions: number): number {
    return partitionOf(this.#source.groupId, this.#text(field.actor_id), partitions);
  }

  get rows(): number {
    return this.#pseudonyms.length || 1;
  }

  /** Upper bound of the bytes of one row of the line. */
  rowBytesMax(start: number, end: number): number {
    return end - start + rowOverheadBytes + this.#afterTime.length + this.#afterEventId.length + this.#keyId.length;
  }

  /** Writes row `index` of the line at `at`; answers with the index after it. */
  write(index: number, target: DataView, from: number): number {
    const { starts, ends } = this.#scan;
    const pseudonym = this.#pseudonyms[index] ?? '';
    let at = parts.time.copy(target, from);
    at = this.#copyField(field.time, target, at);
    at = this.#afterTime.copy(target, at);
    at = this.#copyField(field.actor_id, target, at);
    at = parts.patient.copy(target, at);
    at = ascii(pseudonym, pseudonym.length, target, at);
    at = parts.clinic.copy(target, at);
    at = this.#copyField(field.clinic_id, target, at);
    at = parts.action.copy(target, at);
    at = this.#copyField(field.action, target, at);
    at = parts.outcome.copy(target, at);
    at = ends[field.outcome] === 0 ? parts.unknown.copy(target, at) : this.#copyField(field.outcome, target, at);
    at = parts.eventId.copy(target, at);
    at = ascii(this.#eventId, 32, target, at);
    at = this.#afterEventId.copy(target, at);
    for (let optional = optionalFrom; optional < fieldNames.length; optional += 1) {
      const end = ends[optional] ?? 0;
      if (end === 0) continue;
      const prefix = prefixes[optional];
      if (prefix) at = prefix.copy(target, at);
      at = copy(this.#view, starts[optional] ?? 0, end, target, at);
      if (closesWithQuote[optional]) target.setInt8(at++, 0x22);
    }
    if (pseudonym) at = this.#keyId.copy(target, at);
    return parts.end.copy(target, at);
  }

  #derive(): readonly string[] {
    const { patients, patientStarts, patientEnds } = this.#scan;
    const { active } = this.#source.keys;
    const of = (patient: number) =>
      active.of(this.#authority, this.#bytes.toString('latin1', patientStarts[patient] ?? 0, patientEnds[patient] ?? 0));
    if (patients === 0) return [];
    if (patients === 1) return [of(0)];
    return [...new Set(Array.from({ length: patients }, (_, patient) => of(patient)))];
  }

  #isOwnGroup(): boolean {
    const start = this.#scan.starts[field.group_id] ?? 0;
    const own = this.#groupBytes;
    if ((this.#scan.ends[field.group_id] ?? 0) - start !== own.length) return false;
    for (let at = 0; at < own.length; at += 1) if (own[at] !== this.#bytes[start + at]) return false;
    return true;
  }

  /** Whether a patient's identifier stands in a text of the event, letters of either case: then it has to be masked there. */
  #showsElsewhere(patient: number): boolean {
    const { starts, ends, patientStarts, patientEnds } = this.#scan;
    const start = patientStarts[patient] ?? 0;
    const end = patientEnds[patient] ?? 0;
    for (const text of textFields) {
      const textEnd = ends[text] ?? 0;
      if (textEnd !== 0 && contains(this.#bytes, starts[text] ?? 0, textEnd, start, end)) return true;
    }
    return false;
  }

  #copyField(index: number, target: DataView, at: number): number {
    return copy(this.#view, this.#scan.starts[index] ?? 0, this.#scan.ends[index] ?? 0, target, at);
  }

  #text(index: number): string {
    return this.#bytes.toString('latin1', this.#scan.starts[index] ?? 0, this.#scan.ends[index] ?? 0);
  }
}

function ascii(text: string, length: number, to: DataView, at: number): number {
  for (let index = 0; index < length; index += 1) to.setInt8(at + index, text.charCodeAt(index));
  return at + length;
}

function contains(bytes: Uint8Array, textStart: number, textEnd: number, start: number, end: number): boolean {
  const last = textEnd - (end - start);
  const first = (bytes[start] ?? 0) | 0x20;
  for (let from = textStart; from <= last; from += 1) {
    if (((bytes[from] ?? 0) | 0x20) !== first) continue;
    let at = start + 1;
    while (at < end && ((bytes[at] ?? 0) | 0x20) === ((bytes[from + at - start] ?? 0) | 0x20)) at += 1;
    if (at === end) return true;
  }
  return false;
}
