import { GrowingMemory } from '../memory/growing-memory.js';
import { outside } from '../scan/outside.js';

/** The largest count that is known of each column, by record of a day, apart from what each access asks for. */
export class DayMosts {
  readonly #memory: GrowingMemory;
  #most: Uint32Array;

  constructor(private readonly columns: number) {
    this.#memory = new GrowingMemory(16 * 4 * columns);
    this.#most = new Uint32Array(this.#memory.bytes);
  }

  get bytes(): number {
    return this.#most.byteLength;
  }

  /** Nothing is known of the record; makes room for it. */
  clear(record: number): void {
    const end = (record + 1) * this.columns;
    if (end > this.#most.length) {
      this.#memory.reserve(end * 4);
      this.#most = new Uint32Array(this.#memory.bytes);
    }
    this.#most.fill(0, end - this.columns, end);
  }
  of(record: number, column: number): number {
    return this.#most[record * this.columns + column] ?? outside();
  }
  set(record: number, column: number, count: number): void {
    this.#most[record * this.columns + column] = count;
  }
}
