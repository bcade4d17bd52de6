import { GrowingMemory } from './growing-memory.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber } from '../scan/kinds.js';

/** Words of a head: two of them share a line of memory. */
const headWords = 8;
const headBytes = 4 * headWords;
/** `kinds`: class of the run, 8 bits; varied, whether another spread value ends the rest, and whether the newest entry has a shape, 1 bit each; how often nothing is counted yet, 4 bits; whether the rest goes by minima alone, 1 bit; sole spread value plus one, 16. `rest`: set of selections, 16 bits; spread values, 16. */
const at = { chunk: 0, word: 1, length: 2, kinds: 3, bounds: 4, rest: 5, left: 6, record: 7 } as const;
const classMask = 0xff;
const variedBit = 0x100;
const soleRestBit = 0x200;
const shapedBit = 0x400;
const waitsAt = 11;
/** The largest number that `waits` has room for. */
export const waitsMax = 15;
const byMinimaBit = 0x8000;

/** In place of a sole spread value: there are several, or nobody knows. */
const several = 0xffff;
/** The largest number of entries that may come unasked, and of a set of selections of which they may. */
export const restMax = 0xfffe;
const half = 16;

/**
 * What is known of ledgers besides their entries and bounds, side by side, since each access asks for most of it: where the entries lie, whether they
 * differ, and for how many more of them no rule has to be asked (`judge/rests.ts`).
 */
export class LedgerHeads {
  readonly #memory = new GrowingMemory(64 * headBytes);
  #words = new Uint32Array(this.#memory.bytes);

  /** So many ledgers have room. */
  get room(): number {
    return this.#words.length / headWords;
  }
  get bytes(): number {
    return this.#words.byteLength;
  }

  /** Makes room for more. */
  widen(): void {
    this.#memory.reserve((this.room + 1) * headBytes);
    this.#words = new Uint32Array(this.#memory.bytes);
  }

  clear(ledger: LedgerNumber): void {
    const head = ledger * headWords;
    for (let word = 0; word < headWords; word += 1) this.#words[head + word] = 0;
  }

  length(ledger: LedgerNumber): number {
    return this.#words[ledger * headWords + at.length] ?? outside();
  }
  setLength(ledger: LedgerNumber, length: number): void {
    this.#words[ledger * headWords + at.length] = length;
  }

  /** Where the run of the entries lies, and of which class it is (see `entry-arena.ts`). */
  chunk(ledger: LedgerNumber): number {
    return this.#words[ledger * headWords + at.chunk] ?? outside();
  }
  word(ledger: LedgerNumber): number {
    return this.#words[ledger * headWords + at.word] ?? outside();
  }
  sizeClass(ledger: LedgerNumber): number {
    return (this.#words[ledger * headWords + at.kinds] ?? outside()) & classMask;
  }
  setRun(ledger: LedgerNumber, sizeClass: number, chunk: number, word: number): void {
    const head = ledger * headWords;
    this.#words[head + at.chunk] = chunk;
    this.#words[head + at.word] = word;
    this.#words[head + at.kinds] = ((this.#words[head + at.kinds] ?? outside()) & ~classMask) | sizeClass;
  }

  /** Whether entries of different values have been seen, or nobody knows. */
  isVaried(ledger: LedgerNumber): boolean {
    return ((this.#words[ledger * headWords + at.kinds] ?? outside()) & variedBit) !== 0;
  }
  setVaried(ledger: LedgerNumber): void {
    const kinds = ledger * headWords + at.kinds;
    this.#words[kinds] = (this.#words[kinds] ?? outside()) | variedBit;
  }

  /** Whether the newest entry is what a row of that shape says which stands beside the ledger's cell (`CellTable`). */
  isShaped(ledger: LedgerNumber): boolean {
    return ((this.#words[ledger * headWords + at.kinds] ?? outside()) & shapedBit) !== 0;
  }
  setShaped(ledger: LedgerNumber, isShaped: boolean): void {
    const kinds = ledger * headWords + at.kinds;
    const others = (this.#words[kinds] ?? outside()) & ~shapedBit;
    this.#words[kinds] = isShaped ? others | shapedBit : others;
  }

  /** So often a bound is not made exact yet, though it stands just below its minimum (`judge/in-order.ts`); 0 in a new ledger. */
  waits(ledger: LedgerNumber): number {
    return ((this.#words[ledger * headWords + at.kinds] ?? outside()) >>> waitsAt) & waitsMax;
  }
  setWaits(ledger: LedgerNumber, waits: number): void {
    const kinds = ledger * headWords + at.kinds;
    this.#words[kinds] = ((this.#words[kinds] ?? outside()) & ~(waitsMax << waitsAt)) | (waits << waitsAt);
  }

  /** An entry of this spread value comes in. Numbers that do not fit here are not told apart. */
  noteSpread(ledger: LedgerNumber, spread: number): void {
    const kinds = this.#words[ledger * headWords + at.kinds] ?? outside();
    const sole = kinds >>> half;
    if (sole === several || (sole === spread + 1 && sole !== 0)) return;
    if (sole !== 0 || spread + 1 >= several) this.setSeveralSpreads(ledger);
    else this.#words[ledger * headWords + at.kinds] = kinds | ((spread + 1) << half);
  }
  setSeveralSpreads(ledger: LedgerNumber): void {
    const kinds = ledger * headWords + at.kinds;
    this.#words[kinds] = (this.#words[kinds] ?? outside()) | (several << half);
  }
  hasSoleSpread(ledger: LedgerNumber): boolean {
    return (this.#words[ledger * headWords + at.kinds] ?? outside()) >>> half !== several;
  }

  /** What is known of the ledger's bounds: see `bound-blocks.ts`. */
  bounds(ledger: LedgerNumber): number {
    return this.#words[ledger * headWords + at.bounds] ?? outside();
  }
  setBounds(ledger: LedgerNumber, bounds: number): void {
    this.#words[ledger * headWords + at.bounds] = bounds;
  }

  /** The set of selections whose entries may come unasked; 0 for none. */
  restSet(ledger: LedgerNumber): number {
    return (this.#words[ledger * headWords + at.rest] ?? outside()) & 0xffff;
  }
  /** The day that this goes by, 0 for none. */
  restRecord(ledger: LedgerNumber): number {
    return this.#words[ledger * headWords + at.record] ?? outside();
  }
  /** Whether it goes by the minima of its rules alone, so that it holds on the next day, too. */
  restsByMinima(ledger: LedgerNumber): boolean {
    return ((this.#words[ledger * headWords + at.kinds] ?? outside()) & byMinimaBit) !== 0;
  }
  setRestRecord(ledger: LedgerNumber, record: number): void {
    this.#words[ledger * headWords + at.record] = record;
  }
  /** So many entries of the set may come that bring something new, none of which brings another spread value where `isSole`. Both numbers are `restMax` at most. */
  setRest(ledger: LedgerNumber, set: number, left: number, record: number, isSole: boolean, byMinima = false): void {
    const head = ledger * headWords;
    this.#words[head + at.rest] = set;
    this.#words[head + at.left] = left;
    this.#words[head + at.record] = record;
    const kinds = (this.#words[head + at.kinds] ?? outside()) & ~(soleRestBit | byMinimaBit);
    this.#words[head + at.kinds] = kinds | (isSole ? soleRestBit : 0) | (byMinima ? byMinimaBit : 0);
  }
  /** The same of a ledger without bounds: its first entry is one that they lack. */
  beginRest(ledger: LedgerNumber, set: number, left: number, record: number): void {
    this.setRest(ledger, set, left, record, true, record > 0);
    this.#words[ledger * headWords + at.rest] = set + (1 << half);
    this.#words[ledger * headWords + at.left] = left + (1 << half);
  }
  isSoleRest(ledger: LedgerNumber): boolean {
    return ((this.#words[ledger * headWords + at.kinds] ?? outside()) & soleRestBit) !== 0;
  }
  /** One more has come, with a value that may be new, a spread value that may be new (1 or 0), or both; false when none may. */
  useRest(ledger: LedgerNumber, value: number, spread: number): boolean {
    const head = ledger * headWords;
    const left = this.#words[head + at.left] ?? outside();
    if ((left & 0xffff) === 0) return false;
    this.#words[head + at.left] = left - 1 + (value << half);
    if (spread > 0) this.#words[head + at.rest] = (this.#words[head + at.rest] ?? outside()) + (1 << half);
    return true;
  }
  /** Values and spread values that came unasked and may have been new. */
  restValues(ledger: LedgerNumber): number {
    return (this.#words[ledger * headWords + at.left] ?? outside()) >>> half;
  }
  restSpreads(ledger: LedgerNumber): number {
    return (this.#words[ledger * headWords + at.rest] ?? outside()) >>> half;
  }
}
