// memory/: how an engine remembers: ledgers, accounts, cells, marks, texts and sets of selections, as typed arrays.
// It knows numbers, bytes and times, and nothing of rules.

import { accountOf } from '../scan/row-layout.js';
import { GrowingMemory } from './growing-memory.js';
import { HashSlots } from './hash-slots.js';
import { KeyPrefixes } from './key-prefixes.js';
import { copyBytes, KeyStore, wordsHold } from './key-store.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, LedgerNumber, Milliseconds } from '../scan/kinds.js';

/** Words of an account's record, which fill a line of memory; the times are pairs of them. */
const recordWords = 16;
const recordBytes = 4 * recordWords;
const at64 = { newest: 0, oldest: 1, since: 2 } as const;
/**
 * `kind`: the number of what the key begins with, 16 bits, and the length of the rest in bytes, 16 bits; 0 where the account is not in use. A short rest stands in
 * the record itself, its last word filled up with zeros, from `key` on; of a longer one its place does.
 */
const at = { hash: 6, kind: 7, main: 8, cells: 9, answers: 10, key: 11 } as const;
const inlineBytesMax = (recordWords - at.key) * 4;
const half = 16;
const restMask = 0xffff;

/** Accounts by their exact bytes: open addressing on a hash, then a comparison of the bytes. Numbers start at 1; 0 is none. */
export class AccountTable {
  readonly #slots = new HashSlots();
  readonly #memory = new GrowingMemory(64 * recordBytes);
  #times = new Float64Array(this.#memory.bytes);
  /** The same memory. */
  #words = new Int32Array(this.#memory.bytes);
  /** Accounts of one group begin alike. */
  readonly #prefixes = new KeyPrefixes();
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
    return this.#slots.bytes + this.#times.byteLength + this.#prefixes.bytes + this.#keys.bytes;
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
  touch(account: AccountNumber): number {
    const kind = this.#word(account, at.kind);
    return (kind & restMask) > inlineBytesMax ? this.#keys.touch(this.#word(account, at.key)) : kind;
  }

  /** `view`: of `bytes`. */
  add(bytes: Uint8Array, view: DataView, start: number, end: number, hash: number): number {
    const reused = this.#free.pop();
    const account = reused ?? this.#end++;
    this.#named = 0;
    if ((account + 1) * recordWords > this.#words.length) this.#widen((account + 1) * recordBytes);
    const record = account * recordWords;
    if (reused !== undefined) this.#words.fill(0, record, record + recordWords);
    this.#times[record / 2 + at64.oldest] = Number.POSITIVE_INFINITY;
    this.#times[record / 2 + at64.since] = Number.NEGATIVE_INFINITY;
    this.#words[record + at.hash] = hash;
    const prefix = this.#prefixes.of(bytes, view, start, end);
    const restStart = start + this.#prefixes.length(prefix);
    const rest = end - restStart;
    this.#words[record + at.kind] = (prefix << half) | rest;
    if (rest > inlineBytesMax) this.#words[record + at.key] = this.#keys.put(bytes, restStart, end);
    else copyBytes(view, restStart, rest, this.#words, record + at.key);
    this.#slots.enter(account, hash);
    return account;
  }

  remove(account: AccountNumber): void {
    this.#slots.leave(account, this.hash(account));
    const rest = this.#word(account, at.kind) & restMask;
    if (rest > inlineBytesMax) this.#keys.drop(this.#word(account, at.key), rest);
    this.#words[account * recordWords + at.kind] = 0;
    this.#named = 0;
    this.#free.push(account);
  }

  /** Whether the number is in use. */
  isUsed(account: AccountNumber): boolean {
    return this.#word(account, at.kind) !== 0;
  }
  /** The bytes of the account, a copy; undefined where the number is not in use. */
  key(account: AccountNumber): Uint8Array | undefined {
    const kind = this.#word(account, at.kind);
    if (kind === 0) return undefined;
    const prefix = this.#prefixes.bytesOf(kind >>> half);
    const rest = kind & restMask;
    const key = new Uint8Array(prefix.length + rest);
    key.set(prefix);
    key.set(this.#restOf(account, rest), prefix.length);
    return key;
  }
  names(account: AccountNumber): { readonly groupId: string; readonly actorId: string } {
    if (this.#named === account && account > 0) return this.#names;
    this.#names = this.#namesOf(account);
    this.#named = account;
    return this.#names;
  }
  /** What most keys begin with says the group, and their rest is the account. */
  #namesOf(account: AccountNumber): { readonly groupId: string; readonly actorId: string } {
    const kind = this.#word(account, at.kind);
    const groupId = this.#prefixes.groupOf(kind >>> half);
    const actorId = groupId === undefined ? '' : textOf(this.#restOf(account, kind & restMask));
    if (groupId !== undefined && !actorId.includes('\\')) return { groupId, actorId };
    const key = this.key(account) ?? new Uint8Array(0);
    const { group_id, actor_id } = accountOf(key, 0, key.length);
    return { groupId: group_id, actorId: actor_id };
  }
  hash(account: AccountNumber): number {
    return this.#word(account, at.hash) >>> 0;
  }

  /** Largest event time seen of the account, 0 before the first. */
  newest(account: AccountNumber): number {
    return this.#times[(account * recordWords) / 2 + at64.newest] ?? outside();
  }
  setNewest(account: AccountNumber, time: Milliseconds): void {
    this.#times[(account * recordWords) / 2 + at64.newest] = time;
  }
  /** Smallest event time taken in, infinite before the first. */
  oldest(account: AccountNumber): number {
    return this.#times[(account * recordWords) / 2 + at64.oldest] ?? Number.POSITIVE_INFINITY;
  }
  setOldest(account: AccountNumber, time: Milliseconds): void {
    this.#times[(account * recordWords) / 2 + at64.oldest] = time;
  }
  /** Event time up to which accesses may have been forgotten before the account was met, again or for the first time. */
  since(account: AccountNumber): number {
    return this.#times[(account * recordWords) / 2 + at64.since] ?? Number.NEGATIVE_INFINITY;
  }
  setSince(account: AccountNumber, time: Milliseconds): void {
    this.#times[(account * recordWords) / 2 + at64.since] = time;
  }

  /** The account's shared ledger, 0 for none. */
  main(account: AccountNumber): number {
    return this.#word(account, at.main);
  }
  setMain(account: AccountNumber, ledger: LedgerNumber): void {
    this.#words[account * recordWords + at.main] = ledger;
  }
  /** The first of the account's cells, 0 for none. */
  cells(account: AccountNumber): number {
    return this.#word(account, at.cells);
  }
  setCells(account: AccountNumber, cell: number): void {
    this.#words[account * recordWords + at.cells] = cell;
  }
  /** What conditions say of the account, as whoever asks them numbers it; 0 where nobody has asked. */
  answers(account: AccountNumber): number {
    return this.#word(account, at.answers);
  }
  setAnswers(account: AccountNumber, answers: number): void {
    this.#words[account * recordWords + at.answers] = answers;
  }

  #word(account: AccountNumber, place: number): number {
    return this.#words[account * recordWords + place] ?? outside();
  }

  #same(account: AccountNumber, view: DataView, start: number, length: number): boolean {
    const kind = this.#word(account, at.kind);
    const rest = kind & restMask;
    const restStart = start + length - rest;
    if (!this.#prefixes.isAt(kind >>> half, view, start, length - rest)) return false;
    const words = this.#words;
    const key = account * recordWords + at.key;
    if (rest > inlineBytesMax) return this.#keys.equals(words[key] ?? outside(), rest, view, restStart);
    return wordsHold(words, key, view, restStart, rest);
  }

  /** The last bytes of a key, so many, where they lie. */
  #restOf(account: AccountNumber, length: number): Uint8Array {
    if (length > inlineBytesMax) return this.#keys.get(this.#word(account, at.key), length);
    return new Uint8Array(this.#words.buffer, account * recordBytes + at.key * 4, length);
  }

  #widen(size: number): void {
    this.#memory.reserve(size);
    this.#times = new Float64Array(this.#memory.bytes);
    this.#words = new Int32Array(this.#memory.bytes);
  }
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}
