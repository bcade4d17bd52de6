import { IsoReader, viewOf } from '#libs/detection/scan/plain-row.js';
import type { Outline } from '#libs/detection/rule/reach.js';
import { asInTheLog, isExported } from './as-exported.js';

/** Which rows of a file are wanted: those of an interval of event time, of one group, of one account. */
export interface RowFilter {
  /** Milliseconds, `fromMs <= time < toMs`. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly groupId?: string | undefined;
  readonly actorId?: string | undefined;
  /** Of what lies before, not more is needed; more does no harm. */
  readonly outline?: Outline | undefined;
}

/** Wanted lines of a file, one behind the other in `bytes`, with the time of each. */
export interface RowBlock {
  readonly bytes: Buffer;
  readonly count: number;
  /** Where each line begins; one more for the end. */
  readonly starts: Uint32Array;
  readonly times: Float64Array;
  /** The number of each line in its file. */
  readonly lines: Uint32Array;
}

/** A line that cannot be used: its number, from 1, and why, without its content. */
export type OnBadLine = (line: number, reason: string) => void;

const timeKey = Buffer.from('{"time":"');
const lineEnd = 0x0a;
const carriageReturn = 0x0d;

interface Scanned {
  readonly kept: Kept;
  readonly bad: readonly { readonly line: number; readonly reason: string }[];
  /** The rows are in another form than that of the log; the rest says nothing then. */
  readonly otherForm: boolean;
}

/** Finds lines and their times, and leaves out those that are not wanted or have no time. It does not look further: that is the judge's. */
export class RowScan {
  readonly #iso = new IsoReader();
  readonly #group: Needle | undefined;
  readonly #actor: Needle | undefined;

  constructor(private readonly filter: RowFilter) {
    this.#group = filter.groupId === undefined ? undefined : new Needle(`"group_id":${JSON.stringify(filter.groupId)}`);
    this.#actor = filter.actorId === undefined ? undefined : new Needle(`"actor_id":${JSON.stringify(filter.actorId)}`);
  }

  /** The wanted lines of whole ones, `firstLine` being the number of the first; in the form of the log, whatever form they have. */
  take(bytes: Buffer, firstLine: number, onBadLine: OnBadLine): RowBlock {
    const found = this.#scan(bytes, firstLine, isExported);
    const { kept, bad } = found.otherForm ? this.#scan(asInTheLog(bytes), firstLine, () => false) : found;
    for (const { line, reason } of bad) onBadLine(line, reason);
    return kept.block();
  }

  #scan(bytes: Buffer, firstLine: number, hasOtherForm: typeof isExported): Scanned {
    const view = viewOf(bytes);
    const kept = new Kept(bytes);
    const bad: { readonly line: number; readonly reason: string }[] = [];
    let line = firstLine;
    this.#group?.begin(bytes);
    this.#actor?.begin(bytes);
    for (let at = 0; at < bytes.length; line += 1) {
      const found = bytes.indexOf(lineEnd, at);
      const end = found < 0 ? bytes.length : found + 1;
      if (end - at > 1 && !(end - at === 2 && bytes[at] === carriageReturn)) {
        if (hasOtherForm(bytes, at, end)) return { kept, bad, otherForm: true };
        const time = this.#timeOf(bytes, view, at, end, (reason) => bad.push({ line, reason }));
        if (time >= this.filter.fromMs && time < this.filter.toMs && this.#wanted(at, end)) kept.add(at, end, time, line);
      }
      at = end;
    }
    return { kept, bad, otherForm: false };
  }

  #wanted(start: number, end: number): boolean {
    return (this.#group?.within(start, end) ?? true) && (this.#actor?.within(start, end) ?? true);
  }

  /** Milliseconds; NaN, and told, where the line has no time. */
  #timeOf(bytes: Buffer, view: DataView, at: number, end: number, onBad: (reason: string) => void): number {
    if (bytes[at + 1] === timeKey[1] && bytes[at + 2] === timeKey[2] && bytes[at + 7] === timeKey[7]) {
      const time = this.#iso.read(bytes, view, at + timeKey.length);
      if (time >= 0) return time;
    }
    return slowTime(bytes.toString('utf8', at, end), onBad);
  }
}

/** A line whose keys are in another order, or that is no row. */
function slowTime(text: string, onBad: (reason: string) => void): number {
  const parsed = parse(text);
  if (!parsed) onBad('it is not one JSON object');
  const time = parsed?.['time'];
  if (typeof time === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(time)) return Date.parse(time);
  if (parsed) onBad(isEvent(text) ? eventReason : 'time is missing or not as in 2026-01-05T09:00:00.000Z');
  return Number.NaN;
}

export const eventReason =
  "it is an event in Vigie's input format, with patient_ids: a backtest reads access rows, which have a pseudonym as patient_id " +
  '(SELECT * FROM vigie.accesses FORMAT JSONEachRow)';

export function isEvent(line: string): boolean {
  return line.includes('"patient_ids"');
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Finds the lines that hold a text, in one pass over all of them. */
class Needle {
  #bytes: Buffer = Buffer.alloc(0);
  #at = -1;

  constructor(private readonly text: string) {}

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#at = bytes.indexOf(this.text);
  }
  /** Ends of `start` must grow from call to call. */
  within(start: number, end: number): boolean {
    if (this.#at >= 0 && this.#at < start) this.#at = this.#bytes.indexOf(this.text, start);
    return this.#at >= 0 && this.#at < end;
  }
}

/** Lines that are kept; bytes are copied only where some are not. */
class Kept {
  #starts = new Uint32Array(4096);
  #ends = new Uint32Array(4096);
  #times = new Float64Array(4096);
  #lines = new Uint32Array(4096);
  #count = 0;
  #length = 0;

  constructor(private readonly bytes: Buffer) {}

  add(start: number, end: number, time: number, line: number): void {
    if (this.#count === this.#starts.length) this.#grow();
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#times[this.#count] = time;
    this.#lines[this.#count] = line;
    this.#count += 1;
    this.#length += end - start;
  }

  block(): RowBlock {
    const count = this.#count;
    const starts = new Uint32Array(count + 1);
    let bytes = this.bytes;
    if (this.#length === bytes.length) starts.set(this.#starts.subarray(0, count));
    else {
      bytes = Buffer.allocUnsafe(this.#length);
      let at = 0;
      for (let i = 0; i < count; i += 1) {
        starts[i] = at;
        at += this.bytes.copy(bytes, at, this.#starts[i], this.#ends[i]);
      }
    }
    starts[count] = this.#length;
    return { bytes, count, starts, times: this.#times.subarray(0, count), lines: this.#lines.subarray(0, count) };
  }

  #grow(): void {
    this.#starts = doubled(this.#starts, Uint32Array);
    this.#ends = doubled(this.#ends, Uint32Array);
    this.#times = doubled(this.#times, Float64Array);
    this.#lines = doubled(this.#lines, Uint32Array);
  }
}

function doubled<T extends Uint32Array | Float64Array>(values: T, make: new (length: number) => T): T {
  const grown = new make(values.length * 2);
  grown.set(values);
  return grown;
}
