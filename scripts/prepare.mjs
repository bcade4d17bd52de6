/**
 * What every command needs before it can run: the installed packages, the project's own Node and an up-to-date build.
 * Plain JavaScript without dependencies, because it runs before anything is installed, on whatever Node >= 20 the machine has.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const node = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const stamp = join(root, 'node_modules', '.vigie-lock-sha256');

/** Installs exactly what package-lock.json names, once per lock file. Exits with npm's own code when that fails. */
export function install() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(node) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  say('installing packages, about a minute the first time');
  // Not `npm ci`: it refuses a lock file that lacks other platforms' optional binaries, which not every registry mirror carries.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']);
  if (!existsSync(node))
    fail(
      'npm install finished but node_modules/node/bin/node is missing: was its install script refused? See "allowScripts" in package.json.',
    );
  writeFileSync(stamp, lock);
}

/** Compiles TypeScript to dist/ (incremental), and copies the .sql files that the code reads beside it. */
export function build() {
  mkdirSync(join(root, '.cache'), { recursive: true });
  const info = join(root, '.cache', 'build.tsbuildinfo');
  if (!existsSync(join(root, 'dist'))) rmSync(info, { force: true });
  run(node, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json']);
  run(node, [join(root, 'scripts', 'copy-assets.mjs')]);
}

/** Installs and builds; afterwards `node` and dist/ are there. */
export function prepare() {
  install();
  say('building');
  build();
}

/** Runs a command to its end with our own streams; ends this process with its code when it fails. */
export function run(command, args, env = {}) {
  const outcome = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (outcome.error) fail(`${command} could not be started: ${outcome.error.message}`);
  if (outcome.status !== 0) process.exit(outcome.status ?? 1);
}

export function say(text) {
  process.stderr.write(`vigie: ${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
