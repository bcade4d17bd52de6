import type { AccessRow } from '#libs/contracts/access-row.js';
import type { QuarantineRow } from '#libs/contracts/quarantine-row.js';
import { partitionOf } from '#libs/contracts/topics.js';
import type { DecodedItem } from '#libs/formats/decoded-item.js';
import type { AccessEvent } from '#libs/formats/event.js';
import { rowLine, toRows } from '#libs/formats/to-rows.js';
import { EventLines, type ShapedLine } from '#libs/formats/vigie/event-line.js';
import type { FastRows } from '#libs/formats/vigie/fast-rows.js';
import { metered, tooMuchWork, workLimits, type WorkMeter } from '#libs/formats/work-meter.js';
import type { QuarantineKeys } from '#libs/quarantine/quarantine-keys.js';
import { type Accepted, accepted, type Rejected, rejected } from '#libs/runtime/outcome.js';
import { admit } from './admit/admit.js';
import type { FrameBuilder } from './frames/frame-builder.js';
import type { Care } from './care/care.js';
import type { Intake } from './receive/intake.js';
import type { ItemOutcome } from './receive/taker.js';
import { originInRequest, quarantinedEventOf, quarantinedRecordOf, withSealed } from './admit/quarantine.js';

/** The rows of an event within their limit, and what had to be left out of them. */
interface Made {
  readonly rows: readonly AccessRow[];
  /** Of the rows' patients, canonical. */
  readonly identifiers: readonly string[];
  readonly bytes: number;
  readonly shortened?: Rejected;
}

/** What it takes to seal a record, as steps of a meter: most of a millisecond. */
const stepsOfQuarantine = 32 * 1024;

/** Texts that are kept where the whole of them, times the patients, would be too much for the log. */
const shortTextMax = 64;

/** Admits events and writes their rows into frames: the way of every event that is not an ordinary line. */
export class EventWriter {
  readonly #lines = new WeakMap<Intake, EventLines>();

  constructor(
    private readonly tools: {
      readonly accesses: FrameBuilder;
      readonly quarantine: FrameBuilder;
      readonly quarantineKeys: QuarantineKeys;
      readonly care?: Care;
    },
    /** Writes the rows of what was just read, as those of an ordinary line. */
    private readonly ordinary: (intake: Intake, fast: FastRows) => void,
  ) {}

  /** What became of a record; its frames are joined by the request's ticket. */
  take(intake: Intake, item: DecodedItem): ItemOutcome {
    const { outcome } = item;
    if (outcome.kind === 'rejected') return this.#refused(intake, item, outcome);
    const admitted = admit(outcome.value, intake.source.groupId);
    if (admitted.kind === 'rejected') return this.#refused(intake, item, admitted);
    const fast =
      isCheap(item.meter) && admitted.kind === 'accepted' ? this.#linesOf(intake).read(outcome.value, item.content) : undefined;
    if (fast) {
      this.ordinary(intake, fast);
      return { kind: 'accepted', eventId: fast.eventId };
    }
    const made = metered(() => rowsOf(outcome.value, intake, item));
    if (made.kind === 'rejected') return this.#refused(intake, item, made);
    const { rows } = made.value;
    // Read again it would be shortened again, and its record stay open for ever: of what is replayed no more than the event can be had.
    const shortened = intake.custody?.refusals === 'told' ? undefined : made.value.shortened;
    if (admitted.kind === 'set-aside') return this.#aside(intake, rows, admitted.why, item);
    for (const beside of [admitted.beside, shortened]) if (beside) this.#keepApart(intake, rows, beside, item);
    this.#append(intake, made.value);
    const told = admitted.beside ?? shortened;
    return { kind: 'accepted', eventId: idOf(rows), ...(told && { field: told.field, reason: told.detail }) };
  }

  /** Takes an event that is known as a line; false where its record must be read for that. */
  takeLine(intake: Intake, shaped: ShapedLine): boolean {
    const fast = this.#linesOf(intake).readLine(shaped);
    if (!fast) return false;
    this.ordinary(intake, fast);
    intake.outcomes.push({ kind: 'accepted', eventId: fast.eventId });
    return true;
  }

  /** The short way of the lines of a request. */
  fastOf(intake: Intake): FastRows | undefined {
    return this.#linesOf(intake).own;
  }

  #linesOf(intake: Intake): EventLines {
    const known = this.#lines.get(intake);
    if (known) return known;
    const lines = new EventLines(intake.source, intake.receivedMs);
    this.#lines.set(intake, lines);
    return lines;
  }

  #append(intake: Intake, { rows, bytes, identifiers }: Made): void {
    const { accesses, care } = this.tools;
    intake.staged?.flush();
    const partition = partitionOf(intake.source.groupId, rows[0]?.actor_id ?? '', accesses.partitions);
    const stamps = care?.stamper.ofRows(rows, identifiers, intake.source.keys);
    for (const [index, row] of rows.entries())
      write(accesses, partition, `${rowLine(row).slice(0, -1)}${stamps?.ends[index] ?? ''}}`, intake);
    if (stamps) care?.tell(stamps.touches, intake.ticket);
    intake.rows += rows.length;
    intake.rowBytes += bytes;
    intake.accepted += 1;
    if (rows[0]?.time_claimed !== undefined) intake.datedAhead += 1;
  }

  #aside(intake: Intake, rows: readonly AccessRow[], why: Rejected, item: DecodedItem): ItemOutcome {
    if (intake.custody?.refusals === 'told') return intake.refuse(intake.items, why);
    this.#keepApart(intake, rows, why, item);
    intake.quarantine(why.reason);
    return { kind: 'quarantined', eventId: idOf(rows), field: why.field, reason: why.detail };
  }

  #keepApart(intake: Intake, rows: readonly AccessRow[], why: Rejected, item: DecodedItem): void {
    const row = quarantinedEventOf(rows, why, originOf(intake));
    if (row) this.#quarantine(intake, row, item);
  }

  /** A record that is no event: its sender is told; where nobody can be told it is kept, as is one that nobody can afford to read. */
  #refused(intake: Intake, item: DecodedItem, why: Rejected): ItemOutcome {
    const refusals = intake.custody?.refusals;
    const isCostly = why.reason === tooMuchWork && refusals !== 'told';
    if (refusals !== 'kept' && !isCostly) return intake.refuse(intake.items, why);
    const row = quarantinedRecordOf(intake, why, originOf(intake), item.original);
    this.#quarantine(intake, row, item);
    intake.quarantine(why.reason);
    const { field, detail } = why;
    return isCostly
      ? { kind: 'quarantined', eventId: row.quarantine_id, field, reason: detail }
      : { kind: 'refused', field, reason: detail };
  }

  #quarantine(intake: Intake, row: QuarantineRow, { original }: DecodedItem): void {
    const { groupId, source } = intake.source;
    const { quarantine, quarantineKeys } = this.tools;
    const line = JSON.stringify(withSealed(row, original, quarantineKeys));
    write(quarantine, partitionOf(groupId, source, quarantine.partitions), line, intake);
    intake.turns.add(stepsOfQuarantine + line.length);
  }
}

/** Whether what is left of a record's budget is more than the rows of an ordinary line could take. */
function isCheap({ steps }: WorkMeter): boolean {
  return steps < workLimits.stepsMax / 2;
}

function originOf({ custody, items, place, record }: Intake): string {
  return custody?.origin(place, record) ?? originInRequest(items);
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
  const identifiers: string[] = [];
  const rows = toRows(event, source, receivedAt, content, meter, identifiers);
  const bytes = bytesOf(rows);
  if (bytes <= workLimits.rowBytesMax) return accepted({ rows, bytes, identifiers });
  const short = toRows(withoutLongTexts(event), source, receivedAt, content, meter);
  const shortBytes = bytesOf(short);
  const size = `${rows.length} patients times this event's texts are ${bytes} bytes of rows, more than ${workLimits.rowBytesMax}`;
  if (shortBytes <= workLimits.rowBytesMax) {
    const shortened = rejected(
      'texts_left_out',
      'patient_ids',
      `${size}; texts of more than ${shortTextMax} characters were left out, send shorter ones or fewer patients per event`,
    );
    return accepted({ rows: short, bytes: shortBytes, identifiers, shortened });
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
