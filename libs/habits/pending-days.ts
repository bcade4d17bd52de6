import { countMax } from './constants.js';
import { grown } from './learned-day.js';

/** Bits of a row's flags. */
export const flag = { told: 1, honest: 2, service: 4, judged: 8, correction: 16, lift: 32 } as const;

const rowsFirst = 256;
const daysPerSlot = 65_536;
const rowsAtATime = 4_096;
const rowsMax = 2 ** 24;

/** What a record says of an account's day. */
export interface GivenDay {
  readonly role: number;
  readonly flags: number;
  readonly countOf: (column: number) => number;
}

/**
 * Days of accounts that are not learned yet. The same day of an account may come several times, in any order: counts only grow, and what was
 * told stays told unless somebody has said that it was honest; so what comes of it is the same in every order.
 */
export class PendingDays {
  readonly #rowOf = new Map<number, number>();
  #slots = new Int32Array(rowsFirst);
  #days = new Uint16Array(rowsFirst);
  #roles = new Uint16Array(rowsFirst);
  #flags = new Uint8Array(rowsFirst);
  #counts: Uint16Array;
  #size = 0;

  /** `columns` is how many rules there are; `laterRole` says which of two roles counts where records of one day differ. */
  constructor(
    readonly columns: number,
    private readonly laterRole: (one: number, other: number) => number,
  ) {
    this.#counts = new Uint16Array(rowsFirst * columns);
  }

  /** An empty one for what comes next. */
  next(): PendingDays {
    return new PendingDays(this.columns, this.laterRole);
  }

  /** A further record of an account's day. */
  add(slot: number, day: number, { role, flags, countOf }: GivenDay): void {
    const key = slot * daysPerSlot + day;
    let row = this.#rowOf.get(key);
    if (row === undefined) {
      if (this.#size === this.#slots.length) this.#grow();
      row = this.#size++;
      this.#rowOf.set(key, row);
      this.#slots[row] = slot;
      this.#days[row] = day;
    }
    this.#roles[row] = this.laterRole(this.#roles[row] ?? 0, role);
    this.#flags[row] = (this.#flags[row] ?? 0) | flags;
    for (let column = 0; column < this.columns; column += 1) {
      const at = row * this.columns + column;
      this.#counts[at] = Math.max(this.#counts[at] ?? 0, Math.min(countMax, countOf(column)));
    }
  }

  /** The days there are, in order, each with its rows by slot; undefined now and then, for others to have a turn. */
  *byDay(): Generator<{ readonly day: number; readonly rows: readonly number[] } | undefined, void> {
    const days = new Map<number, number[]>();
    for (let row = 0; row < this.#size; row += 1) {
      const day = this.#days[row] ?? 0;
      const rows = days.get(day);
      if (rows) rows.push(row);
      else days.set(day, [row]);
      if (row % rowsAtATime === rowsAtATime - 1) yield undefined;
    }
    for (const [day, rows] of [...days].toSorted(([a], [b]) => a - b)) {
      // A typed array sorts numbers ten times as fast as a list with a comparison.
      const keys = Float64Array.from(rows, (row) => (this.#slots[row] ?? 0) * rowsMax + row);
      yield undefined;
      const sorted = keys.toSorted();
      yield undefined;
      yield { day, rows: Array.from(sorted, (key) => key % rowsMax) };
    }
  }

  slotOf(row: number): number {
    return this.#slots[row] ?? 0;
  }
  roleOf(row: number): number {
    return this.#roles[row] ?? 0;
  }
  flagsOf(row: number): number {
    return this.#flags[row] ?? 0;
  }
  countOf(row: number, column: number): number {
    return this.#counts[row * this.columns + column] ?? 0;
  }

  get bytes(): number {
    return this.#slots.length * (4 + 2 + 2 + 1 + 2 * this.columns);
  }

  #grow(): void {
    const length = this.#slots.length * 2;
    this.#slots = grown(this.#slots, new Int32Array(length));
    this.#days = grown(this.#days, new Uint16Array(length));
    this.#roles = grown(this.#roles, new Uint16Array(length));
    this.#flags = grown(this.#flags, new Uint8Array(length));
    this.#counts = grown(this.#counts, new Uint16Array(length * this.columns));
  }
}
