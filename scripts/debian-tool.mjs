/**
 * Programs that tests meet and that nobody has to install: on PATH, else in .cache, where the Debian package that has them is unpacked
 * without root.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './prepare.mjs';

const downloadMsMax = 60_000;

/** The path of a program of a Debian package, or the reason why there is none: `{ path } | { reason }`. */
export function findTool(packageName, program) {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((part) => join(part, program));
  const home = join(root, '.cache', packageName);
  const unpacked = join(home, 'usr', 'bin', program);
  const found = [...onPath, unpacked].find((path) => existsSync(path));
  if (found) return { path: found };
  const reason = fetchPackage(packageName, home);
  return reason === undefined && existsSync(unpacked)
    ? { path: unpacked }
    : { reason: reason ?? `the package has no ${program}` };
}

/**
 * Fetches and unpacks the Debian package. Answers with the reason when that is not possible. Several test processes may do so at the same
 * moment: each works in a folder of its own, and the first to finish gives it its name, so that nobody runs half a file.
 */
function fetchPackage(packageName, folder) {
  if (process.platform !== 'linux') return `${process.platform} has no Debian packages; put the program on PATH`;
  const work = `${folder}.${process.pid}`;
  try {
    return unpackInto(work, packageName, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function unpackInto(work, packageName, folder) {
  const own = ownPackageLists(work);
  const refused = attempt(work, 'apt-get', ['download', packageName]);
  if (refused !== undefined) {
    // A fresh image has no package lists, and only root may fetch the machine's: fetch our own.
    const failed = attempt(work, 'apt-get', [...own, 'update']) ?? attempt(work, 'apt-get', [...own, 'download', packageName]);
    if (failed !== undefined)
      return `apt-get download ${packageName} failed (${refused}; with own lists: ${failed}); put the program on PATH`;
  }
  const file = readdirSync(work).find((name) => name.startsWith(`${packageName}_`) && name.endsWith('.deb'));
  if (!file) return 'apt-get download left no package';
  const broken = attempt(work, 'dpkg', ['-x', file, join(work, 'unpacked')]);
  if (broken !== undefined) return `dpkg -x ${file} failed (${broken})`;
  try {
    renameSync(join(work, 'unpacked'), folder);
  } catch (error) {
    // Somebody was faster, and has the same.
    if (!['EEXIST', 'ENOTEMPTY'].includes(error.code)) return `${folder} could not be made (${error.code})`;
  }
  return undefined;
}

/** Options that keep everything apt writes below our folder. */
function ownPackageLists(work) {
  const lists = join(work, 'apt', 'lists');
  const cache = join(work, 'apt', 'cache');
  for (const path of [lists, join(cache, 'archives')]) mkdirSync(join(path, 'partial'), { recursive: true });
  return ['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${cache}`, '-o', 'Debug::NoLocking=1'];
}

function attempt(cwd, command, args) {
  const outcome = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: downloadMsMax });
  if (outcome.error) return outcome.error.message;
  return outcome.status === 0 ? undefined : outcome.stderr.trim().split('\n').at(-1);
}
