/**
 * Helm for the chart: `node scripts/kubernetes/helm.mjs lint deploy/chart` runs it with these arguments. It is that of VIGIE_HELM or of the path, or one that is
 * built from its Go modules, by their checksums, the first time (minutes).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const version = 'v3.18.6';
const folder = join(root, '.cache', 'helm');
const built = join(folder, 'bin', 'helm');

/** Where Helm is, without building it; undefined where there is none. */
export function helmHere() {
  const found = spawnSync('helm', ['version', '--short'], { encoding: 'utf8' });
  return process.env['VIGIE_HELM'] ?? (found.status === 0 ? 'helm' : existsSync(built) ? built : undefined);
}

function helmBuilt() {
  mkdirSync(folder, { recursive: true });
  const env = {
    ...process.env,
    GOBIN: dirname(built),
    GOPATH: join(folder, 'go'),
    GOCACHE: join(folder, 'cache'),
    GOFLAGS: '-modcacherw',
  };
  execFileSync('go', ['install', `helm.sh/helm/v3/cmd/helm@${version}`], { env, stdio: 'inherit' });
  return built;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.exitCode = spawnSync(helmHere() ?? helmBuilt(), process.argv.slice(2), { cwd: root, stdio: 'inherit' }).status ?? 1;
