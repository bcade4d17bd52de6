import { GrowingMemory } from '../memory/growing-memory.js';
import { DayHeads } from './day-heads.js';
import { OpenParts } from './open-parts.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** Upper bound of a count of which nothing is known, and the largest count that is told apart. */
export const countMax = 4_294_967_295;

/** Bits: it is to be given; it was given as told; it was given; it may be unusual though nobody has looked; an access of it says no role. */
export const flag = { waits: 1, told: 2, given: 4, doubted: 8, roleless: 16 } as const;

/** Words of a record, which fill a line of memory, since each access asks for most of them; the first two are a time, and so are the next two. */
const recordWords = 16;
const recordBytes = 4 * recordWords;
const at64 = { start: 0, unusual: 1 } as const;
/** `length` of the day, and `roleAt` and `kindAt` from a millisecond before it begins, 0 for never: milliseconds. */
const at = {
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
  relied: 14,
} as const;

/**
 * Days of accounts, a record each, in chains by account; record 0 is none. Of each column of counts a record keeps the largest count that is known, apart from
 * what each access asks for. While counts may still come it has an open part besides (`OpenParts`).
 */
export class DayTable {
  readonly #heads = new DayHeads();
  readonly #memory = new GrowingMemory(16 * recordBytes);
  #floats = new Float64Array(this.#memory.bytes);
  /** The same memory. */
  #words = new Uint32Array(this.#memory.bytes);
  readonly #mostMemory: GrowingMemory;
  #most: Uint32Array;
  readonly #parts: OpenParts;
  #recordEnd = 1;
  readonly #freeRecords: number[] = [];

  constructor(readonly columns: number) {
    this.#mostMemory = new GrowingMemory(16 * 4 * columns);
    this.#most = new Uint32Array(this.#mostMemory.bytes);
    this.#parts = new OpenParts(columns);
  }

  get bytes(): number {
    return this.#heads.bytes + this.#floats.byteLength + this.#most.byteLength + this.#parts.bytes;
  }

  /** Reads what an access of the account will need. */
  touch(account: AccountNumber): number {
    return this.#word(this.first(account), at.open);
  }

  /** The record of the account's day that the time lies in, 0 for none. */
  at(account: AccountNumber, time: Milliseconds): number {
    const words = this.#words;
    for (let record = this.#heads.first(account); record > 0; record = words[record * recordWords + at.next] ?? outside()) {
      const since = time - this.start(record);
      if (since >= 0 && since < (words[record * recordWords + at.length] ?? outside())) return record;
    }
    return 0;
  }

  first(account: AccountNumber): number {
    return this.#heads.first(account);
  }
  next(record: number): number {
    return this.#word(record, at.next);
  }
  account(record: number): AccountNumber {
    return this.#word(record, at.account);
  }
  day(record: number): number {
    return this.#word(record, at.day) | 0;
  }
  start(record: number): number {
    return this.#float(record, at64.start);
  }
  end(record: number): number {
    return this.start(record) + this.#word(record, at.length);
  }

  add(
    account: AccountNumber,
    { day, start, end }: { readonly day: number; readonly start: number; readonly end: number },
  ): number {
    const record = this.#freeRecords.pop() ?? this.#recordEnd++;
    this.#reserve(record + 1);
    this.#words.fill(0, record * recordWords, (record + 1) * recordWords);
    this.#most.fill(0, record * this.columns, (record + 1) * this.columns);
    this.#setWord(record, at.next, this.#heads.first(account));
    this.#heads.setFirst(account, record);
    this.#setWord(record, at.account, account);
    this.#setWord(record, at.day, day);
    this.#setFloat(record, at64.start, start);
    this.#setWord(record, at.length, end - start);
    this.#setFloat(record, at64.unusual, Number.POSITIVE_INFINITY);
    return record;
  }

  remove(record: number): void {
    this.close(record);
    const account = this.account(record);
    let before = 0;
    for (let one = this.first(account); one !== record; one = this.next(one)) before = one;
    if (before === 0) this.#heads.setFirst(account, this.next(record));
    else this.#setWord(before, at.next, this.next(record));
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
    return this.#parts.due(this.#word(record, at.open));
  }
  /** Of an open one. */
  setDue(record: number, time: Milliseconds): void {
    this.#parts.setDue(this.#opened(record), time);
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
    return this.#word(record, at.flags);
  }
  setFlags(record: number, flags: number): void {
    this.#setWord(record, at.flags, flags);
  }

  /** Numbers of texts, 0 for none, with the time of the access that said so, infinitely early for none. */
  role(record: number): number {
    return this.#word(record, at.role);
  }
  roleAt(record: number): number {
    return this.#timeAt(record, at.roleAt);
  }
  setRole(record: number, role: number, time: number): void {
    this.#setWord(record, at.role, role);
    this.#setTimeAt(record, at.roleAt, time);
  }
  kind(record: number): number {
    return this.#word(record, at.kind);
  }
  kindAt(record: number): number {
    return this.#timeAt(record, at.kindAt);
  }
  setKind(record: number, kind: number, time: number): void {
    this.#setWord(record, at.kind, kind);
    this.#setTimeAt(record, at.kindAt, time);
  }

  /** Notes that an access at `time` says role and kind, neither of which is 0, as the newest one does; false where that says another. It is so of nearly all accesses. */
  saysAgain(record: number, role: number, kind: number, time: Milliseconds): boolean {
    const words = this.#words;
    const head = record * recordWords;
    if (words[head + at.role] !== role || words[head + at.kind] !== kind) return false;
    const since = time - this.start(record) + 1;
    if (since > (words[head + at.roleAt] ?? outside())) words[head + at.roleAt] = since;
    if (since > (words[head + at.kindAt] ?? outside())) words[head + at.kindAt] = since;
    return true;
  }

  most(record: number, column: number): number {
    return this.#most[record * this.columns + column] ?? outside();
  }
  setMost(record: number, column: number, count: number): void {
    this.#change(record);
    this.#most[record * this.columns + column] = count;
  }

  isOpen(record: number): boolean {
    return this.#word(record, at.open) !== 0;
  }
  upper(record: number, column: number): number {
    const open = this.#word(record, at.open);
    return open > 0 ? this.#parts.upper(open, column) : this.most(record, column);
  }
  setUpper(record: number, column: number, count: number): void {
    this.#change(record);
    this.#parts.setUpper(this.#opened(record), column, count);
  }
  from(record: number, column: number): number {
    return this.start(record) + this.#parts.from(this.#word(record, at.open), column);
  }
  setFrom(record: number, column: number, time: Milliseconds): void {
    this.#change(record);
    this.#parts.setFrom(this.#opened(record), column, time - this.start(record));
  }
  /** Whether an access at `time` changes nothing and is not told: its window holds `upper` at most, less than `floor` or what is told from. `tested`: so that the day stays usual. */
  isCalm(record: number, column: number, time: Milliseconds, upper: number, floor: Milliseconds, tested: boolean): boolean {
    return this.#parts.isCalm(this.#word(record, at.open), column, time - this.start(record), upper, floor, tested);
  }
  least(record: number, column: number): number {
    return this.#parts.least(this.#word(record, at.open), column);
  }
  setLeast(record: number, column: number, count: number): void {
    this.#change(record);
    this.#parts.setLeast(this.#opened(record), column, count);
  }
  usual(record: number, column: number): number {
    return this.#parts.usual(this.#word(record, at.open), column);
  }
  /** No less than the upper bound, so that whoever relies on that may go on. */
  setUsual(record: number, column: number, count: number): void {
    this.#parts.setUsual(this.#opened(record), column, count);
  }

  /** The same of all columns. */
  setAllUsual(record: number, count: number): void {
    const open = this.#opened(record);
    for (let column = 0; column < this.columns; column += 1) this.#parts.setUsual(open, column, count);
  }

  /** Lets the open part go: what was not looked at is forgotten. */
  close(record: number): void {
    this.#change(record);
    this.#parts.letGo(this.#word(record, at.open));
    this.#setWord(record, at.open, 0);
  }

  /** Somebody goes by what the counts of the day say, until one of them changes. */
  rely(record: number): void {
    this.#setWord(record, at.relied, 1);
  }
  /** Whether nothing but role and kind has changed since. */
  isReliable(record: number): boolean {
    return this.#word(record, at.relied) !== 0;
  }
  #change(record: number): void {
    this.#setWord(record, at.relied, 0);
  }

  #opened(record: number): number {
    const open = this.#word(record, at.open);
    if (open > 0) return open;
    const part = this.#parts.take();
    for (let column = 0; column < this.columns; column += 1) this.#parts.setUpper(part, column, this.most(record, column));
    this.#setWord(record, at.open, part);
    return part;
  }

  #timeAt(record: number, place: number): number {
    const since = this.#word(record, place);
    return since === 0 ? Number.NEGATIVE_INFINITY : this.start(record) + since - 1;
  }
  #setTimeAt(record: number, place: number, time: number): void {
    this.#setWord(record, place, Math.max(0, time - this.start(record)) + 1);
  }

  #reserve(records: number): void {
    if (records * recordWords > this.#words.length) {
      this.#memory.reserve(records * recordBytes);
      this.#floats = new Float64Array(this.#memory.bytes);
      this.#words = new Uint32Array(this.#memory.bytes);
    }
    if (records * this.columns <= this.#most.length) return;
    this.#mostMemory.reserve(records * this.columns * 4);
    this.#most = new Uint32Array(this.#mostMemory.bytes);
  }

  #word(record: number, place: number): number {
    return this.#words[record * recordWords + place] ?? outside();
  }
  #setWord(record: number, place: number, value: number): void {
    this.#words[record * recordWords + place] = value;
  }
  #float(record: number, place: number): number {
    return this.#floats[(record * recordWords) / 2 + place] ?? outside();
  }
  #setFloat(record: number, place: number, value: number): void {
    this.#floats[(record * recordWords) / 2 + place] = value;
  }
}
