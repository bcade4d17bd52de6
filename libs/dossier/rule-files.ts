import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { codeOf } from '#libs/runtime/outcome.js';
import type { Manifest } from './manifest.js';

/** The rule files of a folder, and their digests, for a manifest; none where the folder is not there. */
export function ruleFilesOf(folder: string): Manifest['rules'] {
  try {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file));
    return files.toSorted().map((file) => ({ file: basename(file), sha256: createHash('sha256').update(readFileSync(join(folder, file))).digest('hex') })); // prettier-ignore
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw cause;
  }
}
