import { grown } from '../memory/grown.js';

/** Upper bound of a count of which nothing is known, and the largest count that is told apart. */
export const countMax = 4_294_967_295;

/** Bits: it is to be given; it was given as told; it was given; it may be unusual though nobody has looked. */
export const flag = { waits: 1, told: 2, given: 4, doubted: 8 } as const;

/** Words of a record while its day goes on, for each column of counts. */
const openColumns = 4;

/**
 * Days of accounts, a record each, in chains by account; record 0 is none. Of each column of counts a record keeps the largest count that is known. While
 * counts may still come it has an open part besides: an upper bound of that count, the time from which on windows have not been looked at (from
 * the start of the day, ms), what is told from (0 where it was not asked for), and up to where the day is known not to be unusual.
 */
export class DayTable {
  #heads = new Uint32Array(64);
  #next = new Uint32Array(64);
  #account = new Uint32Array(64);
  #day = new Int32Array(64);
  #start = new Float64Array(64);
  #end = new Float64Array(64);
  #unusual = new Float64Array(64);
  #due = new Float64Array(64);
  #open = new Uint32Array(64);
  #role = new Uint32Array(64);
  #roleAt = new Float64Array(64);
  #kind = new Uint32Array(64);
  #kindAt = new Float64Array(64);
  /** Of `flag`. */
  #flags = new Uint8Array(64);
  #most: Uint32Array;
  #parts: Uint32Array;
  #recordEnd = 1;
  #partEnd = 1;
  readonly #freeRecords: number[] = [];
  readonly #freeParts: number[] = [];

  constructor(readonly columns: number) {
    this.#most = new Uint32Array(64 * columns);
    this.#parts = new Uint32Array(64 * columns * openColumns);
  }

  get bytes(): number {
    return this.#heads.byteLength + this.#next.length * (5 * 4 + 4 + 6 * 8 + 1) + this.#most.byteLength + this.#parts.byteLength;
  }

  first(account: number): number {
    return this.#heads[account] ?? 0;
  }
  next(record: number): number {
    return this.#next[record] ?? 0;
  }
  account(record: number): number {
    return this.#account[record] ?? 0;
  }
  day(record: number): number {
    return this.#day[record] ?? 0;
  }
  start(record: number): number {
    return this.#start[record] ?? 0;
  }
  end(record: number): number {
    return this.#end[record] ?? 0;
  }

  add(account: number, { day, start, end }: { readonly day: number; readonly start: number; readonly end: number }): number {
    const record = this.#freeRecords.pop() ?? this.#recordEnd++;
    if (record >= this.#next.length) this.#growRecords();
    while (account >= this.#heads.length) this.#heads = grown(this.#heads, Uint32Array);
    this.#next[record] = this.#heads[account] ?? 0;
    this.#heads[account] = record;
    this.#account[record] = account;
    this.#day[record] = day;
    this.#start[record] = start;
    this.#end[record] = end;
    this.#unusual[record] = Number.POSITIVE_INFINITY;
    this.#due[record] = Number.POSITIVE_INFINITY;
    this.#open[record] = 0;
    this.#role[record] = 0;
    this.#kind[record] = 0;
    this.#roleAt[record] = Number.NEGATIVE_INFINITY;
    this.#kindAt[record] = Number.NEGATIVE_INFINITY;
    this.#flags[record] = 0;
    this.#most.fill(0, record * this.columns, (record + 1) * this.columns);
    return record;
  }

  remove(record: number): void {
    this.close(record);
    const account = this.account(record);
    let before = 0;
    for (let at = this.first(account); at !== record; at = this.next(at)) before = at;
    if (before === 0) this.#heads[account] = this.next(record);
    else this.#next[before] = this.next(record);
    this.#freeRecords.push(record);
  }

  /** When the day became unusual, event time; infinite while it is not. */
  unusual(record: number): number {
    return this.#unusual[record] ?? Number.POSITIVE_INFINITY;
  }
  setUnusual(record: number, time: number): void {
    this.#unusual[record] = time;
  }
  /** The time of the account's newest access above which windows that were not looked at may no longer be held. */
  due(record: number): number {
    return this.#due[record] ?? Number.POSITIVE_INFINITY;
  }
  setDue(record: number, time: number): void {
    this.#due[record] = time;
  }
  flags(record: number): number {
    return this.#flags[record] ?? 0;
  }
  setFlags(record: number, flags: number): void {
    this.#flags[record] = flags;
  }

  /** Numbers of texts, 0 for none, with the time of the access that said so. */
  role(record: number): number {
    return this.#role[record] ?? 0;
  }
  roleAt(record: number): number {
    return this.#roleAt[record] ?? 0;
  }
  setRole(record: number, role: number, at: number): void {
    this.#role[record] = role;
    this.#roleAt[record] = at;
  }
  kind(record: number): number {
    return this.#kind[record] ?? 0;
  }
  kindAt(record: number): number {
    return this.#kindAt[record] ?? 0;
  }
  setKind(record: number, kind: number, at: number): void {
    this.#kind[record] = kind;
    this.#kindAt[record] = at;
  }

  most(record: number, column: number): number {
    return this.#most[record * this.columns + column] ?? 0;
  }
  setMost(record: number, column: number, count: number): void {
    this.#most[record * this.columns + column] = count;
  }

  isOpen(record: number): boolean {
    return this.#open[record] !== 0;
  }
  upper(record: number, column: number): number {
    return this.#open[record] ? (this.#parts[this.#at(record, column)] ?? 0) : this.most(record, column);
  }
  setUpper(record: number, column: number, count: number): void {
    this.#parts[this.#partOf(record, column)] = count;
  }
  from(record: number, column: number): number {
    return this.start(record) + (this.#open[record] ? (this.#parts[this.#at(record, column) + 1] ?? 0) : 0);
  }
  setFrom(record: number, column: number, time: number): void {
    this.#parts[this.#partOf(record, column) + 1] = Math.max(0, time - this.start(record));
  }
  least(record: number, column: number): number {
    return this.#open[record] ? (this.#parts[this.#at(record, column) + 2] ?? 0) : 0;
  }
  setLeast(record: number, column: number, count: number): void {
    this.#parts[this.#partOf(record, column) + 2] = count;
  }
  usual(record: number, column: number): number {
    return this.#open[record] ? (this.#parts[this.#at(record, column) + 3] ?? 0) : 0;
  }
  setUsual(record: number, column: number, count: number): void {
    this.#parts[this.#partOf(record, column) + 3] = count;
  }

  /** Lets the open part go: what was not looked at is forgotten. */
  close(record: number): void {
    const open = this.#open[record] ?? 0;
    if (open > 0) this.#freeParts.push(open);
    this.#open[record] = 0;
    this.#due[record] = Number.POSITIVE_INFINITY;
  }

  #partOf(record: number, column: number): number {
    if (!this.#open[record]) this.#openPart(record);
    return this.#at(record, column);
  }
  #at(record: number, column: number): number {
    return ((this.#open[record] ?? 0) * this.columns + column) * openColumns;
  }

  #openPart(record: number): void {
    const part = this.#freeParts.pop() ?? this.#partEnd++;
    const size = this.columns * openColumns;
    while ((part + 1) * size > this.#parts.length) this.#parts = grown(this.#parts, Uint32Array);
    this.#parts.fill(0, part * size, (part + 1) * size);
    this.#open[record] = part;
    for (let column = 0; column < this.columns; column += 1) this.#parts[this.#at(record, column)] = this.most(record, column);
  }

  #growRecords(): void {
    this.#next = grown(this.#next, Uint32Array);
    this.#account = grown(this.#account, Uint32Array);
    this.#day = grown(this.#day, Int32Array);
    this.#start = grown(this.#start, Float64Array);
    this.#end = grown(this.#end, Float64Array);
    this.#unusual = grown(this.#unusual, Float64Array);
    this.#due = grown(this.#due, Float64Array);
    this.#open = grown(this.#open, Uint32Array);
    this.#role = grown(this.#role, Uint32Array);
    this.#roleAt = grown(this.#roleAt, Float64Array);
    this.#kind = grown(this.#kind, Uint32Array);
    this.#kindAt = grown(this.#kindAt, Float64Array);
    this.#flags = grown(this.#flags, Uint8Array);
    const most = new Uint32Array(this.#next.length * this.columns);
    most.set(this.#most);
    this.#most = most;
  }
}
