/**
 * Where Prometheus and its promtool are: on PATH, else in .cache, where Debian's `prometheus` package is unpacked without root.
 * `node scripts/promtool.mjs check rules deploy/prometheus/rules/vigie.yml` runs promtool with these arguments.
 */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { findTool } from './debian-tool.mjs';
import { root, say } from './prepare.mjs';

/** The path of `promtool` or `prometheus`, or the reason why there is none: `{ path } | { reason }`. */
export function findPrometheus(name) {
  return findTool('prometheus', name);
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
