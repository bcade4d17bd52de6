import { GrowingMemory } from '../memory/growing-memory.js';
import { outside } from '../scan/outside.js';
import type { Milliseconds } from '../scan/kinds.js';

/** Words of a record, which fill a line of memory, since each access asks for most of them; the first two are a time, and so are the next two. */
export const recordWords = 16;
const recordBytes = 4 * recordWords;
export const at64 = { start: 0, unusual: 1 } as const;
/** `length` of the day, and `roleAt`, `kindAt` and `waits` from a millisecond before it begins, 0 for never: milliseconds. `trust`: bits of what others may go by. */
export const at = {
  length: 4,
  roleAt: 5,
  kindAt: 6,
  next: 7,
  account: 8,
  open: 9,
  flags: 10,
  role: 11,
  kind: 12,
  day: 13,
  trust: 14,
  waits: 15,
} as const;

/** The memory of records of days. */
export class DayRecords {
  readonly #memory = new GrowingMemory(16 * recordBytes);
  floats = new Float64Array(this.#memory.bytes);
  /** The same memory. */
  words = new Uint32Array(this.#memory.bytes);

  get bytes(): number {
    return this.words.byteLength;
  }

  /** Clears the record, and makes room for it. */
  clear(record: number): void {
    if ((record + 1) * recordWords > this.words.length) {
      this.#memory.reserve((record + 1) * recordBytes);
      this.floats = new Float64Array(this.#memory.bytes);
      this.words = new Uint32Array(this.#memory.bytes);
    }
    this.words.fill(0, record * recordWords, (record + 1) * recordWords);
  }

  word(record: number, place: number): number {
    return this.words[record * recordWords + place] ?? outside();
  }
  setWord(record: number, place: number, value: number): void {
    this.words[record * recordWords + place] = value;
  }
  float(record: number, place: number): number {
    return this.floats[(record * recordWords) / 2 + place] ?? outside();
  }
  setFloat(record: number, place: number, value: number): void {
    this.floats[(record * recordWords) / 2 + place] = value;
  }

  /** A time within the day; `never` where there is none. */
  timeAt(record: number, place: number, never: number): number {
    const since = this.word(record, place);
    return since === 0 ? never : this.float(record, at64.start) + since - 1;
  }
  setTimeAt(record: number, place: number, time: Milliseconds): void {
    this.setWord(record, place, Math.max(0, time - this.float(record, at64.start)) + 1);
  }
}
