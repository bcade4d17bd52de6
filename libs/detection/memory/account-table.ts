// memory/: how an engine remembers: ledgers, accounts, cells, marks, texts and sets of selections, as typed arrays.
// It knows numbers, bytes and times, and nothing of rules.

import { accountOf } from '../scan/row-layout.js';
import { HashSlots } from './hash-slots.js';
import { KeyStore } from './key-store.js';

/** Words of an account's record, which fill a line of memory; the times are pairs of them. */
const recordWords = 16;
const at64 = { newest: 0, oldest: 1, since: 2 } as const;
/** `length`: of the key in bytes; 0 where the number is not in use. */
const at = { hash: 6, place: 7, length: 8, main: 9, cells: 10, answers: 11 } as const;

/** Accounts by their exact bytes: open addressing on a hash, then a comparison of the bytes. Numbers start at 1; 0 is none. */
export class AccountTable {
  readonly #slots = new HashSlots();
  #times = new Float64Array((64 * recordWords) / 2);
  /** The same memory. */
  #words = new Uint32Array(this.#times.buffer);
  readonly #keys = new KeyStore();
  readonly #free: number[] = [];
  #end = 1;
  /** Of the one asked for last: what is asked of a day asks for them several times. */
  #named = 0;
  #names = { groupId: '', actorId: '' };

  get count(): number {
    return this.#slots.held;
  }
  /** Account numbers are below this. */
  get end(): number {
    return this.#end;
  }
  get bytes(): number {
    return this.#slots.bytes + this.#times.byteLength + this.#keys.bytes;
  }

  find(view: DataView, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    for (let slot = slots.home(hash); ; slot = slots.next(slot)) {
      const account = slots.at(slot);
      if (account === 0 || (slots.hashAt(slot) === hash && this.#same(account, view, start, end - start))) return account;
    }
  }

  /** The account in the first slot of the hash, whose it need not be; 0 for none. */
  firstAt(hash: number): number {
    return this.#slots.at(this.#slots.home(hash));
  }
  /** Reads what is known of the account. */
  touch(account: number): number {
    return this.#keys.touch(this.#word(account, at.place)) ^ this.#word(account, at.length);
  }

  add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const account = this.#free.pop() ?? this.#end++;
    this.#named = 0;
    if ((account + 1) * recordWords > this.#words.length) this.#widen();
    const record = account * recordWords;
    this.#words.fill(0, record, record + recordWords);
    this.#times[record / 2 + at64.oldest] = Number.POSITIVE_INFINITY;
    this.#times[record / 2 + at64.since] = Number.NEGATIVE_INFINITY;
    this.#words[record + at.hash] = hash;
    this.#words[record + at.place] = this.#keys.put(bytes, start, end);
    this.#words[record + at.length] = end - start;
    this.#slots.enter(account, hash);
    return account;
  }

  remove(account: number): void {
    this.#slots.leave(account, this.hash(account));
    this.#keys.drop(this.#word(account, at.place), this.#word(account, at.length));
    this.#words[account * recordWords + at.length] = 0;
    this.#named = 0;
    this.#free.push(account);
  }

  /** Whether the number is in use. */
  isUsed(account: number): boolean {
    return this.#word(account, at.length) > 0;
  }
  /** The bytes of the account, undefined where the number is not in use. */
  key(account: number): Uint8Array | undefined {
    const length = this.#word(account, at.length);
    return length === 0 ? undefined : this.#keys.get(this.#word(account, at.place), length);
  }
  names(account: number): { readonly groupId: string; readonly actorId: string } {
    if (this.#named === account && account > 0) return this.#names;
    const key = this.key(account) ?? new Uint8Array(0);
    const { group_id: groupId, actor_id: actorId } = accountOf(key, 0, key.length);
    this.#named = account;
    this.#names = { groupId, actorId };
    return this.#names;
  }
  hash(account: number): number {
    return this.#word(account, at.hash);
  }

  /** Largest event time seen of the account, 0 before the first. */
  newest(account: number): number {
    return this.#times[(account * recordWords) / 2 + at64.newest] ?? 0;
  }
  setNewest(account: number, time: number): void {
    this.#times[(account * recordWords) / 2 + at64.newest] = time;
  }
  /** Smallest event time taken in, infinite before the first. */
  oldest(account: number): number {
    return this.#times[(account * recordWords) / 2 + at64.oldest] ?? Number.POSITIVE_INFINITY;
  }
  setOldest(account: number, time: number): void {
    this.#times[(account * recordWords) / 2 + at64.oldest] = time;
  }
  /** Event time up to which accesses may have been forgotten before the account was met, again or for the first time. */
  since(account: number): number {
    return this.#times[(account * recordWords) / 2 + at64.since] ?? Number.NEGATIVE_INFINITY;
  }
  setSince(account: number, time: number): void {
    this.#times[(account * recordWords) / 2 + at64.since] = time;
  }

  /** The account's shared ledger, 0 for none. */
  main(account: number): number {
    return this.#word(account, at.main);
  }
  setMain(account: number, ledger: number): void {
    this.#words[account * recordWords + at.main] = ledger;
  }
  /** The first of the account's cells, 0 for none. */
  cells(account: number): number {
    return this.#word(account, at.cells);
  }
  setCells(account: number, cell: number): void {
    this.#words[account * recordWords + at.cells] = cell;
  }
  /** What conditions say of the account, as whoever asks them numbers it; 0 where nobody has asked. */
  answers(account: number): number {
    return this.#word(account, at.answers);
  }
  setAnswers(account: number, answers: number): void {
    this.#words[account * recordWords + at.answers] = answers;
  }

  #word(account: number, place: number): number {
    return this.#words[account * recordWords + place] ?? 0;
  }

  #same(account: number, view: DataView, start: number, length: number): boolean {
    return this.#word(account, at.length) === length && this.#keys.equals(this.#word(account, at.place), length, view, start);
  }

  #widen(): void {
    const accounts = Math.ceil((this.#words.length / recordWords) * 1.5);
    const times = new Float64Array((accounts * recordWords) / 2);
    times.set(this.#times);
    this.#times = times;
    this.#words = new Uint32Array(times.buffer);
  }
}
