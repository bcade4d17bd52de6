import { type Dirent, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { projectRoot } from '#libs/runtime/paths.js';
import { codeOf } from '#libs/runtime/outcome.js';
import type { RuleMistake } from '../text/mistakes.js';

/**
 * The files of a folder whose names end so, and those of the folders in it where they are asked for (`deep`); sorted by path. Links to files are
 * followed, as a mounted ConfigMap has them; a link to nothing or to a folder, and what is no file, is a mistake. Hidden names are left out, the
 * folder itself may have one. Rejects when the folder cannot be read.
 */
export async function findFiles(
  folder: string,
  ending: RegExp,
  deep: boolean,
  mistakes: RuleMistake[],
): Promise<readonly string[]> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (deep) files.push(...(await findFiles(path, ending, deep, mistakes)));
      continue;
    }
    const why = entry.isFile() ? undefined : await whyNot(entry, path, ending.test(entry.name), deep);
    if (why !== undefined) mistakes.push({ file: path, line: 1, reason: why });
    else if (ending.test(entry.name)) files.push(path);
  }
  return files.toSorted();
}

/** Why what is no plain file cannot be read, if it would be missed. */
async function whyNot(entry: Dirent, path: string, wanted: boolean, deep: boolean): Promise<string | undefined> {
  if (!entry.isSymbolicLink()) return wanted ? 'is no file: put a file here, or give it another name' : undefined;
  try {
    const target = await stat(path);
    if (target.isDirectory())
      return deep || wanted ? 'is a link to a folder, and such links are not followed: put the folder itself here' : undefined;
    return target.isFile() || !wanted ? undefined : 'is a link to what is no file: link a file, or give it another name';
  } catch (error) {
    // What has no ending may have been a folder of them.
    return wanted || (deep && !entry.name.includes('.')) ? `is a link that leads nowhere: ${reasonOf(error)}` : undefined;
  }
}

/** What the disk said, and what to do where it is a matter of leave. */
export function reasonOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
  return codeOf(error) === 'EACCES'
    ? `${message}: let the user that this process runs as read it (chmod a+r, of a folder a+rx), which a check by another user does not show`
    : message;
}

/** Whether a path that a file names is there, from Vigie's own folder, or from that of the file or any above it: where the root of its repository is, nobody says. */
export function isThereFrom(file: string, path: string): boolean {
  if (existsSync(join(projectRoot, path))) return true;
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, path))) return true;
    if (folder === dirname(folder)) return false;
  }
}
