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
const prefixes = fieldNames.map((name) => Buffer.from(quoted.has(name) ? `,"${name}":"` : `,"${name}":`));
const closesWithQuote = fieldNames.map((name) => quoted.has(name));

const parts = {
  time: Buffer.from('{"time":"'),
  clinic: Buffer.from('","clinic_id":"'),
  patient: Buffer.from('","patient_id":"'),
  action: Buffer.from('","action":"'),
  outcome: Buffer.from('","outcome":"'),
  unknown: Buffer.from('unknown'),
  eventId: Buffer.from('","event_id":"'),
  end: Buffer.from('}\n'),
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
  readonly #afterTime: Buffer;
  readonly #keyId: Buffer;
  readonly #afterEventId: Buffer;
  readonly #futureMs: number;
  #pseudonyms: readonly string[] = [];
  #eventId = '';
  #bytes: Buffer = Buffer.alloc(0);

  private constructor(source: SourceContext, receivedMs: number, scan: LineScan) {
    const { groupId, authority, keys } = source;
    this.#scan = scan;
    this.#source = source;
    this.#authority = authority === 'group' ? groupAuthority(groupId) : authority;
    this.#groupBytes = Buffer.from(groupId);
    this.#eventIdPrefix = eventIdPrefix(groupId, source.source);
    this.#afterTime = Buffer.from(`","group_id":${JSON.stringify(groupId)},"actor_id":"`);
    this.#afterEventId = Buffer.from(`","source":${JSON.stringify(source.source)},"received_at":"${isoText(receivedMs)}"`);
    this.#futureMs = receivedMs + futureSkewMsMax;
    this.#keyId = Buffer.from(`,"key_id":${JSON.stringify(keys.active.keyId)}`);
  }

  /** Undefined where the authority of a patient depends on the clinic: such sources take the other way. */
  static of(source: SourceContext, receivedMs: number, scan: LineScan): FastRows | undefined {
    return source.authority === 'clinic' ? undefined : new FastRows(source, receivedMs, scan);
  }

  /** True when the line is an ordinary event that may go on; then `partition`, `rowBytesMax` and `write` speak of it. */
  read(bytes: Buffer, start: number, end: number): boolean {
    const scan = this.#scan;
    if (!scan.scan(bytes, start, end) || scan.timeMs > this.#futureMs) return false;
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
  write(index: number, target: Buffer, from: number): number {
    const { starts, ends } = this.#scan;
    const pseudonym = this.#pseudonyms[index] ?? '';
    let at = copy(parts.time, 0, parts.time.length, target, from);
    at = this.#copyField(field.time, target, at);
    at = copy(this.#afterTime, 0, this.#afterTime.length, target, at);
    at = this.#copyField(field.actor_id, target, at);
    at = copy(parts.patient, 0, parts.patient.length, target, at);
    at = ascii(pseudonym, pseudonym.length, target, at);
    at = copy(parts.clinic, 0, parts.clinic.length, target, at);
    at = this.#copyField(field.clinic_id, target, at);
    at = copy(parts.action, 0, parts.action.length, target, at);
    at = this.#copyField(field.action, target, at);
    at = copy(parts.outcome, 0, parts.outcome.length, target, at);
    at = ends[field.outcome] === 0 ? copy(parts.unknown, 0, 7, target, at) : this.#copyField(field.outcome, target, at);
    at = copy(parts.eventId, 0, parts.eventId.length, target, at);
    at = ascii(this.#eventId, 32, target, at);
    at = copy(this.#afterEventId, 0, this.#afterEventId.length, target, at);
    for (let optional = optionalFrom; optional < fieldNames.length; optional += 1) {
      const end = ends[optional] ?? 0;
      if (end === 0) continue;
      const prefix = prefixes[optional];
      if (prefix) at = copy(prefix, 0, prefix.length, target, at);
      at = copy(this.#bytes, starts[optional] ?? 0, end, target, at);
      if (closesWithQuote[optional]) target[at++] = 0x22;
    }
    if (pseudonym) at = copy(this.#keyId, 0, this.#keyId.length, target, at);
    return copy(parts.end, 0, parts.end.length, target, at);
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

  #copyField(index: number, target: Buffer, at: number): number {
    return copy(this.#bytes, this.#scan.starts[index] ?? 0, this.#scan.ends[index] ?? 0, target, at);
  }

  #text(index: number): string {
    return this.#bytes.toString('latin1', this.#scan.starts[index] ?? 0, this.#scan.ends[index] ?? 0);
  }
}

function copy(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  let target = at;
  for (let source = start; source < end; source += 1) to[target++] = from[source] ?? 0;
  return target;
}

function ascii(text: string, length: number, to: Uint8Array, at: number): number {
  for (let index = 0; index < length; index += 1) to[at + index] = text.charCodeAt(index);
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
