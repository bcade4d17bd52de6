import { grown } from '../memory/grown.js';
import { DayHeads } from './day-heads.js';
import { OpenParts } from './open-parts.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** Upper bound of a count of which nothing is known, and the largest count that is told apart. */
export const countMax = 4_294_967_295;

/** Bits: it is to be given; it was given as told; it was given; it may be unusual though nobody has looked; an access of it says no role. */
export const flag = { waits: 1, told: 2, given: 4, doubted: 8, roleless: 16 } as const;

/** Where things lie in a record, in words of 64 and of 32 bits: side by side, since each access reads and writes most of them. */
const at64 = { start: 0, end: 1, unusual: 2, due: 3, roleAt: 4, kindAt: 5 } as const;
const at32 = { next: 12, account: 13, open: 14, flags: 15, role: 16, kind: 17, day: 18, relied: 19 } as const;
const headWords = 20;

/**
 * Days of accounts, a record each, in chains by account; record 0 is none. Of each column of counts a record keeps the largest count that is known. While
 * counts may still come it has an open part besides (`OpenParts`).
 */
export class DayTable {
  readonly #heads = new DayHeads();
  /** Words of 64 bits of a record. */
  readonly #width: number;
  #floats: Float64Array;
  /** The same memory. */
  #words: Uint32Array;
  readonly #parts: OpenParts;
  #recordEnd = 1;
  readonly #freeRecords: number[] = [];

  constructor(readonly columns: number) {
    this.#width = headWords / 2 + Math.ceil(columns / 2);
    this.#floats = new Float64Array(64 * this.#width);
    this.#words = new Uint32Array(this.#floats.buffer);
    this.#parts = new OpenParts(columns);
  }

  get bytes(): number {
    return this.#heads.bytes + this.#floats.byteLength + this.#parts.bytes;
  }

  /** Reads what an access of the account will need. */
  touch(account: AccountNumber): number {
    const record = this.first(account);
    const open = this.#word(record, at32.open);
    return open ^ this.#parts.upper(open, 0);
  }

  first(account: AccountNumber): number {
    return this.#heads.first(account);
  }
  next(record: number): number {
    return this.#word(record, at32.next);
  }
  account(record: number): AccountNumber {
    return this.#word(record, at32.account);
  }
  day(record: number): number {
    return this.#word(record, at32.day) | 0;
  }
  start(record: number): number {
    return this.#float(record, at64.start);
  }
  end(record: number): number {
    return this.#float(record, at64.end);
  }

  add(
    account: AccountNumber,
    { day, start, end }: { readonly day: number; readonly start: number; readonly end: number },
  ): number {
    const record = this.#freeRecords.pop() ?? this.#recordEnd++;
    while ((record + 1) * this.#width > this.#floats.length) {
      this.#floats = grown(this.#floats, Float64Array);
      this.#words = new Uint32Array(this.#floats.buffer);
    }
    this.#words.fill(0, record * this.#width * 2, (record + 1) * this.#width * 2);
    this.#setWord(record, at32.next, this.#heads.first(account));
    this.#heads.setFirst(account, record);
    this.#setWord(record, at32.account, account);
    this.#setWord(record, at32.day, day);
    this.#setFloat(record, at64.start, start);
    this.#setFloat(record, at64.end, end);
    this.#setFloat(record, at64.unusual, Number.POSITIVE_INFINITY);
    this.#setFloat(record, at64.due, Number.POSITIVE_INFINITY);
    this.#setFloat(record, at64.roleAt, Number.NEGATIVE_INFINITY);
    this.#setFloat(record, at64.kindAt, Number.NEGATIVE_INFINITY);
    return record;
  }

  remove(record: number): void {
    this.close(record);
    const account = this.account(record);
    let before = 0;
    for (let at = this.first(account); at !== record; at = this.next(at)) before = at;
    if (before === 0) this.#heads.setFirst(account, this.next(record));
    else this.#setWord(before, at32.next, this.next(record));
    this.#freeRecords.push(record);
  }

  /** When the day became unusual, event time; infinite while it is not. */
  unusual(record: number): number {
    return this.#float(record, at64.unusual);
  }
  setUnusual(record: number, time: Milliseconds): void {
    this.#change(record);
    this.#setFloat(record, at64.unusual, time);
  }
  /** The time of the account's newest access above which windows that were not looked at may no longer be held. */
  due(record: number): number {
    return this.#float(record, at64.due);
  }
  setDue(record: number, time: Milliseconds): void {
    this.#setFloat(record, at64.due, time);
    const account = this.account(record);
    if (time < this.#heads.due(account)) this.#heads.setDue(account, time);
  }
  /** The earliest time at which a record of the account may be due. */
  accountDue(account: AccountNumber): number {
    return this.#heads.due(account);
  }
  /** Nothing of the account is due that its records do not say. */
  noteDue(account: AccountNumber): void {
    let due = Number.POSITIVE_INFINITY;
    for (let record = this.first(account); record > 0; record = this.next(record)) due = Math.min(due, this.due(record));
    this.#heads.setDue(account, due);
  }
  flags(record: number): number {
    return this.#word(record, at32.flags);
  }
  setFlags(record: number, flags: number): void {
    this.#setWord(record, at32.flags, flags);
  }

  /** Numbers of texts, 0 for none, with the time of the access that said so. */
  role(record: number): number {
    return this.#word(record, at32.role);
  }
  roleAt(record: number): number {
    return this.#float(record, at64.roleAt);
  }
  setRole(record: number, role: number, at: number): void {
    this.#setWord(record, at32.role, role);
    this.#setFloat(record, at64.roleAt, at);
  }
  kind(record: number): number {
    return this.#word(record, at32.kind);
  }
  kindAt(record: number): number {
    return this.#float(record, at64.kindAt);
  }
  setKind(record: number, kind: number, at: number): void {
    this.#setWord(record, at32.kind, kind);
    this.#setFloat(record, at64.kindAt, at);
  }

  most(record: number, column: number): number {
    return this.#word(record, headWords + column);
  }
  setMost(record: number, column: number, count: number): void {
    this.#change(record);
    this.#setWord(record, headWords + column, count);
  }

  isOpen(record: number): boolean {
    return this.#word(record, at32.open) !== 0;
  }
  upper(record: number, column: number): number {
    const open = this.#word(record, at32.open);
    return open > 0 ? this.#parts.upper(open, column) : this.most(record, column);
  }
  setUpper(record: number, column: number, count: number): void {
    this.#change(record);
    this.#parts.setUpper(this.#opened(record), column, count);
  }
  from(record: number, column: number): number {
    return this.start(record) + this.#parts.from(this.#word(record, at32.open), column);
  }
  setFrom(record: number, column: number, time: Milliseconds): void {
    this.#change(record);
    this.#parts.setFrom(this.#opened(record), column, time - this.start(record));
  }
  /** Whether an access at `time` changes nothing and is not told: its window holds `upper` at most, less than `floor` or what is told from. `tested`: so that the day stays usual. */
  isCalm(record: number, column: number, time: Milliseconds, upper: number, floor: Milliseconds, tested: boolean): boolean {
    return this.#parts.isCalm(this.#word(record, at32.open), column, time - this.start(record), upper, floor, tested);
  }
  least(record: number, column: number): number {
    return this.#parts.least(this.#word(record, at32.open), column);
  }
  setLeast(record: number, column: number, count: number): void {
    this.#change(record);
    this.#parts.setLeast(this.#opened(record), column, count);
  }
  usual(record: number, column: number): number {
    return this.#parts.usual(this.#word(record, at32.open), column);
  }
  /** No less than the upper bound, so that whoever relies on that may go on. */
  setUsual(record: number, column: number, count: number): void {
    this.#parts.setUsual(this.#opened(record), column, count);
  }

  /** Lets the open part go: what was not looked at is forgotten. */
  close(record: number): void {
    this.#change(record);
    this.#parts.letGo(this.#word(record, at32.open));
    this.#setWord(record, at32.open, 0);
    this.#setFloat(record, at64.due, Number.POSITIVE_INFINITY);
  }

  /** Somebody goes by what the counts of the day say, until one of them changes. */
  rely(record: number): void {
    this.#setWord(record, at32.relied, 1);
  }
  /** Whether nothing but role and kind has changed since. */
  isReliable(record: number): boolean {
    return this.#word(record, at32.relied) !== 0;
  }
  #change(record: number): void {
    this.#setWord(record, at32.relied, 0);
  }

  #opened(record: number): number {
    const open = this.#word(record, at32.open);
    if (open > 0) return open;
    const part = this.#parts.take();
    for (let column = 0; column < this.columns; column += 1) this.#parts.setUpper(part, column, this.most(record, column));
    this.#setWord(record, at32.open, part);
    return part;
  }

  #word(record: number, place: number): number {
    return this.#words[record * this.#width * 2 + place] ?? outside();
  }
  #setWord(record: number, place: number, value: number): void {
    this.#words[record * this.#width * 2 + place] = value;
  }
  #float(record: number, place: number): number {
    return this.#floats[record * this.#width + place] ?? outside();
  }
  #setFloat(record: number, place: number, value: number): void {
    this.#floats[record * this.#width + place] = value;
  }
}
