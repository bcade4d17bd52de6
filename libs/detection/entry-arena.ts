/**
 * Memory for ledgers: runs of entries of six 32-bit words, cut from chunks by size class, with a free list per class, so that nothing
 * is allocated on the heap per access. Runs above `sharedEntriesMax` have a chunk of their own.
 */
export const entryWords = 6;
/** Shared chunks begin small, since an engine may hold little, and double up to this. */
const chunkEntriesMax = 65_536;
const chunkEntriesMin = 512;
const sharedEntriesMax = 8_192;

/** Capacities in entries, each about a quarter above the one before. */
export const capacities: readonly number[] = [...growing()];
function* growing(): Iterable<number> {
  for (let size = 3; size < 200_000_000; size = Math.ceil(size * 1.25)) yield size;
}

/** The smallest class that holds `entries`. */
export function classFor(entries: number): number {
  let low = 0;
  let high = capacities.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((capacities[middle] ?? 0) >= entries) high = middle;
    else low = middle + 1;
  }
  return low;
}

export class EntryArena {
  /** Chunk by number; a run is (chunk, first word). */
  readonly chunks: Uint32Array[] = [];
  readonly #freeRuns: { readonly chunk: number; readonly word: number }[][] = capacities.map(() => []);
  readonly #freeChunks: number[] = [];
  #current = -1;
  #used = 0;
  /** Entries of the current chunk. */
  #room = 0;
  #bytes = 0;
  /** Where the run of the last `take` lies. */
  chunk = 0;
  word = 0;

  /** Sets `chunk` and `word` to a run of the class. Its content is undefined. */
  take(sizeClass: number): void {
    const free = this.#freeRuns[sizeClass]?.pop();
    if (free) {
      this.chunk = free.chunk;
      this.word = free.word;
      return;
    }
    const entries = capacities[sizeClass] ?? 0;
    if (entries > sharedEntriesMax) {
      this.chunk = this.#newChunk(entries);
      this.word = 0;
      return;
    }
    if (this.#used + entries > this.#room) {
      this.#room = Math.min(chunkEntriesMax, Math.max(this.#room * 2, entries, chunkEntriesMin));
      this.#current = this.#newChunk(this.#room);
      this.#used = 0;
    }
    this.chunk = this.#current;
    this.word = this.#used * entryWords;
    this.#used += entries;
  }

  give(sizeClass: number, chunk: number, word: number): void {
    const entries = capacities[sizeClass] ?? 0;
    if (entries <= sharedEntriesMax) {
      this.#freeRuns[sizeClass]?.push({ chunk, word });
      return;
    }
    this.#bytes -= entries * entryWords * 4;
    this.chunks[chunk] = new Uint32Array(0);
    this.#freeChunks.push(chunk);
  }

  /** Bytes of all chunks, free runs included. */
  get bytes(): number {
    return this.#bytes;
  }

  #newChunk(entries: number): number {
    const index = this.#freeChunks.pop() ?? this.chunks.length;
    this.chunks[index] = new Uint32Array(entries * entryWords);
    this.#bytes += entries * entryWords * 4;
    return index;
  }
}
