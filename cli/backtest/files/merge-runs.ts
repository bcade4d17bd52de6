import type { RowBlock } from './row-block.js';
import type { RowRun } from './row-run.js';

/** Rows in order of time; `placeOf` says where a line of `bytes` (from 1) came from. */
export interface RowFrame {
  readonly bytes: Uint8Array;
  placeOf(line: number): string;
}

interface Part {
  readonly name: string;
  readonly block: RowBlock;
  readonly from: number;
  readonly to: number;
}

const frameBytes = 256 * 1024;

/**
 * Runs put together in order of time. A run is opened when its first row is next, so that a year of daily files is read one after the
 * other; bytes are copied only where rows of several runs alternate.
 */
export async function* mergeRuns(runs: readonly RowRun[]): AsyncGenerator<RowFrame> {
  const waiting = runs.toSorted((a, b) => a.firstMs - b.firstMs);
  let open: Cursor[] = [];
  let parts: Part[] = [];
  let bytes = 0;
  try {
    for (;;) {
      let next = nearest(open);
      while (waiting[0] && waiting[0].firstMs <= (next?.time ?? Number.POSITIVE_INFINITY)) {
        const [run] = waiting.splice(0, 1);
        const cursor = run && (await Cursor.open(run));
        if (cursor) open.push(cursor);
        next = nearest(open);
      }
      if (!next) break;
      const others = open.filter((cursor) => cursor !== next);
      const part = next.take(
        Math.min(nearest(others)?.time ?? Number.POSITIVE_INFINITY, waiting[0]?.firstMs ?? Number.POSITIVE_INFINITY),
      );
      parts.push(part);
      bytes += sizeOf(part);
      if (bytes >= frameBytes) {
        yield frameOf(parts);
        parts = [];
        bytes = 0;
      }
      if (!(await next.more())) open = others;
    }
    if (parts.length > 0) yield frameOf(parts);
  } finally {
    for (const cursor of open) await cursor.close();
  }
}

function nearest(cursors: readonly Cursor[]): Cursor | undefined {
  let next: Cursor | undefined;
  for (const cursor of cursors) if (!next || cursor.time < next.time) next = cursor;
  return next;
}

/** Where a run is read. */
class Cursor {
  #at = 0;

  private constructor(
    private readonly name: string,
    private readonly blocks: AsyncGenerator<RowBlock>,
    private block: RowBlock,
  ) {}

  static async open(run: RowRun): Promise<Cursor | undefined> {
    const blocks = run.blocks();
    const first = await blocks.next();
    return first.done ? undefined : new Cursor(run.name, blocks, first.value);
  }

  /** Of the row that is next. */
  get time(): number {
    return this.block.times[this.#at] ?? Number.POSITIVE_INFINITY;
  }

  /** The next row and those of the block behind it that are not after `until`. */
  take(until: number): Part {
    const from = this.#at;
    const { times, count } = this.block;
    let to = from + 1;
    while (to < count && (times[to] ?? 0) <= until) to += 1;
    this.#at = to;
    return { name: this.name, block: this.block, from, to };
  }

  /** Goes to the next block where this one is at its end; false at the end of the run. */
  async more(): Promise<boolean> {
    if (this.#at < this.block.count) return true;
    const next = await this.blocks.next();
    if (next.done) return false;
    this.block = next.value;
    this.#at = 0;
    return true;
  }

  async close(): Promise<void> {
    await this.blocks.return(undefined);
  }
}

function sizeOf({ block, from, to }: Part): number {
  return (block.starts[to] ?? 0) - (block.starts[from] ?? 0);
}

function frameOf(parts: readonly Part[]): RowFrame {
  const pieces = parts.map(({ block, from, to }) => block.bytes.subarray(block.starts[from], block.starts[to]));
  const [only] = pieces;
  return {
    bytes: only && pieces.length === 1 ? only : Buffer.concat(pieces),
    placeOf: (line) => placeOf(parts, line),
  };
}

function placeOf(parts: readonly Part[], line: number): string {
  let index = line - 1;
  for (const { name, block, from, to } of parts) {
    if (index < to - from) return `${name}:${block.lines[from + index] ?? 0}`;
    index -= to - from;
  }
  throw new RangeError(`the frame has no line ${line}`);
}
