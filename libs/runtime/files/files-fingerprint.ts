import { createHash } from 'node:crypto';
import type { Stats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Another text whenever a file of these folders (or one of these files) came, went, was written, replaced, or given to other readers: a digest
 * over names, and of each its number on the disk, its size and its times of change. The time that a copy brings along (`cp -p`, archives, images)
 * is not enough: another threshold has as many letters. What is not there or cannot be read counts as absent. Follows links, as a mounted ConfigMap has them. Never rejects.
 */
export async function filesFingerprint(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    const inside = await readdir(path, { recursive: true }).catch(() => []);
    for (const file of [path, ...inside.toSorted().map((name) => join(path, name))]) {
      const found = await stat(file).catch(() => undefined);
      hash.update(`${file}\0${found ? stateOf(found) : 'absent'}\n`);
    }
  }
  return hash.digest('hex');
}

function stateOf(found: Stats): string {
  const { ino, size, mtimeMs, ctimeMs } = found;
  return [found.isFile() ? size : 'folder', ino, mtimeMs, ctimeMs].join('\0');
}
