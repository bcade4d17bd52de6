import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { blocksOf, type RowRun } from './row-run.js';
import type { RowBlock, RowFilter } from './row-block.js';

/** Bytes of rows that are sorted in memory at a time. */
const runBytes = 64 * 1024 * 1024;
const rowsPerWrite = 4_000;

/** A file whose rows are not in order of time, as several runs that are: files in `folder`, which the caller makes and takes away. */
export async function sortedRuns(path: string, filter: RowFilter, folder: string, number: number): Promise<readonly RowRun[]> {
  const runs: RowRun[] = [];
  let blocks: RowBlock[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    runs.push(await writeRun(path, join(folder, `${number}-${runs.length}`), blocks));
    blocks = [];
    bytes = 0;
  };
  for await (const block of blocksOf(path, filter)) {
    blocks.push(block);
    bytes += block.bytes.length;
    if (bytes >= runBytes) await flush();
  }
  if (blocks.length > 0) await flush();
  return runs;
}

async function writeRun(name: string, path: string, blocks: readonly RowBlock[]): Promise<RowRun> {
  const rows = blocks.flatMap((block) => Array.from({ length: block.count }, (_, index) => ({ block, index })));
  const timeOf = ({ block, index }: (typeof rows)[number]): number => block.times[index] ?? 0;
  rows.sort((a, b) => timeOf(a) - timeOf(b));
  const lines = Uint32Array.from(rows, ({ block, index }) => block.lines[index] ?? 0);
  await using file = await open(path, 'wx', 0o600);
  for (let at = 0; at < rows.length; at += rowsPerWrite) {
    const some = rows.slice(at, at + rowsPerWrite);
    const lineBytes = some.map(({ block, index }) => block.bytes.subarray(block.starts[index], block.starts[index + 1]));
    await file.writeFile(Buffer.concat(lineBytes));
  }
  const first = rows[0];
  const everything = { fromMs: Number.NEGATIVE_INFINITY, toMs: Number.POSITIVE_INFINITY };
  return {
    name,
    firstMs: first ? timeOf(first) : 0,
    async *blocks() {
      for await (const block of blocksOf(path, everything))
        yield { ...block, lines: block.lines.map((line) => lines[line - 1] ?? 0) };
    },
  };
}
