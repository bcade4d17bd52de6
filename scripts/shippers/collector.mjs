/**
 * `npm run shippers`: builds an OpenTelemetry Collector from its Go modules, by their checksums, the first time (minutes, and half a gigabyte below .cache), then runs
 * the tests of real senders at length, the Collector among them.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const folder = join(root, '.cache', 'collector');
const built = join(folder, 'otelcol');

/** `{ path }` of a Collector that was built, without building it, or `{ reason }`. `VIGIE_OTELCOL` names another one. */
export function collectorHere() {
  const path = process.env['VIGIE_OTELCOL'] ?? built;
  return existsSync(path) ? { path } : { reason: 'npm run shippers builds the Collector first' };
}

function build() {
  mkdirSync(folder, { recursive: true });
  const env = {
    ...process.env,
    GOPATH: join(folder, 'go'),
    GOCACHE: join(folder, 'cache'),
    GOFLAGS: '-modcacherw -mod=readonly',
  };
  const options = ['build', '-trimpath', '-ldflags', '-s -w', '-o', built, '.'];
  return run('go', options, { cwd: join(root, 'scripts', 'shippers', 'collector'), env });
}

function run(command, options, more = {}) {
  const { status, error } = spawnSync(command, options, { cwd: root, stdio: 'inherit', ...more });
  if (error) process.stderr.write(`${command} could not be started: ${error.message}\n`);
  return status ?? 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const failed = collectorHere().path ? 0 : build();
  process.exitCode = failed || run(process.execPath, [join(root, 'scripts', 'test.mjs'), '--long', 'tests/senders']);
}
