/**
 * Where Prometheus and its promtool are: on PATH, else in .cache, where Debian's `prometheus` package is unpacked without root.
 * `node scripts/promtool.mjs check rules deploy/prometheus/rules/vigie.yml` runs promtool with these arguments.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
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
  const reason = unpack();
  return reason === undefined && existsSync(unpacked) ? { path: unpacked } : { reason: reason ?? `the package has no ${name}` };
}

/** Fetches and unpacks the Debian package. Answers with the reason when that is not possible. */
function unpack() {
  if (process.platform !== 'linux') return `${process.platform} has no Debian packages; put promtool on PATH`;
  mkdirSync(folder, { recursive: true });
  const got = attempt('apt-get', ['download', 'prometheus']);
  if (got !== undefined) return `apt-get download prometheus failed (${got}); put promtool on PATH or run apt-get update`;
  const file = readdirSync(folder).find((name) => /^prometheus_.*\.deb$/.test(name));
  if (!file) return 'apt-get download left no package';
  const unpacked = attempt('dpkg', ['-x', file, folder]);
  return unpacked === undefined ? undefined : `dpkg -x ${file} failed (${unpacked})`;
}

function attempt(command, args) {
  const outcome = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: downloadMsMax });
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
