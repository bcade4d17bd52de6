import { chmodSync, type Dirent, lstatSync, mkdirSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { ConfigError } from './config.js';
import { codeOf, messageOf } from './outcome.js';

/** What Vigie makes in a data folder. Whatever else lies there is somebody else's, and left alone. */
export const dataFolders = ['log', 'clickhouse', 'state', 'keys', 'logs', 'registers'] as const;

/** Rights of everybody but the owner. */
const others = 0o077;
const writable = 0o022;
const sticky = 0o1000;

/** What this process makes from now on, and what its children make, is for its own user: log, store and snapshots hold personal data. */
export function makePrivateFiles(): void {
  process.umask(others);
}

/**
 * Makes the data folder where it is missing and closes it to other users, with everything below that an earlier version, or a copy, left
 * open. A folder that belongs to the system (a mounted volume) stays as it is, what is ours inside is closed. Throws `ConfigError` where
 * another user could put folders of his own in the place of ours, or owns them.
 */
export function closeDataFolder(path: string): void {
  const user = process.getuid?.();
  if (user === undefined) return; // no owners and modes on this system
  const top = madeFolder(path);
  if (top.uid !== user) refuseForeign(path, top);
  for (const name of dataFolders) closeTree(join(path, name), user);
  // Last, so that a start that was broken off begins anew.
  if (top.uid === user && (top.mode & others) !== 0) chmodSync(path, top.mode & ~others & 0o7777);
}

function madeFolder(path: string): Stats {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return lstatSync(`${path}/.`);
  } catch (cause) {
    const reason = messageOf(cause);
    throw new ConfigError(`VIGIE_DATA_DIR: ${path} can be neither made nor used as a folder (${reason})`);
  }
}

/** Root's folders are mounts; a group that may write there is the volume's own (`fsGroup`). */
function refuseForeign(path: string, { uid, gid, mode }: Stats): void {
  const groupIsOurs = gid === process.getgid?.() || process.getgroups?.().includes(gid) === true;
  const shared = groupIsOurs ? writable & 0o007 : writable;
  if (uid === 0 && ((mode & shared) === 0 || (mode & sticky) !== 0)) return;
  throw new ConfigError(
    `VIGIE_DATA_DIR: ${path} belongs to user ${uid} with mode ${octal(mode)}, who could replace what Vigie keeps there; ` +
      `give the folder to the user that Vigie runs as (chown) and close it (chmod 700)`,
  );
}

function closeTree(path: string, user: number): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  // Behind a link is another's place: where it leads, its owner decides.
  if (!found || found.isSymbolicLink()) return;
  if (found.uid !== user)
    throw new ConfigError(
      `VIGIE_DATA_DIR: ${path} belongs to user ${found.uid}, and Vigie runs as ${user}; give it back (chown -R) or start as that user`,
    );
  if (found.isDirectory()) for (const { name } of entriesOf(path)) closeTree(join(path, name), user);
  if ((found.mode & others) === 0) return;
  try {
    chmodSync(path, found.mode & ~others & 0o7777);
  } catch (cause) {
    // Another process may be tidying up while this one looks.
    if (codeOf(cause) !== 'ENOENT') throw cause;
  }
}

function entriesOf(path: string): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return [];
    throw cause;
  }
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
