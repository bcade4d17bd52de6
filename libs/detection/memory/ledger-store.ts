// Longer than the house likes: how entries and ledgers lie in memory is known in this file alone.
import { capacities, classFor, EntryArena, entryWords, spreadWords } from './entry-arena.js';
import { grown } from './grown.js';

/**
 * Ledgers: per (account, series, group-by cell) the accesses that count, sorted by time. An entry is six words: the counted value's
 * 128 bits, the low 32 bits of its time, and the high 10 bits of its time below 22 bits of mark (clinic, categories, selections). Where rules
 * ask for a spread other than that of clinics over the whole account, four more words hold the 128 bits of its spread value; where they ask for
 * a sum or another figure of numbers, the last word of all is the number.
 * Beside each ledger stand two lazy upper bounds per rule (see `judge.ts`), packed: distinct values in 24 bits, spread in 8.
 */
export const timeHighBits = 10;
export const markMax = 2 ** 22 - 1;
const timeHighMask = 2 ** timeHighBits - 1;
const word32 = 4_294_967_296;

export interface Entry {
  v0: number;
  v1: number;
  v2: number;
  v3: number;
  time: number;
  mark: number;
  /** The spread value; all zero for none, and where the mark says it. */
  s0: number;
  s1: number;
  s2: number;
  s3: number;
  /** The number that its event counts with, 32 bits; of series with `amounts` only. */
  amount: number;
}

/** What entries of a store have besides value, time and mark. */
export interface EntryLayout {
  readonly spreads: boolean;
  readonly amounts: boolean;
}

export function noEntry(time = 0): Entry {
  return { v0: 0, v1: 0, v2: 0, v3: 0, time, mark: 0, s0: 0, s1: 0, s2: 0, s3: 0, amount: 0 };
}

export class LedgerStore {
  /** Words of an entry. */
  readonly width: number;
  readonly arena: EntryArena;
  #chunk = new Uint32Array(64);
  #word = new Uint32Array(64);
  #length = new Uint32Array(64);
  #class = new Uint8Array(64);
  #sole = new Uint32Array(64);
  /** 1 where entries of different values have been seen, or nobody knows. */
  #varied = new Uint8Array(64);
  #bounds: Uint32Array;
  readonly #free: number[] = [];
  #count = 1; // ledger 0 is none
  #entries = 0;

  /** Entries carry a spread value of their own. */
  readonly spreads: boolean;
  /** Entries carry a number. */
  readonly amounts: boolean;

  /** `slots`: rules of a ledger at most. */
  constructor(
    readonly slots: number,
    { spreads, amounts }: EntryLayout = { spreads: false, amounts: false },
  ) {
    this.spreads = spreads;
    this.amounts = amounts;
    this.width = entryWords + (spreads ? spreadWords : 0) + (amounts ? 1 : 0);
    this.arena = new EntryArena(this.width);
    this.#bounds = new Uint32Array(64 * slots);
  }

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.arena.bytes + this.#chunk.length * (4 + 4 + 4 + 1 + 4 + 1 + 4 * this.slots);
  }

  open(): number {
    const ledger = this.#free.pop() ?? this.#newLedger();
    this.#class[ledger] = 0;
    this.arena.take(0);
    this.#chunk[ledger] = this.arena.chunk;
    this.#word[ledger] = this.arena.word;
    this.#length[ledger] = 0;
    this.#sole[ledger] = 0;
    this.#varied[ledger] = 0;
    this.#bounds.fill(0, ledger * this.slots, (ledger + 1) * this.slots);
    return ledger;
  }

  close(ledger: number): void {
    this.arena.give(this.#class[ledger] ?? 0, this.#chunk[ledger] ?? 0, this.#word[ledger] ?? 0);
    this.#entries -= this.length(ledger);
    this.#length[ledger] = 0;
    this.#free.push(ledger);
  }

  length(ledger: number): number {
    return this.#length[ledger] ?? 0;
  }
  words(ledger: number): Uint32Array {
    return this.arena.chunks[this.#chunk[ledger] ?? 0] ?? none;
  }
  /** Word of the first entry in `words(ledger)`. */
  start(ledger: number): number {
    return this.#word[ledger] ?? 0;
  }

  /** Upper bound of distinct values (24 bits) and of spread (8 bits above) of the rule in `slot`. */
  bound(ledger: number, slot: number): number {
    return this.#bounds[ledger * this.slots + slot] ?? 0;
  }
  setBound(ledger: number, slot: number, packed: number): void {
    this.#bounds[ledger * this.slots + slot] = packed;
  }

  /** Notes the spread value of an entry that is about to come in; `clinic` is what counts where it has none of its own. */
  noteSpread(ledger: number, entry: Entry, clinic: number): void {
    if (this.spreads) {
      if (this.length(ledger) > 0 && !this.sameOwnSpread(this.words(ledger), this.start(ledger), entry))
        this.#sole[ledger] = several;
      return;
    }
    const spread = clinic;
    const sole = this.#sole[ledger] ?? 0;
    if (sole === spread + 1 || sole === several) return;
    this.#sole[ledger] = sole === 0 ? spread + 1 : several;
  }
  /** Whether every entry that the ledger holds has one and the same spread value; false when that is not known. */
  hasSoleSpread(ledger: number): boolean {
    return this.#sole[ledger] !== several;
  }

  /** Whether the entry at `word` has the same spread value of its own; true where none has. */
  sameOwnSpread(words: Uint32Array, word: number, { s0, s1, s2, s3 }: Entry): boolean {
    if (!this.spreads) return true;
    const at = word + entryWords;
    return words[at] === s0 && words[at + 1] === s1 && words[at + 2] === s2 && words[at + 3] === s3;
  }

  /** The number of the entry at `word`. */
  amountAt(words: Uint32Array, word: number): number {
    return words[word + this.width - 1] ?? 0;
  }

  /** Whether the entry at `word` says nothing that the other does not say, but for time and mark. */
  saysSame(words: Uint32Array, word: number, entry: Entry): boolean {
    return sameValue(words, word, entry) && (!this.amounts || this.amountAt(words, word) === entry.amount);
  }

  /** Gives the entry at `index` another mark. */
  setMark(ledger: number, index: number, mark: number): void {
    const words = this.words(ledger);
    const word = this.start(ledger) + index * this.width;
    words[word + 5] = ((words[word + 5] ?? 0) & timeHighMask) | (mark << timeHighBits);
  }

  /** Whether every entry that the ledger ever held has one and the same value; false when that is not known. */
  hasSoleValue(ledger: number): boolean {
    return this.#varied[ledger] === 0;
  }

  timeAt(ledger: number, index: number): number {
    return timeOf(this.words(ledger), this.start(ledger) + index * this.width);
  }

  /** Reads the newest entries and what is known of the ledger. */
  touch(ledger: number): number {
    const words = this.words(ledger);
    const end = this.start(ledger) + this.length(ledger) * this.width;
    return (words[end - 1] ?? 0) ^ (words[end - 24] ?? 0) ^ (words[end - 40] ?? 0) ^ (this.#bounds[ledger * this.slots] ?? 0);
  }

  /** Index of the first entry with a time above `time`. */
  firstAfter(ledger: number, time: number): number {
    const words = this.words(ledger);
    const start = this.start(ledger);
    let low = 0;
    let high = this.length(ledger);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (timeOf(words, start + middle * this.width) > time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Puts an entry before the one at `index`. Entries not above `floor` may be forgotten first, which the caller must not count on. */
  insert(ledger: number, index: number, entry: Entry, floor: number): void {
    let at = index;
    if (this.#varied[ledger] === 0 && this.length(ledger) > 0 && !sameValue(this.words(ledger), this.start(ledger), entry))
      this.#varied[ledger] = 1;
    if (this.length(ledger) === (capacities[this.#class[ledger] ?? 0] ?? 0))
      at -= this.#makeRoom(ledger, this.timeAt(ledger, 0) > floor ? 0 : Math.min(index, this.firstAfter(ledger, floor)));
    const words = this.words(ledger);
    const length = this.length(ledger);
    const word = this.start(ledger) + at * this.width;
    if (at < length) words.copyWithin(word + this.width, word, this.start(ledger) + length * this.width);
    writeEntry(words, word, entry);
    if (this.spreads) writeSpread(words, word + entryWords, entry);
    if (this.amounts) words[word + this.width - 1] = entry.amount;
    this.#length[ledger] = length + 1;
    this.#entries += 1;
  }

  /** Frees at least one place; returns how many entries it dropped from the front. */
  #makeRoom(ledger: number, droppable: number): number {
    const length = this.length(ledger);
    const kept = length - droppable;
    const words = this.words(ledger);
    const start = this.start(ledger);
    const before = this.#class[ledger] ?? 0;
    const wanted = droppable === 0 ? before + 1 : classFor(Math.max(kept + 1, Math.ceil(kept * 1.1)));
    if (wanted === before) words.copyWithin(start, start + droppable * this.width, start + length * this.width);
    else {
      this.arena.take(wanted);
      const target = this.arena.chunks[this.arena.chunk] ?? none;
      copyWords(words, start + droppable * this.width, target, this.arena.word, kept * this.width);
      this.arena.give(before, this.#chunk[ledger] ?? 0, start);
      this.#class[ledger] = wanted;
      this.#chunk[ledger] = this.arena.chunk;
      this.#word[ledger] = this.arena.word;
    }
    this.#length[ledger] = kept;
    this.#entries -= droppable;
    return droppable;
  }

  /** The words of all entries, for a snapshot. */
  slice(ledger: number): Uint32Array {
    const start = this.start(ledger);
    return this.words(ledger).subarray(start, start + this.length(ledger) * this.width);
  }

  /** A ledger with the entries of a snapshot. Its bounds are unknown, that is, high: the next access counts again. */
  reopen(entries: Uint32Array): number {
    const ledger = this.open();
    const length = entries.length / this.width;
    this.arena.give(0, this.#chunk[ledger] ?? 0, this.#word[ledger] ?? 0);
    const sizeClass = classFor(length);
    this.arena.take(sizeClass);
    this.#class[ledger] = sizeClass;
    this.#chunk[ledger] = this.arena.chunk;
    this.#word[ledger] = this.arena.word;
    this.words(ledger).set(entries, this.arena.word);
    this.#length[ledger] = length;
    this.#entries += length;
    this.#sole[ledger] = several;
    this.#varied[ledger] = 1;
    this.#bounds.fill(0xffffffff, ledger * this.slots, (ledger + 1) * this.slots);
    return ledger;
  }

  #newLedger(): number {
    const ledger = this.#count;
    this.#count += 1;
    if (ledger >= this.#chunk.length) {
      this.#chunk = grown(this.#chunk, Uint32Array);
      this.#word = grown(this.#word, Uint32Array);
      this.#length = grown(this.#length, Uint32Array);
      this.#class = grown(this.#class, Uint8Array);
      this.#sole = grown(this.#sole, Uint32Array);
      this.#varied = grown(this.#varied, Uint8Array);
      // Not `grown`, which rounds up: several places a ledger and one place a ledger would drift apart, and bounds beyond the end be lost.
      const bounds = new Uint32Array(this.#chunk.length * this.slots);
      bounds.set(this.#bounds);
      this.#bounds = bounds;
    }
    return ledger;
  }
}

const none = new Uint32Array(0);

/** In place of a sole spread value: there are several, or nobody knows. */
const several = 0xffffffff;

export function timeOf(words: Uint32Array, word: number): number {
  return ((words[word + 5] ?? 0) & timeHighMask) * word32 + (words[word + 4] ?? 0);
}
export function markOf(words: Uint32Array, word: number): number {
  return (words[word + 5] ?? 0) >>> timeHighBits;
}

export function writeEntry(words: Uint32Array, word: number, entry: Entry): void {
  words[word] = entry.v0;
  words[word + 1] = entry.v1;
  words[word + 2] = entry.v2;
  words[word + 3] = entry.v3;
  words[word + 4] = entry.time % word32;
  words[word + 5] = Math.floor(entry.time / word32) | (entry.mark << timeHighBits);
}

function writeSpread(words: Uint32Array, at: number, { s0, s1, s2, s3 }: Entry): void {
  words[at] = s0;
  words[at + 1] = s1;
  words[at + 2] = s2;
  words[at + 3] = s3;
}
export function hasNoValueAt(words: Uint32Array, word: number): boolean {
  return ((words[word] ?? 0) | (words[word + 1] ?? 0) | (words[word + 2] ?? 0) | (words[word + 3] ?? 0)) === 0;
}
export function hasOwnSpread(words: Uint32Array, word: number): boolean {
  const at = word + entryWords;
  return ((words[at] ?? 0) | (words[at + 1] ?? 0) | (words[at + 2] ?? 0) | (words[at + 3] ?? 0)) !== 0;
}

/** A loop, since most runs are short and a view for `set` costs more than they do. */
function copyWords(from: Uint32Array, start: number, to: Uint32Array, at: number, count: number): void {
  if (count > 2_048) to.set(from.subarray(start, start + count), at);
  else for (let word = 0; word < count; word += 1) to[at + word] = from[start + word] ?? 0;
}

export function sameValue(words: Uint32Array, word: number, entry: Entry): boolean {
  return words[word] === entry.v0 && words[word + 1] === entry.v1 && words[word + 2] === entry.v2 && words[word + 3] === entry.v3;
}
