import { outside } from '../scan/outside.js';

/** Entries of a chunk, unless a run alone is larger; 48 KiB. */
const chunkEntries = 2_048;
/** Chunks of runs of up to so many entries are all of one size, so that one that was let go serves another class: fresh memory has to be zeroed and collected. */
const sharedEntriesMax = 64;
/** Chunks that are kept for that, 1.5 MiB. */
const idleMax = 32;
/** Runs of the first chunk of a class, since an engine may hold little. */
const firstRuns = 8;

/**
 * Capacities in entries. Most ledgers hold one or two: the first has room for one, and small ones grow by more than they must, since each move costs. From 18 on each is
 * about 15 hundredths above the one before: to grow by more copies less and leaves more room empty.
 */
export const capacities: readonly number[] = [1, 2, 4, 6, 8, 10, 12, 15, ...growing()];
function* growing(): Iterable<number> {
  for (let size = 18; size < 200_000_000; size = Math.ceil(size * 1.15)) yield size;
}

/** The smallest class that holds `entries`. */
export function classFor(entries: number): number {
  let low = 0;
  let high = capacities.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((capacities[middle] ?? outside()) >= entries) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What is known of a chunk besides its words. */
interface ChunkState {
  /** Runs handed out. */
  live: number;
  readonly runs: number;
  /** Runs that were never handed out; they lie at the end. */
  fresh: number;
  /** First word of each run that was given back. */
  readonly free: number[];
  /** It stands in the list of its class. */
  listed: boolean;
}

/**
 * Memory for ledgers: runs of entries of six 32-bit words, or up to eleven. A chunk holds runs of one size class and is let go when its last run is given
 * back: accounts that grow together leave whole chunks behind, where one pool for all sizes would keep every size that they had.
 */
export class EntryArena {
  /** Chunk by number; a run is (chunk, first word). */
  readonly chunks: Uint32Array[] = [];
  readonly #states: (ChunkState | undefined)[] = [];
  readonly #freeChunks: number[] = [];
  /** By class: chunks that may have free runs; the last is used first. */
  readonly #open: number[][] = capacities.map(() => []);
  readonly #chunksOf: number[] = capacities.map(() => 0);
  /** Chunks of the common size that nobody has. */
  readonly #idle: Uint32Array[] = [];
  #bytes = 0;
  /** Where the run of the last `take` lies. */
  chunk = 0;
  word = 0;

  /** `width`: words of an entry. */
  constructor(private readonly width: number) {}

  /** Sets `chunk` and `word` to a run of the class. Its content is undefined. */
  take(sizeClass: number): void {
    const open = this.#open[sizeClass] ?? [];
    for (;;) {
      const chunk = open.at(-1) ?? this.#newChunk(sizeClass, open);
      const state = this.#states[chunk];
      const word = state?.free.pop() ?? this.#freshRun(sizeClass, chunk);
      if (state && word !== undefined) {
        state.live += 1;
        this.chunk = chunk;
        this.word = word;
        return;
      }
      if (state) state.listed = false;
      open.pop();
    }
  }

  #freshRun(sizeClass: number, chunk: number): number | undefined {
    const state = this.#states[chunk];
    if (!state || state.fresh === 0) return undefined;
    const word = (state.runs - state.fresh) * (capacities[sizeClass] ?? outside()) * this.width;
    state.fresh -= 1;
    return word;
  }

  give(sizeClass: number, chunk: number, word: number): void {
    const state = this.#states[chunk];
    if (!state) return;
    state.live -= 1;
    if (state.live === 0) {
      this.#letGo(sizeClass, chunk);
      return;
    }
    state.free.push(word);
    if (state.listed) return;
    state.listed = true;
    this.#open[sizeClass]?.push(chunk);
  }

  /** Bytes of all chunks, free runs and chunks that nobody has included. */
  get bytes(): number {
    return this.#bytes;
  }

  #newChunk(sizeClass: number, open: number[]): number {
    const entries = capacities[sizeClass] ?? outside();
    const isFirst = this.#chunksOf[sizeClass] === 0;
    const runs = isFirst ? Math.min(firstRuns, runsOf(entries)) : runsOf(entries);
    const chunk = this.#freeChunks.pop() ?? this.chunks.length;
    this.chunks[chunk] = !isFirst && entries <= sharedEntriesMax ? this.#sharedWords() : this.#made(runs * entries * this.width);
    this.#states[chunk] = { live: 0, runs, fresh: runs, free: [], listed: true };
    this.#chunksOf[sizeClass] = (this.#chunksOf[sizeClass] ?? outside()) + 1;
    open.push(chunk);
    return chunk;
  }

  #sharedWords(): Uint32Array {
    return this.#idle.pop() ?? this.#made(chunkEntries * this.width);
  }

  #made(words: number): Uint32Array {
    this.#bytes += words * 4;
    return new Uint32Array(words);
  }

  #letGo(sizeClass: number, chunk: number): void {
    const open = this.#open[sizeClass] ?? [];
    const listed = open.lastIndexOf(chunk);
    if (listed >= 0) open.splice(listed, 1);
    const words = this.chunks[chunk] ?? none;
    if (words.length === chunkEntries * this.width && this.#idle.length < idleMax) this.#idle.push(words);
    else this.#bytes -= words.byteLength;
    this.chunks[chunk] = none;
    this.#states[chunk] = undefined;
    this.#freeChunks.push(chunk);
    this.#chunksOf[sizeClass] = (this.#chunksOf[sizeClass] ?? 1) - 1;
  }
}

const none = new Uint32Array(0);

function runsOf(entries: number): number {
  return Math.max(1, Math.floor(chunkEntries / entries));
}
