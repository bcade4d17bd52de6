import type { AccessRow } from '#libs/contracts/access-row.js';
import { partitionOf } from '#libs/contracts/topics.js';
import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { AccessEvent } from '#libs/formats/event.js';
import { rowLine, toRows } from '#libs/formats/to-rows.js';
import { metered, tooMuchWork, workLimits } from '#libs/formats/work-meter.js';
import { type Accepted, accepted, type Rejected, rejected } from '#libs/runtime/outcome.js';
import { admit } from './admit/admit.js';
import type { FrameBuilder } from './frames/frame-builder.js';
import type { Intake, ItemOutcome } from './receive/intake.js';
import { quarantinedEventOf, quarantinedRecordOf } from './admit/quarantine.js';

/** The rows of an event within their limit, and what had to be left out of them. */
interface Made {
  readonly rows: readonly AccessRow[];
  readonly bytes: number;
  readonly shortened?: Rejected;
}

/** Texts that are kept where the whole of them, times the patients, would be too much for the log. */
const shortTextMax = 64;

/** Admits events and writes their rows into frames: the way of every event that is not an ordinary line. */
export class EventWriter {
  constructor(private readonly frames: { readonly accesses: FrameBuilder; readonly quarantine: FrameBuilder }) {}

  /** What became of a record; its frames are joined by the request's ticket. */
  take(intake: Intake, item: DecodedItem): ItemOutcome {
    const { outcome } = item;
    if (outcome.kind === 'rejected')
      return outcome.reason === tooMuchWork ? this.#unread(intake, outcome) : intake.refuse(intake.items, outcome);
    const admitted = admit(outcome.value, intake.source.groupId);
    if (admitted.kind === 'rejected') return intake.refuse(intake.items, admitted);
    const made = metered(() => rowsOf(outcome.value, intake, item));
    if (made.kind === 'rejected') return this.#unread(intake, made);
    const { rows, shortened } = made.value;
    if (admitted.kind === 'set-aside') return this.#aside(intake, rows, admitted.why);
    for (const beside of [admitted.beside, shortened]) if (beside) this.#keepApart(intake, rows, beside);
    this.#append(intake, made.value);
    const told = admitted.beside ?? shortened;
    return { kind: 'accepted', eventId: idOf(rows), ...(told && { field: told.field, reason: told.detail }) };
  }

  #append(intake: Intake, { rows, bytes }: Made): void {
    const { accesses } = this.frames;
    const partition = partitionOf(intake.source.groupId, rows[0]?.actor_id ?? '', accesses.partitions);
    for (const row of rows) write(accesses, partition, rowLine(row), intake);
    intake.rows += rows.length;
    intake.rowBytes += bytes;
    intake.accepted += 1;
    if (rows[0]?.time_claimed !== undefined) intake.datedAhead += 1;
  }

  #aside(intake: Intake, rows: readonly AccessRow[], why: Rejected): ItemOutcome {
    this.#keepApart(intake, rows, why);
    intake.quarantine(why.reason);
    return { kind: 'quarantined', eventId: idOf(rows), field: why.field, reason: why.detail };
  }

  #keepApart(intake: Intake, rows: readonly AccessRow[], why: Rejected): void {
    this.#quarantine(intake, quarantinedEventOf(rows, why, intake.items));
  }

  /** A record that nobody can afford to read: that it came is kept, and why it was not read. */
  #unread(intake: Intake, why: Rejected): ItemOutcome {
    const row = quarantinedRecordOf(intake, why);
    this.#quarantine(intake, row);
    intake.quarantine(why.reason);
    return { kind: 'quarantined', eventId: row.quarantine_id, field: why.field, reason: why.detail };
  }

  #quarantine(intake: Intake, row: object | undefined): void {
    const { groupId, source } = intake.source;
    const { quarantine } = this.frames;
    write(quarantine, partitionOf(groupId, source, quarantine.partitions), JSON.stringify(row), intake);
  }
}

function write(frames: FrameBuilder, partition: number, line: string, intake: Intake): void {
  const bytes = Buffer.byteLength(line) + 1;
  const frame = frames.room(partition, bytes, intake.ticket);
  frame.buffer.write(`${line}\n`, frame.length, 'utf8');
  frame.advance(frame.length + bytes);
}

function idOf(rows: readonly AccessRow[]): string {
  return rows[0]?.event_id ?? '';
}

/**
 * The rows of an event, counted before the first is written: one text stands in the row of every patient. An event that would be too long
 * goes on without its long texts, so that no text takes an export of many patients out of the rules' sight.
 */
function rowsOf(event: AccessEvent, { source, receivedAt }: Intake, { content, meter }: DecodedItem): Accepted<Made> | Rejected {
  const rows = toRows(event, source, receivedAt, content, meter);
  const bytes = bytesOf(rows);
  if (bytes <= workLimits.rowBytesMax) return accepted({ rows, bytes });
  const short = toRows(withoutLongTexts(event), source, receivedAt, content, meter);
  const shortBytes = bytesOf(short);
  const size = `${rows.length} patients times this event's texts are ${bytes} bytes of rows, more than ${workLimits.rowBytesMax}`;
  if (shortBytes <= workLimits.rowBytesMax) {
    const shortened = rejected('texts_left_out', 'patient_ids', `${size}; texts of more than ${shortTextMax} characters were left out, send shorter ones or fewer patients per event`); // prettier-ignore
    return accepted({ rows: short, bytes: shortBytes, shortened });
  }
  return rejected(tooMuchWork, 'patient_ids', `${size}; send fewer patients per event`);
}

/** Rows of one event differ by nothing but the pseudonym, and all pseudonyms have one length. */
function bytesOf(rows: readonly AccessRow[]): number {
  const [first] = rows;
  return first ? rows.length * (Buffer.byteLength(rowLine(first)) + 1) : 0;
}

function withoutLongTexts(event: AccessEvent): AccessEvent {
  const kept = Object.entries({ ...event, extra: undefined }).filter(
    ([name, value]) => typeof value !== 'string' || value.length <= shortTextMax || keys.has(name),
  );
  return Object.fromEntries(kept) as unknown as AccessEvent;
}

/** Fields that an event cannot be without. */
const keys: ReadonlySet<string> = new Set<keyof AccessEvent>(['id', 'groupId', 'clinicId', 'actorId', 'action', 'outcome']);
