import { createHash, randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from '#libs/runtime/config.js';
import { keyBytes } from './key-ring.js';

/** Secrets that Vigie makes for itself when it runs alone on a machine, below the data folder. */
export function keysDir(dataDir: string): string {
  return join(dataDir, 'keys');
}

/**
 * The content of a secret file, made once. Several processes may ask at the same moment: each writes its own proposal beside the
 * place (mode 0600) and links it there, which succeeds for one of them only; all then read the same. Throws what the disk throws, and `ConfigError` for a file
 * that is empty: by an empty secret everybody would be let in.
 */
export function secretFile(dir: string, name: string, make: () => string): string {
  const path = join(dir, name);
  const existing = readIfPresent(path);
  if (existing !== undefined) return existing;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const proposal = `${path}.${process.pid}.${randomBytes(6).toString('hex')}`;
  writeFileSync(proposal, `${make()}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(proposal, path);
  } catch (cause) {
    if (!isCode(cause, 'EEXIST')) throw cause;
  } finally {
    unlinkSync(proposal);
  }
  return readIfPresent(path) ?? '';
}

/** The same secret when it was made already, and never a new one: for tools that only look up. */
export function existingSecret(dir: string, name: string): string | undefined {
  return readIfPresent(join(dir, name));
}

/** Beside the keys and not among them: who takes those away leaves these. */
export const keyMarks = 'key-marks';

/**
 * `group:key_id=base64` of a group on the embedded default, made at the first call. Throws `ConfigError` where it is gone or another than the one that
 * was made: rows of before have the pseudonyms of that one.
 */
export function localKeyEntry(dataDir: string, groupId: string): string {
  const marks = join(dataDir, keyMarks);
  const name = `${encodeURIComponent(groupId)}.sha256`;
  const known = existingKeyEntry(dataDir, groupId);
  if (known === undefined && existingSecret(marks, name) !== undefined)
    throw lostKey('is gone', dataDir, groupId, join(marks, name));
  const entry = known ?? secretFile(keysDir(dataDir), keyFileName(groupId), () => newKeyEntry(groupId));
  const mark = createHash('sha256').update(entry).digest('hex');
  if (secretFile(marks, name, () => mark) !== mark) throw lostKey('is another than it was', dataDir, groupId, join(marks, name));
  return entry;
}

function newKeyEntry(groupId: string): string {
  return `${groupId}:local-1=${randomBytes(keyBytes).toString('base64')}`;
}

function lostKey(what: string, dataDir: string, groupId: string, mark: string): ConfigError {
  const path = join(keysDir(dataDir), keyFileName(groupId));
  return new ConfigError(
    `${path}, the key of pseudonyms of the group ${groupId}, ${what}: put it back from a backup. By another key every patient is another one, and no list of before can be resolved; to begin anew all the same, take ${mark} away`,
  );
}

/** The same entry when the group has one already, and never a new one: for tools that only look up. */
export function existingKeyEntry(dataDir: string, groupId: string): string | undefined {
  return existingSecret(keysDir(dataDir), keyFileName(groupId));
}

/** Groups of this machine that have a key, sorted. */
export function groupsWithKeys(dataDir: string): readonly string[] {
  try {
    return readdirSync(keysDir(dataDir))
      .flatMap((name) => /^pseudonyms\.(.+)\.key$/.exec(name)?.[1] ?? [])
      .map(decodeURIComponent)
      .toSorted();
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return [];
    throw cause;
  }
}

function keyFileName(groupId: string): string {
  return `pseudonyms.${encodeURIComponent(groupId)}.key`;
}

function readIfPresent(path: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return undefined;
    throw cause;
  }
  if (text === '')
    throw new ConfigError(
      `${path} is empty, and no secret is made over it: put it back from a backup. Where there is none, take the file away, and a new one is made; by a new key of pseudonyms every patient is another one from then on`,
    );
  return text;
}

function isCode(cause: unknown, code: string): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === code;
}
