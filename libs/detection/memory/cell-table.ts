import { grown } from './grown.js';
import { doubledSlots, enterSlot, leaveSlot } from './hash-slots.js';
import { KeyStore } from './key-store.js';

/** A group-by cell as bytes: the values as JSON has them, without the outer quotes, `","` between them. */
export interface CellKey {
  bytes: Uint8Array;
  view: DataView;
  start: number;
  end: number;
  hash: number;
}

/** Ledgers by (account, series, cell), exact: open addressing on a hash, then a comparison of the bytes. Numbers start at 1. */
export class CellTable {
  #slots = new Uint32Array(128);
  #hash = new Uint32Array(64);
  #account = new Uint32Array(64);
  #series = new Uint16Array(64);
  #place = new Uint32Array(64);
  #length = new Uint16Array(64);
  #ledger = new Uint32Array(64);
  /** The account's next cell. */
  #next = new Uint32Array(64);
  #first = new Map<number, number>();
  readonly #keys = new KeyStore();
  readonly #free: number[] = [];
  #end = 1;
  #count = 0;

  get bytes(): number {
    return this.#slots.byteLength + this.#hash.length * 24 + this.#keys.bytes;
  }

  find(account: number, series: number, cell: CellKey): number {
    const mask = this.#slots.length - 1;
    const hash = mixed(cell.hash, account, series);
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] ?? 0;
      if (found === 0) return 0;
      if (
        this.#hash[found] === hash &&
        this.#account[found] === account &&
        this.#series[found] === series &&
        this.#same(found, cell)
      )
        return this.#ledger[found] ?? 0;
    }
  }

  add(account: number, series: number, cell: CellKey, ledger: number): void {
    if ((this.#count + 1) * 2 > this.#slots.length) this.#slots = doubledSlots(this.#slots, this.#hash);
    const id = this.#free.pop() ?? this.#end++;
    if (id >= this.#hash.length) this.#widen();
    this.#hash[id] = mixed(cell.hash, account, series);
    this.#account[id] = account;
    this.#series[id] = series;
    this.#place[id] = this.#keys.put(cell.bytes, cell.start, cell.end);
    this.#length[id] = cell.end - cell.start;
    this.#ledger[id] = ledger;
    this.#next[id] = this.#first.get(account) ?? 0;
    this.#first.set(account, id);
    this.#count += 1;
    enterSlot(this.#slots, id, this.#hash[id] ?? 0);
  }

  has(account: number): boolean {
    return this.#first.has(account);
  }

  /** The cells of an account; do not add or drop while it runs. */
  *of(account: number): Iterable<{ readonly series: number; readonly cell: Uint8Array; readonly ledger: number }> {
    for (let id = this.#first.get(account) ?? 0; id !== 0; id = this.#next[id] ?? 0)
      yield {
        series: this.#series[id] ?? 0,
        cell: this.#keys.get(this.#place[id] ?? 0, this.#length[id] ?? 0),
        ledger: this.#ledger[id] ?? 0,
      };
  }

  /** Drops the cells of an account that are chosen. */
  drop(account: number, chosen: (series: number, ledger: number) => boolean): void {
    let before = 0;
    for (let id = this.#first.get(account) ?? 0; id !== 0;) {
      const next = this.#next[id] ?? 0;
      if (chosen(this.#series[id] ?? 0, this.#ledger[id] ?? 0)) {
        if (before !== 0) this.#next[before] = next;
        else if (next === 0) this.#first.delete(account);
        else this.#first.set(account, next);
        this.#remove(id);
      } else before = id;
      id = next;
    }
  }

  #remove(id: number): void {
    leaveSlot(this.#slots, id, this.#hash);
    this.#keys.drop(this.#place[id] ?? 0, this.#length[id] ?? 0);
    this.#free.push(id);
    this.#count -= 1;
  }

  #same(id: number, cell: CellKey): boolean {
    const length = cell.end - cell.start;
    return this.#length[id] === length && this.#keys.equals(this.#place[id] ?? 0, length, cell.view, cell.start);
  }

  #widen(): void {
    this.#hash = grown(this.#hash, Uint32Array);
    this.#account = grown(this.#account, Uint32Array);
    this.#series = grown(this.#series, Uint16Array);
    this.#place = grown(this.#place, Uint32Array);
    this.#length = grown(this.#length, Uint16Array);
    this.#ledger = grown(this.#ledger, Uint32Array);
    this.#next = grown(this.#next, Uint32Array);
  }
}

function mixed(hash: number, account: number, series: number): number {
  const together = Math.imul(hash ^ Math.imul(account, 0x9e3779b1) ^ series, 0x85ebca6b);
  return (together ^ (together >>> 15)) >>> 0;
}
