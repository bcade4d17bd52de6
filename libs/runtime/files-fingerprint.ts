import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Another text whenever a file of these folders (or one of these files) came, went, or was written: a digest over names, sizes and times
 * of change. What is not there or cannot be read counts as absent. Follows links, as a mounted ConfigMap has them. Never rejects.
 */
export async function filesFingerprint(paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    const inside = await readdir(path, { recursive: true }).catch(() => []);
    for (const file of [path, ...inside.toSorted().map((name) => join(path, name))]) {
      const found = await stat(file).catch(() => undefined);
      hash.update(`${file}\0${found ? `${found.isFile() ? found.size : 'folder'}\0${found.mtimeMs}` : 'absent'}\n`);
    }
  }
  return hash.digest('hex');
}
