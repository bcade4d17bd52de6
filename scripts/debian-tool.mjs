/**
 * Programs that tests meet and that nobody has to install: on PATH, else in .cache, where the Debian package that has them is unpacked
 * without root.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { root } from './prepare.mjs';

const downloadMsMax = 300_000;

/** The path of a program of a Debian package, or the reason why there is none: `{ path } | { reason }`. */
export function findTool(packageName, program) {
  const home = join(root, '.cache', packageName);
  const unpacked = join(home, 'usr', 'bin', program);
  const found = onPath(program) ?? (existsSync(unpacked) ? unpacked : undefined);
  if (found) return { path: found };
  const reason = fetchPackage(packageName, home, false);
  return reason === undefined && existsSync(unpacked)
    ? { path: unpacked }
    : { reason: reason ?? `the package has no ${program}` };
}

/** What either kind of Chromium reads beside itself is in a package of its own, which a machine with the other kind has elsewhere. */
const chromium = { folder: 'usr/lib/chromium', others: ['chromium-common'] };

/**
 * Debian's Chromium, where `VIGIE_CHROMIUM` names none: as `findWithLibraries` has it. The headless shell, which is what pages are drawn by without what a person has around them, since a
 * page costs a fourth of the processor there; the whole one where that cannot be had.
 */
export function findBrowser() {
  const own = process.env.VIGIE_CHROMIUM;
  if (own)
    return existsSync(own)
      ? { path: own, env: { ...process.env } }
      : { reason: `VIGIE_CHROMIUM names ${own}, which is not there` };
  const shell = findWithLibraries('chromium-headless-shell', 'chromium-headless-shell', chromium);
  return shell.path === undefined ? findWithLibraries('chromium', 'chromium', chromium) : shell;
}

/**
 * The path of a program with those libraries of its package's that the machine lacks: `{ path, env } | { reason }`, where `env` is all that it is
 * to be started with. `folder` is where the package has it, `others` are packages that stand beside it whatever the machine has installed.
 */
export function findWithLibraries(packageName, program, { folder = 'usr/bin', others = [] } = {}) {
  const own = onPath(program);
  if (own) return { path: own, env: { ...process.env } };
  const home = join(root, '.cache', packageName);
  const path = join(home, folder, program);
  const reason = existsSync(path) ? undefined : fetchPackage(packageName, home, true, others);
  if (reason !== undefined || !existsSync(path)) return { reason: reason ?? `the package has no ${program}` };
  const libraries = readdirSync(join(home, 'usr', 'lib')).filter((name) => name.endsWith('-linux-gnu'));
  const folders = libraries.flatMap((name) => ['', 'pulseaudio'].map((below) => join(home, 'usr', 'lib', name, below)));
  return { path, env: { ...process.env, LD_LIBRARY_PATH: folders.join(delimiter) } };
}

/**
 * A program as Debian packages it, with the modules of other packages beside it and those libraries that the machine lacks, whatever the machine has installed:
 * `{ path, home, env } | { reason }`. `home` is the folder that stands for the root of the packages, `program` its path below.
 */
export function findUnpacked([packageName, ...others], program) {
  const home = join(root, '.cache', [packageName, ...others].join('+'));
  const path = join(home, program);
  const reason = existsSync(path) ? undefined : fetchPackage(packageName, home, true, others);
  if (reason !== undefined || !existsSync(path)) return { reason: reason ?? `the package has no ${program}` };
  const folders = [join(home, 'lib'), join(home, 'usr', 'lib')]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { withFileTypes: true }).map((entry) => join(folder, entry.name)));
  return { path, home, env: { ...process.env, LD_LIBRARY_PATH: folders.join(delimiter) } };
}

function onPath(program) {
  const paths = (process.env.PATH ?? '').split(delimiter).map((part) => join(part, program));
  return paths.find((path) => existsSync(path));
}

/**
 * Fetches and unpacks the Debian package, `withOthers` also what it needs and this machine lacks. Answers with the reason when that is not possible. Several test processes may do so at the same
 * moment: each works in a folder of its own, and the first to finish gives it its name, so that nobody runs half a file.
 */
function fetchPackage(packageName, folder, withOthers, more = []) {
  if (process.platform !== 'linux') return `${process.platform} has no Debian packages; put the program on PATH`;
  const work = `${folder}.${process.pid}`;
  try {
    return unpackInto(work, packageName, folder, withOthers, more);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function unpackInto(work, packageName, folder, withOthers, more) {
  const own = ownPackageLists(work);
  const refused = download(work, [packageName, ...more], withOthers, []);
  if (refused !== undefined) {
    // A fresh image has no package lists, and only root may fetch the machine's: fetch our own.
    const failed = attempt(work, 'apt-get', [...own, 'update']) ?? download(work, [packageName, ...more], withOthers, own);
    if (failed !== undefined)
      return `apt-get download ${packageName} failed (${refused}; with own lists: ${failed}); put the program on PATH`;
  }
  const files = readdirSync(work).filter((name) => name.endsWith('.deb'));
  if (!files.some((name) => name.startsWith(`${packageName}_`))) return 'apt-get download left no package';
  for (const file of files) {
    const broken = attempt(work, 'dpkg', ['-x', file, join(work, 'unpacked')]);
    if (broken !== undefined) return `dpkg -x ${file} failed (${broken})`;
  }
  try {
    renameSync(join(work, 'unpacked'), folder);
  } catch (error) {
    // Somebody was faster, and has the same.
    if (!['EEXIST', 'ENOTEMPTY'].includes(error.code)) return `${folder} could not be made (${error.code})`;
  }
  return undefined;
}

/** Answers with the reason when that is not possible. */
function download(work, packages, withOthers, options) {
  const names = withOthers ? missingPackages(work, packages, options) : packages;
  return names.length > 0 ? attempt(work, 'apt-get', [...options, 'download', ...names]) : 'apt-get names no packages to install';
}

/** Packages and all that they need, without those that are installed; none where apt cannot say. */
function missingPackages(cwd, packages, options) {
  const asked = ['install', '--reinstall', '--print-uris', '--yes', '--no-install-recommends', ...packages];
  const { stdout = '' } = spawnSync('apt-get', [...options, ...asked], { cwd, encoding: 'utf8', timeout: downloadMsMax });
  return stdout.split('\n').flatMap((line) => /^'[^']+' ([^_\s]+)_/.exec(line)?.[1] ?? []);
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
