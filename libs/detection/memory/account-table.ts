// memory/: how an engine remembers: ledgers, accounts, cells, marks, texts and sets of selections, as typed arrays.
// It knows numbers, bytes and times, and nothing of rules.

import { accountOf } from '../scan/row-layout.js';
import { grown } from './grown.js';
import { doubledSlots, enterSlot, leaveSlot } from './hash-slots.js';
import { KeyStore } from './key-store.js';

/** Accounts by their exact bytes: open addressing on a hash, then a comparison of the bytes. Numbers start at 1; 0 is none. */
export class AccountTable {
  #slots = new Uint32Array(128);
  #hash = new Uint32Array(64);
  #newest = new Float64Array(64);
  #oldest = new Float64Array(64);
  #since = new Float64Array(64);
  readonly #keys = new KeyStore();
  #place = new Uint32Array(64);
  /** Length of the key in bytes; 0 where the number is not in use. */
  #length = new Uint16Array(64);
  readonly #free: number[] = [];
  #end = 1;
  #count = 0;

  get count(): number {
    return this.#count;
  }
  /** Account numbers are below this. */
  get end(): number {
    return this.#end;
  }
  get bytes(): number {
    return (
      this.#slots.byteLength +
      this.#hash.byteLength +
      this.#newest.byteLength * 3 +
      this.#place.byteLength +
      this.#length.byteLength +
      this.#keys.bytes
    );
  }

  find(view: DataView, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const account = this.#slots[slot] ?? 0;
      if (account === 0) return 0;
      if (this.#hash[account] === hash && this.#same(account, view, start, end - start)) return account;
    }
  }

  /** The account in the first slot of the hash, whose it need not be; 0 for none. */
  firstAt(hash: number): number {
    return this.#slots[hash & (this.#slots.length - 1)] ?? 0;
  }
  touch(account: number): number {
    return (
      (this.#hash[account] ?? 0) ^
      (this.#length[account] ?? 0) ^
      ((this.#newest[account] ?? 0) & 1) ^
      this.#keys.touch(this.#place[account] ?? 0)
    );
  }

  add(bytes: Uint8Array, start: number, end: number, hash: number): number {
    if ((this.#count + 1) * 2 > this.#slots.length) this.#slots = doubledSlots(this.#slots, this.#hash);
    const account = this.#free.pop() ?? this.#end++;
    if (account >= this.#hash.length) {
      this.#hash = grown(this.#hash, Uint32Array);
      this.#newest = grown(this.#newest, Float64Array);
      this.#oldest = grown(this.#oldest, Float64Array);
      this.#since = grown(this.#since, Float64Array);
      this.#place = grown(this.#place, Uint32Array);
      this.#length = grown(this.#length, Uint16Array);
    }
    this.#hash[account] = hash;
    this.#newest[account] = 0;
    this.#oldest[account] = Number.POSITIVE_INFINITY;
    this.#since[account] = Number.NEGATIVE_INFINITY;
    this.#place[account] = this.#keys.put(bytes, start, end);
    this.#length[account] = end - start;
    this.#count += 1;
    enterSlot(this.#slots, account, this.#hash[account] ?? 0);
    return account;
  }

  remove(account: number): void {
    leaveSlot(this.#slots, account, this.#hash);
    this.#keys.drop(this.#place[account] ?? 0, this.#length[account] ?? 0);
    this.#length[account] = 0;
    this.#free.push(account);
    this.#count -= 1;
  }

  /** The bytes of the account, undefined where the number is not in use. */
  key(account: number): Uint8Array | undefined {
    const length = this.#length[account] ?? 0;
    return length === 0 ? undefined : this.#keys.get(this.#place[account] ?? 0, length);
  }
  names(account: number): { readonly groupId: string; readonly actorId: string } {
    const key = this.key(account) ?? new Uint8Array(0);
    const { group_id: groupId, actor_id: actorId } = accountOf(key, 0, key.length);
    return { groupId, actorId };
  }
  hash(account: number): number {
    return this.#hash[account] ?? 0;
  }
  /** Largest event time seen of the account, 0 before the first. */
  newest(account: number): number {
    return this.#newest[account] ?? 0;
  }
  setNewest(account: number, time: number): void {
    this.#newest[account] = time;
  }

  /** Smallest event time taken in, infinite before the first. */
  oldest(account: number): number {
    return this.#oldest[account] ?? Number.POSITIVE_INFINITY;
  }
  setOldest(account: number, time: number): void {
    this.#oldest[account] = time;
  }
  /** Event time up to which accesses may have been forgotten before the account was met, again or for the first time. */
  since(account: number): number {
    return this.#since[account] ?? Number.NEGATIVE_INFINITY;
  }
  setSince(account: number, time: number): void {
    this.#since[account] = time;
  }

  #same(account: number, view: DataView, start: number, length: number): boolean {
    return this.#length[account] === length && this.#keys.equals(this.#place[account] ?? 0, length, view, start);
  }
}
