import { aheadMsMax } from '#libs/contracts/access-row.js';
import { accountHashOf, partitionOfBytes } from '#libs/contracts/topics.js';
import { groupAuthority } from '#libs/pseudonyms/canonical.js';
import type { PseudonymTable } from '#libs/pseudonyms/pseudonym-table.js';
import { type EventIds, eventIdsOf } from '../event-id/event-id.js';
import { limits } from '../limits.js';
import type { SourceContext } from '../to-rows.js';
import { isoText } from '../time.js';
import { digitsBytes, isRepeated } from './compare.js';
import { copy, Part } from './copy.js';
import { Probe } from './probe.js';
import { field, fieldNames, type LineScan, scannedPatientsMax, scanSlackBytes } from './scan-line.js';

/*
 * The other half of the hot loop: the rows of a scanned line, copied range by range into a frame. Byte for byte what `to-rows.ts` and
 * `JSON.stringify` would give.
 */

const optionalFrom = field.actor_role;
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
/** What stands before the value of each optional field, and how many bytes close it. */
const prefixes = fieldNames.map((name) => new Part(quoted.has(name) ? `,"${name}":"` : `,"${name}":`));
const prefixLengths = Int32Array.from(prefixes, ({ length }) => length);
const closeLengths = Int32Array.from(fieldNames, (name) => (quoted.has(name) ? 1 : 0));

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
/** Where the half of the event id begins that is made of what the row says. */
const digestAt = digitsBytes / 2;

/**
 * Turns the lines of one request into rows, as long as they are ordinary. `attach` the body, then `read` an item and `write` its rows
 * before anybody else uses the scan.
 */
export class FastRows {
  readonly #scan: LineScan;
  readonly #table: PseudonymTable;
  readonly #groupBytes: Buffer;
  readonly #groupHash: number;
  readonly #ids: EventIds;
  readonly #recordEnds = new Int32Array(2);
  readonly #contentEnds = new Int32Array(6);
  readonly #afterTime: Part;
  readonly #keyId: Part;
  readonly #afterEventId: Part;
  readonly #futureMs: number;
  readonly #rowBytes: number;
  readonly #probe = new Probe();
  /** The event id, then the distinct pseudonyms, 32 digits each. */
  readonly #digits = new DataView(new ArrayBuffer((scannedPatientsMax + 1) * digitsBytes));
  #pseudonyms = 0;
  #start = 0;
  #end = 0;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = new DataView(new ArrayBuffer(scanSlackBytes));

  private constructor(source: SourceContext, receivedMs: number, scan: LineScan) {
    const { groupId, authority, keys } = source;
    this.#scan = scan;
    this.#table = keys.active.table(authority === 'group' ? groupAuthority(groupId) : authority);
    this.#groupBytes = Buffer.from(groupId);
    this.#groupHash = accountHashOf(groupId);
    this.#ids = eventIdsOf(keys, groupId, source.source);
    this.#afterTime = new Part(`","group_id":${JSON.stringify(groupId)},"actor_id":"`);
    this.#afterEventId = new Part(`","source":${JSON.stringify(source.source)},"received_at":"${isoText(receivedMs)}"`);
    this.#futureMs = receivedMs + aheadMsMax;
    this.#keyId = new Part(`,"key_id":${JSON.stringify(keys.active.keyId)}`);
    this.#rowBytes = rowOverheadBytes + this.#afterTime.length + this.#afterEventId.length + this.#keyId.length;
  }

  /** Undefined where the authority of a patient depends on the clinic: such sources take the other way. */
  static of(source: SourceContext, receivedMs: number, scan: LineScan): FastRows | undefined {
    return source.authority === 'clinic' ? undefined : new FastRows(source, receivedMs, scan);
  }

  /** The body that `read` is about from now on, valid UTF-8. It is copied where its memory ends too early for reading whole words. */
  attach(body: Buffer): void {
    const has = body.buffer.byteLength - body.byteOffset - body.length;
    const own = has >= scanSlackBytes ? body : Buffer.concat([body], body.length + scanSlackBytes).subarray(0, body.length);
    this.#bytes = own;
    this.#view = new DataView(own.buffer, own.byteOffset, own.length + scanSlackBytes);
    this.#scan.attach(own, this.#view);
  }

  /**
   * The index after the item that begins at `start` when it is an ordinary event that may go on; then `partition`, `rowBytesMax` and
   * `write` speak of it. -1 otherwise.
   */
  read(start: number): number {
    const scan = this.#scan;
    const end = scan.scan(start);
    if (end < 0 || end - start > limits.itemBytesMax || scan.timeMs > this.#futureMs) return -1;
    if (scan.ends[field.group_id] !== 0 && !this.#isOwnGroup()) return -1;
    if (scan.patients > 0 && this.#probe.finds(scan, this.#bytes, this.#view)) return -1;
    this.#identify();
    this.#derive();
    this.#start = start;
    this.#end = end;
    return end;
  }

  partition(partitions: number): number {
    const { starts, ends } = this.#scan;
    return partitionOfBytes(this.#groupHash, this.#bytes, starts[field.actor_id] ?? 0, ends[field.actor_id] ?? 0, partitions);
  }

  get rows(): number {
    return this.#pseudonyms || 1;
  }

  /** Upper bound of the bytes of one row of the item. */
  get rowBytesMax(): number {
    return this.#end - this.#start + this.#rowBytes;
  }

  /**
   * Writes row `index` of the item at `from`; answers with the index after it. Up to `rowBytesMax` bytes of the target are touched. The
   * first row has to be written first: the event id holds a digest of it.
   */
  write(index: number, target: DataView, from: number): number {
    const outcomeEnd = this.#scan.ends[field.outcome];
    let at = parts.time.copy(target, from);
    at = this.#copyField(field.time, target, at);
    at = this.#afterTime.copy(target, at);
    at = this.#copyField(field.actor_id, target, at);
    at = parts.patient.copy(target, at);
    const patientAt = at;
    if (this.#pseudonyms) at = copy(this.#digits, (index + 1) * digitsBytes, (index + 2) * digitsBytes, target, at);
    const clinicAt = at;
    at = parts.clinic.copy(target, at);
    at = this.#copyField(field.clinic_id, target, at);
    at = parts.action.copy(target, at);
    at = this.#copyField(field.action, target, at);
    at = parts.outcome.copy(target, at);
    at = outcomeEnd === 0 ? parts.unknown.copy(target, at) : this.#copyField(field.outcome, target, at);
    at = parts.eventId.copy(target, at);
    const eventIdAt = at;
    at = this.#afterEventId.copy(target, at + digitsBytes);
    const optionalAt = at;
    at = this.#optional(target, at);
    if (index === 0) {
      const ends = this.#contentEnds;
      ends[0] = from;
      ends[1] = patientAt;
      ends[2] = clinicAt;
      ends[3] = eventIdAt;
      ends[4] = optionalAt;
      ends[5] = at;
      this.#ids.content.digest(target, ends, this.#digits, digestAt);
    }
    copy(this.#digits, 0, digitsBytes, target, eventIdAt);
    if (this.#pseudonyms) at = this.#keyId.copy(target, at);
    return parts.end.copy(target, at);
  }

  /** Fields that follow each other in the line as they do in the row, without spaces, are copied as one range. */
  #optional(target: DataView, from: number): number {
    const { starts, ends } = this.#scan;
    let at = from;
    let runStart = -1;
    let runEnd = -1;
    for (let optional = optionalFrom; optional < fieldNames.length; optional += 1) {
      const end = ends[optional] ?? 0;
      if (end === 0) continue;
      const start = starts[optional] ?? 0;
      if (start - (prefixLengths[optional] ?? 0) !== runEnd) {
        at = copy(this.#view, runStart, runEnd, target, at);
        at = prefixes[optional]?.copy(target, at) ?? at;
        runStart = start;
      }
      runEnd = end + (closeLengths[optional] ?? 0);
    }
    return copy(this.#view, runStart, runEnd, target, at);
  }

  /** The half of the event id that is the record's; the other is made of what the row says, when it is written. */
  #identify(): void {
    const { starts, ends } = this.#scan;
    this.#recordEnds[0] = starts[field.id] ?? 0;
    this.#recordEnds[1] = ends[field.id] ?? 0;
    this.#ids.record.digest(this.#view, this.#recordEnds, this.#digits, 0);
  }

  /** The distinct pseudonyms, in the order in which they appear. */
  #derive(): void {
    const { patients, patientStarts, patientEnds } = this.#scan;
    const digits = this.#digits;
    let count = 0;
    for (let patient = 0; patient < patients; patient += 1) {
      const at = (count + 1) * digitsBytes;
      this.#table.write(this.#bytes, patientStarts[patient] ?? 0, patientEnds[patient] ?? 0, digits, at);
      if (!isRepeated(digits, at)) count += 1;
    }
    this.#pseudonyms = count;
  }

  #isOwnGroup(): boolean {
    const start = this.#scan.starts[field.group_id] ?? 0;
    const own = this.#groupBytes;
    if ((this.#scan.ends[field.group_id] ?? 0) - start !== own.length) return false;
    for (let at = 0; at < own.length; at += 1) if (own[at] !== this.#bytes[start + at]) return false;
    return true;
  }

  #copyField(index: number, target: DataView, at: number): number {
    return copy(this.#view, this.#scan.starts[index] ?? 0, this.#scan.ends[index] ?? 0, target, at);
  }
}
