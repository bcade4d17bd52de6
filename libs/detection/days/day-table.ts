import { DayHeads } from './day-heads.js';
import { DayMosts } from './day-mosts.js';
import { at, at64, DayRecords, recordWords } from './day-records.js';
import { OpenParts } from './open-parts.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, Milliseconds } from '../scan/kinds.js';

/** Upper bound of a count of which nothing is known, and the largest count that is told apart. */
export const countMax = 4_294_967_295;

/** Bits: it is to be given; it was given as told; it was given; it may be unusual though nobody has looked; an access of it says no role. */
export const flag = { waits: 1, told: 2, given: 4, doubted: 8, roleless: 16 } as const;

/** Bits: somebody goes by its counts; it is boundless. */
const trust = { relied: 1, boundless: 2 } as const;

/** More than days hold. */
export const boundless = 2 ** 31;

/**
 * Days of accounts, a record each, in chains by account; record 0 is none. Of each column of counts a record keeps the largest count that is known (`DayMosts`).
 * While counts may still come it has an open part besides (`OpenParts`), unless it is boundless: of a day that stays usual whatever it holds nothing is noted but from when on windows have
 * not been looked at, for all columns together, so that most accesses and most days have nothing to write.
 */
export class DayTable {
  readonly #heads = new DayHeads();
  readonly #records = new DayRecords();
  readonly #mosts: DayMosts;
  readonly #parts: OpenParts;
  #recordEnd = 1;
  readonly #freeRecords: number[] = [];

  /** `spareMs`: how long windows of a boundless day may wait to be looked at. */
  constructor(
    readonly columns: number,
    private readonly spareMs: Milliseconds,
  ) {
    this.#mosts = new DayMosts(columns);
    this.#parts = new OpenParts(columns);
  }

  get bytes(): number {
    return this.#heads.bytes + this.#records.bytes + this.#mosts.bytes + this.#parts.bytes;
  }

  /** Reads what an access of the account will need. */
  touch(account: AccountNumber): number {
    return this.#records.word(this.first(account), at.open);
  }

  /** The record of the account's day that the time lies in, 0 for none. */
  at(account: AccountNumber, time: Milliseconds): number {
    const words = this.#records.words;
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
    return this.#records.word(record, at.next);
  }
  account(record: number): AccountNumber {
    return this.#records.word(record, at.account);
  }
  day(record: number): number {
    return this.#records.word(record, at.day) | 0;
  }
  start(record: number): number {
    return this.#records.float(record, at64.start);
  }
  end(record: number): number {
    return this.start(record) + this.#records.word(record, at.length);
  }

  add(
    account: AccountNumber,
    { day, start, end }: { readonly day: number; readonly start: number; readonly end: number },
  ): number {
    const record = this.#freeRecords.pop() ?? this.#recordEnd++;
    this.#records.clear(record);
    this.#mosts.clear(record);
    this.#records.setWord(record, at.next, this.#heads.first(account));
    this.#heads.setFirst(account, record);
    this.#records.setWord(record, at.account, account);
    this.#records.setWord(record, at.day, day);
    this.#records.setFloat(record, at64.start, start);
    this.#records.setWord(record, at.length, end - start);
    this.#records.setFloat(record, at64.unusual, Number.POSITIVE_INFINITY);
    return record;
  }

  remove(record: number): void {
    this.close(record);
    const account = this.account(record);
    let before = 0;
    for (let one = this.first(account); one !== record; one = this.next(one)) before = one;
    if (before === 0) this.#heads.setFirst(account, this.next(record));
    else this.#records.setWord(before, at.next, this.next(record));
    this.#freeRecords.push(record);
  }

  /** When the day became unusual, event time; infinite while it is not. */
  unusual(record: number): number {
    return this.#records.float(record, at64.unusual);
  }
  setUnusual(record: number, time: Milliseconds): void {
    this.#change(record);
    this.#records.setFloat(record, at64.unusual, time);
  }
  /** The time of the account's newest access above which windows that were not looked at may no longer be held. */
  due(record: number): number {
    return Math.min(this.#parts.due(this.#records.word(record, at.open)), this.waitsFrom(record) + this.spareMs);
  }
  /** Of an open one. */
  setDue(record: number, time: Milliseconds): void {
    this.#parts.setDue(this.#opened(record), time);
    this.#hasten(record, time);
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
    return this.#records.word(record, at.flags);
  }
  setFlags(record: number, flags: number): void {
    this.#records.setWord(record, at.flags, flags);
  }

  /** Numbers of texts, 0 for none, with the time of the access that said so, infinitely early for none. */
  role(record: number): number {
    return this.#records.word(record, at.role);
  }
  roleAt(record: number): number {
    return this.#records.timeAt(record, at.roleAt, Number.NEGATIVE_INFINITY);
  }
  setRole(record: number, role: number, time: number): void {
    this.#records.setWord(record, at.role, role);
    this.#records.setTimeAt(record, at.roleAt, time);
  }
  kind(record: number): number {
    return this.#records.word(record, at.kind);
  }
  kindAt(record: number): number {
    return this.#records.timeAt(record, at.kindAt, Number.NEGATIVE_INFINITY);
  }
  setKind(record: number, kind: number, time: number): void {
    this.#records.setWord(record, at.kind, kind);
    this.#records.setTimeAt(record, at.kindAt, time);
  }

  /** Notes that an access at `time` says role and kind, neither of which is 0, as the newest one does; false where that says another. It is so of nearly all accesses. */
  saysAgain(record: number, role: number, kind: number, time: Milliseconds): boolean {
    const words = this.#records.words;
    const head = record * recordWords;
    if (words[head + at.role] !== role || words[head + at.kind] !== kind) return false;
    const since = time - this.start(record) + 1;
    if (since > (words[head + at.roleAt] ?? outside())) words[head + at.roleAt] = since;
    if (since > (words[head + at.kindAt] ?? outside())) words[head + at.kindAt] = since;
    return true;
  }

  most(record: number, column: number): number {
    return this.#mosts.of(record, column);
  }
  setMost(record: number, column: number, count: number): void {
    this.#change(record);
    this.#mosts.set(record, column, count);
  }

  isOpen(record: number): boolean {
    return (this.#records.word(record, at.open) | this.#records.word(record, at.waits)) !== 0;
  }

  /** Whether it stays usual whatever it holds. */
  isBoundless(record: number): boolean {
    return (this.#records.word(record, at.trust) & trust.boundless) !== 0;
  }
  /** Whether that is so and nobody has asked what is told on it: then rules go by their minima alone. */
  goesByMinima(record: number): boolean {
    return this.isBoundless(record) && this.#records.word(record, at.open) === 0;
  }
  setBoundless(record: number): void {
    this.#records.setWord(record, at.trust, trust.boundless);
  }
  /** Of a boundless one: from which event time on windows have not been looked at; infinite for none. */
  waitsFrom(record: number): number {
    return this.#records.timeAt(record, at.waits, Number.POSITIVE_INFINITY);
  }
  /** From `time` on they have not been; false where that was known. */
  wait(record: number, time: Milliseconds): boolean {
    if (time >= this.waitsFrom(record)) return false;
    this.#records.setTimeAt(record, at.waits, time);
    this.#hasten(record, this.waitsFrom(record) + this.spareMs);
    return true;
  }
  /** All windows have been looked at. */
  settled(record: number): void {
    this.#change(record);
    this.#records.setWord(record, at.waits, 0);
    const open = this.#records.word(record, at.open);
    if (open > 0) this.#parts.setDue(open, Number.POSITIVE_INFINITY);
  }

  upper(record: number, column: number): number {
    const open = this.#records.word(record, at.open);
    return open > 0 ? this.#parts.upper(open, column) : this.most(record, column);
  }
  setUpper(record: number, column: number, count: number): void {
    this.#change(record);
    this.#parts.setUpper(this.#opened(record), column, count);
  }
  from(record: number, column: number): number {
    return this.start(record) + this.#parts.from(this.#records.word(record, at.open), column);
  }
  setFrom(record: number, column: number, time: Milliseconds): void {
    this.#change(record);
    this.#parts.setFrom(this.#opened(record), column, time - this.start(record));
  }
  /** Whether an access at `time` changes nothing and is not told: its window holds `upper` at most, less than `floor` or what is told from. `tested`: so that the day stays usual. */
  isCalm(record: number, column: number, time: Milliseconds, upper: number, floor: Milliseconds, tested: boolean): boolean {
    return this.#parts.isCalm(
      this.#records.word(record, at.open),
      column,
      time - this.start(record),
      upper,
      floor,
      tested && !this.isBoundless(record),
    );
  }
  least(record: number, column: number): number {
    return this.#parts.least(this.#records.word(record, at.open), column);
  }
  setLeast(record: number, column: number, count: number): void {
    this.#change(record);
    this.#parts.setLeast(this.#opened(record), column, count);
  }
  usual(record: number, column: number): number {
    if (this.isBoundless(record)) return boundless;
    return this.#parts.usual(this.#records.word(record, at.open), column);
  }
  /** No less than the upper bound, so that whoever relies on that may go on. */
  setUsual(record: number, column: number, count: number): void {
    this.#parts.setUsual(this.#opened(record), column, count);
  }

  /** Lets the open part go: what was not looked at is forgotten. */
  close(record: number): void {
    this.#change(record);
    this.#parts.letGo(this.#records.word(record, at.open));
    this.#records.setWord(record, at.open, 0);
    this.#records.setWord(record, at.waits, 0);
  }

  /** Somebody goes by what the counts of the day say, until one of them changes. */
  rely(record: number): void {
    this.#records.setWord(record, at.trust, this.#records.word(record, at.trust) | trust.relied);
  }
  /** Whether nothing but role and kind has changed since. */
  isReliable(record: number): boolean {
    return (this.#records.word(record, at.trust) & trust.relied) !== 0;
  }
  #change(record: number): void {
    this.#records.setWord(record, at.trust, this.#records.word(record, at.trust) & trust.boundless);
  }

  #opened(record: number): number {
    const open = this.#records.word(record, at.open);
    if (open > 0) return open;
    const part = this.#parts.take();
    for (let column = 0; column < this.columns; column += 1) this.#parts.setUpper(part, column, this.most(record, column));
    this.#records.setWord(record, at.open, part);
    return part;
  }

  /** The account is due by then. */
  #hasten(record: number, time: Milliseconds): void {
    const account = this.account(record);
    if (time < this.#heads.due(account)) this.#heads.setDue(account, time);
  }
}
