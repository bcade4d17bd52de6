import { type AccessRow, accessRow } from '#libs/contracts/access-row.js';
import { accountCharsMax, ScannedRow, scanRow } from './scan-row.js';
import { viewOf } from './scan-text.js';

/** A line that cannot be used. `detail` never holds its content. */
export interface RejectedRow {
  /** From 1. */
  readonly line: number;
  /** A word for metrics. */
  readonly reason: 'not_json' | 'not_a_row' | 'time_out_of_range';
  readonly detail: string;
}

const newline = 0x0a;
const fixedKeys = [
  'time', 'group_id', 'actor_id', 'patient_id', 'clinic_id', 'action', 'outcome', 'event_id', 'source', 'received_at',
] as const; // prettier-ignore

const optionalKeys = Object.keys(accessRow.shape).slice(fixedKeys.length);

/** What the contract says of the fields that are read here; group, actor and clinic may be empty, which the rules have a word for. */
const shape = accessRow.pick({
  time: true, patient_id: true, action: true, outcome: true, event_id: true, received_at: true, categories: true,
}).strip(); // prettier-ignore

/**
 * Walks the rows of a frame, in order. Rows are read without `JSON.parse` where they have the fixed form, and through it where they do
 * not, with the same result.
 */
export class FrameScanner {
  readonly rejected: RejectedRow[] = [];
  readonly #view: DataView;
  #at = 0;
  #line = 0;

  constructor(private readonly bytes: Uint8Array) {
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
    const { bytes } = this;
    while (this.#at < bytes.length) {
      this.#line += 1;
      if (scanRow(bytes, this.#view, this.#at, row, false)) {
        this.#at = row.lineEnd + 1;
        return true;
      }
      const found = bytes.indexOf(newline, this.#at);
      const start = this.#at;
      const end = found < 0 ? bytes.length : found;
      this.#at = end + 1;
      if (end === start) continue;
      const refused = parseRow(bytes, start, end, row);
      if (!refused) return true;
      this.rejected.push({ line: this.#line, ...refused });
    }
    return false;
  }
}

/** The slow way: parses, checks, and scans what `JSON.stringify` makes of it. */
function parseRow(bytes: Uint8Array, start: number, end: number, row: ScannedRow): Omit<RejectedRow, 'line'> | undefined {
  const parsed = parseObject(bytes, start, end);
  if (!parsed) return { reason: 'not_json', detail: 'the line is not one JSON object: rows of this topic are, one a line' };
  const wrong = wrongField(parsed);
  if (wrong) return { reason: 'not_a_row', detail: `${wrong} is missing or not as libs/contracts/access-row.ts has it` };
  const line = JSON.stringify(Object.fromEntries([...fixedKeys.map((key) => [key, parsed[key]]), ...optionalOf(parsed)]));
  const rewritten = Buffer.from(line);
  if (!scanRow(rewritten, viewOf(rewritten), 0, row, true))
    return { reason: 'time_out_of_range', detail: 'time or received_at is no day of the calendar since 1970' };
  row.line = { bytes, start, end };
  return undefined;
}

/** Optional fields of the kinds that rows have; one of another kind meets no rule. */
function optionalOf(parsed: Readonly<Record<string, unknown>>): readonly (readonly [string, unknown])[] {
  return optionalKeys.flatMap((key) => {
    const value = parsed[key];
    const fits =
      key === 'categories' ||
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      (Number.isSafeInteger(value) && Number(value) >= 0);
    return value !== undefined && fits ? [[key, value] as const] : [];
  });
}

function parseObject(bytes: Uint8Array, start: number, end: number): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString());
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function wrongField(parsed: Readonly<Record<string, unknown>>): string | undefined {
  for (const key of fixedKeys) if (typeof parsed[key] !== 'string') return key;
  for (const key of ['group_id', 'actor_id'] as const) if (String(parsed[key]).length > accountCharsMax) return key;
  const checked = shape.safeParse(parsed);
  return checked.success ? undefined : String(checked.error.issues[0]?.path[0] ?? 'a field');
}

/** The whole row, for what is not scanned. The line has been found to be JSON before. */
export function parseWhole(row: ScannedRow): Partial<AccessRow> {
  const { bytes, start, end } = row.line ?? { bytes: row.bytes, start: row.lineStart, end: row.lineEnd };
  const parsed = parseObject(bytes, start, end);
  return isRow(parsed) ? parsed : {};
}

/** The fields that decide were checked when the row was scanned, and selections treat an odd value as one that does not match. */
function isRow(value: unknown): value is Partial<AccessRow> {
  return isRecord(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
