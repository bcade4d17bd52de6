// scan/: reads access rows out of the bytes of a frame, without `JSON.parse` where they have the usual form.
// It knows the layout of a row and nothing of rules or accounts; others enter by plain-row.ts.

import { type AccessRow, aheadMsMax, endOfTimeMs, isoTime, usableAccessRow } from '#libs/contracts/access-row.js';
import { type RowProgram, rowProgram } from './row-program.js';
import { accountCharsMax, scanRow } from './scan-row.js';
import { ScannedRow } from './scanned-row.js';
import { viewOf } from './scan-text.js';
import type { SubjectReader } from './subject-reader.js';

/** A line that cannot be used. `detail` never holds its content. */
export interface RejectedRow {
  /** From 1. */
  readonly line: number;
  /** A word for metrics. */
  readonly reason: 'not_json' | 'not_a_row' | 'time_out_of_range';
  readonly detail: string;
}

const newline = 0x0a;
/**
 * Walks the rows of a frame, in order. Ordinary rows are read some at a time by a program of WebAssembly; what it leaves out is read without `JSON.parse` where it has the
 * fixed form, and through it where it has not, with the same result.
 */
export class FrameScanner {
  readonly rejected: RejectedRow[] = [];
  /** Rows of which the time was not believed; whoever sends events has no part in them, since the ingestor dates those itself. */
  datedAhead = 0;
  readonly #view: DataView;
  #at = 0;
  #line = 0;
  /** What of `bytes` lies in the program's window, and its rows that were read and not yet taken: `#read` of `#rows`, the next of which begins at `#at`. */
  #windowStart = 0;
  #windowEnd = 0;
  #rows = 0;
  #read = 0;

  /** `subject`: whose the rows are, where that is not their account. `program`: what reads ordinary rows; with `null` all are read one by one. */
  constructor(
    private readonly bytes: Uint8Array,
    private readonly subject?: SubjectReader,
    private readonly program: RowProgram | null = rowProgram() ?? null,
  ) {
    this.#view = viewOf(bytes);
  }

  /** Reads as many rows as there are in `rows`; how many, fewer only at the end. */
  fill(rows: readonly ScannedRow[]): number {
    let read = 0;
    for (const row of rows) {
      if (!this.next(row)) break;
      read += 1;
    }
    return read;
  }

  /** Reads the next row; false at the end. Lines that are no rows are noted in `rejected`. */
  next(row: ScannedRow): boolean {
    if (!this.#next(row)) return false;
    this.subject?.look(row);
    return true;
  }

  #next(row: ScannedRow): boolean {
    const { bytes } = this;
    while (this.#at < bytes.length) {
      this.#line += 1;
      if ((this.#readOrdinary(row) || scanRow(bytes, this.#view, this.#at, row, false)) && isPlain(row)) {
        this.#at = row.lineEnd + 1;
        return true;
      }
      const found = bytes.indexOf(newline, this.#at);
      const start = this.#at;
      const end = found < 0 ? bytes.length : found;
      this.#at = end + 1;
      if (end === start) continue;
      const refused = this.#parse(start, end, row);
      if (!refused) return true;
      this.rejected.push({ line: this.#line, ...refused });
    }
    return false;
  }

  /** Reads the row at `#at` where the program does; false where it must be read by itself. */
  #readOrdinary(row: ScannedRow): boolean {
    const { program } = this;
    if (!program) return false;
    if (this.#read === this.#rows || !program.isOf(this)) {
      this.#read = 0;
      this.#rows = this.#scan(program);
      if (this.#rows === 0) return false;
    }
    program.read(this.#read, this.bytes, this.#view, this.#windowStart, row);
    this.#read += 1;
    return true;
  }

  /** How many rows from `#at` on the program has read. */
  #scan(program: RowProgram): number {
    const at = this.#at;
    if (program.isOf(this) && at >= this.#windowStart && at < this.#windowEnd) {
      const rows = program.scan(at - this.#windowStart);
      // Where a row ends in the window it is none for the program, and to move the window would not help.
      if (rows > 0 || at === this.#windowStart || this.bytes.subarray(at, this.#windowEnd).includes(newline)) return rows;
    }
    this.#windowStart = at;
    this.#windowEnd = program.load(this, this.bytes, at);
    return program.scan(0);
  }

  /** The slow way: parses, checks, and scans what `JSON.stringify` makes of it. */
  #parse(start: number, end: number, row: ScannedRow): Omit<RejectedRow, 'line'> | undefined {
    const parsed = parseObject(this.bytes, start, end);
    if (!parsed) return { reason: 'not_json', detail: 'the line is not one JSON object: rows of this topic are, one a line' };
    const read = usableAccessRow.safeParse(parsed);
    if (!read.success) return whyUnusable(parsed, read.error.issues[0]);
    for (const key of ['group_id', 'actor_id'] as const) if (read.data[key].length > accountCharsMax) return notARow(key);
    const rewritten = Buffer.from(JSON.stringify(read.data));
    if (!scanRow(rewritten, viewOf(rewritten), 0, row, true)) return notARow('a field');
    if (read.data.time !== parsed['time']) this.datedAhead += 1;
    return undefined;
  }
}

/** A row with a foreign or odd field, or a time that no column holds or nobody believes, must be read whole: whoever stores it does so too. */
export function isPlain(row: ScannedRow): boolean {
  return !row.odd && row.time < endOfTimeMs && row.receivedAt < endOfTimeMs && row.time <= row.receivedAt + aheadMsMax;
}

function whyUnusable(
  parsed: Readonly<Record<string, unknown>>,
  issue: { readonly code?: string; readonly path: readonly PropertyKey[] } | undefined,
): Omit<RejectedRow, 'line'> {
  if (issue?.code === 'unrecognized_keys') return notARow('a field that is not one of theirs is there, or one');
  const field = String(issue?.path[0] ?? 'a field');
  const isTime = (field === 'time' || field === 'received_at') && isoTime.safeParse(parsed[field]).success;
  return isTime
    ? { reason: 'time_out_of_range', detail: 'time or received_at is no day of the calendar from 1970 to 2299' }
    : notARow(field);
}

function notARow(field: string): Omit<RejectedRow, 'line'> {
  return { reason: 'not_a_row', detail: `${field} is missing or not as libs/contracts/access-row.ts has it` };
}

function parseObject(bytes: Uint8Array, start: number, end: number): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The whole row, for what is not scanned. The line has been found to be JSON before. */
export function parseWhole(row: ScannedRow): Partial<AccessRow> {
  const parsed = parseObject(row.bytes, row.lineStart, row.lineEnd);
  return isRow(parsed) ? parsed : {};
}

/** The fields that decide were checked when the row was scanned, and selections treat an odd value as one that does not match. */
function isRow(value: unknown): value is Partial<AccessRow> {
  return isRecord(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
