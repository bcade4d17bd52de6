import { statSync } from 'node:fs';
import { join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';

/** The files of a log, and what is in each. */
const files = { frames: ['frames', 'signatures', 'extents', 'topics'], groups: ['groups'] } as const;

/**
 * Reads what may be missing of the log in a folder. LMDB maps its files: whoever reads behind the end of one that was cut is ended by the system on the spot, without a word, so ask it of a
 * process of its own. A file may rightly be shorter than its last page when that one was never written; then all that is in it is read. Throws what LMDB says of files that are none of its own.
 */
export function readWhatMayBeMissing(directory: string): void {
  for (const [file, databases] of Object.entries(files)) {
    const path = join(directory, file);
    const root = open({ path, readOnly: true, maxDbs: 8 });
    if (statSync(join(path, 'data.mdb')).size < bytesOf(root)) readAll(root, databases);
    void root.close();
  }
}

function bytesOf(root: RootDatabase): number {
  const { pageSize, lastPageNumber } = root.getStats() as { readonly pageSize: number; readonly lastPageNumber: number };
  return (lastPageNumber + 1) * pageSize;
}

function readAll(root: RootDatabase, databases: readonly string[]): void {
  for (const name of databases)
    for (const { key, value } of root.openDB<Buffer>({ name, encoding: 'binary' }).getRange({}))
      if (key === undefined || value.at(-1) === undefined) throw new Error(`${name} has an entry without key or value`);
}
