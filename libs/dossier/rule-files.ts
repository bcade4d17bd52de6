import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { operatorFileBytes, unfitFile } from '#libs/runtime/files/operator-file.js';
import { codeOf } from '#libs/runtime/outcome.js';
import type { Manifest } from './manifest.js';

/** The rule files of a folder, and their digests, for a manifest; none where the folder is not there. */
export function ruleFilesOf(folder: string): Manifest['rules'] {
  try {
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file));
    return files.toSorted().flatMap((file) => digestOf(join(folder, file)));
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw cause;
  }
}

/** None of what has the name of a file of rules and is no file: no rule comes from it. */
function digestOf(path: string): Manifest['rules'] {
  try {
    return [{ file: basename(path), sha256: createHash('sha256').update(operatorFileBytes(path)).digest('hex') }];
  } catch (cause) {
    if (codeOf(cause) === unfitFile) return [];
    throw cause;
  }
}
