import { closeSync, fchmodSync, fsyncSync, mkdirSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { codeOf } from '#libs/runtime/outcome.js';

/** The values of a list's text file; none when there is no file. */
export function readListFile(folder: string, name: string): readonly string[] {
  return linesOf(join(folder, `${name}.txt`))
    .map((line) => line.trim())
    .filter(isValue);
}

/**
 * Adds values to a list's text file, or takes them out, and leaves its remarks where they are. The file is replaced whole, so that
 * whoever reads it meanwhile has the old one or the new one. Answers with how many values changed.
 */
export function changeListFile(folder: string, name: string, values: readonly string[], how: 'add' | 'remove'): number {
  const path = join(folder, `${name}.txt`);
  const before = linesOf(path);
  const held = new Set(before.map((line) => line.trim()).filter(isValue));
  const given = new Set(values);
  const changed = [...given].filter((value) => held.has(value) === (how === 'remove'));
  if (changed.length === 0) return 0;
  const after = how === 'add' ? [...before, ...changed] : before.filter((line) => !given.has(line.trim()));
  mkdirSync(folder, { recursive: true });
  const file = openSync(`${path}.new`, 'w', 0o600);
  try {
    // Services may run as another user than whoever keeps the lists: who could read the file still can.
    const mode = statSync(path, { throwIfNoEntry: false })?.mode;
    if (mode !== undefined) fchmodSync(file, mode & 0o777);
    writeFileSync(file, after.map((line) => `${line}\n`).join(''));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.new`, path);
  return changed.length;
}

function isValue(line: string): boolean {
  return line !== '' && !line.startsWith('#');
}

function linesOf(path: string): readonly string[] {
  try {
    const lines = operatorFileText(path).split(/\r?\n/);
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw cause;
  }
}
