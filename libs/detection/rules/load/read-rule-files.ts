import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clinic } from '#libs/contracts/list-entry.js';
import { ClinicsReader } from '#libs/formats/registers/clinics-csv.js';
import type { RuleMistake } from '../text/mistakes.js';
import { ruleLimits } from '../text/limits.js';
import type { RuleFile } from './load-rules.js';

export interface ReadFiles {
  readonly files: readonly RuleFile[];
  /** Paths that could not be read. */
  readonly mistakes: readonly RuleMistake[];
}

/** Every `.yml` and `.yaml` file of a directory and its folders, or one such file; sorted by path. Hidden ones are left out. Never throws. */
export async function readRuleFiles(path: string): Promise<ReadFiles> {
  const files: RuleFile[] = [];
  const mistakes: RuleMistake[] = [];
  for (const file of await pathsOf(path, mistakes)) {
    try {
      const { size } = await stat(file);
      if (size > ruleLimits.fileBytes)
        mistakes.push({
          file,
          line: 1,
          reason: `the file has ${size} bytes, more than ${ruleLimits.fileBytes}: split it into several files`,
        });
      else files.push({ path: file, text: await readFile(file, 'utf8') });
    } catch (error) {
      mistakes.push({ file, line: 1, reason: `cannot be read: ${reasonOf(error)}` });
    }
  }
  if (files.length === 0 && mistakes.length === 0)
    mistakes.push({
      file: path,
      line: 1,
      reason: 'there is no .yml file here: a system without rules finds nothing, give the folder of the rules',
    });
  return { files, mistakes };
}

async function pathsOf(path: string, mistakes: RuleMistake[]): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const visible = entries
      .filter((entry) => entry.isFile() && /^[^.].*\.ya?ml$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name));
    return visible.toSorted().slice(0, ruleLimits.files + 1);
  } catch (error) {
    mistakes.push({ file: path, line: 1, reason: `cannot be read: ${reasonOf(error)}` });
    return [];
  }
}

/**
 * The lists of a folder for `expand`: `service_accounts.txt` is `%service_accounts%`, one value a line; empty lines and lines that
 * begin with # are left out. A folder that is not there has no lists. Throws when what is there cannot be read.
 */
export async function readValueLists(directory: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const lists = new Map<string, readonly string[]>();
  const entries = await readdir(directory, { withFileTypes: true }).catch(noneIfMissing);
  for (const entry of entries.filter((entry) => entry.isFile() && entry.name.endsWith('.txt'))) {
    const lines = (await readFile(join(directory, entry.name), 'utf8')).split(/\r?\n/).map((line) => line.trim());
    lists.set(
      entry.name.slice(0, -4),
      lines.filter((line) => line !== '' && !line.startsWith('#')),
    );
  }
  return lists;
}

/** The register of clinics, CSV; what is wrong in it is a mistake with its line. Never throws. */
export async function readClinicsFile(
  file: string,
): Promise<{ readonly clinics: readonly Clinic[]; readonly mistakes: readonly RuleMistake[] }> {
  const reader = new ClinicsReader();
  try {
    for (const line of (await readFile(file, 'utf8')).split(/\r?\n/)) reader.take(line);
    return { clinics: reader.clinics, mistakes: reader.mistakes.map((mistake) => ({ file, ...mistake })) };
  } catch (error) {
    return { clinics: [], mistakes: [{ file, line: 1, reason: `cannot be read: ${reasonOf(error)}` }] };
  }
}

function noneIfMissing(error: unknown): [] {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return [];
  throw error;
}

function reasonOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
