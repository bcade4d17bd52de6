import { BoundBlocks } from './bound-blocks.js';
import {
  copyWords,
  type Entry,
  type EntryLayout,
  entryWords,
  sameValue,
  setMarkOf,
  setTimeOf,
  spreadWords,
  timeOf,
  writeEntry,
  writeSpread,
} from './entry.js';
import { capacities, classFor, EntryArena } from './entry-arena.js';
import { LedgerHeads } from './ledger-heads.js';
import { outside } from '../scan/outside.js';
import type { LedgerNumber, MarkNumber, Milliseconds } from '../scan/kinds.js';

/**
 * Ledgers: per (account, series, group-by cell) the accesses that count, sorted by time. Beside each ledger stand two lazy upper bounds per rule
 * (see `judge.ts`), packed: distinct values in 24 bits, spread in 8.
 */
export class LedgerStore {
  /** Words of an entry. */
  readonly width: number;
  readonly arena: EntryArena;
  readonly heads = new LedgerHeads();
  readonly #bounds: BoundBlocks;
  readonly #free: number[] = [];
  #count = 1; // ledger 0 is none
  #entries = 0;

  /** Entries carry a spread value of their own. */
  readonly spreads: boolean;
  /** Entries carry a number. */
  readonly amounts: boolean;

  /** `slots`: rules of a ledger at most. `firstClass`: of the run that a ledger begins with; where that is not the smallest, runs grow by two classes, which moves them half as often. */
  constructor(
    readonly slots: number,
    { spreads, amounts }: EntryLayout = { spreads: false, amounts: false },
    private readonly firstClass = 0,
  ) {
    this.spreads = spreads;
    this.amounts = amounts;
    this.width = entryWords + (spreads ? spreadWords : 0) + (amounts ? 1 : 0);
    this.arena = new EntryArena(this.width);
    this.#bounds = new BoundBlocks(this.heads, slots);
  }

  get entries(): number {
    return this.#entries;
  }
  get bytes(): number {
    return this.arena.bytes + this.heads.bytes + this.#bounds.bytes;
  }

  open(): number {
    const ledger = this.#free.pop() ?? this.#count++;
    if (ledger >= this.heads.room) this.heads.widen();
    this.heads.clear(ledger);
    this.arena.take(this.firstClass);
    this.heads.setRun(ledger, this.firstClass, this.arena.chunk, this.arena.word);
    return ledger;
  }

  close(ledger: LedgerNumber): void {
    const { heads } = this;
    this.arena.give(heads.sizeClass(ledger), heads.chunk(ledger), heads.word(ledger));
    this.#entries -= this.length(ledger);
    heads.setLength(ledger, 0);
    this.#bounds.close(ledger);
    this.#free.push(ledger);
  }
  length(ledger: LedgerNumber): number {
    return this.heads.length(ledger);
  }
  words(ledger: LedgerNumber): Uint32Array {
    return this.arena.chunks[this.heads.chunk(ledger)] ?? none;
  }
  /** Its first word in `words(ledger)`. */
  start(ledger: LedgerNumber): number {
    return this.heads.word(ledger);
  }

  /** Upper bound of distinct values (24 bits) and of spread (8 bits above) of the rule in `slot`. */
  bound(ledger: LedgerNumber, slot: number): number {
    return this.#bounds.get(ledger, slot);
  }
  setBound(ledger: LedgerNumber, slot: number, packed: number): void {
    this.#bounds.set(ledger, slot, packed);
  }

  /** Notes the spread value of an entry that is about to come in; `clinic` is what counts where it has none of its own. */
  noteSpread(ledger: LedgerNumber, entry: Entry, clinic: number): void {
    if (!this.spreads) this.heads.noteSpread(ledger, clinic);
    else if (this.length(ledger) > 0 && !this.sameOwnSpread(this.words(ledger), this.start(ledger), entry))
      this.heads.setSeveralSpreads(ledger);
  }
  /** Whether every entry that the ledger holds has one and the same spread value; false when that is not known. */
  hasSoleSpread(ledger: LedgerNumber): boolean {
    return this.heads.hasSoleSpread(ledger);
  }

  /** Whether the entry at `word` has the same spread value of its own; true where none has. */
  sameOwnSpread(words: Uint32Array, word: number, { s0, s1, s2, s3 }: Entry): boolean {
    if (!this.spreads) return true;
    const at = word + entryWords;
    return words[at] === s0 && words[at + 1] === s1 && words[at + 2] === s2 && words[at + 3] === s3;
  }

  /** The number of the entry at `word`. */
  amountAt(words: Uint32Array, word: number): number {
    return words[word + this.width - 1] ?? outside();
  }

  /** Whether the entry at `word` says nothing that the other does not say, but for time and mark. */
  saysSame(words: Uint32Array, word: number, entry: Entry): boolean {
    return sameValue(words, word, entry) && (!this.amounts || this.amountAt(words, word) === entry.amount);
  }

  /** Gives the entry at `index` another mark. */
  setMark(ledger: LedgerNumber, index: number, mark: MarkNumber): void {
    setMarkOf(this.words(ledger), this.start(ledger) + index * this.width, mark);
    this.heads.setShaped(ledger, false);
  }

  /** Whether every entry that the ledger ever held has one and the same value; false when that is not known. */
  hasSoleValue(ledger: LedgerNumber): boolean {
    return !this.heads.isVaried(ledger);
  }

  timeAt(ledger: LedgerNumber, index: number): number {
    return timeOf(this.words(ledger), this.start(ledger) + index * this.width);
  }

  /** Index of the first entry with a time above `time`: from the end on by steps that double, since most of what is asked for lies near it. */
  firstAfter(ledger: LedgerNumber, time: Milliseconds): number {
    const words = this.words(ledger);
    const start = this.start(ledger);
    let high = this.length(ledger);
    let low = high - 1;
    for (let step = 2; low >= 0 && timeOf(words, start + low * this.width) > time; step *= 2) {
      high = low;
      low -= step;
    }
    low = Math.max(0, low + 1);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (timeOf(words, start + middle * this.width) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Puts an entry before the one at `index`. Entries not above `floor` may be forgotten first, which the caller must not count on. */
  insert(ledger: LedgerNumber, index: number, entry: Entry, floor: Milliseconds): void {
    let at = index;
    const { heads } = this;
    if (!heads.isVaried(ledger) && this.length(ledger) > 0 && !sameValue(this.words(ledger), this.start(ledger), entry))
      heads.setVaried(ledger);
    if (this.#isFull(ledger)) at -= this.#makeRoom(ledger, this.#droppable(ledger, index, floor));
    const words = this.words(ledger);
    const length = this.length(ledger);
    const word = this.start(ledger) + at * this.width;
    if (at < length) words.copyWithin(word + this.width, word, this.start(ledger) + length * this.width);
    writeEntry(words, word, entry);
    if (this.spreads) writeSpread(words, word + entryWords, entry);
    if (this.amounts) words[word + this.width - 1] = entry.amount;
    heads.setLength(ledger, length + 1);
    heads.setShaped(ledger, false);
    this.#entries += 1;
  }

  /** Puts an entry at the end that says what the newest one says, at another time. Entries not above `floor` may be forgotten first. */
  repeat(ledger: LedgerNumber, time: Milliseconds, floor: Milliseconds): void {
    const { heads, width } = this;
    if (this.#isFull(ledger)) this.#makeRoom(ledger, this.#droppable(ledger, this.length(ledger) - 1, floor));
    const length = this.length(ledger);
    const words = this.words(ledger);
    const word = this.start(ledger) + length * width;
    for (let at = word; at < word + width; at += 1) words[at] = words[at - width] ?? outside();
    setTimeOf(words, word, time);
    heads.setLength(ledger, length + 1);
    this.#entries += 1;
  }

  #isFull(ledger: LedgerNumber): boolean {
    return this.length(ledger) === (capacities[this.heads.sizeClass(ledger)] ?? outside());
  }

  /** How many of the first `index` entries may be forgotten. */
  #droppable(ledger: LedgerNumber, index: number, floor: Milliseconds): number {
    return this.timeAt(ledger, 0) > floor ? 0 : Math.min(index, this.firstAfter(ledger, floor));
  }

  /** Frees at least one place; returns how many entries it dropped from the front. */
  #makeRoom(ledger: LedgerNumber, droppable: number): number {
    const kept = this.length(ledger) - droppable;
    const words = this.words(ledger);
    const start = this.start(ledger);
    const before = this.heads.sizeClass(ledger);
    const wanted = droppable === 0 ? before + (this.firstClass === 0 ? 1 : 2) : this.#classAfter(before, kept);
    if (wanted === before) copyWords(words, start + droppable * this.width, words, start, kept * this.width);
    else {
      this.arena.take(wanted);
      const target = this.arena.chunks[this.arena.chunk] ?? none;
      copyWords(words, start + droppable * this.width, target, this.arena.word, kept * this.width);
      // To give a run back may let its chunk go, and does not move the one that was taken.
      const { chunk, word } = this.arena;
      this.arena.give(before, this.heads.chunk(ledger), start);
      this.heads.setRun(ledger, wanted, chunk, word);
    }
    this.heads.setLength(ledger, kept);
    this.#entries -= droppable;
    return droppable;
  }

  /** The class for what is left when entries were dropped. The run stays where half of it is needed: a window that slides loses a few entries at a time. */
  #classAfter(before: number, kept: number): number {
    const least = Math.max(kept + 1, Math.ceil(kept * 1.1));
    const held = capacities[before] ?? outside();
    return least <= held && least * 2 > held ? before : classFor(least);
  }

  /** The words of all entries, for a snapshot. */
  slice(ledger: LedgerNumber): Uint32Array {
    return this.words(ledger).subarray(this.start(ledger), this.start(ledger) + this.length(ledger) * this.width);
  }

  /** A ledger with the entries of a snapshot. Its bounds are unknown, that is, high: the next access counts again. */
  reopen(entries: Uint32Array): number {
    const ledger = this.open();
    const length = entries.length / this.width;
    const { arena, heads } = this;
    arena.give(this.firstClass, heads.chunk(ledger), heads.word(ledger));
    const sizeClass = classFor(length);
    arena.take(sizeClass);
    heads.setRun(ledger, sizeClass, arena.chunk, arena.word);
    this.words(ledger).set(entries, arena.word);
    heads.setLength(ledger, length);
    this.#entries += length;
    heads.setSeveralSpreads(ledger);
    heads.setVaried(ledger);
    this.#bounds.forget(ledger);
    return ledger;
  }
}

const none = new Uint32Array(0);
