import { type OnBadLine, type RowBlock, type RowFilter, RowScan } from './row-block.js';
import { wholeLines } from './whole-lines.js';

/** Rows in order of time, from a file or a part of one. */
export interface RowRun {
  /** As it is named to people. */
  readonly name: string;
  /** Time of its first row, milliseconds. */
  readonly firstMs: number;
  blocks(): AsyncGenerator<RowBlock>;
}

/** The wanted rows of a file, in its order. */
export async function* blocksOf(
  path: string,
  filter: RowFilter,
  onBadLine: OnBadLine = () => {},
  onBytes: (bytes: number) => void = () => {},
): AsyncGenerator<RowBlock> {
  const scan = new RowScan(filter);
  for await (const { bytes, firstLine, tooLong } of wholeLines(path, onBytes)) {
    for (const line of tooLong) onBadLine(line, 'it has more than 1 MiB');
    const block = scan.take(bytes, firstLine, onBadLine);
    if (block.count > 0) yield block;
  }
}
