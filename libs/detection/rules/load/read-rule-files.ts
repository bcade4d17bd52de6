import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { ConfigError } from '#libs/runtime/config.js';
import type { Clinic } from '#libs/contracts/list-entry.js';
import { ClinicsReader } from '#libs/formats/registers/clinics-csv.js';
import { type RuleMistake, mistakeText } from '../text/mistakes.js';
import { ruleLimits } from '../text/limits.js';
import { defaultListsDir } from './config.js';
import { findFiles, reasonOf } from './find-files.js';
import { tooLarge } from '../yaml/yaml-tree.js';
import type { RuleFile } from './load-rules.js';
import { lineEnd, readText } from './read-text.js';

export interface ReadFiles {
  readonly files: readonly RuleFile[];
  /** Paths that could not be read. */
  readonly mistakes: readonly RuleMistake[];
}

/**
 * Every `.yml` and `.yaml` file of a directory and its folders, in whatever letter case, or one file; sorted by path. Hidden ones are left out.
 * Never throws.
 */
export async function readRuleFiles(path: string): Promise<ReadFiles> {
  const files: RuleFile[] = [];
  const mistakes: RuleMistake[] = [];
  for (const file of await pathsOf(path, mistakes)) {
    try {
      const { size } = await stat(file);
      const read = size > ruleLimits.foreignFileBytes ? { line: 1, why: tooLarge(size) } : await readText(file);
      if ('text' in read) files.push({ path: file, text: read.text });
      else mistakes.push({ file, line: read.line, reason: read.why });
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

/** The files of several paths, each once. Never throws. */
export async function readAllRuleFiles(paths: readonly string[]): Promise<ReadFiles> {
  const read = await Promise.all(paths.map(readRuleFiles));
  const files = new Map(read.flatMap(({ files }) => files).map((file) => [resolve(file.path), file]));
  return { files: [...files.values()], mistakes: read.flatMap(({ mistakes }) => mistakes) };
}

async function pathsOf(path: string, mistakes: RuleMistake[]): Promise<readonly string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    return (await findFiles(path, /\.ya?ml$/i, true, mistakes)).slice(0, ruleLimits.files + ruleLimits.foreignFiles + 1);
  } catch (error) {
    mistakes.push({ file: path, line: 1, reason: `cannot be read: ${reasonOf(error)}` });
    return [];
  }
}

/**
 * The lists of a folder for `expand`: `service_accounts.txt` is `%service_accounts%`, one value a line; empty lines and lines that
 * begin with # are left out. Throws `ConfigError` that names each path where nothing can be read, the folder too: rules would go by lists
 * that are short of values, and nobody would know.
 */
export async function readValueLists(directory: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const lists = new Map<string, readonly string[]>();
  const mistakes: RuleMistake[] = [];
  for (const file of await listFilesOf(directory, mistakes)) {
    const name = listNameOf(file);
    try {
      const read = await readText(file);
      if ('text' in read) lists.set(name, [...(lists.get(name) ?? []), ...valuesOf(read.text)]);
      else mistakes.push({ file, line: read.line, reason: read.why });
    } catch (error) {
      mistakes.push({ file, line: 1, reason: `cannot be read: ${reasonOf(error)}` });
    }
  }
  if (mistakes.length > 0)
    throw new ConfigError(`the lists have ${mistakes.length} mistake(s):\n  ${mistakes.map(mistakeText).join('\n  ')}`);
  return lists;
}

/** `lists/service_accounts.txt` is `%service_accounts%`. */
export function listNameOf(file: string): string {
  return basename(file).slice(0, -4);
}

/** The files of a folder that are lists of its own, and none in the place of one that comes with the default pack. Never throws. */
export async function ownListFiles(directory: string): Promise<readonly string[]> {
  const known = new Set((await listFilesOf(defaultListsDir, [])).map(listNameOf));
  return (await listFilesOf(directory, [])).filter((file) => !known.has(listNameOf(file)));
}

async function listFilesOf(directory: string, mistakes: RuleMistake[]): Promise<readonly string[]> {
  try {
    return await findFiles(directory, /\.txt$/i, false, mistakes);
  } catch (error) {
    const reason = `the folder of lists cannot be read: ${reasonOf(error)}: make it, or name another in VIGIE_LISTS_DIR`;
    mistakes.push({ file: directory, line: 1, reason });
    return [];
  }
}

function valuesOf(text: string): readonly string[] {
  const lines = text.split(lineEnd).map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith('#'));
}

/** The register of clinics, CSV; what is wrong in it is a mistake with its line. Never throws. */
export async function readClinicsFile(
  file: string,
): Promise<{ readonly clinics: readonly Clinic[]; readonly mistakes: readonly RuleMistake[] }> {
  const reader = new ClinicsReader();
  try {
    const read = await readText(file);
    if (!('text' in read)) return { clinics: [], mistakes: [{ file, line: read.line, reason: read.why }] };
    for (const line of read.text.split(lineEnd)) reader.take(line);
    return { clinics: reader.clinics, mistakes: reader.mistakes.map((mistake) => ({ file, ...mistake })) };
  } catch (error) {
    return { clinics: [], mistakes: [{ file, line: 1, reason: `cannot be read: ${reasonOf(error)}` }] };
  }
}
