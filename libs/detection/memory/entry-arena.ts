/** Entries of a chunk, unless a run alone is larger; 48 KiB. */
const chunkEntries = 2_048;
/** Runs of the first chunk of a class, since an engine may hold little. */
const firstRuns = 8;

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

/** What is known of a chunk besides its words. */
interface ChunkState {
  /** Runs handed out. */
  live: number;
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
    const words = this.chunks[chunk]?.length ?? 0;
    const word = words - state.fresh * (capacities[sizeClass] ?? 0) * this.width;
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

  /** Bytes of all chunks, free runs included. */
  get bytes(): number {
    return this.#bytes;
  }

  #newChunk(sizeClass: number, open: number[]): number {
    const entries = capacities[sizeClass] ?? 0;
    const runs = this.#chunksOf[sizeClass] === 0 ? Math.min(firstRuns, runsOf(entries)) : runsOf(entries);
    const chunk = this.#freeChunks.pop() ?? this.chunks.length;
    this.chunks[chunk] = new Uint32Array(runs * entries * this.width);
    this.#states[chunk] = { live: 0, fresh: runs, free: [], listed: true };
    this.#chunksOf[sizeClass] = (this.#chunksOf[sizeClass] ?? 0) + 1;
    this.#bytes += runs * entries * this.width * 4;
    open.push(chunk);
    return chunk;
  }

  #letGo(sizeClass: number, chunk: number): void {
    const open = this.#open[sizeClass] ?? [];
    const listed = open.lastIndexOf(chunk);
    if (listed >= 0) open.splice(listed, 1);
    this.#bytes -= this.chunks[chunk]?.byteLength ?? 0;
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
