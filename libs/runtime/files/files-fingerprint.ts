import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Another text whenever a file of these folders (or one of these files) came, went, was written, replaced, or given to other readers: a digest
 * over names, and of each its number on the disk, its size and its times of change. The time that a copy brings along (`cp -p`, archives, images)
 * is not enough: another threshold has as many letters. What is not there or cannot be read counts as absent. Follows links to files, as a mounted
 * ConfigMap has them; links to folders only where they are named, since one to a folder above would be walked for ever. Hidden names inside are
 * left out, as by those who read the folder: an editor writes its own while somebody types. Never rejects.
 */
export async function filesFingerprint(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths)
    for (const file of [path, ...(await insideOf(path))]) {
      const found = await stat(file).catch(() => undefined);
      hash.update(`${file}\0${found ? stateOf(found) : 'absent'}\n`);
    }
  return hash.digest('hex');
}

/** What lies in a folder and in those inside; nothing where it is none. */
async function insideOf(folder: string): Promise<readonly string[]> {
  const paths: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries.toSorted((one, two) => (one.name < two.name ? -1 : 1))) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    paths.push(path, ...(entry.isDirectory() ? await insideOf(path) : []));
  }
  return paths;
}

/** A folder changes its times with each name in it, the hidden ones too. */
function stateOf(found: Stats): string {
  const { ino, size, mtimeMs, ctimeMs } = found;
  return found.isDirectory() ? `folder\0${ino}` : [size, ino, mtimeMs, ctimeMs].join('\0');
}
