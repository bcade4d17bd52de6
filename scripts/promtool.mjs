/**
 * Where Prometheus and its promtool are: on PATH, else in .cache, where Debian's `prometheus` package is unpacked without root.
 * `node scripts/promtool.mjs check rules deploy/prometheus/rules/vigie.yml` runs promtool with these arguments.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, say } from './prepare.mjs';

const folder = join(root, '.cache', 'prometheus');
const downloadMsMax = 60_000;

/** The path of `promtool` or `prometheus`, or the reason why there is none: `{ path } | { reason }`. */
export function findPrometheus(name) {
  const onPath = (process.env.PATH ?? '').split(delimiter).map((part) => join(part, name));
  const unpacked = join(folder, 'usr', 'bin', name);
  const found = [...onPath, unpacked].find((path) => existsSync(path));
  if (found) return { path: found };
  const reason = fetchPackage();
  return reason === undefined && existsSync(unpacked) ? { path: unpacked } : { reason: reason ?? `the package has no ${name}` };
}

/**
 * Fetches and unpacks the Debian package. Answers with the reason when that is not possible. Several test processes may do so at the same
 * moment: each works in a folder of its own, and the first to finish gives it its name, so that nobody runs half a file.
 */
function fetchPackage() {
  if (process.platform !== 'linux') return `${process.platform} has no Debian packages; put promtool on PATH`;
  const work = `${folder}.${process.pid}`;
  try {
    return unpackInto(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function unpackInto(work) {
  const own = ownPackageLists(work);
  const refused = attempt(work, 'apt-get', ['download', 'prometheus']);
  if (refused !== undefined) {
    // A fresh image has no package lists, and only root may fetch the machine's: fetch our own.
    const failed = attempt(work, 'apt-get', [...own, 'update']) ?? attempt(work, 'apt-get', [...own, 'download', 'prometheus']);
    if (failed !== undefined)
      return `apt-get download prometheus failed (${refused}; with own lists: ${failed}); put promtool on PATH`;
  }
  const file = readdirSync(work).find((name) => /^prometheus_.*\.deb$/.test(name));
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

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const tool = findPrometheus('promtool');
  if (!tool.path) {
    say(tool.reason);
    process.exit(1);
  }
  const outcome = spawnSync(tool.path, process.argv.slice(2), { stdio: 'inherit', cwd: root });
  process.exit(outcome.status ?? 1);
}
