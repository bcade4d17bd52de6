import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/runtime/paths.js';

/** Real files of others, which are not ours to give away: they lie beside the repository, or not at all. */
const folder = [join(projectRoot, '..'), join(projectRoot, '..', '..')]
  .map((beside) => join(beside, 'shared', 'samples'))
  .find((path) => existsSync(path));
if (folder === undefined) console.warn('skipped: files of others, because the folder shared/samples is not beside this one');

/** Whether the files are there; tests over them say that they are skipped otherwise. */
export const samplesAreThere: boolean = folder !== undefined;

/** The kinds, each a folder; none where the folder is absent. */
export function sampleKinds(): readonly string[] {
  if (folder === undefined) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

/** The names of the files of a kind, `hec/vector-hec-bodies.txt`; none where the folder is absent. */
export function samplesOf(kind: string): readonly string[] {
  return folder === undefined ? [] : readdirSync(join(folder, kind)).map((name) => `${kind}/${name}`);
}

export function sample(name: string): Buffer {
  if (folder === undefined) throw new Error(`the file ${name} of others is not there`);
  return readFileSync(join(folder, name));
}
