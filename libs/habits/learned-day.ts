import { evidenceMax } from './constants.js';

const evidenceSteps = 255;
const evidenceLeast = Math.log(0.3);
const evidenceStep = (evidenceMax - evidenceLeast) / evidenceSteps;

/** The logarithm of a day's evidence, in 256 steps. */
export function evidenceCode(logarithm: number): number {
  return Math.max(0, Math.min(evidenceSteps, Math.round((logarithm - evidenceLeast) / evidenceStep)));
}
export function evidenceOf(code: number): number {
  return evidenceLeast + code * evidenceStep;
}

/** One account's day as it was learned; see `LearnedDay.row`. */
export interface LearnedRow {
  slot: number;
  role: number;
  flags: number;
  /** Counts that are not zero lie from `from` to `to`. */
  from: number;
  to: number;
}

/**
 * The days of all accounts that were learned in one step, by slot. Counts that are not zero lie one behind the other, with the evidence of
 * each, and, of a rule that asks for own days, its root as it is learned and its distance from them: 9 bytes an account and 7 a count.
 */
export class LearnedDay {
  constructor(
    readonly day: number,
    private readonly slots: Int32Array,
    private readonly roles: Uint16Array,
    private readonly flags: Uint8Array,
    private readonly starts: Uint32Array,
    readonly columns: Uint8Array,
    readonly counts: Uint16Array,
    readonly evidence: Uint8Array,
    readonly roots: Uint16Array,
    readonly distances: Uint8Array,
  ) {}

  get size(): number {
    return this.slots.length;
  }

  /** The row of a slot, -1 for none. */
  find(slot: number): number {
    let low = 0;
    let high = this.slots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.slots[middle] ?? 0) < slot) low = middle + 1;
      else high = middle;
    }
    return this.slots[low] === slot ? low : -1;
  }

  /** Reads a row into `into`. */
  read(row: number, into: LearnedRow): void {
    into.slot = this.slots[row] ?? 0;
    into.role = this.roles[row] ?? 0;
    into.flags = this.flags[row] ?? 0;
    into.from = this.starts[row] ?? 0;
    into.to = this.starts[row + 1] ?? 0;
  }

  countOf(row: number, column: number): number {
    for (let at = this.starts[row] ?? 0; at < (this.starts[row + 1] ?? 0); at += 1)
      if (this.columns[at] === column) return this.counts[at] ?? 0;
    return 0;
  }

  /** Where a row's count under a rule lies; -1 where there is none. */
  placeIn({ from, to }: LearnedRow, column: number): number {
    for (let at = from; at < to; at += 1) if (this.columns[at] === column) return at;
    return -1;
  }

  flagsOf(row: number): number {
    return this.flags[row] ?? 0;
  }

  get bytes(): number {
    return this.slots.length * 11 + this.counts.length * 7;
  }
}

/** What is learned of a count besides: code of its evidence; of a rule that asks for own days the root, and the code of its distance from them, else 0. */
export interface LearnedCount {
  readonly evidence: number;
  readonly root: number;
  readonly distance: number;
}

/** Gathers a `LearnedDay` of at most `rows` rows, by ascending slot, of each its counts. */
export class LearnedDayWriter {
  readonly #slots: Int32Array;
  readonly #roles: Uint16Array;
  readonly #flags: Uint8Array;
  readonly #starts: Uint32Array;
  #columns: Uint8Array;
  #counts: Uint16Array;
  #evidence: Uint8Array;
  #roots: Uint16Array;
  #distances: Uint8Array;
  #rows = 0;
  #size = 0;

  constructor(
    private readonly day: number,
    rows: number,
  ) {
    this.#slots = new Int32Array(rows);
    this.#roles = new Uint16Array(rows);
    this.#flags = new Uint8Array(rows);
    this.#starts = new Uint32Array(rows + 1);
    this.#columns = new Uint8Array(rows + 1);
    this.#counts = new Uint16Array(rows + 1);
    this.#evidence = new Uint8Array(rows + 1);
    this.#roots = new Uint16Array(rows + 1);
    this.#distances = new Uint8Array(rows + 1);
  }

  count(column: number, count: number, { evidence, root, distance }: LearnedCount): void {
    if (this.#size === this.#counts.length) this.#grow();
    this.#columns[this.#size] = column;
    this.#counts[this.#size] = count;
    this.#evidence[this.#size] = evidence;
    this.#roots[this.#size] = root;
    this.#distances[this.#size] = distance;
    this.#size += 1;
  }

  /** Ends the row whose counts were given. */
  row(slot: number, role: number, flags: number): void {
    this.#slots[this.#rows] = slot;
    this.#roles[this.#rows] = role;
    this.#flags[this.#rows] = flags;
    this.#starts[++this.#rows] = this.#size;
  }

  finish(): LearnedDay {
    return new LearnedDay(
      this.day,
      this.#slots.slice(0, this.#rows),
      this.#roles.slice(0, this.#rows),
      this.#flags.slice(0, this.#rows),
      this.#starts.slice(0, this.#rows + 1),
      this.#columns.slice(0, this.#size),
      this.#counts.slice(0, this.#size),
      this.#evidence.slice(0, this.#size),
      this.#roots.slice(0, this.#size),
      this.#distances.slice(0, this.#size),
    );
  }

  #grow(): void {
    const length = this.#counts.length * 2;
    this.#columns = grown(this.#columns, new Uint8Array(length));
    this.#counts = grown(this.#counts, new Uint16Array(length));
    this.#evidence = grown(this.#evidence, new Uint8Array(length));
    this.#roots = grown(this.#roots, new Uint16Array(length));
    this.#distances = grown(this.#distances, new Uint8Array(length));
  }
}

/** The same numbers in a longer array. */
export function grown<T extends Int32Array | Uint16Array | Uint8Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
