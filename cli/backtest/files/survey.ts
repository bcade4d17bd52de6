import { blocksOf } from './row-run.js';
import type { OnBadLine, RowFilter } from './row-block.js';

/** What a file holds of the wanted rows. */
export interface Survey {
  readonly path: string;
  readonly rows: number;
  /** Time of the first in order of time, milliseconds. */
  readonly firstMs: number;
  /** The most by which a row lies behind one before it, milliseconds. */
  readonly disorderMs: number;
}

/** Reads a file once through, so that its rows can be counted and put in order. */
export async function survey(
  path: string,
  filter: RowFilter,
  onBadLine: OnBadLine,
  onBytes: (bytes: number) => void,
): Promise<Survey> {
  let rows = 0;
  let firstMs = Number.POSITIVE_INFINITY;
  let newest = Number.NEGATIVE_INFINITY;
  let disorderMs = 0;
  for await (const { times, count } of blocksOf(path, filter, onBadLine, onBytes)) {
    rows += count;
    for (let i = 0; i < count; i += 1) {
      const time = times[i] ?? 0;
      if (time < firstMs) firstMs = time;
      if (time >= newest) newest = time;
      else if (newest - time > disorderMs) disorderMs = newest - time;
    }
  }
  return { path, rows, firstMs, disorderMs };
}
