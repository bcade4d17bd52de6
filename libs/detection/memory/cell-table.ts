import { hashBytes } from '../scan/keyed-hash.js';
import type { AccountTable } from './account-table.js';
import { GrowingMemory } from './growing-memory.js';
import { HashSlots } from './hash-slots.js';
import { copyBytes, KeyStore, wordsHold } from './key-store.js';
import { outside } from '../scan/outside.js';
import type { AccountNumber, LedgerNumber } from '../scan/kinds.js';

/** A group-by cell as bytes: the values as JSON has them, without the outer quotes, `","` between them. */
export interface CellKey {
  bytes: Uint8Array;
  view: DataView;
  start: number;
  end: number;
  /** `hashBytes` of them, 0 where nobody has made it: the cell that its account asked for last is found without. */
  hash: number;
}

/**
 * Words of a cell's record, which fill a line of memory. A short key stands in the record itself, its last word filled up with zeros; behind it the shape of the
 * row that came last, a double, 0 for none.
 */
const recordWords = 16;
const recordBytes = 4 * recordWords;
const at = { hash: 0, account: 1, kind: 2, ledger: 3, next: 4, key: 5, shape: 14 } as const;
const inlineBytesMax = (at.shape - at.key) * 4;
const half = 16;
/** Cells of an account that are looked through, to put one before the others. */
const aheadMax = 4;

/** Ledgers by (account, series, cell), exact: open addressing on a hash, then a comparison of the bytes. Numbers start at 1. */
export class CellTable {
  readonly #slots = new HashSlots();
  readonly #memory = new GrowingMemory(64 * recordBytes);
  #words = new Int32Array(this.#memory.bytes);
  /** The same memory. */
  #doubles = new Float64Array(this.#memory.bytes);
  readonly #keys = new KeyStore();
  readonly #free: number[] = [];
  #end = 1;

  /** `accounts` hold the first cell of each. */
  constructor(private readonly accounts: AccountTable) {}

  get bytes(): number {
    return this.#slots.bytes + this.#words.byteLength + this.#keys.bytes;
  }

  /** The ledger of the cell, 0 for none. Accounts mostly go on with the cell that they had last, which is their first one then. */
  find(account: AccountNumber, series: number, cell: CellKey): number {
    const first = this.accounts.cells(account);
    if (first !== 0 && this.#same(first, account, series, cell.view, cell.start, cell.end))
      return this.#words[first * recordWords + at.ledger] ?? outside();
    return first === 0 ? 0 : this.#findByHash(account, series, cell);
  }

  /** The ledger of the cell with these bytes, where the account had it last and by a row of that shape; else 0. */
  againAt(account: AccountNumber, series: number, view: DataView, start: number, end: number, shape: number): number {
    const first = this.accounts.cells(account);
    if (first === 0 || this.#doubles[(first * recordWords + at.shape) / 2] !== shape) return 0;
    return this.#same(first, account, series, view, start, end) ? (this.#words[first * recordWords + at.ledger] ?? outside()) : 0;
  }
  /** A row of that shape came to the ledger; kept where the account's first cell is its. Whether it is. */
  noteShape(account: AccountNumber, series: number, ledger: LedgerNumber, shape: number): boolean {
    if (this.firstOf(account, series) !== ledger) return false;
    this.#doubles[(this.accounts.cells(account) * recordWords + at.shape) / 2] = shape;
    return true;
  }

  #findByHash(account: AccountNumber, series: number, cell: CellKey): number {
    const slots = this.#slots;
    const hash = mixed(hashOf(cell), account, series);
    for (let slot = slots.home(hash); ; slot = slots.next(slot)) {
      const found = slots.at(slot);
      if (found === 0) return 0;
      if (slots.hashAt(slot) !== hash || !this.#same(found, account, series, cell.view, cell.start, cell.end)) continue;
      this.#putFirst(account, found);
      return this.#words[found * recordWords + at.ledger] ?? outside();
    }
  }

  /** Puts a cell of the account before its others, where it is among the next ones. */
  #putFirst(account: AccountNumber, id: number): void {
    const words = this.#words;
    const first = this.accounts.cells(account);
    let before = first;
    for (let step = 0; step < aheadMax && before !== 0; step += 1) {
      const next = words[before * recordWords + at.next] ?? outside();
      if (next === id) {
        words[before * recordWords + at.next] = words[id * recordWords + at.next] ?? outside();
        words[id * recordWords + at.next] = first;
        this.accounts.setCells(account, id);
        return;
      }
      before = next;
    }
  }

  /** The cell in the first slot of the hash, which need not be the one; 0 for none. */
  firstAt(account: AccountNumber, series: number, hash: number): number {
    return this.#slots.at(this.#slots.home(mixed(hash, account, series)));
  }
  /** The ledger of the account's first cell where that is of the series; else 0. */
  firstOf(account: AccountNumber, series: number): number {
    const record = this.accounts.cells(account) * recordWords;
    const kind = this.#words[record + at.kind] ?? outside();
    return record !== 0 && kind >>> half === series ? (this.#words[record + at.ledger] ?? outside()) : 0;
  }
  /** Reads what is known of the cell: its ledger. */
  touch(id: number): number {
    return this.#words[id * recordWords + at.ledger] ?? outside();
  }

  add(account: AccountNumber, series: number, cell: CellKey, ledger: LedgerNumber): void {
    const reused = this.#free.pop();
    const id = reused ?? this.#end++;
    if ((id + 1) * recordWords > this.#words.length) this.#widen((id + 1) * recordBytes);
    const record = id * recordWords;
    const length = cell.end - cell.start;
    const hash = mixed(hashOf(cell), account, series);
    if (reused !== undefined) this.#words.fill(0, record, record + recordWords);
    this.#words[record + at.hash] = hash;
    this.#words[record + at.account] = account;
    this.#words[record + at.kind] = (series << half) | length;
    this.#words[record + at.ledger] = ledger;
    this.#words[record + at.next] = this.accounts.cells(account);
    if (length > inlineBytesMax) this.#words[record + at.key] = this.#keys.put(cell.bytes, cell.start, cell.end);
    else copyBytes(cell.view, cell.start, length, this.#words, record + at.key);
    this.accounts.setCells(account, id);
    this.#slots.enter(id, hash);
  }

  has(account: AccountNumber): boolean {
    return this.accounts.cells(account) !== 0;
  }

  /** The cells of an account; do not add or drop while it runs. */
  *of(account: AccountNumber): Iterable<{ readonly series: number; readonly cell: Uint8Array; readonly ledger: LedgerNumber }> {
    for (let id = this.accounts.cells(account); id !== 0; id = this.#word(id, at.next))
      yield { series: this.#seriesOf(id), cell: this.#keyOf(id), ledger: this.#word(id, at.ledger) };
  }

  /** Drops the cells of an account that are chosen. */
  drop(account: AccountNumber, chosen: (series: number, ledger: LedgerNumber) => boolean): void {
    let before = 0;
    for (let id = this.accounts.cells(account); id !== 0;) {
      const next = this.#word(id, at.next);
      if (chosen(this.#seriesOf(id), this.#word(id, at.ledger))) {
        if (before === 0) this.accounts.setCells(account, next);
        else this.#words[before * recordWords + at.next] = next;
        this.#remove(id);
      } else before = id;
      id = next;
    }
  }

  #remove(id: number): void {
    this.#slots.leave(id, this.#word(id, at.hash) >>> 0);
    const length = this.#lengthOf(id);
    if (length > inlineBytesMax) this.#keys.drop(this.#word(id, at.key), length);
    this.#free.push(id);
  }

  #same(id: number, account: AccountNumber, series: number, view: DataView, start: number, end: number): boolean {
    const words = this.#words;
    const record = id * recordWords;
    const length = end - start;
    if (words[record + at.account] !== account || words[record + at.kind] !== ((series << half) | length)) return false;
    if (length > inlineBytesMax) return this.#keys.equals(words[record + at.key] ?? outside(), length, view, start);
    return wordsHold(words, record + at.key, view, start, length);
  }

  /** A copy, where the key stands in the record: records move. */
  #keyOf(id: number): Uint8Array {
    const length = this.#lengthOf(id);
    return length > inlineBytesMax ? this.#keys.get(this.#word(id, at.key), length) : this.#inline(id).slice(0, length);
  }
  #inline(id: number): Uint8Array {
    return new Uint8Array(this.#words.buffer, id * recordBytes + at.key * 4, inlineBytesMax);
  }
  #seriesOf(id: number): number {
    return this.#word(id, at.kind) >>> half;
  }
  #lengthOf(id: number): number {
    return this.#word(id, at.kind) & 0xffff;
  }
  #word(id: number, place: number): number {
    return this.#words[id * recordWords + place] ?? outside();
  }

  #widen(size: number): void {
    this.#memory.reserve(size);
    this.#words = new Int32Array(this.#memory.bytes);
    this.#doubles = new Float64Array(this.#memory.bytes);
  }
}

function hashOf(cell: CellKey): number {
  if (cell.hash === 0) cell.hash = hashBytes(cell.view, cell.start, cell.end);
  return cell.hash;
}

function mixed(hash: number, account: AccountNumber, series: number): number {
  const together = Math.imul(hash ^ Math.imul(account, 0x9e3779b1) ^ series, 0x85ebca6b);
  return (together ^ (together >>> 15)) >>> 0;
}
