import { GrowingMemory } from '../memory/growing-memory.js';
import { outside } from '../scan/outside.js';
import type { Milliseconds } from '../scan/kinds.js';

/** Words of a part before its columns, which are a time: when it is due. */
const headWords = 2;
/** Words of a part for each column of counts, side by side: an access reads all of them. */
const columnWords = 4;
const at = { upper: 0, from: 1, least: 2, usual: 3 } as const;

/**
 * What days have besides while counts may still come, a part each; part 0 is that of a day that is not open, which is never due, and zero else. For each column: an upper bound of the count, the time from
 * which on windows have not been looked at (from the start of the day, ms), what is told from (0 where it was not asked for), and up to where the
 * day is known not to be unusual.
 */
export class OpenParts {
  readonly #memory: GrowingMemory;
  #words: Uint32Array;
  /** The same memory. */
  #times: Float64Array;
  /** Words of a part. */
  readonly #size: number;
  #end = 1;
  readonly #free: number[] = [];

  constructor(readonly columns: number) {
    this.#size = headWords + columns * columnWords;
    this.#memory = new GrowingMemory(16 * 4 * this.#size);
    this.#words = new Uint32Array(this.#memory.bytes);
    this.#times = new Float64Array(this.#memory.bytes);
    this.setDue(0, Number.POSITIVE_INFINITY);
  }

  get bytes(): number {
    return this.#words.byteLength;
  }

  /** A part that is all zero and never due. */
  take(): number {
    const part = this.#free.pop() ?? this.#end++;
    const size = this.#size;
    if ((part + 1) * size > this.#words.length) {
      this.#memory.reserve((part + 1) * size * 4);
      this.#words = new Uint32Array(this.#memory.bytes);
      this.#times = new Float64Array(this.#memory.bytes);
    }
    this.#words.fill(0, part * size, (part + 1) * size);
    this.setDue(part, Number.POSITIVE_INFINITY);
    return part;
  }

  letGo(part: number): void {
    if (part > 0) this.#free.push(part);
  }

  due(part: number): number {
    return this.#times[(part * this.#size) / 2] ?? outside();
  }
  setDue(part: number, time: number): void {
    this.#times[(part * this.#size) / 2] = time;
  }
  upper(part: number, column: number): number {
    return this.#words[this.#at(part, column) + at.upper] ?? outside();
  }
  setUpper(part: number, column: number, count: number): void {
    this.#words[this.#at(part, column) + at.upper] = count;
  }
  from(part: number, column: number): number {
    return this.#words[this.#at(part, column) + at.from] ?? outside();
  }
  setFrom(part: number, column: number, sinceStart: number): void {
    this.#words[this.#at(part, column) + at.from] = Math.max(0, sinceStart);
  }
  least(part: number, column: number): number {
    return this.#words[this.#at(part, column) + at.least] ?? outside();
  }
  setLeast(part: number, column: number, count: number): void {
    this.#words[this.#at(part, column) + at.least] = count;
  }
  usual(part: number, column: number): number {
    return this.#words[this.#at(part, column) + at.usual] ?? outside();
  }
  setUsual(part: number, column: number, count: number): void {
    this.#words[this.#at(part, column) + at.usual] = count;
  }

  /** As `DayTable.isCalm`, at a time from the start of the day, ms. */
  isCalm(part: number, column: number, sinceStart: number, upper: number, floor: Milliseconds, tested: boolean): boolean {
    const held = this.#words;
    const here = this.#at(part, column);
    const known = held[here + at.upper] ?? outside();
    if (upper > known || (tested && known > (held[here + at.usual] ?? outside()))) return false;
    return (upper < floor || upper < (held[here + at.least] ?? outside())) && sinceStart >= (held[here + at.from] ?? outside());
  }

  #at(part: number, column: number): number {
    return part * this.#size + headWords + column * columnWords;
  }
}
