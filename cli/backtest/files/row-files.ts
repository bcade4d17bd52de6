import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '#libs/runtime/outcome.js';
import { BadLines } from './bad-lines.js';
import { mergeRuns, type RowFrame } from './merge-runs.js';
import type { RowSource } from '../row-source.js';
import type { RowFilter } from './row-block.js';
import { blocksOf, type RowRun } from './row-run.js';
import { sortedRuns } from './sorted-runs.js';
import { type Survey, survey } from './survey.js';

/**
 * History in files of access rows, packed or not, in any order: they are read once to be counted and once to be judged. Files whose rows
 * lie behind one another by more than `disorderMsMax` are sorted, in a folder of temporary files that is gone at the end.
 */
export class RowFiles implements RowSource {
  readonly name: string;
  #surveys: readonly Survey[] = [];

  constructor(
    private readonly paths: readonly string[],
    private readonly filter: RowFilter,
    private readonly disorderMsMax: number,
    readonly bad: BadLines = new BadLines(),
  ) {
    this.name = paths.length === 1 ? (paths[0] ?? '') : `${paths.length} files`;
  }

  /** How many rows are wanted. `onBytes` hears what part of all bytes has been read. */
  async count(onShare: (share: number) => void): Promise<number> {
    const sizes = await Promise.all(this.paths.map(sizeOf));
    const total = sizes.reduce((sum, size) => sum + size, 0);
    let read = 0;
    const surveys: Survey[] = [];
    for (const path of this.paths)
      surveys.push(
        await survey(
          path,
          this.filter,
          (line, reason) => this.bad.note(`${path}:${line}`, reason),
          (bytes) => onShare((read += bytes) / total),
        ),
      );
    this.#surveys = surveys.filter(({ rows }) => rows > 0);
    return surveys.reduce((sum, { rows }) => sum + rows, 0);
  }

  /** The wanted rows in order of time, after `count`. */
  async *frames(): AsyncGenerator<RowFrame> {
    const folder = await mkdtemp(join(tmpdir(), 'vigie-backtest-'));
    try {
      const runs: RowRun[] = [];
      for (const [number, one] of this.#surveys.entries())
        if (one.disorderMs > this.disorderMsMax) runs.push(...(await sortedRuns(one.path, this.filter, folder, number)));
        else runs.push({ name: one.path, firstMs: one.firstMs, blocks: () => blocksOf(one.path, this.filter) });
      yield* mergeRuns(runs);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    const about = await stat(path);
    if (about.isFile()) return about.size;
  } catch (cause) {
    throw new Error(`${path} cannot be read: ${messageOf(cause)}`, { cause });
  }
  throw new Error(`${path} is no file: give the files themselves, such as ${join(path, '*.ndjson')}`);
}
